"""Cohorts as their base (and the regulator) sees them: the board, one cohort, its sessions, the attendance map."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import Case, Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce

from accounts.models import User
from accounts.permissions import Permission
from accounts.selectors import identity_is_checked
from accounts.workflow import ClaimState
from core import clock
from core.errors import NotAllowed
from courses.models import Attendance, Cohort, Enrolment, Programme, SeatReservation, Session
from courses.workflow import ADMITTING, PUBLISHED, SEATED, STUDYING, UNDECIDED, CohortState, EnrolmentState

# What needs hands first; ended cohorts come last.
BOARD_ORDER = (
    CohortState.ASSESSING,
    CohortState.RUNNING,
    CohortState.OPEN,
    CohortState.FILED,
    CohortState.DRAFT,
    CohortState.CLOSED,
    CohortState.CANCELLED,
)
# A filter beside the states: those that still admit and have an application to decide.
TO_DECIDE = "to_decide"
RELATED = ("base", "programme__level", "sitting")


@dataclass(frozen=True)
class MapRow:
    """One trainee's attendance: a status or "" per session, in the order of the sessions."""

    enrolment: Enrolment
    marks: list[str]


def programmes() -> QuerySet[Programme]:
    """Plans of levels are public facts."""
    return Programme.objects.filter(valid_from__lte=clock.today()).select_related("level").order_by("level", "code")


def board(actor: User, *, state: str = "") -> QuerySet[Cohort]:
    """Every cohort in reach, those that need hands first."""
    rows = Cohort.objects.allowed(actor, Permission.COHORT_VIEW).select_related(*RELATED)
    if state == TO_DECIDE:
        applied = Enrolment.objects.filter(cohort=OuterRef("pk"), state=EnrolmentState.APPLIED)
        rows = rows.filter(Exists(applied), state__in=ADMITTING)
    elif state:
        rows = rows.filter(state=state)
    places = [When(state=value, then=Value(place)) for place, value in enumerate(BOARD_ORDER)]
    counted = with_seats(rows).annotate(next_session=_next_session())
    return counted.order_by(_case(places), "-starts_on", "pk")


def board_counts(actor: User) -> dict[str, int]:
    """In the order in which a cohort passes through its states."""
    rows = Cohort.objects.allowed(actor, Permission.COHORT_VIEW).values("state").order_by("state")
    counts = dict(rows.annotate(count=Count("pk")).values_list("state", "count"))
    return {state.value: counts[state] for state in CohortState if state in counts}


def cohort_for(actor: User, pk: int, permission: Permission = Permission.COHORT_VIEW) -> Cohort:
    """Raises NotAllowed, also when there is none."""
    rows = Cohort.objects.allowed(actor, permission).filter(pk=pk).select_related(*RELATED, "programme__blueprint")
    found = with_seats(rows).first()
    if found is None:
        raise NotAllowed(permission=str(permission))
    return found


def public_cohort(pk: int) -> Cohort | None:
    """A cohort that was opened once: dates, place and free seats are public facts."""
    rows = Cohort.objects.filter(pk=pk, state__in=PUBLISHED).select_related(*RELATED, "base__region")
    return with_seats(rows).first()


def public_cohorts(keys: Collection[int]) -> dict[int, Cohort]:
    """Those of the keys that anybody may see."""
    return {one.pk: one for one in Cohort.objects.filter(pk__in=keys, state__in=PUBLISHED)}


def takes_applications(cohort: Cohort) -> bool:
    return cohort.state == CohortState.OPEN and cohort.ends_on >= clock.today()


def with_seats(rows: QuerySet[Cohort]) -> QuerySet[Cohort]:
    """Head counts: `taken`, `reserved` and free seats, `to_decide` and `waiting` applications."""
    return rows.annotate(
        taken=_heads(SEATED),
        to_decide=_heads(frozenset({EnrolmentState.APPLIED})),
        waiting=_heads(frozenset({EnrolmentState.WAITLISTED})),
        reserved=_held(),
    ).annotate(seats_left=F("capacity") - F("taken") - F("reserved"))


def sessions_of(cohort: Cohort) -> list[Session]:
    """In order, with class `hours` and the number of trainees `marked`."""
    marked = Attendance.objects.filter(session=OuterRef("pk")).order_by().values("session").annotate(n=Count("pk"))
    rows = Session.objects.filter(cohort=cohort).annotate(
        hours=Sum("shares__hours"), marked=Coalesce(Subquery(marked.values("n")), 0)
    )
    return list(rows.order_by("number"))


def hours_of(sessions: Sequence[Session]) -> Decimal:
    """Class hours of sessions that came with their `hours`."""
    return sum((getattr(one, "hours", None) or Decimal(0) for one in sessions), Decimal(0))


def sessions_today(actor: User) -> list[Session]:
    """Where attendance is taken today."""
    midnight = clock.end_of_day(clock.today()) - timedelta(days=1)
    rows = Session.objects.allowed(actor, Permission.ATTENDANCE_MARK).filter(
        cohort__state=CohortState.RUNNING, starts_at__gt=midnight, starts_at__lte=clock.end_of_day(clock.today())
    )
    return list(rows.select_related("cohort__programme__level").order_by("starts_at", "pk"))


