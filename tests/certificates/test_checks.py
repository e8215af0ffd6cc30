"""An employer's batch check: answered as at the public page, and of who has not agreed nothing that is not public."""

import re
from datetime import timedelta
from io import BytesIO

import openpyxl
import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.models import AppointmentDispute, Consent
from accounts.selectors import system_user
from accounts.services import agree, withdraw
from certificates import services
from certificates.imports.checks import COLUMNS, MOST_OF_ONE
from certificates.models import BatchCheck, BatchCheckLine, VerificationCount
from certificates.rules import FIGURES, figure
from certificates.selectors import checks as selectors
from certificates.services import throttle
from certificates.services.checks import CHECK
from certificates.tasks import check as run_event
from core import clock, figures, uploads
from core.errors import DomainError, NotAllowed
from core.exports import csv_table, table
from core.models import AuditEntry, Job, OutboxEvent
from core.tables import TableUnreadable
from oversight.services.retention import delete_expired
from tests.builders import make_appointment, make_institution, officer, regulator
from tests.certificates.builders import make_award, make_certificate, manager_of
from tests.windows import at_the_beginning_of_a_window

pytestmark = pytest.mark.django_db
HEADS = tuple(column.heads[0] for column in COLUMNS)
NOBODYS = "TM-J-2026-9901-000123-P"
CODE = "employer_check"


@pytest.fixture
def institution():
    return make_institution()


@pytest.fixture
def asker(institution):
    return officer(institution)


@pytest.fixture
def certificate():
    return make_certificate(make_award(name="林知夏"))


def employed(certificate, institution, **fields):
    make_appointment(certificate.person, institution, **fields)
    return certificate


def by_code(certificate, code=None):
    return [certificate.number, code or certificate.code, "", ""]


def by_name(certificate, **changes):
    said = {"name": certificate.holder_name, "tail": certificate.person.documents.get().number[-4:], **changes}
    return [said.get("number", certificate.number), "", said["name"], said["tail"]]


def start(asker, institution, *rows):
    content = csv_table(HEADS, rows)
    return services.start_check(actor=asker, institution=institution, content=content)


def run(check):
    event = OutboxEvent.objects.get(kind=CHECK, key=str(check.job_id))
    event.attempts = 1
    run_event(event)
    check.refresh_from_db()
    return check


def outcomes(check):
    return list(check.lines.order_by("line").values_list("outcome", flat=True))


def checked(asker, institution, *rows):
    return run(start(asker, institution, *rows))


def lines(asker, check):
    return selectors.shown_lines(check, selectors.lines_of_check(asker, check))


# --- what is told -----------------------------------------------------------------------------------------------------
def test_code_is_answered_as_to_anybody(asker, institution, certificate):
    check = checked(asker, institution, by_code(certificate), by_code(certificate, "0" * 16))
    first, second = lines(asker, check)
    assert (outcomes(check), first.holder, first.agreed) == (["valid", "never_issued"], "林**", False)
    assert (second.certificate, second.holder, check.finished_at is not None) == (None, "", True)


@pytest.mark.parametrize(
    ("works_here", "agreed", "outcome"),
    [
        (True, True, "valid"),
        (True, False, "never_issued"),
        (False, True, "never_issued"),
        (False, False, "never_issued"),
    ],
)
def test_name_is_answered_only_with_post_and_consent(asker, institution, certificate, works_here, agreed, outcome):
    if works_here:
        employed(certificate, institution)
    if agreed:
        agree(actor=certificate.person.user, code=CODE)
    check = checked(asker, institution, by_name(certificate))
    [line] = lines(asker, check)
    assert (outcomes(check), line.certificate is not None) == ([outcome], outcome == "valid")
    assert line.holder == ("林知夏" if outcome == "valid" else "")


def test_row_without_consent_reads_like_a_certificate_that_is_not_there(client, asker, institution, certificate):
    employed(certificate, institution)
    check = checked(asker, institution, by_name(certificate), by_name(certificate, number=NOBODYS))
    known, missing = check.lines.order_by("line")
    kept = ("way", "outcome", "certificate_id", "ended_on", "ground", "superseded_by")
    assert [getattr(known, name) for name in kept] == [getattr(missing, name) for name in kept]
    client.force_login(asker)
    page = client.get("/en" + reverse("certificates:check", args=[check.uuid])).content.decode()
    assert (page.count("nothing to tell: not found, or no consent"), "林" in page) == (2, False)
    # Neither accuses anybody.
    assert 'class="badge no"' not in page


def test_consent_is_asked_before_the_file_is_looked_at(asker, institution, certificate):
    """A file that is lost must not tell that there is one."""
    from django.core.files.storage import default_storage  # noqa: PLC0415 - one test

    employed(certificate, institution)
    # The storage itself is there.
    make_certificate()
    default_storage.delete(certificate.file.storage_name)
    assert outcomes(checked(asker, institution, by_name(certificate))) == ["never_issued"]


