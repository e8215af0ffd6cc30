"""Staff rosters: which appointments of one institution a file creates, changes or leaves as they are."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any, NamedTuple

from django.db.models import F
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.imports.people import (
    ID_NUMBER,
    ID_TYPE,
    NAME,
    KnownPerson,
    document_of,
    email,
    known_people,
    mobile,
    names_of_file,
    shown,
)
from accounts.imports.posts import meant_by, say_posts_beside
from accounts.imports.roster_leaves import COLUMNS as LEAVE_COLUMNS
from accounts.imports.roster_leaves import RosterLeave, check_leave, plan_leaves
from accounts.imports.spellings import SPELLINGS
from accounts.models import Appointment, AppointmentVersion, Institution
from accounts.models.positions import EmploymentType, post_key
from accounts.selectors import known_areas, surviving
from core.columns import PORTION, Column, Entry, Table, choice, day, percent, read_table, text, yes_no
from core.heads import HeadMap
from core.plans import Action, Plan, PlannedRow

EMPLOYMENT_WORDS = {
    "编制": EmploymentType.ESTABLISHMENT.value,
    "合同": EmploymentType.CONTRACT.value,
    "人事代理": EmploymentType.AGENCY.value,
    "劳务派遣": EmploymentType.DISPATCHED.value,
    "借调": EmploymentType.SECONDED.value,
    "兼职": EmploymentType.CONCURRENT.value,
    "双聘": EmploymentType.DUAL.value,
    "挂职": EmploymentType.TEMPORARY_POST.value,
    "离岗创业": EmploymentType.ON_LEAVE_STARTUP.value,
    "返聘": EmploymentType.REENGAGED.value,
    "外聘": EmploymentType.EXTERNAL.value,
}

_OWN_COLUMNS = (
    Column("phone", ("手机",), mobile),
    Column("post", ("岗位",), text(100), required=True),
    Column("professional", ("专业人员",), yes_no, required=True),
    Column("employment_type", ("用工形式",), choice(EMPLOYMENT_WORDS), required=True),
    Column("start_date", ("入职日期",), day, required=True),
    Column("end_date", ("离职日期（自该日起不再计入）", "离职日期"), day, strict=True),
    Column("last_day", ("最后在岗日",), day),
    Column("full_time", ("专职",), yes_no),
    Column("share", ("工作量占比",), percent),
    Column("department", ("部门",), text(100)),
    Column("email", ("邮箱",), email),
    Column("staff_no", ("工号",), text(40)),
    *LEAVE_COLUMNS,
)
COLUMNS = (NAME, ID_TYPE, ID_NUMBER, *(replace(one, synonyms=SPELLINGS[one.field]) for one in _OWN_COLUMNS))
# What an appointment says besides person, institution and start: a later file may change these.
FIELDS = (*(name for name in Appointment.TERMS if name != "start_date"), "phone")

MESSAGES: dict[str, Promise] = {
    "end_not_after_start": _("The leaving date must lie after the start."),
    "inconsistent_end": _("The leaving date must be the day after the last day at work."),
    "duplicate": _("Line %(line)s of the file already holds this person with this post and start."),
    "overlaps": _("This person already holds this post here at that time, with another start."),
    "already_here": _("This person is already entered here with this start. Use “changed” instead."),
    "not_running": _("This day lies outside the time of the appointment."),
    "same_institution": _("The person already works here."),
    "nothing_new": _("Nothing differs from what is recorded."),
    "start_corrected": _("The start was corrected by hand to %(start)s; the file says %(said)s. It stays."),
    "month_end": _("Most leaving dates here are the last day of a month. That day itself is no longer counted."),
}
ONE_DAY = timedelta(days=1)


@dataclass
class RosterRow(PlannedRow):
    """A row with what carries it out: `person_id` of the surviving person, or None and the document of a new one."""

    values: dict[str, Any] = field(default_factory=dict)
    document: str = ""
    person_id: int | None = None
    appointment: Appointment | None = None
    leave: RosterLeave | None = None

    @property
    def person_key(self) -> int | str:
        return self.person_id or self.document


@dataclass
class RosterPlan(Plan):
    rows: list[RosterRow]


def read_roster(
    content: bytes,
    said: HeadMap | None = None,
    remembered: Mapping[str, HeadMap] | None = None,
    progress: Callable[[int], None] | None = None,
) -> Table:
    return read_table(content, COLUMNS, said, remembered, progress)


def plan_roster(
    table: Table,
    institution: Institution,
    *,
    on: date,
    renames: bool = True,
    progress: Callable[[int], None] | None = None,
) -> RosterPlan:
    """What the file will do to the institution's appointments; `on` is the day of the check. Writes nothing.

    Without `renames` a post under another name is always one more. `progress` hears of every PORTION rows.
    """
    areas = known_areas()
    entries = []
    for number, entry in enumerate(table.entries, 1):
        entries.append((entry, _check(entry, on, areas)))
        if progress and number % PORTION == 0:
            progress(number)
    known = known_people([document for _entry, document in entries])
    names_of_file(entries, known)
    _warn_of_month_ends(table.entries)
    present = _appointments(institution)
    meant = meant_by(entries, known, present, _corrected_starts(institution), renames=renames)
    planned = [(entry, _row(entry, document, known.get(document), meant.get(entry.row))) for entry, document in entries]
    _refuse_duplicates(planned)
    _refuse_overlaps(planned, present)
    plan_leaves(planned, institution)
    rows = [_closed(entry, row) for entry, row in planned]
    say_posts_beside(rows, present)
    return RosterPlan(rows, table.ignored, table.sha256, table.remarks, table.head_texts)


# --- one row by itself ----------------------------------------------------------------------------------------------
def _check(entry: Entry, on: date, areas: frozenset[str]) -> str:
    """Dates and document of the row; returns the document's blind index, empty when it is wrong."""
    check_dates(entry)
    check_leave(entry)
    return document_of(entry, on=on, areas=areas)


