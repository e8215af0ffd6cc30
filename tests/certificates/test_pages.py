"""Pages for holders and bases: who sees what, what a download is, the dry run and the job."""

import hashlib

import pytest
from django.core.files.storage import default_storage
from django.urls import reverse

from accounts.selectors import system_user
from certificates import services, tasks
from certificates.models import Certificate
from certificates.selectors import issued_certificates, my_certificates
from certificates.services import plan_issue, start_issue
from certificates.services.issue import allot_certificate
from core.errors import DomainError, NotAllowed
from core.models import AuditEntry, Job, OutboxEvent
from tests.builders import make_user, officer, regulator
from tests.certificates.builders import (
    certificate_base,
    change_past_the_guard,
    make_award,
    make_certificate,
    manager_of,
)
from tests.courses.annulling import make_annulment
from tests.courses.builders import make_cohort, make_enrolment

pytestmark = pytest.mark.django_db


@pytest.fixture
def cohort():
    return make_cohort(certificate_base(), state="assessing")


def run_job(job):
    tasks.issue(OutboxEvent.objects.get(kind="certificates.issue", key=str(job.pk)))
    job.refresh_from_db()


# --- who sees what --------------------------------------------------------------------------------------------------
def test_my_certificates_are_those_of_the_person(cohort):
    mine = make_certificate(make_award(cohort, name="高轩"))
    make_certificate(make_award(cohort, name="别人"))
    allot_certificate(actor=system_user(), training_record=make_award(cohort))
    assert list(my_certificates(mine.person.user)) == [mine]


def test_issued_certificates_are_those_of_the_base(cohort):
    ours = make_certificate(make_award(cohort))
    theirs = make_certificate()
    allot_certificate(actor=system_user(), training_record=make_award(cohort))
    assert list(issued_certificates(manager_of(cohort.base))) == [ours]
    assert list(issued_certificates(ours.person.user)) == []
    assert list(issued_certificates(manager_of(theirs.base))) == [theirs]


def test_issued_certificates_are_filtered_by_state_number_and_name(cohort):
    actor = manager_of(cohort.base)
    first = make_certificate(make_award(cohort, name="阿卜杜热西提·买买提"))
    second = make_certificate(make_award(cohort, name="林知夏"))
    services.revoke_certificate(actor=system_user(), certificate=second, ground="false_fact")
    assert list(issued_certificates(actor, state="revoked")) == [second]
    assert list(issued_certificates(actor, search=first.number.lower())) == [first]
    assert list(issued_certificates(actor, search="阿卜杜热西提买")) == [first]
    assert list(issued_certificates(actor, search="没有")) == []


VIEWERS = [
    (lambda certificate: certificate.person.user, 200),
    (lambda certificate: manager_of(certificate.base), 200),
    (lambda certificate: regulator(), 200),
    (lambda certificate: regulator("980000"), 404),
    (lambda certificate: manager_of(certificate_base()), 404),
    (lambda certificate: officer(), 404),
    (lambda certificate: make_user(), 404),
    (lambda certificate: make_award().person.user, 404),
]


@pytest.mark.parametrize(("viewer", "status"), VIEWERS)
@pytest.mark.parametrize("page", ["certificate", "download"])
def test_certificate_pages_reach_whom_they_concern(client, viewer, status, page):
    certificate = make_certificate()
    client.force_login(viewer(certificate))
    answer = client.get(reverse(f"certificates:{page}", args=[certificate.number]))
    assert answer.status_code == status
    assert (status == 200) or certificate.holder_name not in answer.content.decode()


@pytest.mark.parametrize("name", ["mine", "issued"])
def test_lists_need_a_login(client, name):
    make_certificate()
    answer = client.get(reverse(f"certificates:{name}"))
    assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/accounts/login/")


def test_draft_has_no_page(client):
    intent = allot_certificate(actor=system_user(), training_record=make_award())
    client.force_login(intent.person.user)
    assert client.get(reverse("certificates:certificate", args=[intent.number])).status_code == 404


def test_issued_is_no_page_for_others(client):
    certificate = make_certificate()
    client.force_login(certificate.person.user)
    assert client.get(reverse("certificates:issued")).status_code == 404


# --- the certificate's page and its file ----------------------------------------------------------------------------
def test_certificate_page_shows_facts_code_and_history(client):
    certificate = make_certificate(make_award(name="高轩", latin_name="GAO Xuan"))
    services.suspend_certificate(
        actor=system_user(), certificate=certificate, ground="identity_under_check", note="内部说明"
    )
    client.force_login(certificate.person.user)
    body = client.get("/en" + reverse("certificates:certificate", args=[certificate.number])).content.decode()
    expected = [
        "高轩",
        "GAO Xuan",
        certificate.number,
        certificate.code_in_fours,
        certificate.holder_document_masked,
        certificate.file.sha256,
        "data:image/svg+xml",
        "the holder&#x27;s identity is being checked",
    ]
    assert [one for one in expected if one not in body] == []
    assert "内部说明" not in body


