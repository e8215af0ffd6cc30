"""Records of partners in and out: what is taken, what is refused and why, what leaves, and what stays written."""

import csv
import io
import json
from datetime import timedelta

import pytest

from accounts.permissions import Role
from core import clock
from core.errors import DomainError
from core.models import AuditEntry
from core.tables import TableUnreadable
from credit import services
from credit.models import (
    CreditRecord,
    EntityLook,
    ExchangeGiven,
    ExchangeLine,
    ExchangeReceipt,
)
from credit.rules.publication import Audience
from credit.selectors.lines import lines_of, with_voice
from credit.services.exchange_plans import MOST_RECORDS
from tests.builders import (
    hat,
    join_records,
    make_appointment,
    make_institution,
    make_person,
    make_user,
    resident_number,
)
from tests.credit.builders import employee, make_credit_record
from tests.credit.cases import Authority, later, refused
from tests.credit.exchanging import Desk, as_csv, as_json

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk():
    return Desk()


def lines(receipt):
    return list(ExchangeLine.objects.filter(receipt=receipt).order_by("row").values_list("outcome", "reason"))


def shown(records, audience):
    return [line.record.pk for line in lines_of(with_voice(records), audience)]


# --- in ---------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("form", [as_json, as_csv])
def test_taken_record_is_another_record_with_its_basis_and_receipt(desk, form):
    receipt = desk.receive(form(desk.record()))

    entry = CreditRecord.objects.get(institution=desk.entity)
    assert (entry.category, entry.kind, entry.case) == ("other", "integrity_notice", None)
    assert entry.document == "《科研失信行为调查处理规则》第30条；科诚〔2026〕1号"
    assert entry.publisher == "岚江省科研诚信办公室"
    assert entry.facts["title"] == {"zh": "论文数据造假"}
    assert (receipt.accepted, receipt.refused, receipt.known, receipt.form) == (1, 0, 0, form.__name__[3:])
    assert receipt.lines.get().entry == entry
    assert receipt.basis == desk.partner.basis
    assert AuditEntry.objects.filter(verb="credit.exchange_received", subject_id=str(receipt.pk)).count() == 1


def test_subject_and_authority_are_shown_it_and_nobody_else(desk):
    desk.receive(as_json(desk.record()))
    records = CreditRecord.objects.filter(institution=desk.entity)

    assert {audience: len(shown(records, audience)) for audience in Audience.values} == {
        "public": 0, "institution": 0, "partner": 0, "region": 1, "subject": 1,
    }  # fmt: skip


def test_it_is_gone_after_its_last_day(desk):
    desk.receive(as_json(desk.record(valid_to=str(clock.today()))))
    records = CreditRecord.objects.filter(institution=desk.entity)

    assert len(shown(records, Audience.SUBJECT)) == 1
    with later(1):
        assert shown(records, Audience.SUBJECT) == []


def test_person_is_found_by_the_blind_index_and_the_number_stands_nowhere(desk):
    number = resident_number()
    person = make_person("何磊", number=number)
    make_appointment(person, desk.entity)
    content = as_csv(desk.record(uscc=None, id_type="居民身份证", id_number=number))

    receipt = desk.receive(content)

    assert CreditRecord.objects.get(person=person).kind == "integrity_notice"
    kept = [str(vars(row)) for model in (CreditRecord, ExchangeReceipt, ExchangeLine) for row in model.objects.all()]
    kept += [str(row.facts) for row in AuditEntry.objects.all()]
    assert [text for text in kept if number in text] == []
    assert lines(receipt) == [("accepted", "")]


def test_joined_person_keeps_the_record_known(desk):
    number = resident_number()
    person, other = make_person("何磊", number=number), make_person("何磊")
    make_appointment(person, desk.entity)
    make_appointment(other, desk.entity)
    content = as_json(desk.record(uscc=None, id_type="resident_id", id_number=number))
    first = desk.receive(content)

    join_records(person, other)

    assert desk.receive(content) == first


def test_who_is_out_of_reach_is_answered_as_nobody(desk):
    far = make_institution(code="980100")
    nobody = {"uscc": None, "id_type": "resident_id"}
    elsewhere = resident_number()
    make_person("远人", number=elsewhere)

    assert (
        desk.reasons(
            desk.record(uscc=far.uscc),
            desk.record(number="2", uscc="91000000DEM000014K"),
            desk.record(number="3", id_number=elsewhere, **nobody),
            desk.record(number="4", id_number=resident_number(), **nobody),
        )
        == ["subject_unknown"] * 4
    )