def session_for(actor: User, pk: int, permission: Permission) -> Session:
    rows = Session.objects.allowed(actor, permission).select_related("cohort__programme__level", "cohort__base")
    found = rows.filter(pk=pk).annotate(hours=Sum("shares__hours")).first()
    if found is None:
        raise NotAllowed(permission=str(permission))
    return found


def applications_of(actor: User, cohort: Cohort) -> QuerySet[Enrolment]:
    """Who waits for an answer, in the order of application; those on the waiting list after the new ones."""
    rows = Enrolment.objects.allowed(actor, Permission.ENROLMENT_VIEW).filter(cohort=cohort, state__in=UNDECIDED)
    rows = rows.select_related("person", "claim").prefetch_related("person__documents")
    return rows.order_by("state", "applied_at", "pk")


def taking_part(actor: User, cohort: Cohort, permission: Permission) -> list[Enrolment]:
    """Trainees with a seat who have not finished, by name; the actor's own place is for others to mark."""
    return list(_taking_part(actor, cohort, permission))


def finished(actor: User, cohort: Cohort, permission: Permission) -> list[Enrolment]:
    """Who had a seat and has completed or has not: their marks stay as they are."""
    rows = Enrolment.objects.allowed(actor, permission).filter(cohort=cohort, state__in=SEATED - STUDYING)
    return list(rows.select_related("person").order_by("person__name_key", "pk"))


def unseen(actor: User, cohort: Cohort) -> list[Enrolment]:
    """Of those, who has not shown the original document, or has still to be joined with a record on file."""
    rows = _taking_part(actor, cohort, Permission.ENROLMENT_ADMIT)
    return list(rows.filter(~identity_is_checked() | Q(claim__state=ClaimState.OPEN)))


def _taking_part(actor: User, cohort: Cohort, permission: Permission) -> QuerySet[Enrolment]:
    rows = Enrolment.objects.allowed(actor, permission).filter(cohort=cohort, state__in=STUDYING)
    rows = rows.exclude(Q(applicant=actor) | Q(person__user=actor) | Q(person__merged_into__user=actor))
    rows = rows.select_related("person").prefetch_related("person__documents")
    return rows.order_by("person__name_key", "pk")


def attendance_map(actor: User, cohort: Cohort, sessions: Sequence[Session]) -> list[MapRow]:
    """Trainee x session for everybody who has or had a seat, by name; for whoever marks attendance."""
    rows = Enrolment.objects.allowed(actor, Permission.ATTENDANCE_MARK).filter(cohort=cohort, state__in=SEATED)
    enrolments = list(rows.select_related("person").order_by("person__name_key", "pk"))
    marked = Attendance.objects.filter(session__cohort=cohort, enrolment__in=enrolments)
    marks = {(pk, session): status for pk, session, status in marked.values_list("enrolment", "session", "status")}
    return [MapRow(one, [marks.get((one.pk, session.pk), "") for session in sessions]) for one in enrolments]


def marks_of(session: Session) -> dict[int, str]:
    return dict(session.attendances.values_list("enrolment", "status"))


def sessions_missed(cohort: Cohort, enrolments: Sequence[Enrolment]) -> dict[int, int]:
    """Enrolment id -> the first session already held whose hours it lacks: where a gap can be mended."""
    held = list(Session.objects.filter(cohort=cohort, starts_at__lte=clock.now()).order_by("number"))
    there = (Attendance.Status.PRESENT, Attendance.Status.ONLINE)
    rows = Attendance.objects.filter(session__in=held, enrolment__in=enrolments, status__in=there)
    attended = set(rows.values_list("enrolment", "session"))
    missed = {}
    for one in enrolments:
        gap = next((session.pk for session in held if (one.pk, session.pk) not in attended), None)
        if gap:
            missed[one.pk] = gap
    return missed


def next_session_starts(cohorts: Sequence[int]) -> dict[int, datetime]:
    """Cohort id -> when its next session begins."""
    rows = Session.objects.filter(cohort__in=cohorts, ends_at__gt=clock.now()).order_by("-starts_at")
    # Descending: the soonest comes last and stays.
    return dict(rows.values_list("cohort", "starts_at"))


def _heads(states: frozenset[str]) -> Coalesce:
    """A subquery rather than a join, so that counts do not multiply one another."""
    rows = Enrolment.objects.filter(cohort=OuterRef("pk"), state__in=states).order_by()
    counted = rows.values("cohort").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def _held() -> Coalesce:
    rows = SeatReservation.objects.live().filter(cohort=OuterRef("pk")).order_by()
    return Coalesce(Subquery(rows.values("cohort").annotate(n=Count("pk")).values("n"), output_field=IntegerField()), 0)


def _next_session() -> Subquery:
    rows = Session.objects.filter(cohort=OuterRef("pk"), ends_at__gt=clock.now()).order_by("starts_at")
    return Subquery(rows.values("starts_at")[:1])


def _case(places: list[When]) -> Case:
    return Case(*places, default=Value(len(places)), output_field=IntegerField())
