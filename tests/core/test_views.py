"""Machine addresses, the demo's mails, jobs: who sees what."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.mail import EmailMessage
from django.core.mail.backends.filebased import EmailBackend
from django.db import OperationalError
from django.test import Client, override_settings

from core import clock, jobs, readiness
from core.models import Job, JobItem, OutboxEvent
from tests.builders import make_user
from tests.core.events import make_event

pytestmark = pytest.mark.django_db


@pytest.fixture
def user():
    return make_user()


@pytest.fixture
def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


# --- alive and ready ------------------------------------------------------------------------------------------------
def test_healthz_answers_without_login_and_without_the_database(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        response = client.get("/healthz")

    assert (response.status_code, response.json()) == (200, {"status": "alive"})


def test_readyz_when_all_is_well(client):
    response = client.get("/readyz")

    assert response.status_code == 200
    assert response.json() == {"status": "ready", "database": "ok", "storage": "ok", "broker": "ok", "queue": "ok",
        "indexes": "ok", "log": "ok", "register": "ok",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("part", "status", "word"),
    [("database", 503, "not ready"), ("storage", 503, "not ready"), ("broker", 200, "ready"), ("queue", 200, "ready")],
)
def test_readyz_when_a_part_does_not_answer(part, status, word, client, monkeypatch):
    def broken() -> bool:
        raise OperationalError("password of 10.0.0.7 is wrong")

    monkeypatch.setitem(readiness._CHECKS, part, broken)
    response = client.get("/readyz")

    assert response.status_code == status
    assert (response.json()["status"], response.json()[part]) == (word, "failed")
    assert "10.0.0.7" not in response.content.decode()


@pytest.mark.parametrize(
    ("minutes", "state", "expected"),
    [(9, "new", "ok"), (11, "new", "failed"), (11, "done", "ok"), (11, "failed", "ok")],
)
def test_readyz_tells_of_a_queue_that_stands_still(minutes, state, expected, client):
    make_event(state=state, created_at=clock.now() - timedelta(minutes=minutes))

    assert client.get("/readyz").json()["queue"] == expected


# --- local mails ----------------------------------------------------------------------------------------------------
@pytest.fixture
def mails(tmp_path):
    with override_settings(EMAIL_FILE_PATH=tmp_path):
        backend = EmailBackend(file_path=tmp_path)
        for number in (1, 2):
            backend.send_messages([EmailMessage(f"Subject {number}", f"Line <b>{number}</b>", to=["he@example.test"])])
        yield tmp_path


def test_local_mail_shows_what_was_sent(mails, client):
    page = client.get("/dev/mail/", REMOTE_ADDR="127.0.0.1").content.decode()

    assert page.count("Subject 1") == 1
    assert "Line &lt;b&gt;2&lt;/b&gt;" in page
    assert "he@example.test" in page
    assert f"{clock.now():%Y}" in page
    assert [raw for raw in (" -0000", " +0000", " +0800") if raw in page] == []


def test_local_mail_without_any_mail_says_so(tmp_path, client):
    with override_settings(EMAIL_FILE_PATH=tmp_path / "none"):
        assert client.get("/dev/mail/", REMOTE_ADDR="127.0.0.1").status_code == 200


@pytest.mark.parametrize("address", ["10.0.0.7", "203.0.113.9", "::ffff:10.0.0.7", "", "127.0.0.2"])
def test_local_mail_from_elsewhere_is_not_there(address, mails, client):
    response = client.get("/dev/mail/", REMOTE_ADDR=address)

    assert response.status_code == 404
    assert "Subject" not in response.content.decode()


def test_local_mail_does_not_believe_a_forwarded_address(mails, client):
    response = client.get("/dev/mail/", REMOTE_ADDR="203.0.113.9", headers={"x-forwarded-for": "127.0.0.1"})

    assert response.status_code == 404


# --- jobs -----------------------------------------------------------------------------------------------------------
def make_job(user, **fields: object) -> Job:
    job = jobs.start(actor=user, kind="test.issue", subject_id=4711, keys=["a", "b", "c"])
    Job.objects.filter(pk=job.pk).update(**fields)
    return job


def test_jobs_need_a_login(client, user):
    job = make_job(user)

    for address in ("/jobs/", f"/jobs/{job.uuid}/"):
        assert client.get(address).url == f"/accounts/login/?next={address}"


def test_job_list_shows_ones_own_only(signed_in, user):
    mine, other = make_job(user), make_job(make_user())

    page = signed_in.get("/jobs/").content.decode()

    assert f"/jobs/{mine.uuid}/" in page
    assert str(other.uuid) not in page


def test_job_of_somebody_else_is_not_there(signed_in):
    other = make_job(make_user())
    JobItem.objects.filter(job=other, key="a").update(state="failed", error="secret-4711")

    foreign, unknown = signed_in.get(f"/jobs/{other.uuid}/"), signed_in.get(f"/jobs/{uuid4()}/")

    assert (foreign.status_code, unknown.status_code) == (404, 404)
    assert "secret-4711" not in foreign.content.decode()


def test_job_of_somebody_else_is_not_there_as_a_fragment(signed_in):
    other = make_job(make_user())

    assert signed_in.get(f"/jobs/{other.uuid}/?fragment=1").status_code == 404


def test_job_shows_how_far_it_is_and_what_failed(signed_in, user):
    job = make_job(user, state=Job.State.RUNNING)
    JobItem.objects.filter(job=job, key="a").update(state="done")
    JobItem.objects.filter(job=job, key="b").update(state="failed", error="already <issued>")

    page = signed_in.get(f"/en/jobs/{job.uuid}/").content.decode()

    assert "2 of 3 done" not in page
    assert "1 of 3 done, 1 failed" in page
    assert '<progress max="3" value="2"' in page
    assert "b: already &lt;issued&gt;" in page
    assert f'data-poll="/en/jobs/{job.uuid}/?fragment=1"' in page


def test_finished_job_asks_no_more(signed_in, user):
    job = make_job(user, state=Job.State.DONE)

    assert "data-poll" not in signed_in.get(f"/jobs/{job.uuid}/").content.decode()


def test_stopped_job_says_why_and_is_started_again_by_its_owner_alone(signed_in, user):
    job = make_job(user, state=Job.State.FAILED, error="worker lost", finished_at=clock.now())
    other = make_job(make_user(), state=Job.State.FAILED, error="worker lost")
    page = signed_in.get(f"/en/jobs/{job.uuid}/").content.decode()

    assert "the worker was lost in the middle of it" in page
    assert ("data-poll" in page, f'action="/en/jobs/{job.uuid}/again/"' in page) == (False, True)

    answers = [signed_in.post(f"/jobs/{one.uuid}/again/").status_code for one in (job, other)]

    states = [Job.objects.get(pk=one.pk).state for one in (job, other)]
    assert (answers, states) == ([302, 404], [Job.State.QUEUED, Job.State.FAILED])
    assert signed_in.get(f"/jobs/{job.uuid}/again/").status_code == 405
    assert "again/" not in signed_in.get(f"/jobs/{job.uuid}/").content.decode()


def test_fragment_is_the_moving_part_alone(signed_in, user):
    job = make_job(user)

    page = signed_in.get(f"/jobs/{job.uuid}/?fragment=1").content.decode()

    assert "<progress" in page
    assert "<html" not in page


def test_job_list_is_cut_into_pages(signed_in, user):
    for _ in range(26):
        make_job(user)

    first, second = signed_in.get("/jobs/"), signed_in.get("/jobs/?page=2")

    assert [len(page.context["page"]) for page in (first, second)] == [25, 1]


@pytest.mark.parametrize("count", [1, 3])
def test_job_list_queries_do_not_grow(count, signed_in, user, django_assert_num_queries):
    for _ in range(count):
        make_job(user)

    # Session, login, hats, one count, one page of jobs.
    with django_assert_num_queries(5):
        signed_in.get("/jobs/")


def test_looking_at_a_job_changes_nothing(signed_in, user):
    job = make_job(user)
    before = list(OutboxEvent.objects.values())

    signed_in.get(f"/jobs/{job.uuid}/")

    assert list(OutboxEvent.objects.values()) == before


# --- error pages ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("address", "language"), [("/nowhere/", "zh-hans"), ("/en/nowhere/", "en"), ("/ja/nowhere/", "ja")]
)
def test_unknown_address_is_answered_in_the_readers_language(address, language, client):
    response = client.get(address)

    assert response.status_code == 404
    assert f'<html lang="{language}">' in response.content.decode()


def test_form_without_its_token_is_refused_in_words():
    client = Client(enforce_csrf_checks=True)

    response = client.post("/en/accounts/login/", {"login": "he@example.test", "password": "x"})

    assert response.status_code == 403
    assert "This form has expired" in response.content.decode()


def test_server_error_is_a_page_without_a_trace(client, monkeypatch):
    def broken() -> dict[str, str]:
        raise RuntimeError("secret-4711")

    monkeypatch.setattr(readiness, "checks", broken)
    client.raise_request_exception = False
    response = client.get("/readyz")

    assert response.status_code == 500
    assert "secret-4711" not in response.content.decode()
    assert "<title>" in response.content.decode()
