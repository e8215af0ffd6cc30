"""Pages of evidence from elsewhere: submitting it with scans, reading what became of it, deciding; agreements."""

from datetime import date, timedelta

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from django.urls import reverse

from accounts.models import AccessEntry
from accounts.selectors.waiting import waiting_lines
from core import clock
from core.errors import DomainError, NotAllowed
from core.models import OutboxEvent
from courses.models import ExternalEvidence, MutualRecognition
from courses.services import (
    accept_evidence,
    end_recognition,
    enter_recognition,
    refuse_evidence,
    withdraw_evidence,
)
from courses.services.telling import tell_evidence_decided
from tests.builders import (
    base_manager,
    make_appointment,
    make_institution,
    make_person,
    make_user,
    officer,
    region,
    regulator,
)
from tests.courses.annulling import make_annulment
from tests.courses.evidence import NUMBER, PDF, agreement, make_case

pytestmark = pytest.mark.django_db
FIELDS = {
    "name": "高轩", "tail": "0018", "kind": "earlier", "track": "SOCIAL", "title": "技术经纪人培训班",
    "provider": "岚江大学", "hours": "48", "completed_on": "2019-06-01",
}  # fmt: skip


@pytest.fixture
def case():
    return make_case()


def url(name, *args):
    return reverse(f"courses:{name}", args=args)


def send(client, *files, **changed):
    files = files or (SimpleUploadedFile("证书.pdf", PDF),)
    return client.post(url("submit_evidence"), {**FIELDS, **changed, "scans": list(files)})


# --- submitting -----------------------------------------------------------------------------------------------------
def test_officer_submits_for_one_of_the_staff(client, case):
    client.force_login(case.officer)

    answer = send(client, SimpleUploadedFile("1.pdf", PDF), SimpleUploadedFile("2.pdf", PDF + b"2"))

    made = ExternalEvidence.objects.get()
    assert (answer.url, made.person, made.institution, made.hours) == (
        url("evidence", made.pk), case.person, case.institution, 48,
    )  # fmt: skip
    assert made.scans.count() == 2


@pytest.mark.parametrize("stranger", [base_manager, regulator, make_user])
def test_whoever_has_nobody_to_submit_for_finds_nothing(client, case, stranger):
    client.force_login(stranger())

    assert client.get(url("submit_evidence")).status_code == 404
    assert send(client).status_code == 404
    assert ExternalEvidence.objects.count() == 0


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"tail": "9999"}, "tail"),
        ({"tail": "18"}, "tail"),
        ({"name": "欧阳修远"}, "tail"),
        ({"kind": "degree"}, "track"),
        ({"kind": "mutual"}, "agreement"),
        ({"completed_on": "2999-01-01"}, "completed_on"),
        ({"title": ""}, "title"),
    ],
)
def test_form_comes_back_filled(client, case, changed, field):
    client.force_login(case.officer)

    answer = send(client, **changed)

    form = answer.context["form"]
    assert (answer.status_code, list(form.errors)) == (200, [field])
    page = answer.content.decode()
    assert f'value="{FIELDS["provider"]}"' in page
    assert ExternalEvidence.objects.count() == 0


@pytest.mark.parametrize(
    "files",
    [
        [SimpleUploadedFile("a.pdf", b"MZ a program")],
        [SimpleUploadedFile("a.exe", PDF)],
        [SimpleUploadedFile("a.pdf", b"%PDF-" + bytes(4 * 1024 * 1024))],
        [SimpleUploadedFile("a.pdf", PDF), SimpleUploadedFile("b.png", PDF)],
        [SimpleUploadedFile(f"{n}.pdf", PDF + bytes([n])) for n in range(7)],
        [SimpleUploadedFile("a.pdf", PDF), SimpleUploadedFile("b.pdf", PDF)],
    ],
)
def test_wrong_scans_are_refused_at_their_field(client, case, files):
    client.force_login(case.officer)

    answer = send(client, *files)

    assert (answer.status_code, list(answer.context["form"].errors)) == (200, ["scans"])
    assert ExternalEvidence.objects.count() == 0


def test_form_without_a_scan_says_so(client, case):
    client.force_login(case.officer)

    answer = client.post(url("submit_evidence"), FIELDS)

    assert list(answer.context["form"].errors) == ["scans"]


def test_submitted_twice_is_told(client, case):
    client.force_login(case.officer)
    send(client)

    answer = send(client, SimpleUploadedFile("b.pdf", PDF + b"b"))

    assert (answer.status_code, ExternalEvidence.objects.count()) == (200, 1)
    assert "该培训的证明已在等待审核" in answer.content.decode()


