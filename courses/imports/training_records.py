"""Files of training before the platform: which training records a file creates, changes or leaves as they are.

A record is known by person, track, title and day. Records are append-only: a change is a new wording in its place.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.imports.people import (
    ID_NUMBER,
    ID_TYPE,
    NAME,
    KnownPerson,
    batches,
    document_of,
    known_people,
    names_of_file,
    shown,
)
from accounts.selectors import known_areas, numbers_of, surviving
from core.columns import Column, Entry, Table, choice, day, read_table, text
from core.plans import Action, Plan, PlannedRow
from courses.models import TrainingRecord
from courses.models.records import Track
from courses.workflow import COUNTED, RecordStanding

TRACK_WORDS = {"社会化培训": Track.SOCIAL.value, "学历教育": Track.DEGREE.value}
COLUMNS = (
    ID_TYPE,
    ID_NUMBER,
    NAME,
    Column("track", ("培训类别",), choice(TRACK_WORDS), required=True),
    Column("title", ("培训名称",), text(200), required=True),
    Column("provider", ("培训机构",), text(200), required=True),
    Column("completed_on", ("完成日期",), day, required=True),
)

MESSAGES: dict[str, Promise] = {
    "in_future": _("The day of completion lies in the future."),
    "duplicate": _("Line %(line)s of the file already holds this training of this person."),
    "not_on_roster": _("This person is not on your staff roster. Upload the roster first."),
    "out_of_reach": _("This person works outside your jurisdiction."),
    "annulled": _("This record was annulled as false. It cannot be taken in again."),
    "provider_kept": _("A verified record of this training names another provider; it stays as it is."),
}
Known = tuple[int | str, str, str, date]


@dataclass(frozen=True)
class Reach:
    """Whose records the actor may bring: `known` picks them out of surviving person ids; `creates` new people too."""

    known: Callable[[Collection[int]], frozenset[int]]
    creates: bool


@dataclass
class TrainingRow(PlannedRow):
    """A row with what carries it out: the surviving person, or None and a new one's document; the record it renews."""

    values: dict[str, Any] = field(default_factory=dict)
    document: str = ""
    person_id: int | None = None
    record: TrainingRecord | None = None

    @property
    def key(self) -> Known | None:
        """What names a training; None where the row does not say it."""
        names = [self.values.get(name) for name in ("track", "title", "completed_on")]
        person = self.person_id or self.document
        return (person, *names) if person and all(names) else None  # type: ignore[return-value]


@dataclass
class TrainingPlan(Plan):
    rows: list[TrainingRow]


def read_training_records(content: bytes) -> Table:
    return read_table(content, COLUMNS)


def plan_training_records(table: Table, *, standing: RecordStanding, on: date, reach: Reach) -> TrainingPlan:
    """What the file will do; `on` is the day of the check. Writes nothing."""
    areas = known_areas()
    entries = [(entry, _check(entry, on, areas)) for entry in table.entries]
    known = known_people([document for _entry, document in entries])
    names_of_file(entries, known)
    reached = reach.known({person.id for person in known.values()})
    present = _present(reached)
    planned = [(entry, _row(entry, document, known.get(document))) for entry, document in entries]
    for entry, row in planned:
        _refuse_out_of_reach(entry, row, reached, reach.creates)
        _compare(entry, row, present, standing)
    _refuse_duplicates(planned)
    return TrainingPlan([_closed(entry, row) for entry, row in planned], table.ignored, table.sha256)


# --- one row --------------------------------------------------------------------------------------------------------
def _check(entry: Entry, on: date, areas: frozenset[str]) -> str:
    """The day and the document of the row; returns the document's blind index, empty when it is wrong."""
    completed = entry.values.get("completed_on")
    if completed and completed > on:
        entry.refuse("completed_on", "in_future", MESSAGES["in_future"])
    return document_of(entry, on=on, areas=areas)


def _row(entry: Entry, document: str, person: KnownPerson | None) -> TrainingRow:
    return TrainingRow(entry.row, values=entry.values, document=document, person_id=person.id if person else None)


def _refuse_out_of_reach(entry: Entry, row: TrainingRow, reached: frozenset[int], creates: bool) -> None:
    """Whoever cannot make people is told the same of a stranger as of somebody nobody knows."""
    if not row.document:
        return
    if not creates and row.person_id not in reached:
        # The name would say whether the document is known: nothing but this is told.
        entry.errors.clear()
        entry.refuse("id_number", "not_on_roster", MESSAGES["not_on_roster"])
    elif row.person_id is not None and row.person_id not in reached:
        entry.refuse("id_number", "out_of_reach", MESSAGES["out_of_reach"])


# --- against what is there ------------------------------------------------------------------------------------------
def _present(people: Collection[int]) -> dict[Known, list[TrainingRecord]]:
    """The present wordings of everybody concerned, those that stand and are verified first."""
    found: dict[Known, list[TrainingRecord]] = defaultdict(list)
    for batch in batches(sorted(people)):
        rows = TrainingRecord.objects.latest_wordings().filter(person__in=numbers_of(batch))
        for record in rows.annotate(survivor=surviving("person__")).select_related("annulment").order_by("pk"):
            found[record.survivor, record.track, record.title, record.completed_on].append(record)
    for records in found.values():
        records.sort(key=lambda one: (_is_annulled(one), one.standing not in COUNTED))
    return found


def _compare(
    entry: Entry, row: TrainingRow, present: dict[Known, list[TrainingRecord]], standing: RecordStanding
) -> None:
    records = present.get(row.key, []) if row.key else []
    if not records:
        row.action = Action.CREATE
        row.changes = {name: [None, shown(name, value)] for name, value in entry.values.items()}
        return
    record = records[0]
    if _is_annulled(record):
        entry.refuse("title", "annulled", MESSAGES["annulled"])
        return
    row.record, row.id = record, record.pk
    row.changes = _differences(entry, record, standing)
    row.action = Action.UPDATE if row.changes else Action.UNCHANGED


def _differences(entry: Entry, record: TrainingRecord, standing: RecordStanding) -> dict[str, list[Any]]:
    """A claim never changes a verified record, and nobody's file the records that bases made here."""
    provider = entry.values.get("provider", record.provider)
    if record.standing in COUNTED and record.standing != standing:
        if provider != record.provider:
            entry.warn("provider", "provider_kept", MESSAGES["provider_kept"])
        return {}
    pairs = {"provider": [record.provider, provider], "standing": [record.standing, standing.value]}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def _refuse_duplicates(planned: Iterable[tuple[Entry, TrainingRow]]) -> None:
    seen: dict[Known, int] = {}
    for entry, row in planned:
        if row.key is None:
            continue
        first = seen.setdefault(row.key, entry.row)
        if first != entry.row:
            entry.refuse("id_number", "duplicate", str(MESSAGES["duplicate"]) % {"line": first})


def _closed(entry: Entry, row: TrainingRow) -> TrainingRow:
    row.errors, row.warnings = entry.errors, entry.warnings
    if row.errors:
        row.action, row.changes = Action.ERROR, {}
    return row


def _is_annulled(record: TrainingRecord) -> bool:
    return hasattr(record, "annulment")
