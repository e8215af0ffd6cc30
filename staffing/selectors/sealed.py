"""Counts of people in secret posts: what counts on a day as known at a moment, and what an actor may see and decide."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import BigIntegerField, Q, QuerySet

from accounts.models import Institution, User
from accounts.permissions import Permission
from core.compiled import compiled
from core.errors import NotAllowed
from staffing.models import SealedCount
from staffing.workflow import SealedState


@dataclass(frozen=True)
class Sealed:
    """`trained` of `staff` people whom no row names."""

    trained: int = 0
    staff: int = 0

    def as_members(self, institution: int) -> list[tuple[object, bool]]:
        """Stand-ins among the people of a region: one each, found in no other institution."""
        return [(("sealed", institution, number), number < self.trained) for number in range(self.staff)]


def sealed_on(rows: Collection[SealedCount], day: date, known_at: datetime | None = None) -> Sealed:
    """The sum over those that count on the day as known at the moment (default now); pure."""
    counting = [row for row in rows if _counts(row, day, known_at)]
    return Sealed(sum(row.trained for row in counting), sum(row.staff for row in counting))


def sealed_rows(institution: Institution) -> list[SealedCount]:
    """Whatever was entered for the institution; for the ratio, which needs no actor."""
    return _sealed_rows(institution=institution.pk)


@compiled(institution=BigIntegerField())
def _sealed_rows(*, institution: Any) -> "QuerySet[SealedCount]":
    return SealedCount.objects.filter(institution=institution).order_by("valid_from", "pk")


def sealed_by_institution(institutions: list[int], day: date) -> dict[int, Sealed]:
    grouped: dict[int, list[SealedCount]] = defaultdict(list)
    confirmed = SealedCount.objects.filter(confirmed_at__isnull=False, valid_from__lte=day)
    for row in confirmed.filter(institution__in=institutions).order_by("pk"):
        grouped[row.institution_id].append(row)
    return {pk: sealed_on(rows, day) for pk, rows in grouped.items()}


def sealed_counts(actor: User) -> "list[SealedCount]":
    """Of the own institution or of the region: those to decide first, then the newest."""
    mine = SealedCount.objects.allowed(actor, Permission.SEALED_COUNT_ENTER)
    reach = mine | SealedCount.objects.allowed(actor, Permission.SEALED_COUNT_DECIDE)
    rows = list(reach.select_related("institution").order_by("-entered_at", "-pk")[:200])
    return sorted(rows, key=lambda row: row.state != SealedState.ENTERED)


def counts_to_decide(actor: User) -> "QuerySet[SealedCount]":
    """Those at the top of the list: entered, and neither confirmed nor refused."""
    return SealedCount.objects.allowed(actor, Permission.SEALED_COUNT_DECIDE).filter(state=SealedState.ENTERED)


def find_sealed_count(actor: User, pk: int) -> SealedCount:
    """For whoever decides. Raises NotAllowed, also when there is none."""
    rows = SealedCount.objects.allowed(actor, Permission.SEALED_COUNT_DECIDE).select_related("institution")
    if not (found := rows.filter(pk=pk).first()):
        raise NotAllowed(permission=Permission.SEALED_COUNT_DECIDE.value)
    return found


def running_beside(count: SealedCount) -> list[SealedCount]:
    """The confirmed ones that count on some day of this one's time, by their first day."""
    rows = SealedCount.objects.filter(
        Q(counted_to__isnull=True) | Q(counted_to__gt=count.valid_from),
        institution=count.institution_id,
        state__in=[SealedState.CONFIRMED, SealedState.ENDED],
    )
    if count.valid_to:
        rows = rows.filter(valid_from__lt=count.valid_to)
    return list(rows.exclude(pk=count.pk).order_by("valid_from", "pk"))


def displaced_by(count: SealedCount) -> SealedCount | None:
    """The one that ended for this one's sake: it goes on when this one is annulled."""
    return SealedCount.objects.filter(gave_way_to=count.pk, state=SealedState.ENDED).order_by("pk").first()


def decided_end(count: SealedCount) -> date | None:
    """The day from which a decision lets it count no longer, it or what it goes on in; None where it ran on or gave way
    to another number."""
    if count.ended_on and count.gave_way_to_id is None:
        return count.ended_on
    later = resumed_in(count).exclude(state=SealedState.ANNULLED).first()
    return decided_end(later) if later else None


def resumed_in(count: SealedCount) -> "QuerySet[SealedCount]":
    """The rows in which it goes on, or went on, as what had ended it was annulled; by their first day."""
    return count.resumed_in.order_by("valid_from", "pk")


def _counts(row: SealedCount, day: date, known_at: datetime | None) -> bool:
    if not _known(row.confirmed_at, known_at) or _known(row.annulled_at, known_at):
        return False
    end = row.ended_on if _known(row.ended_at, known_at) else row.valid_to
    return row.valid_from <= day and (end is None or end > day)


def _known(moment: datetime | None, known_at: datetime | None) -> bool:
    return moment is not None and (known_at is None or moment <= known_at)
