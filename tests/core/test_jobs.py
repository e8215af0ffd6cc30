"""Long work: progress, failures kept, safe to run twice, resumed where it stopped."""

import threading
from contextlib import suppress

import pytest
from django.db import IntegrityError, connection, transaction

from core import clock, jobs, outbox
from core.errors import DomainError, NotAllowed, WrongState
from core.models import AuditEntry, Job, JobItem, OutboxEvent
from tests.builders import make_user

pytestmark = pytest.mark.django_db
Progress = jobs.Progress


@pytest.fixture
def job():
    return jobs.start(actor=make_user(), kind="test.issue", subject_id=12, keys=["a", "b", "c"])


@pytest.fixture
def event(job):
    return OutboxEvent.objects.get(kind="test.issue", key=str(job.pk))


def states(job: Job) -> dict[str, str]:
    return dict(job.items.order_by("pk").values_list("key", "state"))


def errors(job: Job) -> dict[str, str]:
    return dict(job.items.exclude(error="").values_list("key", "error"))


def nothing(job: Job, key: str) -> None:
    """Work that always succeeds."""


class Work:
    """Remembers what it was asked to do; fails as told, per key."""

    def __init__(self, **failures: Exception) -> None:
        self.done: list[str] = []
        self.failures = failures

    def __call__(self, job: Job, key: str) -> None:
        self.done.append(key)
        if key in self.failures:
            raise self.failures[key]


def test_started_job_waits_with_its_items_and_rings(job, event):
    assert (job.state, job.total, job.subject_id, job.finished_at) == (Job.State.QUEUED, 3, "12", None)
    assert states(job) == {"a": "waiting", "b": "waiting", "c": "waiting"}
    assert event.state == OutboxEvent.State.NEW
    assert jobs.progress(job) == Progress(total=3, done=0, failed=0)


def test_run_does_every_item_in_order_and_closes_the_job(job, event):
    work = Work()

    jobs.run(event, work)

    job.refresh_from_db()
    assert work.done == ["a", "b", "c"]
    assert (job.state, jobs.progress(job)) == (Job.State.DONE, Progress(total=3, done=3, failed=0))
    assert job.finished_at is not None


def test_refused_item_is_kept_with_its_reason_and_the_others_go_on(job, event):
    jobs.run(event, Work(b=DomainError("already_issued", number="TM-1")))

    job.refresh_from_db()
    assert states(job) == {"a": "done", "b": "failed", "c": "done"}
    assert errors(job) == {"b": "already_issued {'number': 'TM-1'}"}
    assert (job.state, jobs.progress(job)) == (Job.State.DONE, Progress(total=3, done=2, failed=1))
    assert jobs.progress(job).handled == 3


def test_work_keeps_its_own_transactions_so_that_no_row_is_held_meanwhile(transactional_db):
    job = jobs.start(actor=make_user(), kind="test.issue", subject_id=1, keys=["a"])
    open_transactions = []

    jobs.run(
        OutboxEvent.objects.get(kind="test.issue"),
        lambda _job, key: open_transactions.append(connection.in_atomic_block),
    )

    assert open_transactions == [False]
    assert states(job) == {"a": "done"}


def test_item_of_a_killed_worker_is_free_after_its_lease(job, event):
    JobItem.objects.filter(job=job, key="a").update(leased_until=clock.now() + outbox.LEASE)
    with pytest.raises(jobs.ItemsLeft):
        jobs.run(event, nothing)
    assert states(job) == {"a": "waiting", "b": "done", "c": "done"}

    with clock.travel(outbox.LEASE * 2):
        jobs.run(event, nothing)

    assert states(job) == {"a": "done", "b": "done", "c": "done"}


def test_run_again_does_nothing_twice(job, event):
    jobs.run(event, nothing)
    finished = Job.objects.get(pk=job.pk).finished_at
    work = Work()

    jobs.run(event, work)

    assert work.done == []
    assert Job.objects.get(pk=job.pk).finished_at == finished


def test_run_resumes_where_a_killed_worker_stopped(job, event):
    with pytest.raises(KeyboardInterrupt):
        jobs.run(event, Work(b=KeyboardInterrupt()))
    job.refresh_from_db()
    assert (job.state, states(job)["a"], states(job)["b"]) == (Job.State.RUNNING, "done", "waiting")
    work = Work()

    with clock.travel(outbox.LEASE * 2):
        jobs.run(event, work)

    assert work.done == ["b", "c"]
    assert jobs.progress(job) == Progress(total=3, done=3, failed=0)