def check_dates(entry: Entry) -> None:
    """One leaving date from the two ways to write it, after the start."""
    start, last = entry.values.get("start_date"), entry.values.pop("last_day", None)
    if last:
        first_day_out = last + ONE_DAY
        if entry.values.setdefault("end_date", first_day_out) != first_day_out:
            entry.refuse("last_day", "inconsistent_end", MESSAGES["inconsistent_end"])
    end = entry.values.get("end_date")
    if start and end and end <= start:
        name = "last_day" if last else "end_date"
        entry.refuse(name, "end_not_after_start", MESSAGES["end_not_after_start"])


def _warn_of_month_ends(entries: Iterable[Entry]) -> None:
    """Personnel systems hold the last day at work; here the leaving date is the first day no longer counted."""
    leaving = [entry for entry in entries if "end_date" in entry.values and "end_date" in entry.heads]
    month_ends = [entry for entry in leaving if (entry.values["end_date"] + ONE_DAY).day == 1]
    if 2 * len(month_ends) > len(leaving):
        for entry in month_ends:
            entry.warn("end_date", "month_end", MESSAGES["month_end"])


# --- against what is there ------------------------------------------------------------------------------------------
def _appointments(institution: Institution) -> dict[int, list[Appointment]]:
    """Surviving person -> appointments here, by start."""
    found: dict[int, list[Appointment]] = defaultdict(list)
    rows = Appointment.objects.holding().filter(institution=institution).annotate(survivor=surviving("person__"))
    for appointment in rows.order_by("start_date", "pk"):
        found[appointment.survivor].append(appointment)
    return found


def _corrected_starts(institution: Institution) -> dict[int, dict[date, set[str]]]:
    """What files of the time before still say: starts that were put right by hand, with the posts of then."""
    found: dict[int, dict[date, set[str]]] = defaultdict(lambda: defaultdict(set))
    wrong = AppointmentVersion.objects.filter(appointment__institution=institution)
    wrong = wrong.exclude(start_date=F("appointment__start_date")).order_by("pk")
    for appointment, start, post in wrong.values_list("appointment", "start_date", "post"):
        found[appointment][start].add(post_key(post))
    return found


def _keep_start(entry: Entry, appointment: Appointment) -> None:
    """A file does not undo it, ticked or not: who corrected a start corrects it back."""
    facts = {"start": appointment.start_date, "said": entry.values["start_date"]}
    entry.warn("start_date", "start_corrected", str(MESSAGES["start_corrected"]) % facts)
    entry.values["start_date"] = appointment.start_date
    if (end := entry.values.get("end_date")) and end <= appointment.start_date:
        del entry.values["end_date"]


