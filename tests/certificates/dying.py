"""Processes that issue and are killed at a chosen step: one that is warm forks them, as a worker does.

A line of JSON on standard input is one order; the answer is how the forked process ended. `die`: the step before (for
`commit`: after) which it kills itself with SIGKILL, at the `turn`-th time; `off`: a guard that it works without.
"""
# ruff: noqa: E402 - models can be imported once the settings are loaded

import json
import os
import signal
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import django

django.setup()

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection, transaction

from accounts.models import User
from accounts.selectors import system_user
from certificates import services
from certificates.models import IssueBatch
from certificates.pdf.renderer import draw
from certificates.selectors.files import file_name
from certificates.services import issue
from certificates.services import jobs as issue_jobs
from certificates.services.snapshot import snapshot
from core import jobs, outbox
from core.clock import travel
from core.models import JobItem
from courses.models import TrainingRecord
from tests.certificates.builders import drawn_certificate

# What is called at each step, and whether the kill comes after it.
STEPS: dict[str, tuple[Any, str, bool]] = {
    "approval": (jobs, "start", True),
    "intent": (issue, "code_from_bytes", False),
    "number": (issue, "sign_credential", False),
    "signature": (issue, "_save", False),
    "file": (issue, "store_credential", False),
    "commit": (issue_jobs, "issue_decided", True),
}


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def die_at(step: str, turn: int, before: Callable[[], None]) -> None:
    module, name, after = STEPS[step]
    called, turns = getattr(module, name), iter(range(1, turn + 1))

    def call(*arguments: Any, **named: Any) -> Any:
        is_it = next(turns) == turn
        if is_it and not after:
            before()
            die()
        answer = called(*arguments, **named)
        if is_it:
            die()
        return answer

    setattr(module, name, call)


# --- guards, taken off ------------------------------------------------------------------------------------------------
def number_apart_from_its_intent() -> None:
    """The counter is committed by itself; the intent follows in a transaction of its own."""
    allot, count = issue._allotted, issue._next_number

    def loosely(actor: User, record_id: int) -> Any:
        record = TrainingRecord.objects.get(pk=record_id)
        if not record.certificates.exists():
            with transaction.atomic():
                number = count(snapshot(record))
            issue._next_number = lambda _intent: number
        return allot(actor, record_id)

    issue._allotted = loosely


def commit_what_there_is() -> None:
    """File and entry of the log in two transactions: the first is over when the second begins."""
    if connection.vendor == "sqlite":
        connection.connection.execute("COMMIT")
    else:
        connection.connection.commit()


def leave_what_lies_there() -> None:
    """The bytes of a killed attempt stay, and the next ones get another name."""
    issue._save = lambda one, body: default_storage.save(file_name(one), ContentFile(body))


def mark_first() -> None:
    """An item counts as done when it is begun."""

    def hastily(job: Any, item: JobItem, work: Any) -> bool:
        JobItem.objects.filter(pk=item.pk).update(state=JobItem.State.DONE)
        item.state = JobItem.State.WAITING
        work(job, item.key)
        return True

    jobs._do = hastily


# --- orders -----------------------------------------------------------------------------------------------------------
def obey(order: dict[str, Any]) -> None:
    connection.settings_dict["NAME"] = order["database"]
    settings.DATA_DIR, settings.MEDIA_ROOT = Path(order["data"]), order["media"]
    off = order.get("off", "")
    for guard in (number_apart_from_its_intent, leave_what_lies_there, mark_first):
        if off == guard.__name__:
            guard()
    if step := order.get("die"):
        before = commit_what_there_is if off == commit_what_there_is.__name__ else lambda: None
        die_at(step, order.get("turn", 1), before)
    with travel(timedelta(minutes=order.get("later", 0))):
        WORK[order["do"]](order)


def approve(order: dict[str, Any]) -> None:
    batch, actor = IssueBatch.objects.get(pk=order["key"]), User.objects.get(pk=order["actor"])
    services.approve_batch(actor=actor, batch=batch)


def issue_one(order: dict[str, Any]) -> None:
    issue_jobs.issue_item(actor=system_user(), record_id=order["key"])


WORK: dict[str, Callable[[dict[str, Any]], None]] = {
    "approve": approve,
    "issue": issue_one,
    "deliver": lambda order: outbox.deliver_event(order["key"]),
}


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def main() -> None:
    draw(drawn_certificate())
    say("ready")
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            try:
                obey(json.loads(line))
                os._exit(0)
            except BaseException as error:
                sys.stderr.write(f"{error!r}\n")
                os._exit(1)
        say(json.dumps(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])))


if __name__ == "__main__":
    main()