def test_broken_item_does_not_hold_up_the_others(job, event, caplog):
    with pytest.raises(OSError, match="disk"):
        jobs.run(event, Work(a=OSError("disk full")))

    assert states(job) == {"a": "waiting", "b": "done", "c": "done"}
    assert Job.objects.get(pk=job.pk).state == Job.State.RUNNING
    assert "disk full" in caplog.text


def test_broken_item_is_kept_with_its_error_at_the_last_attempt(job, event, caplog):
    outbox.handles("test.issue")(lambda event: jobs.run(event, Work(a=OSError("disk full"))))
    for _ in range(outbox.MAX_ATTEMPTS):
        outbox.deliver_event(event.pk)
    outbox._handlers.pop("test.issue")

    assert states(job) == {"a": "failed", "b": "done", "c": "done"}
    assert errors(job) == {"a": "OSError"}
    assert Job.objects.get(pk=job.pk).state == Job.State.DONE
    assert OutboxEvent.objects.get(pk=event.pk).state == OutboxEvent.State.DONE


def test_item_done_by_another_worker_meanwhile_is_passed_by(job, event):
    done = []

    def overtaken(_job: Job, key: str) -> None:
        done.append(key)
        JobItem.objects.filter(job=job, key="b").update(state=JobItem.State.DONE)

    jobs.run(event, overtaken)

    assert done == ["a", "c"]


def test_lease_is_renewed_after_every_item(job, event):
    outbox.claim(event.pk)
    leases = []

    def look(_job: Job, key: str) -> None:
        leases.append(OutboxEvent.objects.get(pk=event.pk).leased_until)

    jobs.run(event, look)

    assert leases == sorted(set(leases))
    assert len(leases) == 3


def test_job_without_items_is_done_at_once():
    job = jobs.start(actor=make_user(), kind="test.issue", subject_id=1, keys=[])

    jobs.run(OutboxEvent.objects.get(kind="test.issue"), nothing)

    job.refresh_from_db()
    assert (job.state, jobs.progress(job)) == (Job.State.DONE, Progress(total=0, done=0, failed=0))


def test_the_same_item_twice_is_refused_by_the_database():
    with pytest.raises(IntegrityError), transaction.atomic():
        jobs.start(actor=make_user(), kind="test.issue", subject_id=1, keys=["a", "a"])

    assert list(Job.objects.all()) == []


def test_label_is_the_named_kind_or_the_kind_itself(job):
    assert job.label == "test.issue"
    jobs.name_kind("test.issue", "Issue of tests")

    assert job.label == "Issue of tests"


def test_job_reads_the_work_of_its_own_event_only(job):
    other = jobs.start(actor=make_user(), kind="test.issue", subject_id=13, keys=["z"])
    work = Work()

    jobs.run(OutboxEvent.objects.get(kind="test.issue", key=str(other.pk)), work)

    assert work.done == ["z"]
    assert states(job) == {"a": "waiting", "b": "waiting", "c": "waiting"}


def test_two_workers_at_once_do_every_item_once(transactional_db):
    job = jobs.start(actor=make_user(), kind="test.issue", subject_id=1, keys=[str(n) for n in range(6)])
    event = OutboxEvent.objects.get(kind="test.issue")
    work, together = Work(), threading.Barrier(2)

    def run() -> None:
        together.wait()
        with suppress(jobs.ItemsLeft):
            jobs.run(event, work)
        connection.close()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(work.done) == [str(n) for n in range(6)]
    assert jobs.progress(job) == Progress(total=6, done=6, failed=0)


# --- given up -------------------------------------------------------------------------------------------------------
def kill_every_worker(event: OutboxEvent) -> None:
    """Each is lost in the middle of the work; then somebody looks for what nobody works on."""
    for turn in range(outbox.MAX_ATTEMPTS + 1):
        with clock.travel(outbox.LEASE * 2 * turn):
            assert (outbox.claim(event.pk) is not None) == (turn < outbox.MAX_ATTEMPTS)


def test_job_whose_workers_are_lost_stops_with_its_reason_and_keeps_what_was_done(job, event):
    with pytest.raises(KeyboardInterrupt):
        jobs.run(event, Work(b=KeyboardInterrupt()))

    kill_every_worker(event)

    job.refresh_from_db()
    assert (job.state, job.error, job.finished_at is not None) == (Job.State.FAILED, "worker lost", True)
    assert states(job) == {"a": "done", "b": "waiting", "c": "waiting"}


def test_long_job_outlives_any_number_of_lost_workers_while_it_moves_on():
    """Each worker does one item and is lost at the next one: that is no item that kills its worker."""
    many = outbox.MAX_ATTEMPTS + 4
    long = jobs.start(actor=make_user(), kind="test.issue", subject_id=1, keys=range(many))
    pk = OutboxEvent.objects.get(kind="test.issue", key=str(long.pk)).pk
    for turn in range(many):
        with clock.travel(outbox.LEASE * 2 * turn), suppress(KeyboardInterrupt):
            lost = {str(turn + 1): KeyboardInterrupt()} if turn + 1 < many else {}
            jobs.run(outbox.claim(pk), Work(**lost))

    long.refresh_from_db()
    assert (long.state, jobs.progress(long)) == (Job.State.DONE, Progress(total=many, done=many, failed=0))