def test_consent_taken_back_hides_the_name_at_once(asker, institution, certificate):
    employed(certificate, institution)
    agree(actor=certificate.person.user, code=CODE)
    check = checked(asker, institution, by_code(certificate))
    before = lines(asker, check)[0]
    withdraw(actor=certificate.person.user, code=CODE)
    after = lines(asker, check)[0]
    assert (before.holder, before.agreed, after.holder, after.agreed) == ("林知夏", True, "林**", False)


def test_consent_to_another_text_and_a_post_that_ended_are_none(asker, institution, certificate):
    employed(certificate, institution, end_date=clock.today())
    for text in ("share_with_institution", "publish_name"):
        Consent.objects.create(user=certificate.person.user, text=text, version="1", given=True, at=clock.now())
    assert outcomes(checked(asker, institution, by_name(certificate))) == ["never_issued"]
    agree(actor=certificate.person.user, code=CODE)
    assert outcomes(checked(asker, institution, by_name(certificate, name="林 知夏"))) == ["never_issued"]


@pytest.mark.parametrize(
    ("state", "outcome", "holder"), [("open", "never_issued", "林**"), ("rejected", "valid", "林知夏")]
)
def test_post_that_its_person_denies_is_none(asker, institution, certificate, state, outcome, holder):
    post = make_appointment(certificate.person, institution)
    agree(actor=certificate.person.user, code=CODE)
    AppointmentDispute.objects.create(appointment=post, state=state)
    check = checked(asker, institution, by_name(certificate), by_code(certificate))
    told = lines(asker, check)
    assert (outcomes(check), told[1].holder) == ([outcome, "valid"], holder)


def test_ended_certificate_says_when_and_why(asker, institution, certificate):
    services.revoke_certificate(actor=system_user(), certificate=certificate, ground="false_fact")
    [line] = lines(asker, checked(asker, institution, by_code(certificate)))
    assert (line.row.outcome, line.row.ended_on, line.row.ground) == ("revoked", clock.today(), "false_fact")


# --- counting, limits, audit ------------------------------------------------------------------------------------------
def test_every_row_counts_for_its_holder_and_stands_in_the_audit(asker, institution, certificate):
    employed(certificate, institution)
    check = checked(asker, institution, by_code(certificate), by_name(certificate), [NOBODYS, "0" * 16, "", ""])
    assert VerificationCount.objects.get(certificate=certificate).count == 2
    told = {entry.verb: entry.facts for entry in AuditEntry.objects.filter(verb__startswith="certificates.check")}
    assert told["certificates.check_started"] == {"rows": 3, "sha256": check.sha256}
    assert told["certificates.check_made"] == {"rows": 3, "outcomes": {"never_issued": 2, "valid": 1}}


def test_job_that_runs_twice_answers_and_counts_once(asker, institution, certificate):
    check = start(asker, institution, by_code(certificate), by_code(certificate, "0" * 16))
    run(check)
    Job.objects.filter(pk=check.job_id).update(state="queued")
    BatchCheck.objects.update(finished_at=None)
    uploads.keep(asker.pk, csv_table(HEADS, [by_code(certificate), by_code(certificate, "0" * 16)]))
    run(check)
    assert (len(outcomes(check)), VerificationCount.objects.get().count) == (2, 1)


def test_killed_job_goes_on_with_the_rows_that_have_no_answer(asker, institution, certificate):
    check = start(asker, institution, by_code(certificate), by_code(certificate, "0" * 16))
    done = {"check_of": check, "line": 2, "number": certificate.number, "way": "code", "outcome": "could_not_check"}
    BatchCheckLine.objects.create(**done)
    assert outcomes(run(check)) == ["could_not_check", "never_issued"]


def test_second_click_finds_the_check_of_the_first(asker, institution, certificate):
    first, second = (start(asker, institution, by_code(certificate)) for _click in range(2))
    assert (first, Job.objects.filter(kind=CHECK).count()) == (second, 1)


def test_rows_of_a_day_are_limited_for_the_institution(asker, institution, certificate, monkeypatch):
    held = [{**one, "value": 3} if one["code"] == "check_rows_a_day" else one for one in figures.entries_of(FIGURES)]
    monkeypatch.setattr(figures, "entries_of", lambda _file: tuple(held))
    start(asker, institution, by_code(certificate), by_code(certificate, "0" * 16))
    with pytest.raises(DomainError, match="too_many_today"):
        start(officer(institution), institution, by_code(certificate), by_code(certificate, "1" * 16))
    other = make_institution()
    assert start(officer(other), other, by_code(certificate), by_code(certificate, "1" * 16)).size == 2
    with clock.travel(timedelta(days=1)):
        assert start(asker, institution, by_code(certificate), by_code(certificate, "1" * 16)).size == 2