# --- lists ----------------------------------------------------------------------------------------------------------
def test_list_shows_states_and_days_waited(client, case):
    evidence = case.submit()
    ExternalEvidence.objects.update(submitted_at=clock.now() - timedelta(days=3))
    there, stranger = make_institution(code="990200"), make_person("欧阳修远")
    make_appointment(stranger, there)
    case.submit(actor=officer(there), institution=there, person=stranger, title="外市培训")
    client.force_login(case.officer)

    page = client.get(url("own_evidence"))

    assert [(one, one.days_waited) for one in page.context["page_obj"]] == [(evidence, 3)]
    assert "外市培训" not in page.content.decode()
    assert list(client.get(url("own_evidence"), {"state": "refused"}).context["page_obj"]) == []


@pytest.mark.parametrize("name", ["own_evidence", "evidence_desk"])
@pytest.mark.parametrize("rows", [1, 3])
def test_lists_cost_the_same_for_one_and_three(client, case, name, rows, django_assert_num_queries):
    for n in range(rows):
        person = make_person(f"学员{n}")
        make_appointment(person, case.institution)
        case.submit(person=person)
    client.force_login(case.officer if name == "own_evidence" else case.decider)
    client.get(url(name))

    with django_assert_num_queries({"own_evidence": 5, "evidence_desk": 7}[name]):
        page = client.get(url(name))

    assert len(page.context["page_obj"]) == rows


def test_desk_shows_what_waits_oldest_first(client, case):
    first, second = case.submit(), case.submit(title="另一培训")
    done = refuse_evidence(actor=case.decider, evidence=case.submit(title="第三培训"), reason="x")
    ExternalEvidence.objects.filter(pk=second.pk).update(submitted_at=clock.now() - timedelta(days=9))
    client.force_login(case.decider)

    assert list(client.get(url("evidence_desk")).context["page_obj"]) == [second, first]
    assert list(client.get(url("evidence_desk"), {"state": "refused"}).context["page_obj"]) == [done]
    assert len(client.get(url("evidence_desk"), {"state": ""}).context["page_obj"]) == 3
    [desk] = [line for line in waiting_lines(case.decider, "regulator") if line.desk.code == "evidence"]
    assert desk.waiting.count == 2


@pytest.mark.parametrize("stranger", [officer, base_manager, make_user])
def test_desk_is_not_there_for_others(client, stranger):
    client.force_login(stranger())

    assert client.get(url("evidence_desk")).status_code == 404


# --- one ------------------------------------------------------------------------------------------------------------
def test_page_shows_the_decision_and_its_annulment(client, case):
    evidence = accept_evidence(actor=case.decider, evidence=case.submit())
    make_annulment(evidence.record, reason="证书系伪造")
    client.force_login(case.officer)

    page = client.get(url("evidence", evidence.pk)).content.decode()

    assert "证书系伪造" in page
    assert "已撤销，自始不计" in page
    assert NUMBER not in page


def test_scan_is_a_file_that_is_never_shown_inside(client, case):
    found = case.submit().scans.get()
    client.force_login(case.decider)

    answer = client.get(url("evidence_scan", found.pk))

    assert (answer.content, answer["Content-Type"]) == (PDF, "application/pdf")
    assert answer["Content-Disposition"].startswith("attachment;")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert AccessEntry.objects.get().actor == case.decider


def test_officer_withdraws(client, case):
    evidence = case.submit()
    client.force_login(case.officer)

    assert "此证明不再审核" in client.get(url("withdraw_evidence", evidence.pk)).content.decode()
    evidence.refresh_from_db()
    assert evidence.state == "submitted"
    client.post(url("withdraw_evidence", evidence.pk))
    client.post(url("withdraw_evidence", evidence.pk))

    evidence.refresh_from_db()
    assert evidence.state == "withdrawn"


def decide(client, evidence, step, reason=""):
    return client.post(url("decide_evidence", evidence.pk), {"step": step, "reason": reason})


def test_officer_of_the_authority_accepts_and_is_led_to_the_notice(client, case):
    evidence = case.submit()
    client.force_login(case.decider)

    assert decide(client, evidence, "accept").url == url("evidence", evidence.pk)
    evidence.refresh_from_db()
    assert evidence.state == "accepted"
    page = client.get(url("decide_evidence", evidence.pk))
    assert page.context["steps"] == []
    assert f'href="{url("notice_annulment", evidence.record.pk)}"' in page.content.decode()
    make_annulment(evidence.record)
    assert "annul/" not in client.get(url("decide_evidence", evidence.pk)).content.decode()


def test_refusal_asks_for_a_reason(client, case):
    evidence = case.submit()
    client.force_login(case.decider)

    assert list(decide(client, evidence, "refuse").context["form"].errors) == ["reason"]
    decide(client, evidence, "refuse", "看不清")
    evidence.refresh_from_db()
    assert (evidence.state, evidence.reason) == ("refused", "看不清")