def test_refused_item_is_no_step_forward(job, event):
    """What refuses everything does not go on for ever beside a worker that is lost again and again."""
    OutboxEvent.objects.filter(pk=event.pk).update(attempts=outbox.MAX_ATTEMPTS - 2)
    with suppress(KeyboardInterrupt):
        jobs.run(outbox.claim(event.pk), Work(a=DomainError("no"), b=KeyboardInterrupt()))

    event.refresh_from_db()
    assert event.attempts == outbox.MAX_ATTEMPTS - 1


def test_job_that_cannot_come_to_an_end_stops_as_well(job, event, caplog):
    """Another worker holds an item for ever: the last attempt leaves it, and nobody comes back."""
    job.items.filter(key="b").update(leased_until=clock.now() + outbox.LEASE * 99)
    outbox.handles("test.issue")(lambda event: jobs.run(event, nothing))
    for _ in range(outbox.MAX_ATTEMPTS):
        outbox.deliver_event(event.pk)
    outbox._handlers.pop("test.issue")

    job.refresh_from_db()
    assert (job.state, job.error) == (Job.State.FAILED, "ItemsLeft")


def test_event_of_another_kind_with_the_same_key_stops_no_job(job):
    kill_every_worker(outbox.add("test.other", job.pk))
    kill_every_worker(outbox.add("test.issue", "no-number"))

    job.refresh_from_db()
    assert job.state == Job.State.QUEUED


def test_finished_job_is_not_stopped_by_an_event_that_comes_late(job, event):
    jobs.run(event, nothing)

    kill_every_worker(event)

    job.refresh_from_db()
    assert (job.state, job.error) == (Job.State.DONE, "")


def test_stopped_job_started_again_does_the_rest_only(job, event):
    with pytest.raises(KeyboardInterrupt):
        jobs.run(event, Work(b=KeyboardInterrupt()))
    kill_every_worker(event)

    jobs.start_again(actor=job.owner, job=job)

    job.refresh_from_db()
    event.refresh_from_db()
    assert (job.state, job.error, job.finished_at) == (Job.State.QUEUED, "", None)
    assert (event.state, event.attempts, event.last_error) == (OutboxEvent.State.NEW, 0, "")
    assert AuditEntry.objects.get(verb="core.job_started_again").actor == job.owner
    work = Work()
    outbox.handles("test.issue")(lambda event: jobs.run(event, work))
    outbox.deliver_event(event.pk)
    outbox._handlers.pop("test.issue")
    job.refresh_from_db()
    assert (work.done, job.state, jobs.progress(job).done) == (["b", "c"], Job.State.DONE, 3)


def test_stopped_job_rings_anew_when_its_event_is_not_kept_any_more(job, event):
    kill_every_worker(event)
    event.delete()

    jobs.start_again(actor=job.owner, job=job)

    assert OutboxEvent.objects.get(kind="test.issue", key=str(job.pk)).state == OutboxEvent.State.NEW


def test_only_the_owner_and_only_a_stopped_job_starts_again(job, event):
    with pytest.raises(WrongState):
        jobs.start_again(actor=job.owner, job=job)
    kill_every_worker(event)
    with pytest.raises(NotAllowed):
        jobs.start_again(actor=make_user(), job=job)

    assert Job.objects.get(pk=job.pk).state == Job.State.FAILED


def test_job_of_one_piece_begins_again_from_its_first_milestone(job, event):
    kill_every_worker(event)
    jobs.start_again(actor=job.owner, job=job)
    told = []

    jobs.run_whole(event, lambda _job, reach: told.append(len(reach.ids)))

    job.refresh_from_db()
    assert (told, job.state, jobs.progress(job).done) == ([3], Job.State.DONE, 3)


def test_stopped_job_is_not_paused(job):
    Job.objects.filter(pk=job.pk).update(state=Job.State.FAILED, error="lost")
    assert (jobs.pause(job), Job.objects.get(pk=job.pk).state) == (False, "failed")


def test_somebody_else_takes_a_stopped_job_over_where_the_room_says_so(job):
    Job.objects.filter(pk=job.pk).update(state=Job.State.FAILED, error="lost")
    other = make_user()
    taken = jobs.start_again(actor=other, job=job, taking_over=True)
    assert (taken.state, taken.owner_id) == ("queued", other.pk)