@at_the_beginning_of_a_window()
def test_tries_at_one_number_are_counted_with_those_of_the_public_page(asker, institution, certificate, monkeypatch):
    monkeypatch.setattr(throttle, "NUMBER_LIMIT", (1, 3600))
    employed(certificate, institution)
    agree(actor=certificate.person.user, code=CODE)
    assert throttle.wait_by_name("203.0.113.7", certificate.number) == 0
    assert outcomes(checked(asker, institution, by_name(certificate))) == ["could_not_check"]


# --- the file ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("made", [table, csv_table])
def test_preview_says_what_was_understood_and_asks_nothing(asker, institution, certificate, made):
    rows = [by_code(certificate), by_name(certificate), ["x", "", "", ""], [certificate.number, "", "林知夏", ""]]
    rows.append(by_code(certificate))
    content = table("checks", HEADS, rows) if made is table else csv_table(HEADS, rows)
    plan = services.preview_check(actor=asker, institution=institution, content=content)
    assert [[problem.code for problem in row.errors] for row in plan.rows] == [
        [], [], ["number_form"], ["incomplete"], ["row_twice"],
    ]  # fmt: skip
    assert (plan.rows[1].changes["name"], "tail" in plan.rows[1].changes) == ([None, "林知夏"], False)
    assert (BatchCheck.objects.count(), VerificationCount.objects.count()) == (0, 0)
    with pytest.raises(DomainError, match="rows_with_errors"):
        services.start_check(actor=asker, institution=institution, content=content)


def test_file_does_not_use_up_the_tries_at_one_number(asker, institution, certificate):
    rows = [by_name(certificate, tail=f"{place:04d}") for place in range(4)] + [by_code(certificate)]
    plan = services.preview_check(actor=asker, institution=institution, content=csv_table(HEADS, rows))
    assert [[problem.code for problem in row.errors] for row in plan.rows] == [[], [], [], ["number_often"], []]
    assert throttle.NUMBER_LIMIT[0] >= 5 * MOST_OF_ONE


def test_file_with_too_many_rows_is_refused_row_by_row(asker, institution, certificate, monkeypatch):
    held = [{**one, "value": 1} if one["code"] == "check_rows" else one for one in figures.entries_of(FIGURES)]
    monkeypatch.setattr(figures, "entries_of", lambda _file: tuple(held))
    content = table("checks", HEADS, [by_code(certificate), by_code(certificate, "0" * 16)])
    plan = services.preview_check(actor=asker, institution=institution, content=content)
    assert [[problem.code for problem in row.errors] for row in plan.rows] == [[], ["too_many"]]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no archive", b"\xd0\xcf\x11\xe0old", b"%PDF-1.7", b"<html>"])
def test_hostile_file_is_refused_by_the_common_reader(client, asker, institution, content):
    with pytest.raises(TableUnreadable):
        services.preview_check(actor=asker, institution=institution, content=content)


def test_template_can_be_filled_in_and_uploaded(asker, institution, certificate):
    from certificates.exports import check_template  # noqa: PLC0415 - one test

    book = openpyxl.load_workbook(BytesIO(check_template()))
    for place, value in enumerate(by_name(certificate), 1):
        book.worksheets[0].cell(2, place, value)
    stream = BytesIO()
    book.save(stream)
    plan = services.preview_check(actor=asker, institution=institution, content=stream.getvalue())
    assert ([row.errors for row in plan.rows], plan.rows[0].way) == ([[]], "name")


def test_typed_names_and_tails_are_kept_nowhere_once_the_job_is_done(asker, institution, certificate):
    check = checked(asker, institution, by_name(certificate))
    assert uploads.kept(asker.pk, check.sha256) is None
    assert {field.name for field in BatchCheckLine._meta.concrete_fields} & {"name", "tail", "code"} == set()


def test_answers_go_after_their_period(asker, institution, certificate):
    checked(asker, institution, by_code(certificate))
    with clock.travel(timedelta(days=29)):
        delete_expired(actor=system_user())
        assert BatchCheckLine.objects.count() == 1
    with clock.travel(timedelta(days=31)):
        delete_expired(actor=system_user())
        assert (BatchCheck.objects.count(), BatchCheckLine.objects.count()) == (0, 0)


