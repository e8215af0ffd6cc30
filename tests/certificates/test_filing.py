"""Filing with a receiving body: what waits, lists and their states, sending, the file in the body's form."""

from datetime import date, timedelta
from io import BytesIO

import openpyxl
import pytest
from django.db import IntegrityError, transaction
from pypdf import PdfReader

from accounts.models import AccessEntry
from accounts.selectors import system_user
from certificates import rules, services
from certificates.exports import FIELDS, KINDS
from certificates.models import Certificate, FilingLine, FilingList
from certificates.selectors import filing as selectors
from certificates.selectors import stored_bytes
from certificates.services.erasure import reduce_certificates
from certificates.services.filing import Sending
from certificates.services.issue import allot_certificate, allot_successor, store_certificate
from certificates.services.jobs import plan_issue
from certificates.workflow import FILING_LIST_STEPS, SentHow
from core import clock
from core.errors import DomainError, NotAllowed, WrongState
from core.models import AuditEntry
from courses.models import Level
from tests.builders import regulator
from tests.certificates.builders import certificate_base, correction_of, make_award, make_certificate, manager_of
from tests.certificates.filing import answer_rows, as_xlsx, drawn_up, filed_award, filed_cohort, sent
from tests.courses.annulling import make_annulment

pytestmark = pytest.mark.django_db


@pytest.fixture
def cohort():
    return filed_cohort()


@pytest.fixture
def manager(cohort):
    return manager_of(cohort.base)


def filled(manager, *records):
    made = sent(manager, *records)
    services.import_answer(actor=manager, filing=made, content=as_xlsx(answer_rows(made)))
    return FilingList.objects.get(pk=made.pk)


# --- the rules --------------------------------------------------------------------------------------------------------
def test_rules_agree_with_the_syllabus():
    today = clock.today()
    filed = {level.code: rules.filing_rule(level.code, on=today) is not None for level in Level.objects.all()}
    assert filed == {level.code: level.requires_filing for level in Level.objects.all()}
    assert rules.filing_rule("INTERMEDIATE", on=today).mode == "after_filing"
    assert rules.filing_rule("SENIOR", on=today).mode == "issue_first"
    assert rules.filing_rule("INTERMEDIATE", on=date(2020, 2, 28)) is None


def test_later_rule_holds_from_its_day_on(monkeypatch):
    held = rules._filing()
    later = {"level": "INTERMEDIATE", "required": False, "valid_from": date(2027, 1, 1)}
    monkeypatch.setattr(rules, "_filing", lambda: {**held, "rules": [*held["rules"], later]})
    assert rules.filing_rule("INTERMEDIATE", on=date(2026, 12, 31)).before == date(2027, 1, 1)
    assert rules.filing_rule("INTERMEDIATE", on=date(2027, 1, 1)) is None


def test_every_field_of_a_form_can_be_filled_in():
    for receiver in rules._filing()["receivers"]:
        for one in receiver["forms"]:
            form = rules.filing_form(receiver["code"], on=one["valid_from"])
            assert {field for _head, field in form.columns} <= set(FIELDS)
            assert form.file in KINDS
            assert set(form.answer) == {"reference", "name", "filing_number"}
    with pytest.raises(LookupError):
        rules.filing_form("TORCH", on=date(2019, 1, 1))


# --- what waits -------------------------------------------------------------------------------------------------------
def test_award_of_a_filed_level_is_not_issued_before_its_number_is_there(cohort, manager):
    record = filed_award(cohort, days=12)
    [candidate] = plan_issue(actor=manager, cohort=cohort)
    assert [(str(one.obstacle), one.detail) for one in candidate.refusals] == [("awaits_filing", "12")]
    with pytest.raises(DomainError) as refused:
        services.issue_certificate(actor=manager, training_record=record)
    assert (refused.value.code, refused.value.facts) == ("awaits_filing", {"days": "12"})
    assert not Certificate.objects.exists()


def test_number_is_printed_once_it_is_there(cohort, manager):
    record = filed_award(cohort)
    made = filled(manager, record)
    number = made.lines.get().filing_number
    [candidate] = plan_issue(actor=manager, cohort=cohort)
    assert candidate.is_ready
    certificate = services.issue_certificate(actor=manager, training_record=record)
    assert (certificate.filing_number, certificate.state) == (number, "issued")
    assert number in PdfReader(BytesIO(stored_bytes(certificate.file))).pages[0].extract_text()


def test_replacement_keeps_the_number_and_waits_for_none(cohort, manager):
    record = filed_award(cohort)
    filled(manager, record)
    first = services.issue_certificate(actor=manager, training_record=record)
    second = services.supersede_certificate(actor=manager, certificate=first, note="x")
    assert second.filing_number == first.filing_number != ""


