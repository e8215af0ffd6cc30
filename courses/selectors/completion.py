"""What trainees have reached so far: one progress per enrolment, with a constant number of queries."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from django.db.models import Sum

from accounts.models import Person, User
from accounts.permissions import Permission
from accounts.selectors import identity_is_checked, surviving
from accounts.workflow import ClaimState
from courses.exams.models import Attempt
from courses.exams.workflow import AttemptState
from courses.models import Attendance, Cohort, Enrolment, HourEntry, SessionShare
from courses.rules import Missing, Progress, missing
from courses.workflow import STUDYING, EnrolmentState

ATTENDED = (Attendance.Status.PRESENT, Attendance.Status.ONLINE)
NOTHING = Decimal(0)


@dataclass(frozen=True)
class Review:
    """One line of the completion review (结业审核)."""

    enrolment: Enrolment
    progress: Progress
    missing: tuple[Missing, ...]
    # The reader's own: somebody else completes it.
    own: bool = False

    @property
    def ready(self) -> bool:
        return not self.missing and not self.own and self.enrolment.state in STUDYING

    @property
    def lacking(self) -> frozenset[str]:
        return frozenset(str(one.code) for one in self.missing)


def reviews_of(actor: User, cohort: Cohort) -> list[Review]:
    """The trainees of a cohort who take part or have completed, by name."""
    rows = Enrolment.objects.allowed(actor, Permission.COMPLETION_REVIEW).filter(
        cohort=cohort, state__in=STUDYING | {EnrolmentState.COMPLETED}
    )
    rows = rows.select_related("person", "claim", "training_record", "cohort__programme__level")
    found = reviews(list(rows.order_by("person__name_key", "pk")))
    return [replace(one, own=actor.pk in (one.enrolment.applicant_id, one.enrolment.person.user_id)) for one in found]


def reviews(enrolments: Sequence[Enrolment]) -> list[Review]:
    """Enrolments come with person, cohort, programme and level selected."""
    reached = progress_of(enrolments)
    return [Review(one, reached[one.pk], missing(reached[one.pk])) for one in enrolments]


def progress_of(enrolments: Sequence[Enrolment]) -> dict[int, Progress]:
    """Progress by enrolment id. Five queries, however many enrolments and cohorts."""
    hours = _hours(enrolments)
    attended = _attended(enrolments)
    scheduled = _scheduled(enrolments)
    best = _best_attempts(enrolments)
    checked = _checked(enrolments)
    found = {}
    for one in enrolments:
        level = one.cohort.programme.level
        attempt = None if has_open_claim(one) else best.get((one.cohort.sitting_id, _survivor(one)))
        found[one.pk] = Progress(
            hours=hours.get(one.pk, NOTHING),
            hours_needed=level.total_hours,
            attended=attended.get(one.pk, NOTHING),
            scheduled=scheduled.get(one.cohort_id, NOTHING),
            attendance_needed=level.attendance_percent,
            score=attempt.score if attempt else None,
            passed=bool(attempt and attempt.passed),
            score_needed=level.pass_score,
            identity_checked=not has_open_claim(one) and bool(checked & {one.person_id, _survivor(one)}),
        )
    return found


def _hours(enrolments: Sequence[Enrolment]) -> dict[int, Decimal]:
    rows = HourEntry.objects.filter(enrolment__in=enrolments).values("enrolment").order_by("enrolment")
    return dict(rows.annotate(total=Sum("hours")).values_list("enrolment", "total"))


def _attended(enrolments: Sequence[Enrolment]) -> dict[int, Decimal]:
    marked = Attendance.objects.filter(enrolment__in=enrolments, status__in=ATTENDED)
    rows = marked.values("enrolment").order_by("enrolment")
    return dict(rows.annotate(total=Sum("session__shares__hours")).values_list("enrolment", "total"))


def _scheduled(enrolments: Sequence[Enrolment]) -> dict[int, Decimal]:
    cohorts = {one.cohort_id for one in enrolments}
    rows = SessionShare.objects.filter(session__cohort__in=cohorts).values("session__cohort")
    rows = rows.order_by("session__cohort").annotate(total=Sum("hours"))
    return dict(rows.values_list("session__cohort", "total"))


def _best_attempts(enrolments: Sequence[Enrolment]) -> dict[tuple[int | None, int], Attempt]:
    """The best marked attempt per sitting and surviving person; attempts of merged persons count."""
    sittings = {one.cohort.sitting_id for one in enrolments if one.cohort.sitting_id}
    rows = Attempt.objects.annotate(survivor=surviving("person__")).filter(
        sitting__in=sittings, survivor__in={_survivor(one) for one in enrolments}, state=AttemptState.MARKED
    )
    # Ascending: the best comes last and stays.
    ordered = rows.order_by("passed", "score", "-number")
    return {(one.sitting_id, one.survivor): one for one in ordered}


def _checked(enrolments: Sequence[Enrolment]) -> frozenset[int]:
    wanted = {one.person_id for one in enrolments} | {_survivor(one) for one in enrolments}
    people = Person.objects.filter(identity_is_checked(""), pk__in=wanted)
    return frozenset(people.values_list("pk", flat=True))


def has_open_claim(enrolment: Enrolment) -> bool:
    """Until the document was seen, what is known of the claimed person is neither shown nor used."""
    return enrolment.claim is not None and enrolment.claim.state == ClaimState.OPEN


def _survivor(enrolment: Enrolment) -> int:
    return enrolment.person.merged_into_id or enrolment.person_id