def test_replaced_certificate_leads_to_the_new_one(client):
    old = make_certificate()
    new = services.supersede_certificate(actor=system_user(), certificate=old)
    client.force_login(old.person.user)
    body = client.get(reverse("certificates:certificate", args=[old.number])).content.decode()
    assert reverse("certificates:certificate", args=[new.number]) in body


def test_download_is_the_same_bytes_each_time(client):
    certificate = make_certificate()
    client.force_login(certificate.person.user)
    address = reverse("certificates:download", args=[certificate.number])
    first, second = client.get(address), client.get(address)
    assert first.content == second.content
    assert hashlib.sha256(first.content).hexdigest() == certificate.file.sha256
    assert (first["Content-Type"], first["Content-Disposition"]) == (
        "application/pdf",
        f'attachment; filename="{certificate.number}.pdf"',
    )


@pytest.mark.parametrize("damage", ["changed", "lost"])
def test_download_of_a_damaged_file_says_so_and_gives_nothing_out(client, damage, caplog):
    certificate = make_certificate()
    if damage == "lost":
        default_storage.delete(certificate.file.storage_name)
    else:
        with default_storage.open(certificate.file.storage_name, "r+b") as file:
            file.write(b"%PDX")
    client.force_login(certificate.person.user)
    answer = client.get("/en" + reverse("certificates:download", args=[certificate.number]))
    assert (answer.status_code, answer["Content-Type"]) == (500, "text/html; charset=utf-8")
    assert "The file cannot be given out" in answer.content.decode()
    assert any(certificate.number in record.getMessage() for record in caplog.records)


# --- lists ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("rows", [1, 3])
def test_issued_page_costs_the_same_for_any_number_of_rows(client, cohort, rows, django_assert_num_queries):
    for _ in range(rows):
        make_certificate(make_award(cohort))
    client.force_login(manager_of(cohort.base))
    with django_assert_num_queries(7):
        answer = client.get(reverse("certificates:issued"))
    assert len(answer.context["page"].object_list) == rows


@pytest.mark.parametrize("rows", [1, 3])
def test_mine_page_costs_the_same_for_any_number_of_rows(client, cohort, rows, django_assert_num_queries):
    first = make_award(cohort)
    make_certificate(first)
    for _ in range(rows - 1):
        make_certificate(make_award(make_cohort(cohort.base)))
    change_past_the_guard(Certificate.objects.all(), person=first.person)
    client.force_login(first.person.user)
    with django_assert_num_queries(9):
        answer = client.get(reverse("certificates:mine"))
    assert len(answer.context["page"].object_list) == rows


def test_lists_teach_when_empty(client, cohort):
    client.force_login(manager_of(cohort.base))
    assert "No certificate issued yet" in client.get("/en/base/certificates/").content.decode()
    filtered = client.get("/en/base/certificates/", {"q": "x"}).content.decode()
    assert ("Nothing matches the filter" in filtered, "No certificate issued yet" in filtered) == (True, False)
    client.force_login(make_user())
    assert "No certificate yet" in client.get("/en/certificates/").content.decode()


def test_issued_page_keeps_its_filter_and_pages(client, cohort, monkeypatch):
    from certificates import views  # noqa: PLC0415 - the page length is the module's

    monkeypatch.setattr(views, "PAGE_LENGTH", 2)
    for _ in range(3):
        make_certificate(make_award(cohort))
    client.force_login(manager_of(cohort.base))
    body = client.get(reverse("certificates:issued"), {"state": "issued"}).content.decode()
    assert "?state=issued&amp;page=2" in body or "?page=2&amp;state=issued" in body
    assert body.count('scope="row"') == 2


# --- dry run and job ------------------------------------------------------------------------------------------------
def test_plan_issue_says_of_everybody_who_took_part_what_would_happen(cohort):
    ready = make_award(cohort, name="高轩")
    unchecked = make_award(cohort, name="林知夏", checked=False)
    boxes = make_award(cohort, name="王\U0001f600")
    annulled = make_award(cohort, name="周涛")
    make_annulment(
        annulled, on=annulled.completed_on, recorded_at=annulled.recorded_at, by=annulled.recorded_by, reason="替考"
    )
    made = make_certificate(make_award(cohort, name="陈默"))
    make_enrolment(cohort, state="failed", name="郭启")
    make_enrolment(cohort, state="applied", name="路人")
    make_award(name="别班")

    lines = {
        line.enrolment.person.name: (
            line.is_ready,
            line.certificate and line.certificate.number,
            [(str(one.obstacle), one.detail) for one in line.refusals],
        )
        for line in plan_issue(actor=manager_of(cohort.base), cohort=cohort)
    }

    assert lines == {
        "高轩": (True, None, []),
        "林知夏": (False, None, [("identity_not_checked", "")]),
        "王\U0001f600": (False, None, [("glyphs_missing", "\U0001f600")]),
        "周涛": (False, None, [("record_annulled", "")]),
        "陈默": (False, made.number, []),
        "郭启": (False, None, [("not_completed", "")]),
    }
    assert (ready.person.name, unchecked.pk != boxes.pk) == ("高轩", True)
    assert Certificate.objects.count() == 1