def test_draft_told_anew_keeps_the_number_it_has(cohort, manager):
    record = filed_award(cohort, name="陈黙")
    filled(manager, record)
    draft = allot_certificate(actor=manager, training_record=record)
    record.person.name = "陈默"
    record.person.save()
    first = store_certificate(actor=manager, certificate=draft)
    assert (first.holder_name, first.filing_number) == ("陈默", draft.filing_number)

    successor = allot_successor(manager, first, "information_corrected")
    # The line leads to the wording before the last, and no further.
    correction = correction_of(correction_of(record))
    second = store_certificate(actor=manager, certificate=successor)
    assert (second.training_record, second.filing_number) == (correction, draft.filing_number)


def test_draft_told_anew_takes_the_number_that_came_meanwhile():
    cohort = filed_cohort("SENIOR")
    boss = manager_of(cohort.base)
    first = make_certificate(filed_award(cohort))
    made = sent(boss, first.training_record)
    successor = allot_successor(boss, first, "information_corrected")
    FilingLine.objects.filter(list=made).update(filing_number="GJJS-9", filed_at=clock.now())
    assert store_certificate(actor=boss, certificate=successor).filing_number == "GJJS-9"


def test_desk_lists_what_waits_and_nothing_else(cohort, manager):
    waits = filed_award(cohort, "高轩", days=40)
    later = filed_award(cohort, "林知夏", days=3)
    junior = make_award(name="陈默")
    annulled = filed_award(cohort, "周涛")
    make_annulment(annulled, by=manager, reason="x")
    done = filed_award(cohort, "孙立")
    filled(manager, done)
    lines = selectors.awaiting_lines(selectors.awards_to_file(manager))
    assert [(one.record, one.days, one.stage, one.late) for one in lines] == [
        (waits, 40, "unlisted", True), (later, 3, "unlisted", False),
    ]  # fmt: skip
    assert junior not in {one.record for one in lines}
    waiting = selectors.filing_waiting(manager)
    assert (waiting.count, waiting.due) == (2, lines[0].due)


def test_issue_first_waits_only_once_it_is_issued(manager):
    cohort = filed_cohort("SENIOR")
    boss = manager_of(cohort.base)
    record = filed_award(cohort)
    assert list(selectors.awards_to_file(boss)) == []
    certificate = make_certificate(record)
    assert [one.record for one in selectors.awaiting_lines(selectors.awards_to_file(boss))] == [record]
    assert certificate.filing_number == ""


def test_what_is_sent_has_no_day_any_more(cohort, manager):
    record = filed_award(cohort, days=40)
    sent(manager, record)
    waiting = selectors.filing_waiting(manager)
    assert (waiting.count, waiting.due, waiting.since) == (1, None, record.completed_on)
    assert [one.stage for one in selectors.awaiting_lines(selectors.awards_to_file(manager))] == ["sent"]


def test_authority_sees_the_same_and_others_nothing(cohort, manager):
    record = filed_award(cohort)
    made = drawn_up(manager, record)
    authority = regulator()
    for actor, sees in [(manager, 1), (authority, 1), (manager_of(certificate_base()), 0), (record.person.user, 0)]:
        assert selectors.awards_to_file(actor).count() == sees
        assert selectors.filing_lists(actor).count() == sees
        assert len(selectors.lines_of(actor, made)) == sees
    assert [line.record for line in selectors.own_awards_to_file(record.person.user)] == [record]
    assert selectors.own_awards_to_file(manager) == []


# --- lists ------------------------------------------------------------------------------------------------------------
def test_list_is_drawn_up_by_level_in_order_of_completion(manager, cohort):
    late, early = filed_award(cohort, "高轩", days=2), filed_award(cohort, "林知夏", days=9)
    senior = filed_award(filed_cohort("SENIOR", cohort.base), "陈默")
    make_certificate(senior)
    unchecked = filed_award(cohort, "周涛", checked=False)
    ids = [one.pk for one in (late, early, senior, unchecked, make_award())]
    lists = services.draw_up_lists(actor=manager, base=cohort.base, record_ids=ids)
    code = cohort.base.code
    assert [one.number for one in lists] == [f"BA-{code}-2026-001", f"BA-{code}-2026-002"]
    assert sorted((one.level, one.mode, one.state) for one in lists) == [
        ("INTERMEDIATE", "after_filing", "draft"), ("SENIOR", "issue_first", "draft"),
    ]  # fmt: skip
    intermediate = next(one for one in lists if one.level == "INTERMEDIATE")
    assert [(line.record, line.name) for line in intermediate.lines.order_by("position")] == [
        (early, "林知夏"), (late, "高轩"),
    ]  # fmt: skip
    with pytest.raises(DomainError, match="nothing_to_file"):
        services.draw_up_lists(actor=manager, base=cohort.base, record_ids=ids)


