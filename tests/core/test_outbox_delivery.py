"""Delivering events: every handler runs; a failure is tried again and given up loudly; what was lost is found."""

import pytest

from core import clock, outbox, tasks
from core.models import OutboxEvent
from tests.core.events import KIND, later, make_event, messages

State = OutboxEvent.State
pytestmark = pytest.mark.usefixtures("empty_broker")


# --- delivering -----------------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_delivered_event_is_closed(heard):
    event = make_event()

    tasks.deliver(event.pk)

    event.refresh_from_db()
    assert (heard, event.state, event.last_error) == (["7"], State.DONE, "")
    assert event.done_at is not None


@pytest.mark.django_db
def test_event_is_delivered_once_however_often_it_rings(heard):
    event = make_event()

    for _ in range(3):
        tasks.deliver(event.pk)

    assert heard == ["7"]


@pytest.mark.django_db
def test_every_handler_of_a_kind_runs(heard):
    also = []
    outbox.handles(KIND)(lambda event: also.append(event.pk))
    event = make_event()

    outbox.deliver_event(event.pk)

    assert (heard, also) == (["7"], [event.pk])


@pytest.mark.django_db
def test_a_handler_registered_twice_runs_once(heard):
    (listen,) = outbox._handlers[KIND]
    outbox.handles(KIND)(listen)

    outbox.deliver_event(make_event().pk)

    assert heard == ["7"]


@pytest.mark.django_db
def test_other_kinds_are_not_heard(heard):
    outbox.deliver_event(make_event(kind="test.other").pk)

    assert heard == []


# --- failing --------------------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_failed_delivery_is_put_back_with_its_error(failing, caplog):
    event = make_event()

    outbox.deliver_event(event.pk)

    event.refresh_from_db()
    assert (event.state, event.attempts) == (State.NEW, 1)
    assert event.last_error == "OSError"
    assert "OSError" in caplog.text


@pytest.mark.django_db
def test_failed_delivery_waits_longer_each_time(failing):
    event, waits = make_event(), []
    for _ in range(4):
        outbox.deliver_event(event.pk)
        event.refresh_from_db()
        waits.append(round((event.sent_at - clock.now()).total_seconds()))

    assert waits == [2, 4, 8, 16]


@pytest.mark.django_db
def test_event_is_given_up_after_the_last_attempt(failing):
    event = make_event()
    for _ in range(outbox.MAX_ATTEMPTS):
        outbox.deliver_event(event.pk)

    event.refresh_from_db()
    assert (event.state, event.attempts) == (State.FAILED, outbox.MAX_ATTEMPTS)
    assert event.last_error == "OSError"
    with later(days=1):
        assert outbox.overdue() == []


@pytest.mark.django_db
def test_event_succeeds_when_the_trouble_is_over(failing):
    event = make_event()
    outbox.deliver_event(event.pk)
    failing.clear()

    outbox.deliver_event(event.pk)

    event.refresh_from_db()
    assert (event.state, event.attempts) == (State.DONE, 2)


@pytest.mark.django_db
def test_words_of_an_error_are_not_kept_in_the_row(failing):
    """A database's own words may hold what a row holds."""
    failing[0] = "Key (number)=(000000199001010018) already exists"

    outbox.deliver_event(make_event().pk)

    assert "000000199001010018" not in str(OutboxEvent.objects.values().get())


@pytest.mark.django_db
def test_event_that_kills_every_worker_is_given_up(heard):
    event = make_event()
    for turn in range(outbox.MAX_ATTEMPTS):
        with later(minutes=3 * turn):
            assert outbox.claim(event.pk) is not None

    with later(minutes=3 * outbox.MAX_ATTEMPTS):
        outbox.deliver_event(event.pk)

    event.refresh_from_db()
    assert (heard, event.state, event.last_error) == ([], State.FAILED, "worker lost")


# --- what was lost --------------------------------------------------------------------------------------------------
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fields", "seconds", "expected"),
    [
        ({}, 4, False),
        ({}, 6, True),
        ({"state": State.DONE}, 600, False),
        ({"state": State.FAILED}, 600, False),
        ({"state": State.LEASED, "leased_until": "in two minutes"}, 60, False),
        ({"state": State.LEASED, "leased_until": "in two minutes"}, 121, True),
    ],
)
def test_overdue_events(fields, seconds, expected):
    if "leased_until" in fields:
        fields = {**fields, "leased_until": clock.now() + outbox.LEASE}
    event = make_event(**fields)

    with later(seconds=seconds):
        assert outbox.overdue() == ([event.pk] if expected else [])


@pytest.mark.django_db
def test_overdue_event_is_named_once_per_lease():
    """Else a long queue fills with duplicates."""
    event = make_event()

    with later(seconds=10):
        assert outbox.overdue() == [event.pk]
    with later(seconds=60):
        assert outbox.overdue() == []
    with later(seconds=10 + 120 + 6):
        assert outbox.overdue() == [event.pk]


@pytest.mark.django_db
def test_resend_rings_for_every_overdue_event():
    events = [make_event(key=str(number)) for number in range(3)]

    with later(seconds=10):
        tasks.resend()

    assert messages() == [("core.deliver", [event.pk]) for event in events]


@pytest.mark.django_db
def test_killed_worker_loses_nothing(heard):
    """A worker took the lease and died: after it ran out, the next one delivers."""
    event = make_event()
    outbox.claim(event.pk)

    with later(seconds=130):
        for event_id in outbox.overdue():
            outbox.deliver_event(event_id)

    assert heard == ["7"]
    assert OutboxEvent.objects.get().state == State.DONE


@pytest.mark.django_db
def test_undelivered_are_the_new_ones_oldest_first():
    first, second = make_event(key="1"), make_event(key="2")
    make_event(state=State.DONE)
    make_event(state=State.LEASED, leased_until=clock.now())

    assert outbox.undelivered() == [first.pk, second.pk]
