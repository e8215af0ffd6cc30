"""Putting one institution or base right, and moving it: what is written down, who may, what is refused."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.access import can
from accounts.models import AdminBody, Institution, Placement, Region, TrainingBase
from accounts.permissions import Permission, Role
from accounts.selectors import system_user
from accounts.services import (
    correct_base,
    correct_institution,
    create_base,
    create_institution,
    import_institutions,
    move_place,
)
from core import audit, clock
from core.errors import DomainError, NotAllowed
from core.text import name_key
from tests.builders import (
    base_manager,
    hat,
    make_base,
    make_institution,
    make_user,
    officer,
    region,
    regulator,
    uscc,
)

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def corrected(institution: Institution, actor=None, **fields: object) -> Institution:
    kept = {"name": institution.name, "category": institution.category, "level": institution.level}
    kept |= {"uscc": institution.uscc or "", "parent": institution.parent, "reason": "登记有误"}
    return correct_institution(actor=actor or regulator(), institution=institution, **{**kept, **fields})


def corrected_base(base: TrainingBase, actor=None, **fields: object) -> TrainingBase:
    kept = {"name": base.name, "name_en": "", "name_ja": "", "host": base.host, "qualification": "", "reason": "更正"}
    kept |= {"training_scope": "", "qualified_from": None, "qualified_to": None}
    return correct_base(actor=actor or regulator(), base=base, **{**kept, **fields})


def moved(subject, code: str, actor=None, **fields: object) -> Placement:
    given = {"region": region(code), "on": clock.today(), "document": "迁址〔2026〕5号", **fields}
    return move_place(actor=actor or regulator(), subject=subject, **given)


# --- corrections ----------------------------------------------------------------------------------------------------
def test_correction_writes_down_old_and_new():
    institution = make_institution("岚江大学技术转移中心", code="990100")

    made = corrected(institution, name="岚江大学 技术转移中心（总部）", category="research_institute")

    assert (made.name, made.name_key, made.category) == (
        "岚江大学 技术转移中心（总部）",
        name_key("岚江大学技术转移中心（总部）"),
        "research_institute",
    )
    (entry,) = audit.entries_about(institution)
    assert (entry.reason, entry.facts["changes"]["category"]) == ("登记有误", ["university", "research_institute"])
    assert entry.facts["changes"]["name"] == ["岚江大学技术转移中心", "岚江大学 技术转移中心（总部）"]


def test_correction_that_changes_nothing_is_not_written_down():
    institution = make_institution()
    corrected(institution)

    assert list(audit.entries_about(institution)) == []


def test_department_becomes_a_legal_person_with_its_own_code():
    parent = make_institution()
    department, code = make_institution("转移中心", parent=parent), uscc()

    made = corrected(department, uscc=code)

    assert (made.kind, made.uscc, made.parent) == ("legal_person", code, parent)


@pytest.mark.parametrize(
    ("before", "after"), [("national", "county"), ("provincial", "county"), ("county", "national")]
)
def test_county_sets_no_level_above_its_own_neither_before_nor_after(before, after):
    """Whoever could lower a national institution to the own level would end and give hats there."""
    institution = make_institution(code="990102", level=before)
    actor = regulator("990102")
    table = (
        f"名称,统一社会信用代码,类别,级别,行政区划代码,上级单位\n新名,{institution.uscc},高校,{LEVELS[after]},990102,\n"
    )

    with pytest.raises(DomainError) as refusal:
        corrected(institution, actor, level=after)
    (row,) = import_institutions(actor=actor, content=table.encode()).rows

    assert refusal.value.code == "level_above_own_rank"
    assert [problem.code for problem in row.errors] == ["level_above"]
    institution.refresh_from_db()
    assert institution.level == before


LEVELS = {"national": "国家", "county": "县"}


def test_level_within_the_own_rank_is_put_right():
    institution = make_institution(code="990102", level="provincial")

    assert corrected(institution, regulator("990000"), level="county").level == "county"
    assert corrected(make_institution(code="990102", level="national"), regulator("990102"), name="新名").name == "新名"


def test_new_institution_lies_not_above_the_rank_of_whoever_enters_it():
    given = {"name": "部属大学", "category": "university", "region": region("990102"), "uscc": uscc()}

    with pytest.raises(DomainError, match="level_above_own_rank"):
        create_institution(actor=regulator("990102"), level="municipal", **given)
    assert create_institution(actor=regulator("990102"), level="county", **given).level == "county"


WRONG = {
    "needs_parent": lambda one: corrected(one, uscc=""),
    "uscc_wrong": lambda one: corrected(one, uscc="12000000DEM000014K"),
    "uscc_taken": lambda one: corrected(one, uscc=make_institution().uscc),
    "circle": lambda one: corrected(one, parent=make_institution("下级", parent=one)),
    "department_exists": lambda one: corrected(
        make_institution("甲", parent=one), name=make_institution("乙", parent=one).name
    ),
    "reason_missing": lambda one: corrected(one, reason=" "),
}


@pytest.mark.parametrize("code", WRONG)
def test_correction_that_cannot_be_is_refused(code):
    institution = make_institution()

    with pytest.raises(DomainError) as refusal:
        WRONG[code](institution)

    assert refusal.value.code == code


@pytest.mark.parametrize("code", ["uscc_taken", "department_exists"])
def test_institution_that_is_there_already_is_not_made_again(code):
    parent = make_institution()
    make_institution("转移中心", parent=parent)
    fields = {"uscc": parent.uscc} if code == "uscc_taken" else {"parent": parent}

    with pytest.raises(DomainError) as refusal:
        create_institution(
            actor=regulator(), name="转移中心", category="university", level="county", region=region(), **fields
        )

    assert refusal.value.code == code


def test_base_profile_is_put_right_with_its_host_and_qualification():
    base, host = make_base(area="990100"), make_institution()

    made = corrected_base(
        base,
        host=host,
        qualification="办学许可证 教民〔2025〕8号",
        training_scope="初级、中级技术经纪人",
        qualified_from=date(2025, 1, 1),
        qualified_to=date(2028, 1, 1),
    )

    assert (made.host, made.qualification, made.qualified_to) == (host, "办学许可证 教民〔2025〕8号", date(2028, 1, 1))
    (entry,) = audit.entries_about(base)
    assert entry.facts["changes"]["training_scope"] == ["", "初级、中级技术经纪人"]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"qualified_to": date(2026, 1, 1)}, "ends_before_start"),
        ({"qualified_from": date(2026, 1, 1), "qualified_to": date(2026, 1, 1)}, "ends_before_start"),
        ({"reason": ""}, "reason_missing"),
    ],
)
def test_base_profile_that_cannot_be_is_refused(fields, code):
    with pytest.raises(DomainError) as refusal:
        corrected_base(make_base(), **fields)

    assert refusal.value.code == code


def test_department_hosts_no_base():
    department = make_institution("转移中心", parent=make_institution())

    for act in (
        lambda: corrected_base(make_base(), host=department),
        lambda: create_base(actor=system_user(), code="9955", name="基地", region=region(), host=department),
    ):
        with pytest.raises(DomainError) as refusal:
            act()
        assert refusal.value.code == "host_is_a_department"


def test_base_has_a_host_that_is_changed_and_never_taken_away():
    with pytest.raises(DomainError) as refusal:
        create_base(actor=system_user(), code="9955", name="基地", region=region(), host=None)
    assert (refusal.value.code, TrainingBase.objects.count()) == ("host_missing", 0)
    hosted, other = make_base(host=make_institution()), make_institution()

    with pytest.raises(DomainError) as refusal:
        corrected_base(hosted, host=None)
    corrected_base(hosted, host=other)

    hosted.refresh_from_db()
    assert (refusal.value.code, hosted.host) == ("host_missing", other)


@pytest.mark.parametrize(
    ("code", "begins", "ends", "fault"),
    [
        ("995", None, None, "base_code"),
        ("９９５５", None, None, "base_code"),
        ("9955", None, date(2027, 1, 1), "ends_before_start"),
        ("9955", date(2027, 1, 1), date(2027, 1, 1), "ends_before_start"),
    ],
)
def test_base_is_judged_by_hand_as_by_a_file(code, begins, ends, fault):
    given = {"code": code, "qualified_from": begins, "qualified_to": ends}

    with pytest.raises(DomainError) as refusal:
        create_base(actor=system_user(), name="基地", region=region(), host=make_institution(), **given)

    assert (refusal.value.code, TrainingBase.objects.count()) == (fault, 0)


def test_keeper_of_the_codes_makes_a_base_once():
    keeper = hat(Role.SYSTEM_ADMIN, AdminBody.objects.get(code="NATIONAL"))
    place = {"region": region("990100"), "host": make_institution()}
    create_base(actor=keeper, code="9955", name="基地", **place)

    with pytest.raises(DomainError) as refusal:
        create_base(actor=keeper, code="9955", name="另一个基地", **place)

    assert (refusal.value.code, TrainingBase.objects.get(code="9955").name) == ("code_taken", "基地")


# --- moves ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("make", [lambda: make_institution(code="990100"), lambda: make_base(area="990100")])
def test_move_changes_who_sees_it_from_that_moment(make):
    subject, left, entered, province = make(), regulator("990100"), regulator("990200"), regulator()
    seen = Permission.INSTITUTION_VIEW if isinstance(subject, Institution) else Permission.BASE_VIEW
    assert [can(who, seen, subject) for who in (left, entered, province)] == [True, False, True]

    made = moved(subject, "990200")

    assert [can(who, seen, subject) for who in (left, entered, province)] == [False, True, True]
    assert (made.moved_from.code, made.region.code, made.valid_from) == ("990100", "990200", clock.today())
    (entry,) = audit.entries_about(subject)
    assert (entry.verb, entry.facts) == ("accounts.place_moved", {"before": "990100", "after": "990200"})


def test_old_region_reads_nothing_of_the_history():
    institution = make_institution(code="990100")
    made = moved(institution, "990200")

    reach = {
        code: Placement.objects.allowed(regulator(code), Permission.INSTITUTION_VIEW).filter(pk=made.pk).exists()
        for code in ("990100", "990200", "990000")
    }

    assert reach == {"990100": False, "990200": True, "990000": True}


REFUSED = {
    "move_in_future": {"on": 1},
    "move_in_past": {"on": -1},
    "document_missing": {"document": " "},
    "same_region": {"code": "990100"},
    "region_out_of_reach": {"code": "980000"},
}


@pytest.mark.parametrize("code", REFUSED)
def test_move_that_cannot_be_is_refused(code):
    institution, given = make_institution(code="990100"), dict(REFUSED[code])
    if "on" in given:
        given["on"] = clock.today() + given["on"] * DAY

    with pytest.raises(DomainError) as refusal:
        moved(institution, given.pop("code", "990200"), **given)

    institution.refresh_from_db()
    assert (refusal.value.code, institution.region.code, Placement.objects.count()) == (code, "990100", 0)


def test_region_that_is_no_longer_used_takes_nobody():
    institution = make_institution(code="990100")
    Region.objects.filter(pk=region("990200").pk).update(valid_to=date(2026, 1, 1))

    with pytest.raises(DomainError) as refusal:
        moved(institution, "990200")

    assert refusal.value.code == "region_not_in_use"


@pytest.mark.parametrize(
    "who",
    [
        lambda: regulator("990200"),
        lambda: regulator("980000"),
        officer,
        base_manager,
        lambda: hat(Role.AUDITOR, AdminBody.objects.get(code="NATIONAL")),
        make_user,
    ],
    ids=["entered city alone", "other province", "officer", "base manager", "auditor", "nobody"],
)
def test_others_move_and_correct_nothing(who):
    institution, base, actor = make_institution(code="990100"), make_base(area="990100"), who()

    for act in (
        lambda: moved(institution, "990200", actor),
        lambda: moved(base, "990200", actor),
        lambda: corrected(institution, actor, name="y"),
        lambda: corrected_base(base, actor, name="y"),
    ):
        with pytest.raises(NotAllowed):
            act()

    institution.refresh_from_db()
    assert (institution.region.code, Placement.objects.count()) == ("990100", 0)


def test_city_moves_nothing_into_its_neighbour():
    with pytest.raises(DomainError) as refusal:
        moved(make_institution(code="990100"), "990200", regulator("990100"))

    assert refusal.value.code == "region_out_of_reach"


def test_table_of_institutions_that_changes_a_region_is_a_move_too():
    institution = make_institution("岚江大学", code="990100")
    region("990200")
    table = f"名称,统一社会信用代码,类别,级别,行政区划代码,上级单位\n岚江大学,{institution.uscc},高校,省,990200,\n"

    import_institutions(actor=regulator(), content=table.encode(), file_name="机构.csv")

    made = Placement.objects.get()
    assert (made.institution, made.moved_from.code, made.region.code) == (institution, "990100", "990200")
    assert made.document.startswith("机构.csv")


@pytest.mark.parametrize("change", ["document = 'z'", "valid_from = '2020-01-01'"])
def test_database_refuses_to_rewrite_a_move(change):
    moved(make_institution(code="990100"), "990200")

    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE accounts_placement SET {change}")  # noqa: S608 - words of this file
