"""Reports: exactly what a role sees, sealed once, verified by reference and by file, emptied by an erasure."""

import io
import json
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from pypdf import PdfReader

from accounts.selectors import system_user
from core import clock, outbox
from core.errors import DomainError, NotAllowed
from core.models import OutboxEvent
from credit import services
from credit.identifiers import looks_like_reference, normal_reference, report_reference
from credit.models import CreditReport, CreditReportFile
from credit.selectors.papers import reports_of, verify_report, verify_report_file
from tests.builders import make_appointment, make_institution, make_person, make_user, officer, regulator
from tests.credit.builders import make_credit_record

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_data_dir")]


@pytest.fixture
def person():
    made = make_person("何磊", user=make_user())
    make_appointment(made, make_institution(code="990100"))
    make_credit_record(made, facts={"title": {"zh": "初级培训"}}, document="岚科〔2026〕1号")
    return made


def own_report(person):
    return services.make_paper(actor=person.user, subject=person, audience="subject")


def drawn(report):
    return services.draw_report(actor=system_user(), report_id=report.pk)


def stored(file):
    with default_storage.open(file.storage_name) as stream:
        return stream.read()


def said(report):
    return json.loads(report.sealed_content)


# --- what it holds ------------------------------------------------------------------------------------------
def test_report_holds_what_the_subject_sees(person):
    report = own_report(person)

    content = said(report)
    (entry,) = content["entries"]
    assert (content["subject"]["name"], content["audience"], content["matrix"]) == ("何磊", "subject", "2026-2")
    assert (entry["about"], entry["document"], entry["standing"]) == ("初级培训", "岚科〔2026〕1号", "in_force")
    assert entry["kind"] == "完成培训"
    assert report.entries == 1


def test_public_report_of_an_entity_holds_what_everybody_sees():
    entity = make_institution()
    record = make_credit_record(None, institution=entity, document="岚科〔2026〕1号", entered_by=system_user())
    make_credit_record(None, institution=entity, category="other", kind="note")
    services.write_statement(actor=officer(entity), record=record, text="我单位说明")

    content = said(services.make_paper(actor=officer(entity), subject=entity, audience="public"))

    (entry,) = content["entries"]
    assert set(entry) == {
        "id", "kind", "about", "unit", "occurred_on", "category", "publisher", "standing", "disputed",
    }  # fmt: skip
    assert content["subject"] == {"name": entity.name, "uscc": entity.uscc}


def test_report_for_a_case_says_its_purpose(person):
    actor = regulator("990100")

    report = services.make_paper(actor=actor, subject=person, audience="region", purpose="案件 26")

    assert (said(report)["purpose"], report.made_for) == ("案件 26", str(actor.memberships.get().admin_body))


@pytest.mark.parametrize("audience", ["public", "institution", "partner"])
def test_no_other_report_of_a_person(person, audience):
    with pytest.raises(DomainError, match="not_for_this_audience"):
        services.make_paper(actor=person.user, subject=person, audience=audience)


def test_others_make_no_report(person):
    for actor in (make_user(), officer(person.appointments.get().institution), regulator("990200")):
        for audience in ("subject", "region"):
            with pytest.raises(NotAllowed):
                services.make_paper(actor=actor, subject=person, audience=audience)


def test_second_click_is_the_same_report_and_a_change_is_another(person):
    first = own_report(person)

    assert own_report(person) == first
    make_credit_record(person)
    assert own_report(person) != first
    with clock.travel(timedelta(minutes=2)):
        assert own_report(person).pk not in (first.pk,)


def test_authority_and_subject_have_reports_of_their_own(person):
    actor = regulator("990100")
    theirs = services.make_paper(actor=actor, subject=person, audience="region", purpose="x")
    own = own_report(person)

    assert list(reports_of(actor, person, "region")) == [theirs]
    assert list(reports_of(person.user, person, "subject")) == [own]


# --- the sealed file ----------------------------------------------------------------------------------------
def test_file_is_drawn_once_and_holds_the_same_data(person):
    report = own_report(person)

    outbox.deliver_event(OutboxEvent.objects.get(kind="credit.draw_report").pk)

    file = CreditReportFile.objects.get(report=report)
    body = stored(file)
    reader = PdfReader(io.BytesIO(body))
    assert reader.attachments["credit-report.json"] == [report.sealed_content.encode()]
    text = "".join(page.extract_text() for page in reader.pages)
    assert "初级培训" in text
    assert report.reference in text
    assert drawn(report) == file
    assert stored(file) == body


def test_file_of_changed_content_is_not_drawn(person):
    report = own_report(person)
    report.sealed_content = report.sealed_content.replace("初级", "高级")
    report.save(update_fields=["sealed_content"])

    with pytest.raises(DomainError, match="report_differs"):
        drawn(report)


# --- verification -------------------------------------------------------------------------------------------
def test_report_is_verified_by_reference_and_by_file(person):
    report = own_report(person)
    body = stored(drawn(report))

    by_reference = verify_report(report.reference.lower().replace("-", " "))
    by_file = verify_report_file(body)

    assert (by_reference.outcome, by_reference.later) == ("stands", "same")
    assert by_reference.checks == {"content": "passed", "file": "passed"}
    assert (by_file.outcome, by_file.by_file, by_file.report) == ("stands", True, report)
    assert verify_report_file(body + b" ") is None
    assert verify_report("CR-2026-0000-0000-0000-0000-0").outcome == "never_made"


