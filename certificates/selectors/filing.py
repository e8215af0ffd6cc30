"""What is filed with a receiving body: awards that wait for a number, and the lists that go out for them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Exists, F, Min, OuterRef, Q, QuerySet, Subquery

from accounts.models import TrainingBase, User
from accounts.permissions import Permission
from accounts.selectors.waiting import Waiting
from certificates.models import Certificate, FilingLine, FilingList
from certificates.rules import FilingRule, filing_rule, filing_rules
from certificates.selectors.awards import line_of
from certificates.workflow import CertificateState, FilingMode, FilingState
from core import clock
from core.calendar import working_day_deadline
from courses.models import TrainingRecord

# Where an award stands on its way to a number.
UNLISTED, DRAWN_UP, SENT = "unlisted", "drawn_up", "sent"
ENDED = (CertificateState.REVOKED, CertificateState.DEREGISTERED)


def awards_to_file(actor: User) -> QuerySet[TrainingRecord]:
    """Awards of the bases in reach that wait for a number, those completed first in front.

    A base reaches its own, an authority those of its region; nobody's own certificates are meant here.
    """
    bases = TrainingBase.objects.allowed(actor, Permission.CERTIFICATE_VIEW)
    return _waiting(TrainingRecord.objects.filter(base__in=bases))


def own_awards_to_file(actor: User) -> list["AwaitingLine"]:
    """The actor's own, for the page of one's certificates."""
    own = Q(person__user=actor) | Q(person__merged_into__user=actor)
    rows = TrainingRecord.objects.allowed(actor, Permission.TRAINING_RECORD_VIEW).filter(own)
    return awaiting_lines(_waiting(rows))


def at_stage(rows: Any, stage: str) -> Any:
    """A stage that is none filters nothing."""
    states = {DRAWN_UP: FilingState.DRAFT, SENT: FilingState.SENT}
    if stage == UNLISTED:
        return rows.filter(list_state__isnull=True)
    return rows.filter(list_state=states[stage]) if stage in states else rows


@dataclass(frozen=True)
class AwaitingLine:
    """One award that waits: since when, by when its list is to be sent, and where it stands."""

    record: Any
    rule: FilingRule
    days: int
    due: date

    @property
    def stage(self) -> str:
        if self.record.list_state is None:
            return UNLISTED
        return DRAWN_UP if self.record.list_state == FilingState.DRAFT else SENT

    @property
    def late(self) -> bool:
        return self.stage != SENT and self.due < clock.today()


def awaiting_lines(rows: Iterable[TrainingRecord]) -> list[AwaitingLine]:
    """Days are counted once for each day of completion on the page."""
    today, due = clock.today(), dict[tuple[date, int], date]()
    lines = []
    for row in rows:
        rule = _rule_of(row)
        key = (row.completed_on, rule.send_within)
        if key not in due:
            due[key] = working_day_deadline(*key).day
        lines.append(AwaitingLine(row, rule, days_waited(row, on=today), due[key]))
    return lines


def days_waited(record: TrainingRecord, *, on: date) -> int:
    return max((on - record.completed_on).days, 0)


def filing_waiting(actor: User) -> Waiting:
    """For the desk: as many as its page lists; due is what has not been sent yet."""
    rows = awards_to_file(actor)
    unsent = Q(list_state__isnull=True) | ~Q(list_state=FilingState.SENT)
    groups = rows.order_by().values("level__code").annotate(
        count=Count("pk"), since=Min("completed_on"), unsent=Min("completed_on", filter=unsent)
    )  # fmt: skip
    found = list(groups)
    due = [
        working_day_deadline(one["unsent"], rule.send_within).day
        for one in found
        if one["unsent"] and (rule := filing_rule(one["level__code"], on=one["unsent"]))
    ]
    since = min((one["since"] for one in found), default=None)
    return Waiting(sum(one["count"] for one in found), due=min(due, default=None), since=None if due else since)


# --- lists ------------------------------------------------------------------------------------------------------------
def filing_lists(actor: User, *, state: str = "") -> QuerySet[FilingList]:
    """With how many lines there are, have their number, and are set aside."""
    rows = FilingList.objects.allowed(actor, Permission.CERTIFICATE_VIEW).select_related("base")
    if state in FilingState.values:
        rows = rows.filter(state=state)
    return rows.annotate(
        people=Count("lines", filter=Q(lines__set_aside_at=None)),
        numbered=Count("lines", filter=~Q(lines__filing_number="")),
    ).order_by("-drawn_up_at", "-pk")


def filing_list(actor: User, pk: int) -> FilingList | None:
    return filing_lists(actor).select_related("base__region").filter(pk=pk).first()


def lines_of(actor: User, filing: FilingList) -> list[Any]:
    """By place; `certificate_number` is that of the award's certificate in force, `state` what became of it."""
    made = Certificate.objects.stored().filter(
        Q(training_record=OuterRef("record")) | Q(training_record__replaces=OuterRef("record"))
    )
    latest = made.order_by("-pk")
    rows = FilingLine.objects.allowed(actor, Permission.CERTIFICATE_VIEW).filter(list=filing)
    return list(
        rows.select_related("record__person__merged_into", "record__level", "record__base")
        .select_related("record__enrolment__cohort__programme")
        .annotate(certificate_number=Subquery(latest.values("number")[:1]))
        .annotate(certificate_issued_on=Subquery(latest.values("issued_on")[:1]))
        .order_by("position")
    )