def test_sending_is_recorded_with_day_channel_person_and_document(cohort, manager):
    made = sent(manager, filed_award(cohort))
    assert (made.state, made.sent_how, made.sent_by, made.sent_document) == (
        "sent", "online", manager, "岚技转〔2026〕17号",
    )  # fmt: skip
    assert AuditEntry.objects.filter(verb="certificates.filinglist.send", actor=manager.pk).exists()
    with pytest.raises(WrongState):
        services.drop_list(actor=manager, filing=made)


@pytest.mark.parametrize(
    ("days", "document", "code"), [(1, "x", "day_wrong"), (-1, "x", "day_wrong"), (0, "  ", "document_missing")]
)
def test_sending_is_refused_without_day_or_document(cohort, manager, days, document, code):
    made = drawn_up(manager, filed_award(cohort))
    sending = Sending(clock.today() + timedelta(days=days), SentHow.POST, document)
    with pytest.raises(DomainError, match=code):
        services.send_list(actor=manager, filing=made, sending=sending)


def test_dropped_list_frees_its_awards(cohort, manager):
    record = filed_award(cohort)
    services.drop_list(actor=manager, filing=drawn_up(manager, record))
    assert drawn_up(manager, record).number.endswith("-002")


def test_line_set_aside_waits_again_and_the_rest_is_answered(cohort, manager):
    first, second = filed_award(cohort, "高轩"), filed_award(cohort, "林知夏")
    made = sent(manager, first, second)
    line = made.lines.get(record=first)
    services.set_line_aside(actor=manager, filing=made, line_id=line.pk, why="材料不全")
    services.import_answer(actor=manager, filing=made, content=as_xlsx(answer_rows(made)))
    assert FilingList.objects.get().state == "answered"
    assert list(selectors.awards_to_file(manager)) == [first]
    for again in (line.pk, made.lines.get(record=second).pk):
        with pytest.raises(DomainError, match="line_settled"):
            services.set_line_aside(actor=manager, filing=made, line_id=again, why="x")
    assert drawn_up(manager, first)


def test_list_of_which_nobody_gets_a_number_is_answered(cohort, manager):
    made = sent(manager, filed_award(cohort))
    services.set_line_aside(actor=manager, filing=made, line_id=made.lines.get().pk, why="退回")
    assert FilingList.objects.get().state == "answered"


def test_list_is_closed_only_when_its_certificates_are_made(cohort, manager):
    record = filed_award(cohort)
    made = filled(manager, record)
    assert selectors.records_to_issue(manager, made) == [record.pk]
    with pytest.raises(DomainError, match="not_issued_yet"):
        services.close_list(actor=manager, filing=made)
    services.issue_certificate(actor=manager, training_record=record)
    assert services.close_list(actor=manager, filing=made).state == "closed"
    assert set(FILING_LIST_STEPS) == {"send", "drop", "answer", "close"}


def test_strangers_do_nothing_with_a_list(cohort, manager):
    record = filed_award(cohort)
    made = drawn_up(manager, record)
    sending = Sending(clock.today(), SentHow.POST, "x")
    for actor in (manager_of(certificate_base()), regulator(), record.person.user):
        for act in (
            lambda actor: services.draw_up_lists(actor=actor, base=cohort.base, record_ids=[record.pk]),
            lambda actor: services.send_list(actor=actor, filing=made, sending=sending),
            lambda actor: services.drop_list(actor=actor, filing=made),
            lambda actor: services.export_list(actor=actor, filing=made),
            lambda actor: services.set_line_aside(actor=actor, filing=made, line_id=made.lines.get().pk, why="x"),
            lambda actor: services.import_answer(actor=actor, filing=made, content=b"x"),
            lambda actor: services.preview_answer(actor=actor, filing=made, content=b"x"),
        ):
            with pytest.raises(NotAllowed):
                act(actor)


# --- the file ---------------------------------------------------------------------------------------------------------
def test_file_has_the_heads_order_and_sheet_of_the_form(cohort, manager):
    record = filed_award(cohort, "=高轩")
    made = drawn_up(manager, record)
    body, kind, name = services.export_list(actor=manager, filing=made)
    book = openpyxl.load_workbook(BytesIO(body))
    rows = [[cell.value for cell in row] for row in book["备案名单"].iter_rows()]
    assert rows[0] == [head for head, _field in rules.filing_form("TORCH", on=clock.today()).columns]
    number = record.person.documents.get().number
    assert rows[1][:7] == [1, f"{made.number}-001", "'=高轩", "居民身份证", number, "中级", "48"]
    assert (kind, name) == ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", f"{made.number}.xlsx")
    assert book["备案名单"]["C2"].data_type == "s"


