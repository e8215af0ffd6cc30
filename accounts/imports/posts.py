"""Several posts of one person at one institution: which of them a row speaks of, and what it stands beside."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Protocol

from django.utils.translation import gettext_lazy as _

from accounts.imports.people import KnownPerson
from accounts.models import Appointment
from accounts.models.positions import post_key
from core.columns import Entry
from core.plans import Action

LIST_BOTH = _("To enter a second post instead, list both posts in the file.")
UNCLEAR = _("A post here began on this day under another name, and the file names several new ones: list it too.")

Present = Mapping[int, Sequence[Appointment]]
# Appointment -> {start that was wrong: posts (as keys) under which it stood}.
Corrected = Mapping[int, Mapping[date, Collection[str]]]


class Row(Protocol):
    """What is needed of a planned row."""

    row: int
    action: Action
    notes: dict[str, Any]
    changes: dict[str, list[Any]]
    values: dict[str, Any]
    appointment: Appointment | None
    document: str

    @property
    def person_key(self) -> int | str: ...


def meant_by(
    entries: Iterable[tuple[Entry, str]],
    known: Mapping[str, KnownPerson],
    present: Present,
    corrected: Corrected,
    *,
    renames: bool,
) -> dict[int, Appointment]:
    """Row -> the appointment with its start and post. Rows without one begin a post of their own.

    A post under another name is the same one only where nothing else can be meant: one such row, one such appointment.
    A start that was put right since still means the same appointment.
    """
    rows: dict[tuple[int, date], list[Entry]] = defaultdict(list)
    for entry, document in entries:
        if (person := known.get(document)) and "start_date" in entry.values:
            rows[person.id, entry.values["start_date"]].append(entry)
    found: dict[int, Appointment] = {}
    for (person_id, start), several in rows.items():
        _begun_then([one for one in present.get(person_id, ()) if one.start_date == start], several, found, renames)
    if corrected and renames:
        for (person_id, _start), several in rows.items():
            _put_right(several, present.get(person_id, ()), corrected, found)
    return found


def _begun_then(
    appointments: Iterable[Appointment], rows: list[Entry], found: dict[int, Appointment], renames: bool
) -> None:
    """Appointments and rows with one start: by their posts, or where only one can be meant."""
    begun = {one.post_key: one for one in appointments}
    for entry in rows:
        if one := begun.pop(post_key(entry.values.get("post", "")), None):
            found[entry.row] = one
    others = [entry for entry in rows if entry.row not in found]
    if renames and others and len(begun) == 1:
        _rename(others, begun.popitem()[1], found)


def _put_right(
    rows: Iterable[Entry], present: Iterable[Appointment], corrected: Corrected, found: dict[int, Appointment]
) -> None:
    """Rows with the wrong start of an appointment that was corrected: by their post, or where only one can be meant."""
    left = [entry for entry in rows if entry.row not in found and not entry.errors]
    taken = {one.pk for one in found.values()}
    for entry in left:
        start, post = entry.values["start_date"], post_key(entry.values.get("post", ""))
        begun = [one for one in present if one.pk not in taken and start in corrected.get(one.pk, {})]
        same = [one for one in begun if post in (one.post_key, *corrected[one.pk][start])]
        if one := next(iter(same or (begun if len(begun) == len(left) == 1 else [])), None):
            found[entry.row] = one
            taken.add(one.pk)


def _rename(rows: list[Entry], appointment: Appointment, found: dict[int, Appointment]) -> None:
    if len(rows) == 1:
        found[rows[0].row] = appointment
    else:
        for entry in rows:
            entry.refuse("post", "post_unclear", UNCLEAR)


def say_posts_beside(rows: Iterable[Row], present: Present) -> None:
    """Tell whoever looks at a row which other posts run beside a new one, and what another name of a post means."""
    by_person: dict[int | str, list[Row]] = defaultdict(list)
    for row in rows:
        if row.action != Action.ERROR:
            by_person[row.person_key].append(row)
    for person, several in by_person.items():
        spoken_of = {row.appointment.pk for row in several if row.appointment}
        kept = [one for one in (present.get(person, ()) if isinstance(person, int) else ()) if one.pk not in spoken_of]
        if len(several) + len(kept) > 1:
            _say_beside(several, kept)
        for row in several:
            if row.action == Action.UPDATE and "post" in row.changes:
                row.notes["renamed"] = str(LIST_BOTH)


def _say_beside(several: list[Row], kept: list[Appointment]) -> None:
    spans = [(row.row, row.values["post"], row.values["start_date"], _end(row)) for row in several]
    spans += [(0, one.post, one.start_date, one.end_date) for one in kept]
    for row in several:
        if row.action == Action.CREATE:
            end = _end(row) or date.max
            beside = [
                f"{post} ({since.isoformat()} – {until.isoformat() if until else ''})"
                for line, post, since, until in spans
                if line != row.row and since < end and row.values["start_date"] < (until or date.max)
            ]
            if beside:
                row.notes["beside"] = ", ".join(beside)


def _end(row: Row) -> date | None:
    given: date | None = row.values.get("end_date")
    return given or (row.appointment.end_date if row.appointment else None)