def records_to_issue(actor: User, filing: FilingList) -> list[int]:
    """Awards of the list that have their number and no certificate yet, in the wording of today."""
    rows = FilingLine.objects.allowed(actor, Permission.CERTIFICATE_ISSUE).filter(list=filing)
    if filing.mode != FilingMode.AFTER_FILING:
        return []
    latest = TrainingRecord.objects.filter(
        Q(pk__in=rows.exclude(filing_number="").values("record"))
        | Q(replaces__in=rows.exclude(filing_number="").values("record"))
    )
    return list(latest.standing_facts().filter(~Exists(_certificates())).order_by("pk").values_list("pk", flat=True))


def _waiting(rows: QuerySet[TrainingRecord]) -> QuerySet[TrainingRecord]:
    line = line_of("pk", "replaces")
    numbered = line.exclude(filing_number="")
    return (
        rows.filter(_filed_levels(), standing="issued")
        .standing_facts()  # type: ignore[attr-defined]
        .filter(~Exists(numbered), ~Exists(_certificates().filter(state__in=ENDED)))
        .annotate(
            list_state=Subquery(line.values("list__state")[:1]),
            list_number=Subquery(line.values("list__number")[:1]),
            list_id=Subquery(line.values("list")[:1]),
            certified=Exists(_certificates()),
        )
        .filter(_may_wait())
        .select_related("person", "base", "level")
        .order_by("completed_on", F("person__name_key"), "pk")
    )


def _certificates() -> QuerySet[Certificate]:
    wording = Q(training_record=OuterRef("pk")) | Q(training_record=OuterRef("replaces"))
    return Certificate.objects.stored().filter(wording)


def _filed_levels() -> Q:
    """Levels and days for which a rule says that an award is filed."""
    found = Q(pk__in=[])
    for rule in filing_rules():
        found |= _of(rule)
    return found


def _may_wait() -> Q:
    """Issued first means: what has no certificate yet has nothing to file."""
    found = Q(certified=True)
    for rule in filing_rules():
        if rule.mode == FilingMode.AFTER_FILING:
            found |= _of(rule)
    return found


def _of(rule: FilingRule) -> Q:
    days = {"completed_on__gte": rule.first}
    if rule.before:
        days["completed_on__lt"] = rule.before
    return Q(level__code=rule.level, **days)


def _rule_of(record: TrainingRecord) -> FilingRule:
    rule = filing_rule(record.level.code, on=record.completed_on)  # type: ignore[union-attr]
    if rule is None:
        raise LookupError(f"no rule files {record.pk}")
    return rule
