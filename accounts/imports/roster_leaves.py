"""Leaves of absence in a roster file: one of each row, beside the appointment that the row is about.

A file adds a leave, or says when somebody comes back of whom nobody knew it. Whatever else it says about a recorded
leave waits for a tick (accounts.imports.decisions).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Protocol

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.imports.people import shown
from accounts.models import Appointment, Institution, LeaveKind, LeaveOfAbsence
from accounts.selectors.leaves import Away
from core.columns import MESSAGES as CELLS
from core.columns import Column, Entry, choice, day
from core.plans import Action

KIND_WORDS = {
    "带薪长假": LeaveKind.PAID.value,
    "脱产学习": LeaveKind.STUDY.value,
    "外派": LeaveKind.SENT_ELSEWHERE.value,
    "停薪留职": LeaveKind.UNPAID.value,
}
# How else the kinds are written, by the labels of the three languages among others; without blanks, as cells are read.
KIND_SPELLINGS = {
    "带薪长假(生育、护理、疾病等)": "paid", "带薪假": "paid", "产假": "paid", "病假": "paid", "护理假": "paid",
    "paidleave": "paid", "paidleave(birth,care,illnessandthelike)": "paid",
    "有給の休業(出産・介護・病気など)": "paid", "有給の休業": "paid", "有給休業": "paid",
    "full-timestudy": "study", "フルタイムの就学": "study", "就学": "study",
    "外派、借调在外": "sent_elsewhere", "借调在外": "sent_elsewhere", "senttoworkelsewhere": "sent_elsewhere",
    "他所への派遣": "sent_elsewhere",
    "停薪留职、无薪假": "unpaid", "无薪假": "unpaid", "unpaidleave": "unpaid", "無給の休職": "unpaid",
}  # fmt: skip
# Only known spellings: a remark in brackets turns the day round.
COLUMNS = (
    Column("leave_kind", ("请假类别",), choice(KIND_WORDS, KIND_SPELLINGS)),
    Column("away_from", ("离岗首日",), day, strict=True),
    Column("back_on", ("返岗首日",), day, strict=True),
    Column("last_day_away", ("请假最后一日",), day, strict=True),
)
FIELDS = ("leave_kind", "away_from", "back_on")
MESSAGES: dict[str, Promise] = {
    "kind": _("Choose one of the kinds."),
    "end_not_after_start": _("The day of coming back must lie after the first day away."),
    "outside": _("The leave must lie within the time of the appointment."),
    "meets": _("Another leave of this appointment covers some of these days."),
    "nothing_new": _("Nothing differs from what is recorded."),
    "inconsistent_return": _("The day of coming back must be the day after the last day away."),
}
ONE_DAY = timedelta(days=1)


class Row(Protocol):
    """What is needed of a planned row."""

    id: int | None
    action: Action
    values: dict[str, Any]
    changes: dict[str, list[Any]]
    appointment: Appointment | None
    leave: "RosterLeave | None"


@dataclass(frozen=True)
class RosterLeave:
    """What a row says; `instead_of`: the recorded one that it meets."""

    away: Away
    instead_of: LeaveOfAbsence | None = None

    @property
    def overwrites(self) -> bool:
        """Does it say otherwise than somebody has? That somebody comes back, which nobody knew, does not."""
        before = self.instead_of
        if before is None:
            return False
        return before.end_date is not None or (before.kind, before.start_date) != (self.away.kind, self.away.start)


def check_leave(entry: Entry) -> None:
    """One day of coming back from the two ways to write it; kind and first day belong together."""
    values = entry.values
    last = values.pop("last_day_away", None)
    if last and values.setdefault("back_on", last + ONE_DAY) != last + ONE_DAY:
        entry.refuse("last_day_away", "inconsistent_return", MESSAGES["inconsistent_return"])
    if not any(name in values for name in FIELDS):
        return
    for name in ("leave_kind", "away_from"):
        # A cell that could not be read has been refused already.
        if name not in values and not entry.errors:
            entry.refuse(name, "missing", CELLS["missing"])
    start, back = values.get("away_from"), values.get("back_on")
    if start and back and back <= start:
        entry.refuse("last_day_away" if last else "back_on", "return_not_after_start", MESSAGES["end_not_after_start"])


def plan_leaves(planned: Sequence[tuple[Entry, Row]], institution: Institution) -> None:
    """What each row does to the leaves of its appointment. Asks nothing where the file names none."""
    saying = [(entry, row) for entry, row in planned if "away_from" in entry.values and not entry.errors]
    recorded = _recorded(institution) if saying else {}
    for entry, row in saying:
        values = entry.values
        away = Away(values["leave_kind"], values["away_from"], values.get("back_on"))
        _refuse_outside(entry, row, away)
        others = recorded.get(row.appointment.pk, []) if row.appointment else []
        _compare(entry, row, away, others)


def _compare(entry: Entry, row: Row, away: Away, others: Iterable[LeaveOfAbsence]) -> None:
    meeting = [one for one in others if _meets(one, away)]
    if len(meeting) > 1:
        entry.refuse("away_from", "meets", MESSAGES["meets"])
        return
    before = meeting[0] if meeting else None
    if before and "back_on" not in entry.values and (before.kind, before.start_date) == (away.kind, away.start):
        # An empty cell leaves the day as it is.
        away = Away(away.kind, away.start, before.end_date)
    if before and Away(before.kind, before.start_date, before.end_date) == away:
        return
    row.leave = RosterLeave(away, before)
    if row.appointment:
        row.changes = {**row.changes, **_changes(before, away)}
        row.action = Action.UPDATE


def _changes(before: LeaveOfAbsence | None, away: Away) -> dict[str, list[Any]]:
    old = (before.kind, before.start_date, before.end_date) if before else (None, None, None)
    pairs = zip(FIELDS, old, (away.kind, away.start, away.end), strict=True)
    return {name: [shown(name, one), shown(name, other)] for name, one, other in pairs if one != other}


def _recorded(institution: Institution) -> Mapping[int, list[LeaveOfAbsence]]:
    """Appointment -> its leaves as known now."""
    found: dict[int, list[LeaveOfAbsence]] = defaultdict(list)
    for one in LeaveOfAbsence.objects.believed().filter(appointment__institution=institution).order_by("pk"):
        found[one.appointment_id].append(one)
    return found


def _refuse_outside(entry: Entry, row: Row, away: Away) -> None:
    """Within the time of the appointment as the file leaves it."""
    start = entry.values.get("start_date") or away.start
    last = entry.values.get("end_date") or (row.appointment.end_date if row.appointment else None) or date.max
    if away.start < start or away.start >= last or (away.end or away.start) > last:
        entry.refuse("away_from", "outside", MESSAGES["outside"])


def _meets(one: LeaveOfAbsence, away: Away) -> bool:
    return one.start_date < (away.end or date.max) and away.start < (one.end_date or date.max)