def test_each_row_says_why_it_is_refused(desk):
    assert desk.reasons(
        desk.record(number="1", statute=None),
        desk.record(number="2", statute="单位内部规定"),
        desk.record(number="3", valid_to=str(clock.today() - timedelta(days=1))),
        desk.record(number="4", kind="partner_notice"),
        desk.record(number="5", uscc=None),
        desk.record(number="6", id_type="resident_id", id_number=resident_number()),
        desk.record(number="7"),
        desk.record(number="7"),
        desk.record(number="8", uscc="91000000DEM000014X"),
        desk.record(number=None),
        desk.record(number="9", text="=1+1"),
        desk.record(number="10"),
    ) == [
        "basis_missing", "basis_wrong", "over", "kind_not_of_partner", "subject_missing", "subject_twice",
        "number_twice", "number_twice", "value:uscc", "value:number", "value:text", "",
    ]  # fmt: skip


def test_nobody_takes_records_about_the_own_house_or_oneself(desk):
    hat(Role.INSTITUTION_OFFICER, desk.entity, desk.officer)
    number = resident_number()
    make_appointment(make_person(number=number, user=desk.officer), desk.entity)

    assert desk.reasons(desk.record(), desk.record(number="2", uscc=None, id_type="resident_id", id_number=number)) == [
        "own_record",
        "own_record",
    ]


def test_same_file_again_changes_nothing(desk):
    content = as_json(desk.record(), desk.record(number="2", statute="别的"))
    first = desk.receive(content)
    before = (AuditEntry.objects.count(), CreditRecord.objects.count(), ExchangeLine.objects.count())

    again = desk.receive(content)

    assert again == first
    assert (AuditEntry.objects.count(), CreditRecord.objects.count(), ExchangeLine.objects.count()) == before


def test_known_record_in_another_file_is_no_second_entry(desk):
    desk.receive(as_json(desk.record()))

    receipt = desk.receive(as_json(desk.record(), desk.record(number="2")))

    assert lines(receipt) == [("known", ""), ("accepted", "")]
    assert CreditRecord.objects.count() == 2


def test_taken_number_is_no_way_to_rewrite_an_entry(desk):
    desk.receive(as_json(desk.record()))

    assert desk.reasons(desk.record(text="另一件事")) == ["number_taken"]
    # Another partner counts by itself.
    assert lines(desk.receive(as_json(desk.record(source_body="又一家")), desk.another("又一家"))) == [("accepted", "")]


def test_what_was_not_looked_at_is_not_written(desk):
    call = {"actor": desk.officer, "partner": desk.partner, "content": as_json(desk.record())}

    refused("changed_meanwhile", services.receive_file, seen="", **call)

    assert not ExchangeReceipt.objects.exists()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file_empty"),
        (b"  \n", "file_empty"),
        (b"PK\x03\x04", "no_exchange_file"),
        (b"{", "no_exchange_file"),
        (b"[" * 200_000, "no_exchange_file"),
        (b'{"records": 1}', "no_exchange_file"),
        (b"[]", "no_exchange_file"),
        (b'{"records": [{"number": "1", "number": "2"}]}', "no_exchange_file"),
        (b'{"records": [{"number": 1' + b"0" * 9000 + b"}]}", "no_exchange_file"),
        (b'["\xff"]', "no_exchange_file"),
        (b"[" + b"{}," * MOST_RECORDS + b"{}]", "too_many_records"),
    ],
)
def test_hostile_file_is_refused_as_a_whole(desk, content, code):
    refused(code, desk.receive, content=content)


@pytest.mark.parametrize("content", [b"\x00\x01\x02", b"<html></html>", b"a,b\n1,2\n"])
def test_what_is_no_table_is_refused_too(desk, content):
    with pytest.raises(TableUnreadable):
        desk.receive(content)


def test_wrong_values_in_json_refuse_their_line_alone(desk):
    content = json.dumps([desk.record(number=1), "x", None, desk.record(text={"a": 1}), desk.record(number="2")])

    plan = services.preview_file(actor=desk.officer, partner=desk.partner, content=content.encode())

    assert [line.reason for line in plan.lines] == ["value:number", "value:number", "value:number", "value:text", ""]


def test_unknown_fields_are_named(desk):
    plan = services.preview_file(actor=desk.officer, partner=desk.partner, content=as_json(desk.record(备注="x")))

    assert list(plan.ignored) == ["备注"]


def test_subject_objects_to_what_a_partner_delivered(desk):
    desk.receive(as_json(desk.record()))
    entry = CreditRecord.objects.get()
    officer = hat(Role.INSTITUTION_OFFICER, desk.entity)

    objection = services.object_to(actor=officer, record=entry, words="不是我们")
    decide = {"actor": desk.officer, "objection": objection, "upheld": False, "reason": "x"}
    refused("same_person_twice", services.decide_objection, **decide)


def test_preview_asks_as_often_for_three_as_for_one(desk, django_assert_num_queries):
    def preview(count):
        records = [desk.record(number=str(n)) for n in range(count)]
        services.preview_file(actor=desk.officer, partner=desk.partner, content=as_json(*records))

    desk.officer.worn = desk.officer.valid_memberships()
    with django_assert_num_queries(4):
        preview(1)
    with django_assert_num_queries(4):
        preview(3)


