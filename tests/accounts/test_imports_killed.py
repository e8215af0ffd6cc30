"""A worker killed in the middle of writing a large roster: nothing is left of it, and the next worker finishes it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection

from accounts.imports.decisions import RosterChoices
from accounts.models import Appointment, AppointmentNotice, IdentityDocument, Person
from accounts.services import roster_jobs
from core import jobs, outbox, uploads
from core.clock import travel
from core.columns import PORTION
from core.models import AuditEntry, Job, OutboxEvent
from tests.accounts.sheets import ROSTER, csv_file, person_row
from tests.builders import make_institution, officer
from tools.environment import ROOT, child_environment

pytestmark = pytest.mark.django_db(transaction=True)
ROWS = 6_000
PORTIONS = ROWS // PORTION
# Reading and planning are over, and the first portions are written.
WRITING = 2 * PORTIONS + 2
WORKER = """
import sys
from pathlib import Path
import django
django.setup()
from django.conf import settings
from django.db import connection
connection.settings_dict["NAME"], settings.DATA_DIR = sys.argv[1], Path(sys.argv[2])
from core import outbox
outbox.deliver_event(int(sys.argv[3]))
"""


@pytest.fixture
def ordered(settings, tmp_path) -> Job:
    """A previewed and confirmed file that waits for a worker."""
    settings.DATA_DIR = tmp_path
    institution = make_institution()
    actor = officer(institution)
    content = csv_file(ROSTER, *[person_row(手机="13800000018") for _row in range(ROWS)])
    sha256 = uploads.keep(actor.pk, content)
    roster_jobs.start_preview(actor=actor, institution=institution, sha256=sha256)
    return roster_jobs.start_import(
        actor=actor, institution=institution, sha256=sha256, file_name="名册.csv", choices=RosterChoices(), seen=""
    )


@pytest.fixture
def worker(ordered, tmp_path) -> Iterator[subprocess.Popen[bytes]]:
    """A process of its own at the import, in the database of this test."""
    server = {name: value for name, value in os.environ.items() if name.startswith("PLATFORM_DB_")}
    started = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", WORKER, str(connection.settings_dict["NAME"]), str(tmp_path),
         str(event_of(ordered).pk)],
        cwd=ROOT, env=child_environment("test", **server),
    )  # fmt: skip
    yield started
    started.kill()
    started.wait()


def event_of(job: Job) -> OutboxEvent:
    return OutboxEvent.objects.get(kind=job.kind, key=str(job.pk))


def written() -> tuple[int, ...]:
    models = (Person, IdentityDocument, Appointment, AppointmentNotice)
    files = AuditEntry.objects.filter(verb="accounts.roster_imported").count()
    return (*(model.objects.count() for model in models), files)


def wait_until_it_writes(job: Job, process: subprocess.Popen[bytes], mark: Path) -> int:
    """How far the worker says it is, once it is in the middle of writing."""
    ends = time.monotonic() + 120
    while time.monotonic() < ends and process.poll() is None:
        if mark.exists() and int(mark.read_text()) >= WRITING:
            return jobs.progress(Job.objects.get(pk=job.pk)).done
        time.sleep(0.002)
    raise AssertionError(f"never seen writing; the worker ended with {process.poll()}")


def test_worker_killed_while_writing_leaves_nothing_and_the_next_one_finishes(ordered, worker, tmp_path):
    before = written()
    seen = wait_until_it_writes(ordered, worker, tmp_path / "jobs" / str(ordered.uuid))

    worker.send_signal(signal.SIGKILL)

    assert worker.wait(timeout=30) == -signal.SIGKILL
    assert WRITING <= seen < ordered.total - 1
    assert written() == before
    ordered.refresh_from_db()
    event = event_of(ordered)
    assert (ordered.state, event.state) == (Job.State.RUNNING, OutboxEvent.State.LEASED)

    # Nobody takes it while the lease of the lost worker runs; then it is found, and done from the beginning.
    outbox.deliver_event(event.pk)
    assert written() == before
    with travel(outbox.LEASE + timedelta(seconds=1)):
        assert event.pk in outbox.overdue()
        outbox.deliver_event(event.pk)

    ordered.refresh_from_db()
    assert (ordered.state, jobs.progress(ordered).done) == (Job.State.DONE, ordered.total)
    assert [after - earlier for after, earlier in zip(written(), before, strict=True)] == [ROWS, ROWS, ROWS, ROWS, 1]
    assert not (tmp_path / "jobs" / str(ordered.uuid)).exists()
