"""The outbox: an effect follows a commit and nothing else, and one worker at a time takes it."""

import shutil
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing

import pytest
from django.db import connection, transaction

from core import outbox
from core.models import OutboxEvent
from tests.core.events import KIND, later, make_event, messages
from tools.environment import ROOT, child_environment

State = OutboxEvent.State
pytestmark = pytest.mark.usefixtures("empty_broker")


# --- after the commit, and only then --------------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_nothing_is_sent_before_the_commit_and_a_message_right_after():
    with transaction.atomic():
        event = outbox.add(KIND, 7)
        assert messages() == []

    assert messages() == [("core.deliver", [event.pk])]
    assert (event.state, event.kind, event.key, event.attempts) == (State.NEW, KIND, "7", 0)


@pytest.mark.django_db(transaction=True)
def test_nothing_is_left_after_a_rollback():
    with transaction.atomic():
        outbox.add(KIND, 7)
        transaction.set_rollback(True)

    assert messages() == []
    assert list(OutboxEvent.objects.all()) == []


@pytest.mark.django_db(transaction=True)
def test_a_broken_broker_does_not_break_the_write(monkeypatch):
    def unreachable(event_id: int) -> None:
        raise ConnectionError("broker is down")

    monkeypatch.setattr(outbox, "ring", unreachable)
    with transaction.atomic():
        event = outbox.add(KIND, 7)

    assert OutboxEvent.objects.get().state == State.NEW
    with later(seconds=10):
        assert outbox.overdue() == [event.pk]


PROBE = """
import django; django.setup()
from pathlib import Path
from django.conf import settings
from django.db import transaction
from core import outbox
{before}
def count():
    return len(list(Path(settings.CELERY_BROKER_TRANSPORT_OPTIONS["data_folder_out"]).glob("*.msg")))
with transaction.atomic():
    outbox.add("test.nothing", 1)
    inside = count()
after = count()
with transaction.atomic():
    outbox.add("test.nothing", 2)
    transaction.set_rollback(True)
print(inside, after, count())
"""
# What a web process has when nothing imports our application: another one, with a broker that is not there.
WITHOUT_OUR_APPLICATION = """
from celery import Celery
Celery("other", broker="filesystem://", set_as_current=True).conf.broker_transport_options = {
    "data_folder_in": "/nonexistent/in", "data_folder_out": "/nonexistent/out"}
"""


def probe(tmp_path, before: str = "") -> str:
    """A process of its own on the dev settings: what lies in the broker's folder around a commit."""
    template = connection.settings_dict["NAME"]
    with closing(sqlite3.connect(template)) as source, closing(sqlite3.connect(tmp_path / "platform.sqlite3")) as copy:
        source.backup(copy)
    done = subprocess.run(
        [sys.executable, "-c", PROBE.format(before=before)],
        cwd=ROOT,
        env=child_environment("dev", PLATFORM_DATA=str(tmp_path)),
        capture_output=True,
        text=True,
        check=True,
    )
    shutil.rmtree(tmp_path)
    return done.stdout.strip()


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="the small size, with the broker in files")
def test_message_file_lies_there_right_after_the_commit(tmp_path):
    assert probe(tmp_path) == "0 1 1"


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="the small size, with the broker in files")
def test_without_our_celery_application_no_message_lies_there(tmp_path):
    """The twin: what happens, unseen, when config/__init__.py does not import it."""
    assert probe(tmp_path, WITHOUT_OUR_APPLICATION) == "0 0 0"


# --- claiming -------------------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_claim_takes_the_lease_once():
    event = make_event()

    taken = outbox.claim(event.pk)

    assert (taken.pk, taken.state, taken.attempts) == (event.pk, State.LEASED, 1)
    assert outbox.claim(event.pk) is None


@pytest.mark.django_db
@pytest.mark.parametrize("state", [State.DONE, State.FAILED])
def test_claim_of_a_closed_event_gives_nothing(state):
    assert outbox.claim(make_event(state=state).pk) is None


@pytest.mark.django_db
def test_claim_of_an_unknown_event_gives_nothing():
    assert outbox.claim(999_999) is None


@pytest.mark.django_db
@pytest.mark.parametrize(("seconds", "taken"), [(119, False), (121, True)])
def test_claim_after_the_lease_ran_out(seconds, taken):
    event = make_event()
    outbox.claim(event.pk)

    with later(seconds=seconds):
        assert (outbox.claim(event.pk) is not None) is taken


@pytest.mark.django_db
def test_renewed_lease_is_kept():
    event = outbox.claim(make_event().pk)
    with later(seconds=100):
        outbox.renew(event)

    with later(seconds=200):
        assert outbox.claim(event.pk) is None
    with later(seconds=230):
        assert outbox.claim(event.pk).attempts == 2


@pytest.mark.django_db(transaction=True)
def test_many_hands_claim_once():
    event, together, taken = make_event(), threading.Barrier(4), []

    def take() -> None:
        together.wait()
        taken.append(outbox.claim(event.pk))
        connection.close()

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len([one for one in taken if one]) == 1
    assert OutboxEvent.objects.get().attempts == 1