# --- pages ------------------------------------------------------------------------------------------------------------
def test_officer_uploads_looks_confirms_and_takes_the_table_along(client, asker, institution, certificate):
    employed(certificate, institution)
    agree(actor=certificate.person.user, code=CODE)
    client.force_login(asker)
    file = BytesIO(table("checks", HEADS, [by_name(certificate), by_code(certificate, "0" * 16)]))
    file.name = "check.xlsx"
    answer = client.post("/en" + reverse("certificates:new_check"), {"file": file})
    preview = client.get(answer.url).content.decode()
    assert ("2 certificates are checked." in preview, BatchCheck.objects.exists()) == (True, False)

    answer = client.post(answer.url)

    check = run(BatchCheck.objects.get())
    address = f"/en/institution/checks/{check.uuid}/"
    page = client.get(address).content.decode()
    assert ("林知夏" in page, "registered as normal 1" in page, "not found 1" in page) == (True, True, True)
    filtered = client.get(address, {"outcome": "valid"})
    assert [line.row.outcome for line, _words, _others in filtered.context["lines"]] == ["valid"]
    taken = client.post(f"{address}file/")
    rows = list(openpyxl.load_workbook(BytesIO(taken.content)).active.iter_rows(values_only=True))
    assert [row[3:5] for row in rows[1:]] == [("registered as normal", "林知夏"), ("not found", None)]
    assert str(rows[1][-1]).startswith(f"{clock.today():%Y-%m-%d}")
    told = AuditEntry.objects.get(verb="certificates.check_exported")
    assert (told.actor, told.facts) == (asker, {"rows": 2})


def test_nobody_else_checks_or_reads_the_answers(client, asker, institution, certificate):
    check = checked(asker, institution, by_code(certificate))
    elsewhere = officer()
    content = table("checks", HEADS, [by_code(certificate)])
    for actor in (elsewhere, regulator(), manager_of(certificate.base), certificate.person.user):
        with pytest.raises(NotAllowed):
            services.start_check(actor=actor, institution=institution, content=content)
        with pytest.raises(NotAllowed):
            services.export_check(actor=actor, check=check)
        client.force_login(actor)
        assert client.get(reverse("certificates:check", args=[check.uuid])).status_code == 404
        assert client.post(reverse("certificates:check_file", args=[check.uuid])).status_code == 404
    client.force_login(elsewhere)
    assert check.uuid.hex not in client.get(reverse("certificates:checks")).content.decode().replace("-", "")


def test_officer_who_is_none_any_more_gets_no_answers(asker, institution, certificate):
    check = start(asker, institution, by_code(certificate))
    asker.memberships.all().delete()
    asker.__dict__.pop("_worn", None)
    run(check)
    assert (outcomes(check), Job.objects.get(pk=check.job_id).items.exclude(error="").count()) == ([], 1)


@pytest.mark.parametrize("many", [1, 3])
def test_answers_take_as_many_queries_for_three_as_for_one(client, asker, institution, many, django_assert_num_queries):
    made = [make_certificate(make_award(name=name)) for name in "甲乙丙"[:many]]
    for one in made:
        employed(one, institution)
        agree(actor=one.person.user, code=CODE)
    check = checked(asker, institution, *(by_code(one) for one in made))
    client.force_login(asker)
    address = reverse("certificates:check", args=[check.uuid])
    client.get(address)
    with django_assert_num_queries(11):
        client.get(address)


def test_number_with_two_answers_is_explained_in_its_rows(client, asker, institution, certificate):
    employed(certificate, institution)
    agree(actor=certificate.person.user, code=CODE)
    other = make_certificate(make_award(name="周明"))
    rows = [by_name(certificate), by_name(certificate, name="林知下"), by_code(other), by_code(certificate)]
    check = checked(asker, institution, *rows)
    client.force_login(asker)
    page = client.get("/en" + reverse("certificates:check", args=[check.uuid]))
    assert outcomes(check) == ["valid", "never_issued", "valid", "valid"]
    assert [others for _line, _words, others in page.context["lines"]] == ["3", "2, 5", "", "3"]
    assert page.content.decode().count("asks about the same number") == 3


def test_every_place_says_the_same_number_of_rows(client, asker, certificate):
    client.force_login(asker)
    page = client.get("/en" + reverse("certificates:new_check")).content.decode()
    most = figure("check_rows", on=clock.today())
    assert re.findall(r"([\d,]+) rows(?! a day)", page) == [str(most), str(most)]


# --- the tables -------------------------------------------------------------------------------------------------------
def test_database_refuses_a_line_twice_and_an_outcome_of_no_certificate(asker, institution, certificate):
    check = checked(asker, institution, by_code(certificate))
    line = {"check_of": check, "number": certificate.number, "way": "code", "outcome": "valid"}
    twice = {"line": check.lines.get().line, "certificate": certificate}
    for wrong in (twice, {"line": 99}):
        with pytest.raises(IntegrityError), transaction.atomic():
            BatchCheckLine.objects.create(**line, **wrong)
    with pytest.raises(IntegrityError), transaction.atomic():
        BatchCheck.objects.create(institution=institution, asked_by=asker, sha256="0" * 64, size=0)
