"""Entries by hand: what may be entered, by whom, into whose file; second entries that correct or withdraw."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts.models import AdminBody
from accounts.permissions import Role
from core import clock
from core.errors import DomainError, NotAllowed
from core.models import AuditEntry
from credit import services
from credit.models import CreditRecord
from credit.selectors.lines import about, lines_of, with_voice
from tests.builders import (
    base_manager,
    hat,
    make_appointment,
    make_base,
    make_institution,
    make_person,
    make_user,
    officer,
    regulator,
)
from tests.credit.builders import employee, make_credit_record

pytestmark = pytest.mark.django_db
DAY = date(2026, 5, 1)


def enter(actor, subject, **fields):
    told = {"kind": "award", "title": "先进集体", "occurred_on": DAY, "document": "岚科〔2026〕1号"}
    return services.enter_record(actor=actor, subject=subject, **{**told, **fields})


def shown(audience="region", **only):
    return lines_of(with_voice(CreditRecord.objects.filter(**only).order_by("pk")), audience)


@pytest.mark.parametrize(
    ("kind", "category"),
    [
        ("award", "positive"),
        ("commitment_kept", "positive"),
        ("teaching", "positive"),
        ("note", "other"),
    ],
)
def test_officer_enters_a_fact_by_a_document(kind, category):
    actor, person = regulator("990000"), employee("990100", rows=0)

    record = enter(actor, person, kind=kind)

    assert (record.category, record.kind, record.title) == (category, kind, "先进集体")
    assert (record.entered_by, record.document) == (actor, "岚科〔2026〕1号")
    assert record.publisher == str(actor.memberships.get().admin_body)
    assert AuditEntry.objects.filter(verb="credit.entered", subject_id=str(record.pk)).count() == 1


def test_deal_is_its_number_and_the_class_of_its_amount_alone():
    record = enter(
        regulator(), employee(rows=0), kind="deal_filed", number="2026990000000001", amount_class="under_100"
    )

    assert set(record.facts) == {"number", "amount_class", "amount"}
    assert about(record) == "2026990000000001 · 10万元以上不足100万元"


@pytest.mark.parametrize("told", [{"number": ""}, {"amount_class": ""}, {"amount_class": "1234567"}])
def test_deal_without_number_or_class_is_refused(told):
    deal = {"kind": "deal_filed", "number": "1", "amount_class": "under_100", "title": "甲乙双方合同"}

    with pytest.raises(DomainError, match="words_missing"):
        enter(regulator(), employee(rows=0), **{**deal, **told})


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({"document": "  "}, "document_missing"),
        ({"title": " "}, "words_missing"),
        ({"kind": "training_completed"}, "not_by_hand"),
        ({"kind": "withdrawal"}, "not_by_hand"),
        ({"occurred_on": date(2099, 1, 1)}, "day_to_come"),
    ],
)
def test_entry_that_lacks_something_is_refused(told, code):
    with pytest.raises(DomainError, match=code):
        enter(regulator(), employee(rows=0), **told)

    assert CreditRecord.objects.count() == 0


@pytest.mark.parametrize(
    "make_actor",
    [
        make_user,
        base_manager,
        officer,
        lambda: regulator("990200"),
        lambda: hat(Role.AUDITOR, AdminBody.objects.get(code="NATIONAL")),
    ],
)
def test_others_enter_nothing(make_actor):
    person = employee("990100", rows=0)

    with pytest.raises(NotAllowed):
        enter(make_actor(), person)


def test_officer_enters_nothing_about_oneself_or_the_own_house():
    actor = regulator()
    own = make_person(user=actor)
    house = make_institution()
    make_appointment(own, house)

    for subject in (own, house):
        with pytest.raises(DomainError, match="own_record"):
            enter(actor, subject)


def test_department_stands_in_the_file_of_its_parent_and_is_named():
    parent = make_institution("岚江大学")
    department = make_institution("技术转移中心", parent=parent)

    record = enter(regulator(), department)

    assert (record.institution, record.department, record.base) == (parent, department, None)
    assert record.unit_name == "技术转移中心"
    (line,) = shown(institution=parent)
    assert line.fields["unit"] == "技术转移中心"


def test_base_stands_in_the_file_of_its_host_and_is_named():
    host = make_institution("岚江大学")
    base = make_base(host=host)

    record = enter(regulator(), base)

    assert (record.institution, record.base, record.unit_name) == (host, base, base.name)


def test_base_without_a_host_has_no_file():
    with pytest.raises(DomainError, match="no_credit_code"):
        enter(regulator(), make_base(host=None))


# --- second entries -----------------------------------------------------------------------------------------
def test_correction_is_a_second_entry_and_the_first_is_struck():
    actor, person = regulator(), employee(rows=0)
    first = enter(actor, person)

    second = services.correct_record(
        actor=actor, record=first, document="岚科〔2026〕2号", reason="名称写错", changes={"title": "先进个人"}
    )

    assert (second.corrects, second.kind, second.title) == (first, "award", "先进个人")
    old, new = shown(person=person)
    assert (old.standing, old.is_struck, new.standing) == ("corrected", True, "in_force")
    assert old.record.corrected_by.recorded_at == second.recorded_at
    first.refresh_from_db()
    assert first.title == "先进集体"


def test_withdrawal_names_the_entry_and_the_reason():
    actor, person = regulator(), employee(rows=0)
    first = enter(actor, person)

    second = services.withdraw_record(actor=actor, record=first, document="岚科〔2026〕3号", reason="张冠李戴")

    assert (second.kind, second.category, second.corrects) == ("withdrawal", "positive", first)
    assert [line.standing for line in shown(person=person)] == ["withdrawn", "in_force"]
    assert about(second) == "先进集体 · 张冠李戴"


def test_entry_is_corrected_once():
    actor, first = regulator(), make_credit_record(employee(rows=0), facts={"title": {"zh": "一"}})
    told = {"actor": actor, "record": first, "document": "文", "reason": "误"}
    services.correct_record(**told, changes={"title": "二"})

    with pytest.raises(DomainError, match="already_corrected"):
        services.correct_record(**told, changes={"title": "三"})
    with pytest.raises(DomainError, match="already_corrected"):
        services.withdraw_record(**told)


def test_correction_says_something_else_and_why():
    actor, first = regulator(), make_credit_record(employee(rows=0), facts={"title": {"zh": "一"}})
    told = {"actor": actor, "record": first, "document": "文"}

    with pytest.raises(DomainError, match="nothing_changed"):
        services.correct_record(**told, reason="误", changes={"title": "一"})
    with pytest.raises(DomainError, match="reason_missing"):
        services.correct_record(**told, reason=" ", changes={"title": "二"})


def test_withdrawal_is_not_withdrawn():
    actor, first = regulator(), make_credit_record(employee(rows=0))
    second = services.withdraw_record(actor=actor, record=first, document="文", reason="误")

    with pytest.raises(DomainError, match="not_by_hand"):
        services.withdraw_record(actor=actor, record=second, document="文", reason="误")


def test_correction_keeps_the_unit():
    parent = make_institution()
    department = make_institution("技术转移中心", parent=parent)
    actor = regulator()
    first = enter(actor, department)

    second = services.correct_record(
        actor=actor, record=first, document="文", reason="日期", changes={"occurred_on": DAY - timedelta(days=1)}
    )

    assert (second.department, second.unit_name, second.occurred_on) == (
        department, "技术转移中心", date(2026, 4, 30),
    )  # fmt: skip


# --- what the database refuses ------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "wrong",
    [
        lambda: {"entered_by": make_user()},
        lambda: {"kind": "withdrawal"},
        lambda: {"department": make_institution()},
        lambda: {"base": make_base()},
    ],
)
def test_database_refuses_of_a_person(wrong):
    with pytest.raises(IntegrityError), transaction.atomic():
        make_credit_record(make_person(), **wrong())


def test_database_refuses_two_units_and_two_corrections():
    entity = make_institution()
    with pytest.raises(IntegrityError), transaction.atomic():
        make_credit_record(None, institution=entity, department=make_institution(parent=entity), base=make_base())
    first = make_credit_record(None, institution=entity)
    make_credit_record(None, institution=entity, corrects=first)
    with pytest.raises(IntegrityError), transaction.atomic():
        make_credit_record(None, institution=entity, corrects=first)


def test_moment_of_an_entry_is_now():
    before = clock.now()

    assert before <= enter(regulator(), employee(rows=0)).recorded_at <= clock.now()
