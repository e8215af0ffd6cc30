"""Do page, report, interface and open data say the same of every entry? Every night, record by record; none may differ.

What each audience should be shown is taken from the matrix anew, so that a field too many is found as one too few is.
"""

import json
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.template.loader import render_to_string
from django.utils import translation

from accounts.models import User
from accounts.permissions import Role
from core import audit, clock
from core.errors import NotAllowed
from credit import exports
from credit.models import CreditRecord
from credit.rules.publication import Audience, shown_fields
from credit.selectors.agreement import read_page, read_table
from credit.selectors.lines import Line, as_word, lines_of, subject_of, with_voice

log = logging.getLogger(__name__)
TABLE = "credit/line_table.html"
# So many entries are read at once.
PORTION = 200
Entry = Mapping[str, Any]


@dataclass(frozen=True)
class Difference:
    """Of one field of one entry: what an outlet shows an audience, and what it should."""

    record: int
    audience: str
    outlet: str
    field: str
    shown: Any
    expected: Any


def check_agreement(*, actor: User) -> list[Difference]:
    """0 differences, or an alarm: in the log of the platform and in the audit trail."""
    if not any(hat.role == Role.SYSTEM for hat in actor.worn_memberships()):
        raise NotAllowed(permission="system")
    with translation.override("zh-hans"):
        found = [one for rows in _portions() for audience in Audience.values for one in _differences(rows, audience)]
    if found:
        first = found[0]
        log.critical("%s differences between the outlets of credit files, first %s", len(found), first)
        with transaction.atomic():
            record = CreditRecord.objects.get(pk=first.record)
            audit.record(
                actor, "credit.outlets_differ", record, number=len(found), first=f"{first.outlet} {first.field}"
            )
    return found


def _portions() -> Iterator[list[CreditRecord]]:
    last = 0
    while rows := list(with_voice(CreditRecord.objects.filter(pk__gt=last).order_by("pk"))[:PORTION]):
        yield rows
        last = rows[-1].pk


def _differences(rows: list[CreditRecord], audience: str) -> Iterator[Difference]:
    lines = lines_of(rows, audience)
    expected = _expected(rows, audience)
    for outlet, read in OUTLETS.items():
        if outlet == OPEN_DATA and audience != Audience.PUBLIC:
            continue
        shown = {number: _plain(entry) for number, entry in read(lines).items()}
        for number in sorted(expected.keys() | shown.keys()):
            yield from _between(number, audience, outlet, shown.get(number, {}), expected.get(number, {}))


def _between(number: int, audience: str, outlet: str, shown: Entry, expected: Entry) -> Iterator[Difference]:
    for field in sorted(shown.keys() | expected.keys()):
        if shown.get(field) != expected.get(field):
            yield Difference(number, audience, outlet, field, shown.get(field), expected.get(field))


def _expected(rows: list[CreditRecord], audience: str) -> dict[int, Entry]:
    """From what the subject sees, which is everything, and from the matrix."""
    today = clock.today()
    found: dict[int, Entry] = {}
    for line in lines_of(rows, Audience.SUBJECT):
        record = line.record
        names = shown_fields(audience, record.category, subject=subject_of(record), on=today)
        if names:
            found[record.pk] = _plain({name: as_word(line.fields[name]) for name in names})
    return found


def _plain(entry: Entry) -> dict[str, Any]:
    """Without what is empty, which some outlets leave out, and moments to the second."""
    told = {name: _moment(value) if name == "recorded_at" else value for name, value in entry.items() if name != "id"}
    return {name: value.strip() if isinstance(value, str) else value for name, value in told.items() if value}


def _moment(value: str) -> str:
    at = datetime.fromisoformat(value) if value else None
    return at.astimezone(clock.SHANGHAI).isoformat(timespec="seconds") if at else ""


# --- what each outlet gives out ---------------------------------------------------------------------------------------
def _page(lines: Sequence[Line]) -> Mapping[int, Entry]:
    return read_page(render_to_string(TABLE, {"lines": lines}))


def _report(lines: Sequence[Line]) -> Mapping[int, Entry]:
    entries: list[dict[str, Any]] = json.loads(exports.canonical(exports.entries_of(lines)))
    return {entry["id"]: entry for entry in entries}


def _interface(lines: Sequence[Line]) -> Mapping[int, Entry]:
    entries: list[dict[str, Any]] = json.loads(json.dumps(exports.interface_entries(lines)))
    return {entry["id"]: entry for entry in entries}


def _open_data(lines: Sequence[Line]) -> Mapping[int, Entry]:
    return read_table(exports.open_table(lines))


OPEN_DATA = "open data"
OUTLETS: Mapping[str, Callable[[Sequence[Line]], Mapping[int, Entry]]] = {
    "page": _page,
    "report": _report,
    "interface": _interface,
    OPEN_DATA: _open_data,
}
