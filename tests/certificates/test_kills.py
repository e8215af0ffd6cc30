"""Processes that issue are killed at chosen steps: nothing is lost, nothing doubled; without its guard, something is.

The drill (`./run drill kill`) does the same to every process of a whole site at moments that nobody chose.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections

from certificates import services
from certificates.models import Certificate, IssueBatch
from core import outbox
from core.models import Job, OutboxEvent
from tests.certificates.builders import certificate_base, make_award, manager_of
from tests.courses.builders import make_cohort
from tests.tlog.logs import witnessed
from tools.drill import counts
from tools.environment import ROOT, child_environment

pytestmark = pytest.mark.django_db(transaction=True)
KILLED = -signal.SIGKILL
# A killed worker's work is taken up again when its lease is over.
LEASE = outbox.LEASE.total_seconds() / 60 + 1


class Issuer:
    """Gives orders to the process that forks others (tests.certificates.dying)."""

    def __init__(self) -> None:
        server = {name: value for name, value in os.environ.items() if name.startswith("PLATFORM_DB_")}
        self.child = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "tests.certificates.dying"], cwd=ROOT, text=True,
            env=child_environment("test", **server), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        self.places: dict[str, str] = {}
        assert self._answer() == "ready\n"

    def order(self, do: str, key: int, **more: Any) -> int:
        """How the process ended."""
        order = {"do": do, "key": key, "database": str(connection.settings_dict["NAME"]), **self.places, **more}
        self.child.stdin.write(json.dumps(order) + "\n")
        self.child.stdin.flush()
        return int(self._answer())

    def _answer(self) -> str:
        return self.child.stdout.readline()


@pytest.fixture(scope="module")
def warm() -> Iterator[Issuer]:
    issuer = Issuer()
    yield issuer
    issuer.child.stdin.close()
    issuer.child.wait(timeout=30)
    issuer.child.stdout.close()


@pytest.fixture
def issuer(warm, settings, tmp_path) -> Issuer:
    """At work in the database and the folders of this test."""
    settings.MEDIA_ROOT, settings.DATA_DIR = tmp_path / "media", tmp_path
    warm.places = {"media": str(tmp_path / "media"), "data": str(tmp_path)}
    return warm


@pytest.fixture
def cohort():
    return make_cohort(certificate_base(), state="assessing", capacity=60)


def asked(cohort, people) -> tuple[IssueBatch, int]:
    """A class's batch, and the second person who may approve it."""
    for name in ("高轩", "林知夏", "䶮文博", "Łukasz") * (people // 4) + ("高轩",) * (people % 4):
        make_award(cohort, name=name)
    return services.ask_for_cohort(actor=manager_of(cohort.base), cohort=cohort), manager_of(cohort.base).pk


def event() -> int:
    return OutboxEvent.objects.get(kind="certificates.issue").pk


def states() -> dict[str, int]:
    found = list(Certificate.objects.values_list("state", flat=True))
    return {state: found.count(state) for state in sorted({*found})}


def differences(people, tmp_path: Path, settings) -> list[str]:
    """What a count of everything finds wrong, once all effects are brought about and the log's head is witnessed."""
    witnessed(tmp_path, settings)
    for pk in outbox.undelivered():
        outbox.deliver_event(pk)
    return [line.what for line in counts.everything(people) if not line.fits]


def test_approval_and_worker_killed_six_times_over_sixty_lose_and_double_nothing(issuer, cohort, tmp_path, settings):
    batch, second = asked(cohort, 60)

    # The page that approves, with its job written down: there is none, and approving again begins anew.
    assert issuer.order("approve", batch.pk, actor=second, die="approval") == KILLED
    assert (states(), Job.objects.count(), IssueBatch.objects.get().state) == ({}, 0, "asked")
    assert issuer.order("approve", batch.pk, actor=second) == 0
    assert states() == {}

    # In the middle of a number, between number and signature, signature and file, file and leaf; after the commit,
    # before anybody is told. At most the one that was begun is left, and it is gone on with.
    stopped = []
    for number, step in enumerate(("intent", "number", "signature", "file", "commit")):
        at = {"later": number * LEASE, "die": step, "turn": 11}
        assert issuer.order("deliver", event(), **at) == KILLED
        stopped.append((step, states()))
        # Nobody takes it while the lease of the lost worker runs.
        assert issuer.order("deliver", event(), later=number * LEASE) == 0
        assert states() == stopped[-1][1]
    assert stopped == [
        ("intent", {"issued": 10}),
        ("number", {"draft": 1, "issued": 20}),
        ("signature", {"draft": 1, "issued": 30}),
        ("file", {"draft": 1, "issued": 40}),
        ("commit", {"issued": 51}),
    ]

    assert issuer.order("deliver", event(), later=5 * LEASE) == 0

    assert differences(60, tmp_path, settings) == []


# Who is killed where, and the guard without which that kill leaves something behind: what the count then finds.
GUARDS = {
    "number_apart_from_its_intent": ("issue", "intent", "numbers without a gap"),
    "commit_what_there_is": ("deliver", "file", "files whose SHA-256 is that of their row"),
    "leave_what_lies_there": ("deliver", "file", "files that no row names"),
    "mark_first": ("deliver", "signature", "certificates issued"),
}


@pytest.mark.parametrize("is_on", [True, False], ids=["guarded", "unguarded"])
@pytest.mark.parametrize("guard", GUARDS)
def test_kill_is_seen_by_the_count_where_its_guard_is_off(guard, is_on, issuer, cohort, tmp_path, settings):
    do, step, found = GUARDS[guard]
    off = {} if is_on else {"off": guard}
    batch, _second = asked(cohort, 2)
    if do == "issue":
        # As an item of a job does it.
        record = batch.items.order_by("pk")[0].record_id
        assert issuer.order("issue", record, die=step, **off) == KILLED
    services.confirm_batch(actor=batch.asked_by, batch=batch)
    if do == "deliver":
        assert issuer.order("deliver", event(), die=step, **off) == KILLED
    issuer.order(
        "deliver", event(), later=LEASE, **({"off": guard} if guard == "leave_what_lies_there" and off else {})
    )

    wrong = differences(2, tmp_path, settings)
    assert (found in wrong, wrong == []) == (not is_on, is_on), wrong


def test_database_connections_are_not_shared_with_the_forked(issuer, cohort, tmp_path, settings):
    """A killed process holds nothing that the next one needs: what it locked is free at once."""
    record = make_award(cohort)
    assert issuer.order("issue", record.pk, die="file") == KILLED
    connections.close_all()
    assert issuer.order("issue", record.pk) == 0
    assert states() == {"issued": 1}
