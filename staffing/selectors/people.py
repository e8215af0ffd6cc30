"""Everybody in post on a day as a table: who counts and as what, and who does not count and why."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import LeaveKind
from accounts.models.positions import EmploymentType
from accounts.selectors import masked_numbers
from accounts.selectors.leaves import away_on
from accounts.selectors.staff import StaffRow
from courses.models import TrainingRecord
from courses.selectors.records import open_claims
from courses.selectors.seats import class_ends
from staffing.selectors.evidence import StaffLine, counted_people, evidence_of
from staffing.selectors.ratios import RatioAnswer


class StaffStanding(TextChoices):
    """How somebody in post stands to the figure of a day."""

    UNTRAINED = "no", gettext_lazy("not trained")
    LEARNING = "learning", gettext_lazy("in training")
    TRAINED = "yes", gettext_lazy("trained")
    LEFT_OUT = "out", gettext_lazy("not counted")


@dataclass(frozen=True)
class TableLine:
    """`ends_on`: the last day of the class of somebody in training, which may be over and wait for the decision; `why`:
    somebody does not count; `trained_on`: by the rule, but only after the day asked for."""

    line: StaffLine
    standing: StaffStanding
    ends_on: date | None = None
    why: str = ""
    trained_on: date | None = None


@dataclass(frozen=True)
class Proofs:
    """What stands beside the lines, by person: the evidence that counts, what was claimed and waits for a decision
    today, one masked number."""

    records: Mapping[int, TrainingRecord]
    claims: Mapping[int, TrainingRecord]
    masked: Mapping[int, str]


def people_table(answer: RatioAnswer) -> list[TableLine]:
    """Those counted, untrained first, then those whom the rule leaves out; for whoever may see the roster."""
    return [*counted_table(answer), *_left_out(answer)]


def counted_table(answer: RatioAnswer) -> list[TableLine]:
    """Only those counted. Who is in training is known of today alone."""
    lines = counted_people(answer)
    ends = class_ends({line.person for line in lines if not line.trained}) if answer.of_today else {}
    since = answer.facts.trained_since(answer.rule)
    table = [_told(line, _standing(line, ends), ends.get(line.person), since.get(line.person)) for line in lines]
    order = list(StaffStanding)
    return sorted(table, key=lambda one: order.index(one.standing))


def proofs_of(table: Iterable[TableLine], answer: RatioAnswer) -> Proofs:
    """A few statements for all of them."""
    people = [one.line.person for one in table]
    records = evidence_of(people, answer)
    unproven = [person for person in people if person not in records]
    return Proofs(records, open_claims(unproven) if answer.of_today else {}, masked_numbers(people))


def _told(line: StaffLine, standing: StaffStanding, ends_on: date | None, since: date | None) -> TableLine:
    return TableLine(line, standing, ends_on, trained_on=None if line.trained else since)


def _standing(line: StaffLine, ends: dict[int, date]) -> StaffStanding:
    if line.trained:
        return StaffStanding.TRAINED
    return StaffStanding.LEARNING if line.person in ends else StaffStanding.UNTRAINED


def _left_out(answer: RatioAnswer) -> list[TableLine]:
    facts, rule, day = answer.facts, answer.rule, answer.as_of
    counting = facts.staff(rule, day)
    # Of somebody with two posts, the one begun last.
    rows = {row.person: row for row in facts.in_post(day) if row.person not in counting}
    trained = facts.trained(rule, day)
    lines = [
        TableLine(_line(answer, row, trained=person in trained), StaffStanding.LEFT_OUT, why=_why(answer, row))
        for person, row in rows.items()
    ]
    return sorted(lines, key=lambda one: (one.line.name, one.line.person))


def _line(answer: RatioAnswer, row: StaffRow, *, trained: bool) -> StaffLine:
    employment = str(EmploymentType(row.employment_type).label)
    name = answer.facts.names[row.person]
    return StaffLine(row.person, name, row.post, employment, row.start_date, trained, row.employment_type)


def _why(answer: RatioAnswer, row: StaffRow) -> str:
    rule = answer.rule
    away = away_on(answer.as_of, row.appointment, answer.facts.leaves(rule), rule.leaves_left_out)
    if away:
        return _("away: %(kind)s") % {"kind": LeaveKind(away.kind).label}
    if row.employment_type not in rule.employment_types:
        return _("this kind of employment does not count")
    if not row.professional:
        return _("not professional staff")
    return _("not recorded as full time")