def test_issue_page_shows_numbers_that_wait_for_their_certificate(client, cohort):
    waiting, annulled = make_award(cohort, name="高轩"), make_award(cohort, name="周涛")
    intents = [allot_certificate(actor=system_user(), training_record=record) for record in (waiting, annulled)]
    make_annulment(
        annulled, on=annulled.completed_on, recorded_at=annulled.recorded_at, by=annulled.recorded_by, reason="替考"
    )
    client.force_login(manager_of(cohort.base))

    answer = client.get("/en" + reverse("certificates:issue", args=[cohort.pk]))

    words = [f"Number {intent.number} is allotted; the certificate is still to be drawn" for intent in intents]
    assert [word in answer.content.decode() for word in words] == [True, False]
    assert answer.context["counts"] == {"ready": 1, "made": 0, "refused": 1}


@pytest.mark.parametrize("rows", [1, 3])
def test_issue_page_costs_the_same_for_any_number_of_people(client, cohort, rows, django_assert_num_queries):
    for _ in range(rows):
        make_award(cohort)
    client.force_login(manager_of(cohort.base))
    with django_assert_num_queries(12):
        answer = client.get(reverse("certificates:issue", args=[cohort.pk]))
    assert answer.context["counts"] == {"ready": rows, "made": 0, "refused": 0}


def test_issue_page_writes_nothing_when_it_is_looked_at(client, cohort):
    make_award(cohort)
    client.force_login(manager_of(cohort.base))
    client.get(reverse("certificates:issue", args=[cohort.pk]))
    assert (Certificate.objects.count(), Job.objects.count()) == (0, 0)


def test_issue_page_starts_the_job_and_leads_to_its_progress(client, cohort):
    make_award(cohort, name="高轩")
    make_award(cohort, name="林知夏", checked=False)
    client.force_login(manager_of(cohort.base))

    answer = client.post(reverse("certificates:issue", args=[cohort.pk]))

    job = Job.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, reverse("core:job", args=[job.uuid]))
    assert (job.total, Certificate.objects.count()) == (1, 0)
    run_job(job)
    assert (job.state, Certificate.objects.get().state) == ("done", "issued")


def test_issue_page_says_when_there_is_nobody_to_issue_for(client, cohort):
    client.force_login(manager_of(cohort.base))
    answer = client.post("/en" + reverse("certificates:issue", args=[cohort.pk]), follow=True)
    assert "Nobody in this class is waiting for a certificate." in answer.content.decode()
    assert Job.objects.count() == 0


@pytest.mark.parametrize("make_actor", [regulator, officer, make_user, lambda: manager_of(certificate_base())])
def test_issue_page_is_none_for_others(client, cohort, make_actor):
    make_award(cohort)
    client.force_login(make_actor())
    address = reverse("certificates:issue", args=[cohort.pk])
    assert (client.get(address).status_code, client.post(address).status_code) == (404, 404)
    assert Job.objects.count() == 0


def test_start_issue_is_refused_to_others(cohort):
    make_award(cohort)
    with pytest.raises(NotAllowed):
        start_issue(actor=manager_of(certificate_base()), cohort=cohort)


def test_start_issue_twice_gives_the_running_job_then_nothing_to_do(cohort):
    make_award(cohort)
    actor = manager_of(cohort.base)
    first = start_issue(actor=actor, cohort=cohort)
    assert start_issue(actor=actor, cohort=cohort) == first
    run_job(first)
    with pytest.raises(DomainError, match="nothing_to_issue"):
        start_issue(actor=actor, cohort=cohort)
    assert AuditEntry.objects.filter(verb="certificates.issue_started").count() == 1


def test_job_run_twice_issues_once(cohort):
    make_award(cohort)
    job = start_issue(actor=manager_of(cohort.base), cohort=cohort)
    run_job(job)
    run_job(job)
    certificate = Certificate.objects.get()
    assert (certificate.state, certificate.events.count()) == ("issued", 1)


@pytest.mark.parametrize("name", ["verify", "mine", "issued"])
@pytest.mark.parametrize("language", ["", "/en", "/ja"])
def test_pages_exist_in_every_language(client, cohort, name, language):
    client.force_login(manager_of(cohort.base))
    assert client.get(f"{language}{reverse(f'certificates:{name}')}").status_code == 200