def test_later_changes_are_said(person):
    report = own_report(person)

    services.object_to(actor=person.user, record=person.credit_records.get(), words="学时有误")

    assert verify_report(report.reference).later == "changed"


def test_changed_content_or_bytes_are_never_genuine(person):
    report = own_report(person)
    file = drawn(report)
    with default_storage.open(file.storage_name, "wb") as stream:
        stream.write(b"%PDF-" + b"x" * (file.size - 5))
    assert verify_report(report.reference).outcome == "could_not_check"

    report.sealed_content = "{}"
    report.save(update_fields=["sealed_content"])
    assert verify_report(report.reference).checks["content"] == "failed"


@pytest.mark.parametrize("way", ["reference", "file"])
def test_page_of_verification_names_nobody(client, person, way):
    report = own_report(person)
    body = stored(drawn(report))

    if way == "reference":
        page = client.get(f"/v/{report.reference}").content.decode()
    else:
        answer = client.post("/en/verify/", {"file": io.BytesIO(body)})
        page = answer.content.decode()
        assert "The report stands as it was made" in page
        assert "bit by bit the one that was made" in page

    assert report.reference in page.replace("\u2009", "").replace(" ", "") or "CR" in page
    assert "何磊" not in page


def test_references_are_told_from_other_papers():
    reference = report_reference(year=2026, random="0123456789ABCDEF")

    assert reference.startswith("CR-2026-0123-4567-89AB-CDEF-")
    assert normal_reference(reference.lower()) == reference
    assert normal_reference(reference[:-1] + ("0" if reference[-1] != "0" else "1")) == ""
    assert normal_reference("RP" + reference[2:]) == ""
    assert looks_like_reference(reference)
    assert not looks_like_reference("CR23456789ABCDEF")


# --- erasure ------------------------------------------------------------------------------------------------
def test_erasure_empties_content_and_bytes(person, django_capture_on_commit_callbacks):
    report = own_report(person)
    file = drawn(report)

    with django_capture_on_commit_callbacks(execute=True):
        assert services.forget_reports(actor=regulator("990100"), person=person) == 1

    report.refresh_from_db()
    assert report.sealed_content == ""
    assert not default_storage.exists(file.storage_name)
    answer = verify_report(report.reference)
    assert (answer.outcome, answer.later) == ("stands", "erased")
    assert services.draw_report(actor=system_user(), report_id=report.pk) == file


def test_report_of_somebody_erased_before_drawing_is_not_drawn(person):
    report = own_report(person)
    services.forget_reports(actor=regulator("990100"), person=person)

    assert drawn(report) is None


# --- pages --------------------------------------------------------------------------------------------------
def test_subject_makes_and_loads_the_same_bytes_again(client, person):
    client.force_login(person.user)

    made = client.post("/en/credit/report/")
    report = CreditReport.objects.get()
    assert made["Location"] == f"/en/credit/reports/{report.reference}/"
    assert "look again in a minute" in client.get(made["Location"]).content.decode()
    drawn(report)

    first, second = (client.get(f"/en/credit/reports/{report.reference}/file/") for _time in range(2))
    assert first["Content-Type"] == "application/pdf"
    assert first.content == second.content == stored(CreditReportFile.objects.get())


def test_file_that_differs_is_not_given_out(client, person):
    client.force_login(person.user)
    report = own_report(person)
    with default_storage.open(drawn(report).storage_name, "wb") as stream:
        stream.write(b"%PDF-x")

    answer = client.get(f"/en/credit/reports/{report.reference}/file/", follow=True)

    assert "The file cannot be read at the moment" in answer.content.decode()


def test_authority_needs_the_open_file(client, person):
    actor = regulator("990100")
    client.force_login(actor)
    address = f"/en/credit/people/{person.pk}/report/"
    client.post(address)
    assert CreditReport.objects.count() == 0

    client.post(f"/en/credit/people/{person.pk}/open/", {"purpose": "case", "about": "案件 26"})
    client.post(address)

    report = CreditReport.objects.get()
    assert "案件 26" in report.purpose
    assert client.get(f"/en/credit/reports/{report.reference}/").status_code == 200
    with clock.travel(timedelta(minutes=16)):
        assert client.get(f"/en/credit/reports/{report.reference}/").status_code == 404


def test_officers_make_both_reports_of_their_entity(client):
    entity = make_institution()
    make_credit_record(None, institution=entity)
    client.force_login(officer(entity))

    client.post("/en/credit/entity/report/")
    client.post("/en/credit/entity/report/", {"for": "public"})

    assert list(CreditReport.objects.order_by("pk").values_list("audience", flat=True)) == ["subject", "public"]


def test_login_without_a_person_and_a_department_make_none(client):
    client.force_login(make_user())
    assert client.post("/en/credit/report/").status_code == 302
    client.force_login(officer(make_institution("中心", parent=make_institution())))
    assert client.post("/en/credit/entity/report/").status_code == 302

    assert CreditReport.objects.count() == 0


def test_nobody_else_reads_a_report(client, person):
    report = own_report(person)
    for actor in (make_user(), regulator("990100"), officer(person.appointments.get().institution)):
        client.force_login(actor)
        assert client.get(f"/en/credit/reports/{report.reference}/").status_code == 404
        assert client.get(f"/en/credit/reports/{report.reference}/file/").status_code == 404