# --- out --------------------------------------------------------------------------------------------------------------
def send(desk, **words):
    told = {"actor": desk.officer, "partner": desk.partner, "form": "json", "purpose": "联合奖惩核对"}
    return services.send_records(**{**told, **words})


def test_file_holds_the_elements_of_what_partners_are_shown(desk):
    award = make_credit_record(
        None, institution=desk.entity, kind="award", facts={"title": {"zh": "表彰"}}, document="文1"
    )
    make_credit_record(None, institution=desk.entity, category="other", kind="note", facts={"title": {"zh": "秘"}})
    make_credit_record(employee(), kind="award", facts={"title": {"zh": "个人"}})

    sent = send(desk)

    told = json.loads(sent.content)
    assert told["records"] == [
        {
            "id": award.pk,
            "item": "award",
            "nature": "positive",
            "subject": "岚江大学",
            "uscc": desk.entity.uscc,
            "conduct": "表彰",
            "handling_body": award.publisher,
            "document": "文1",
            "effective_on": award.occurred_on.isoformat(),
            "standing": "in_force",
            "disputed": False,
            "data_standard": "2026-2",
            "disclosure_mode": "government_sharing",
            "provider": str(desk.body),
        }
    ]
    assert (told["purpose"], told["partner"], told["basis"]) == ("联合奖惩核对", desk.partner.name, desk.partner.basis)


def test_adverse_entry_goes_out_with_its_period_and_the_entity_reads_of_it(desk):
    authority = Authority().of_entity()
    case = authority.in_force("general")

    sent = send(desk)

    told = next(one for one in json.loads(sent.content)["records"] if one["nature"] == "adverse")
    assert (told["result"], told["basis"], told["document"]) == ("general", case.decision_basis, case.decision_number)
    assert told["valid_until"] == case.ends_on.isoformat()
    assert ExchangeGiven.objects.get().case == case
    look = EntityLook.objects.get(institution=case.institution)
    assert (look.body_name, look.purpose) == (desk.partner.name, "联合奖惩核对")


def test_entry_that_is_over_does_not_leave(desk):
    authority = Authority().of_entity()
    case = authority.in_force("general")
    with later((case.ends_on - clock.today()).days + 1):
        refused("nothing_to_send", send, desk=desk)


def test_receipt_of_what_left_names_purpose_basis_and_hash(desk):
    make_credit_record(None, institution=desk.entity, kind="award", facts={"title": {"zh": "表彰"}})

    receipt = send(desk).receipt

    assert (receipt.direction, receipt.sent, receipt.purpose) == ("out", 1, "联合奖惩核对")
    assert len(receipt.sha256) == 64
    assert AuditEntry.objects.filter(verb="credit.exchange_sent", subject_id=str(receipt.pk)).count() == 1


def test_table_calculates_nothing_and_rounds_nothing(desk):
    make_credit_record(None, institution=desk.entity, kind="award", facts={"title": {"zh": "=1+1"}})

    rows = list(csv.DictReader(io.StringIO(send(desk, form="csv").content.decode("utf-8-sig"), newline="")))

    assert [(row["conduct"], row["uscc"], row["disputed"]) for row in rows] == [("'=1+1", desk.entity.uscc, "no")]


def test_one_entity_is_asked_for_by_its_code(desk):
    make_credit_record(None, institution=desk.entity, kind="award", facts={"title": {"zh": "甲"}})
    other = make_institution(code="990100")
    make_credit_record(None, institution=other, kind="award", facts={"title": {"zh": "乙"}})
    far = make_institution(code="980100")
    make_credit_record(None, institution=far, kind="award", facts={"title": {"zh": "远"}})

    assert [one["conduct"] for one in json.loads(send(desk, uscc=other.uscc).content)["records"]] == ["乙"]
    assert {one["conduct"] for one in json.loads(send(desk).content)["records"]} == {"甲", "乙"}
    refused("nothing_to_send", send, desk=desk, uscc=far.uscc)


@pytest.mark.parametrize(("words", "code"), [({"purpose": " "}, "purpose_missing"), ({"form": "xml"}, "form_unknown")])
def test_nothing_leaves_without_its_words(desk, words, code):
    make_credit_record(None, institution=desk.entity, kind="award", facts={"title": {"zh": "表彰"}})

    refused(code, send, desk=desk, **words)
    assert not ExchangeReceipt.objects.exists()


def test_who_is_no_regulator_exchanges_nothing(desk):
    for actor in (make_user(), hat(Role.INSTITUTION_OFFICER, desk.entity)):
        with pytest.raises(DomainError):
            send(desk, actor=actor)