def test_another_form_is_written_as_it_says(cohort, manager, monkeypatch):
    held = rules._filing()
    form = {
        "valid_from": date(2020, 3, 1),
        "file": "csv",
        "sheet": "x",
        "columns": [{"head": "姓名", "field": "name"}, {"head": "证件", "field": "document_masked"}],
        "answer": held["receivers"][0]["forms"][0]["answer"],
        "number": ".+",
    }
    receiver = {**held["receivers"][0], "forms": [form]}
    monkeypatch.setattr(rules, "_filing", lambda: {**held, "receivers": [receiver]})
    record = filed_award(cohort)
    body, kind, name = services.export_list(actor=manager, filing=drawn_up(manager, record))
    lines = body.decode("utf-8-sig").splitlines()
    assert lines == ["姓名,证件", f"高轩,{record.person.documents.get().masked}"]
    assert (kind, name.rpartition(".")[2]) == ("text/csv; charset=utf-8", "csv")
    # No number was opened, so nobody's ledger says so.
    assert not AccessEntry.objects.exists()


def test_whoever_stands_in_the_file_reads_that_the_number_was_opened(cohort, manager):
    record = filed_award(cohort)
    made = drawn_up(manager, record)
    services.export_list(actor=manager, filing=made)
    entry = AccessEntry.objects.get()
    assert (entry.person, entry.what, entry.purpose) == (record.person, "identity_number", f"备案名单 {made.number}")
    assert AuditEntry.objects.filter(verb="certificates.filing_exported").count() == 1


# --- the database -----------------------------------------------------------------------------------------------------
def refused(name, act):
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        act()


def test_database_holds_to_one_line_an_award_and_one_award_a_number(cohort, manager):
    first, second = filed_award(cohort, "高轩"), filed_award(cohort, "林知夏")
    made = filled(manager, first, second)
    one, other = made.lines.order_by("position")
    new = {"list": made, "position": 9, "reference": "R", "name": "x", "receiver": "TORCH"}
    refused(None, lambda: FilingLine.objects.create(**{**new, "record": first}))
    third = filed_award(cohort, "陈默")
    taken = {"filing_number": one.filing_number, "filed_at": clock.now()}
    refused(None, lambda: FilingLine.objects.create(**{**new, "record": third, **taken}))
    refused(None, lambda: FilingLine.objects.create(**{**new, "record": third, "position": other.position}))
    for fields, name in [
        ({"filing_number": "N-1"}, "filing_line_filed_at_some_time"),
        ({"set_aside_at": clock.now()}, "filing_line_set_aside_without_number"),
        (
            {"set_aside_at": clock.now(), "set_aside_why": "x", "filing_number": "N", "filed_at": clock.now()},
            "filing_line_set_aside_without_number",
        ),
    ]:
        refused(name, lambda fields=fields: FilingLine.objects.create(**{**new, "record": third, **fields}))


def test_database_refuses_half_a_sending(cohort, manager):
    made = drawn_up(manager, filed_award(cohort))
    for fields, name in [
        ({"state": "sent"}, "filing_list_sent_by_somebody"),
        ({"sent_on": clock.today()}, "filing_list_sent_by_somebody"),
        ({"answered_at": clock.now()}, "filing_list_answered_at_some_time"),
    ]:
        refused(name, lambda fields=fields: FilingList.objects.filter(pk=made.pk).update(**fields))


def test_given_number_is_never_changed_or_taken_away(cohort, manager):
    record = filed_award(cohort)
    filled(manager, record)
    services.issue_certificate(actor=manager, training_record=record)
    for model in (Certificate, FilingLine):
        for number in ("GJJS-OTHER", ""):
            refused("frozen", lambda model=model, number=number: model.objects.update(filing_number=number))
        model.objects.update(filing_number=model.objects.get().filing_number)
    refused("frozen", lambda: FilingLine.objects.update(reference="other"))
    refused("frozen", lambda: FilingList.objects.update(number="other"))
    refused("frozen", lambda: FilingLine.objects.all().delete())


def test_erasure_takes_the_name_off_the_list(cohort, manager):
    record = filed_award(cohort)
    sent(manager, record)
    reduce_certificates(actor=system_user(), person=record.person)
    assert FilingLine.objects.get().name == ""