def test_another_body_reads_which_one_decides(client, case):
    evidence = case.submit()
    client.force_login(regulator("990100"))

    page = decide(client, evidence, "accept").content.decode()

    assert "该地区由另一部门审核培训证明：主管部门990000" in page


# --- letters --------------------------------------------------------------------------------------------------------
def test_submitter_and_person_are_told_once_each(case):
    case.person.user = make_user("person@example.test")
    case.person.save()
    evidence = refuse_evidence(actor=case.decider, evidence=case.submit(), reason="看不清")

    tell_evidence_decided(evidence_id=evidence.pk)

    assert sorted(letter.to[0] for letter in mail.outbox) == sorted(["person@example.test", case.officer.email])
    assert url("evidence", evidence.pk) in mail.outbox[0].body
    # Nothing of the matter: it may be read over a shoulder.
    assert "看不清" not in mail.outbox[0].body


def test_own_evidence_is_told_once(case):
    user = case.person.user = make_user()
    case.person.save()
    evidence = refuse_evidence(actor=case.decider, evidence=case.submit(actor=user, institution=None), reason="看不清")

    tell_evidence_decided(evidence_id=evidence.pk)

    assert [letter.to for letter in mail.outbox] == [[user.email]]


def test_withdrawing_tells_nobody(case):
    withdraw_evidence(actor=case.officer, evidence=case.submit())

    assert OutboxEvent.objects.filter(kind="courses.evidence_decided").count() == 0


# --- agreements -----------------------------------------------------------------------------------------------------
def enter(actor, **changed):
    facts = {
        "region": region("990000"), "other": region("980000"), "title": "互认协议", "document": "岚科〔2026〕1号",
        "valid_from": date(2026, 1, 1),
    }  # fmt: skip
    return enter_recognition(actor=actor, **{**facts, **changed})


def test_province_enters_and_ends_an_agreement(client):
    client.force_login(regulator("990000"))
    region("980000")
    given = {
        "region": region("990000").pk, "other": region("980000").pk, "title": "互认协议", "document": "岚科〔2026〕1号",
        "valid_from": "2026-01-01",
    }  # fmt: skip

    assert client.post(url("enter_recognition"), given).url == url("recognitions")
    made = MutualRecognition.objects.get()
    assert "互认协议" in client.get(url("recognitions")).content.decode()
    client.post(url("end_recognition", made.pk), {"on": "2026-06-01", "reason": "到期"})
    made.refresh_from_db()
    assert made.valid_to == date(2026, 6, 1)


def test_city_and_other_provinces_enter_nothing(client):
    for actor in (regulator("990100"), regulator("970000"), officer(), make_user()):
        with pytest.raises(NotAllowed):
            enter(actor)
    made = agreement(region("990000"), region("980000"))
    for actor in (regulator("990100"), regulator("970000")):
        with pytest.raises(NotAllowed):
            end_recognition(actor=actor, agreement=made, on=clock.today(), reason="x")
    client.force_login(regulator("990100"))
    assert client.get(url("recognitions")).status_code == 200
    assert client.get(url("enter_recognition")).status_code == 404


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"title": " "}, "document_missing"),
        ({"document": ""}, "document_missing"),
        ({"valid_to": date(2026, 1, 1)}, "dates_wrong"),
    ],
)
def test_agreement_that_cannot_be_is_refused(changed, code):
    with pytest.raises(DomainError) as refusal:
        enter(regulator("990000"), **changed)

    assert (refusal.value.code, MutualRecognition.objects.count()) == (code, 0)


def test_agreement_is_between_two(client):
    with pytest.raises(DomainError) as refusal:
        enter(regulator("990000"), other=region("990000"))

    assert refusal.value.code == "same_region"


def test_agreement_is_ended_and_never_rewritten():
    made = enter(regulator("990000"))

    for changes in ({"title": "x"}, {"valid_from": date(2020, 1, 1)}, {"document": "x"}):
        with pytest.raises(DatabaseError), transaction.atomic():
            MutualRecognition.objects.update(**changes)
    with pytest.raises(DomainError):
        end_recognition(actor=regulator("990000"), agreement=made, on=date(2025, 1, 1), reason="x")


def test_form_offers_the_agreements_of_the_own_province(client, case):
    mine, foreign = agreement(region("990000"), region("980000")), agreement(region("970000"), region("980000"))
    client.force_login(case.officer)

    offered = list(client.get(url("submit_evidence")).context["form"].fields["agreement"].queryset)
    answer = send(client, kind="mutual", agreement=mine.pk)
    refused = send(client, kind="mutual", agreement=foreign.pk, title="另一培训")

    assert offered == [mine]
    assert ExternalEvidence.objects.get().agreement == mine
    assert (answer.status_code, list(refused.context["form"].errors)) == (302, ["agreement"])