def _row(entry: Entry, document: str, person: KnownPerson | None, appointment: Appointment | None) -> RosterRow:
    row = RosterRow(entry.row, values=entry.values, document=document, appointment=appointment)
    if person and "start_date" in entry.values:
        row.person_id = person.id
    if row.appointment:
        row.id = row.appointment.pk
        if row.appointment.start_date != entry.values["start_date"]:
            _keep_start(entry, row.appointment)
        row.changes = _differences(row.appointment, entry.values)
        row.action = Action.UPDATE if row.changes else Action.UNCHANGED
    else:
        row.changes = {name: [None, shown(name, value)] for name, value in entry.values.items()}
        row.action = Action.CREATE
    if end := _end(row):
        row.notes["counted_until"] = end - ONE_DAY
    return row


def _differences(appointment: Appointment, values: dict[str, Any]) -> dict[str, list[Any]]:
    """Only what the file says: an empty cell leaves the value as it is."""
    pairs = {name: (getattr(appointment, name), values[name]) for name in FIELDS if name in values}
    return {name: [shown(name, old), shown(name, new)] for name, (old, new) in pairs.items() if old != new}


def _end(row: RosterRow) -> date | None:
    given: date | None = row.values.get("end_date")
    return given or (row.appointment.end_date if row.appointment else None)


# --- rows against one another ---------------------------------------------------------------------------------------
def _refuse_duplicates(planned: list[tuple[Entry, RosterRow]]) -> None:
    """Two rows with one start are one too many, unless each is a post of its own."""
    seen: dict[tuple[int | str, date, str], int] = {}
    for entry, row in planned:
        start = entry.values.get("start_date")
        if not row.document or not start or "post" not in entry.values:
            continue
        first = seen.setdefault((row.person_key, start, post_key(entry.values["post"])), entry.row)
        if first != entry.row:
            entry.refuse("id_number", "duplicate", str(MESSAGES["duplicate"]) % {"line": first})


def _refuse_overlaps(planned: list[tuple[Entry, RosterRow]], present: dict[int, list[Appointment]]) -> None:
    """Compare the state after the import: a file may end one appointment and begin the next."""
    after: dict[tuple[int | str, str], list[Span]] = defaultdict(list)
    touched: set[int] = set()
    for entry, row in planned:
        if entry.errors or not row.document:
            continue
        changed = row.action == Action.CREATE or not row.changes.keys().isdisjoint({"end_date", "post"})
        span = Span(entry.values["start_date"], _end(row) or date.max, entry if changed else None)
        after[row.person_key, post_key(entry.values["post"])].append(span)
        touched |= {row.appointment.pk} if row.appointment else set()
    for (person, post), spans in after.items():
        others = present.get(person, []) if isinstance(person, int) else []
        rest = [one for one in others if one.pk not in touched and one.post_key == post]
        refuse_crossing(spans + [Span(one.start_date, one.end_date or date.max, None) for one in rest])


class Span(NamedTuple):
    """When somebody holds a post after the import; `entry` if the file says so anew."""

    start: date
    end: date
    entry: Entry | None


def refuse_crossing(spans: list[Span]) -> None:
    """The row that says the later half of an overlap is wrong; of two rows of one file, the lower one."""
    for place, span in enumerate(spans):
        others = spans[:place] + spans[place + 1 :]
        crossing = [other.entry for other in others if other.start < span.end and span.start < other.end]
        lower_one = span.entry and any(entry is None or entry.row < span.entry.row for entry in crossing)
        if span.entry and lower_one:
            span.entry.refuse("start_date", "overlaps", MESSAGES["overlaps"])


def _closed(entry: Entry, row: RosterRow) -> RosterRow:
    row.errors, row.warnings, row.label = entry.errors, entry.warnings, entry.values.get("name", "")
    # Whatever is found later may still make it a row with errors.
    row.cells = entry.cells
    if row.errors:
        row.action, row.changes, row.leave = Action.ERROR, {}, None
        row.notes = {"name": row.label} if row.label else {}
    return row
