"""The system administrator sees which long work runs and fails, of everybody, and nothing of what is in it."""

from datetime import timedelta

import pytest
from django.test import Client

from accounts.models import User
from accounts.permissions import Role
from accounts.selectors import jobs as selectors
from accounts.selectors.jobs import FAILING, JobsQuestion
from accounts.services import roster_jobs
from core import clock, jobs
from core.models import Job, JobItem, OutboxEvent
from tests.builders import hat, make_user, place_for

pytestmark = pytest.mark.django_db
PAGE = "/en/jobs/all/"
KIND, OTHER = "certificates.issue", roster_jobs.PREVIEW
OTHERS = [role for role in Role if role not in (Role.SYSTEM_ADMIN, Role.SYSTEM)]
STATEMENTS = 9


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def worn(role: Role) -> User:
    return hat(role, place_for(role))


@pytest.fixture
def administrator() -> User:
    return worn(Role.SYSTEM_ADMIN)


@pytest.fixture
def page(administrator) -> Client:
    return client_of(administrator)


def make_job(kind: str = KIND, keys: tuple = (1, 2), **fields) -> Job:
    job = jobs.start(actor=make_user(), kind=kind, subject_id="7", keys=keys)
    Job.objects.filter(pk=job.pk).update(**fields)
    return job


def fail(job: Job, error: str) -> None:
    item = job.items.order_by("pk").first()
    JobItem.objects.filter(pk=item.pk).update(state=JobItem.State.FAILED, error=error)


def shown(page: Client, **query) -> list[int]:
    return [line.job.pk for line in page.get(PAGE, query).context["lines"]]


# --- doors ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("role", OTHERS)
def test_page_is_not_there_for_any_other_role(role):
    assert client_of(worn(role)).get(PAGE).status_code == 404


def test_page_opens_for_the_system_administrator(page):
    assert page.get(PAGE).status_code == 200
    assert page.post(PAGE).status_code == 405


def test_page_opens_for_others_when_the_guard_is_off(monkeypatch):
    """What the refusals above stand on."""
    monkeypatch.setattr("accounts.selectors.jobs.require_everywhere", lambda *_: None)

    assert client_of(worn(Role.AUDIT_ADMIN)).get(PAGE).status_code == 200


# --- the list -------------------------------------------------------------------------------------------------------
def test_jobs_of_everybody_stand_there_newest_first_without_their_content(page):
    first, second = make_job(), make_job()
    fail(second, "already_issued {'person': '林知夏', 'number': '13800001234'}")

    answer = page.get(PAGE)
    text = answer.content.decode()

    assert [line.job.pk for line in answer.context["lines"]] == [second.pk, first.pk]
    assert "refused: already_issued" in text
    for secret in ("林知夏", "13800001234", first.owner.email, str(first.uuid)):
        assert secret not in text


def test_jobs_are_filtered_by_state_kind_and_period(page):
    done = make_job(state=Job.State.DONE, finished_at=clock.now())
    failing = make_job()
    fail(failing, "ValueError")
    other = make_job(OTHER)
    old = make_job(created_at=clock.now() - timedelta(days=3))
    today = clock.today().isoformat()

    assert shown(page, state="done") == [done.pk]
    assert shown(page, state=FAILING) == [failing.pk]
    assert shown(page, kind=OTHER) == [other.pk]
    assert old.pk not in shown(page, first=today)
    assert shown(page, last=(clock.today() - timedelta(days=2)).isoformat()) == [old.pk]
    assert len(shown(page, state="nonsense", first="2026-13-01")) == 4


def test_stopped_job_stands_among_the_failing_ones_with_its_reason(page):
    stopped = make_job(state=Job.State.FAILED, error="worker lost", finished_at=clock.now())
    make_job()

    assert shown(page, state=FAILING) == shown(page, state="failed") == [stopped.pk]
    assert "the worker was lost in the middle of it" in page.get(PAGE, {"state": "failed"}).content.decode()


def test_line_says_progress_attempts_and_how_long(administrator):
    job = make_job(keys=(1, 2, 3), created_at=clock.now() - timedelta(minutes=12))
    fail(job, "OperationalError")
    OutboxEvent.objects.filter(kind=KIND, key=str(job.pk)).update(attempts=3)

    [line] = selectors.job_lines(selectors.all_jobs(administrator, JobsQuestion()))

    assert (line.handled, line.failed, line.attempts, line.minutes) == (1, 1, 3, 12)
    assert line.failure.endswith("OperationalError")


@pytest.mark.parametrize("rows", [1, 3])
def test_page_takes_as_many_statements_for_three_rows_as_for_one(page, django_assert_num_queries, rows):
    for _ in range(rows):
        make_job()
    with django_assert_num_queries(STATEMENTS):
        assert len(shown(page)) == rows


# --- effects --------------------------------------------------------------------------------------------------------
def event(**fields) -> OutboxEvent:
    made = {"kind": "accounts.send_invitation", "key": "1", "created_at": clock.now(), **fields}
    return OutboxEvent.objects.create(**made)


def test_effects_are_counted_by_what_becomes_of_them(administrator):
    now, state = clock.now(), OutboxEvent.State
    event(created_at=now - timedelta(minutes=90))
    event(state=state.LEASED, leased_until=now + timedelta(minutes=1))
    event(state=state.LEASED, leased_until=now - timedelta(minutes=1))
    event(state=state.FAILED, created_at=now - timedelta(days=9))
    event(state=state.DONE, created_at=now - timedelta(days=9))

    figures = selectors.outbox_figures(administrator)

    assert (figures.waiting, figures.leased, figures.lost, figures.dead) == (1, 1, 1, 1)
    assert figures.minutes == 90


def test_given_up_effects_say_kind_and_cause_and_no_key(page):
    event(state=OutboxEvent.State.FAILED, last_error="worker lost", key="4711-key")
    event(state=OutboxEvent.State.FAILED, last_error="ConnectionRefusedError", key="4712-key")

    text = page.get(PAGE).content.decode()

    assert "the worker was lost in the middle of it" in text
    assert "broke down: ConnectionRefusedError" in text
    assert "4711-key" not in text
