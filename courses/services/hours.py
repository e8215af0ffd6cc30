"""The ledger of class hours: attendance marked by the base, lessons read by the trainee. Corrections append."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Sum

from accounts.access import require
from accounts.models import RestrictionKind, User
from accounts.permissions import Permission
from accounts.selectors.restrictions import restricted_login
from core import audit, clock
from core.errors import DomainError, NotAllowed, WrongState
from core.workflow import advance
from courses.models import Attendance, Enrolment, HourEntry, Module, Session
from courses.selectors.lessons import SOURCE, Reading, reading
from courses.services.apart import require_others
from courses.workflow import ENROLMENT_STEPS, STUDYING, UNDER_WAY, EnrolmentState

CREDITED = frozenset({Attendance.Status.PRESENT, Attendance.Status.ONLINE})


@transaction.atomic
def mark_attendance(*, actor: User, session: Session, marks: Mapping[int, str]) -> list[Attendance]:
    """Mark trainees (by enrolment id) and credit the session's module shares, or take them back.

    Only what differs from the last marking is written. Raises WrongState, `session_in_future`, `not_in_cohort`,
    `status_unknown`, `own_record`, `may_not_teach`.
    """
    require(actor, Permission.ATTENDANCE_MARK, session)
    if restricted_login(RestrictionKind.NO_TEACHING, user=actor, at=session.cohort.base):
        raise DomainError("may_not_teach")
    locked = _open_session(session)
    changed = _changes(locked, marks)
    if not changed:
        return []
    enrolments = _enrolments(locked, changed)
    require_others(actor, *enrolments.values())
    before = dict(locked.attendances.filter(enrolment__in=changed).values_list("enrolment", "status"))
    attendances = [_mark(actor, locked, pk, status) for pk, status in changed.items()]
    _credit_session(locked, changed)
    for pk, status in changed.items():
        if status in CREDITED and enrolments[pk].state == EnrolmentState.ADMITTED:
            advance(enrolments[pk], "attend", ENROLMENT_STEPS, actor=actor)
    facts = {str(pk): [before.get(pk), status] for pk, status in changed.items()}
    audit.record(actor, "courses.attendance_marked", locked, marks=facts)
    return attendances


@transaction.atomic
def credit_lesson(
    *, actor: User, enrolment: Enrolment, lesson_key: UUID, answer: int, language: str = settings.LANGUAGE_CODE
) -> list[HourEntry]:
    """Credit a lesson's declared hours, once, to the actor's own enrolment for the right answer to the check question.

    `language` is that of the page that was read. Raises WrongState unless the trainee is admitted or attending,
    `wrong_answer`, and NotAllowed for a lesson of another course.
    """
    require(actor, Permission.ENROLMENT_VIEW, enrolment)
    locked = Enrolment.objects.select_for_update().get(pk=enrolment.pk)
    if locked.applicant_id != actor.pk:
        raise NotAllowed(permission="own_lesson")
    if locked.state not in STUDYING:
        raise WrongState(step="credit_lesson", state=locked.state)
    lesson = reading(actor, locked.pk, lesson_key, language)
    if lesson.question is None or lesson.question["answer"] != answer:
        raise DomainError("wrong_answer")
    source = lesson_source(lesson_key)
    return list(locked.hour_entries.filter(source=source).order_by("pk")) or _credit(actor, lesson, source)


def lesson_source(lesson_key: UUID | str) -> str:
    return f"{SOURCE}{lesson_key}"


def session_source(session: Session) -> str:
    return f"session:{session.pk}"


def _open_session(session: Session) -> Session:
    locked = Session.objects.select_for_update(of=("self",)).select_related("cohort").get(pk=session.pk)
    if locked.cohort.state not in UNDER_WAY:
        raise WrongState(step="mark_attendance", state=locked.cohort.state)
    if clock.day_of(locked.starts_at) > clock.today():
        raise DomainError("session_in_future")
    return locked


def _changes(session: Session, marks: Mapping[int, str]) -> dict[int, str]:
    if unknown := set(marks.values()) - set(Attendance.Status.values):
        raise DomainError("status_unknown", statuses=sorted(unknown))
    known = dict(session.attendances.values_list("enrolment", "status"))
    return {pk: str(status) for pk, status in marks.items() if known.get(pk) != status}


def _enrolments(session: Session, wanted: Iterable[int]) -> dict[int, Enrolment]:
    """Those of this cohort who take part; hours of a finished enrolment stay as they were reviewed."""
    rows = Enrolment.objects.filter(cohort=session.cohort_id, pk__in=list(wanted), state__in=STUDYING)
    rows = rows.select_related("person__merged_into").select_for_update(of=("self",))
    found = {enrolment.pk: enrolment for enrolment in rows.order_by("pk")}
    if absent := set(wanted) - found.keys():
        raise DomainError("not_in_cohort", enrolments=sorted(absent))
    return found


def _mark(actor: User, session: Session, enrolment_id: int, status: str) -> Attendance:
    attendance, _ = Attendance.objects.update_or_create(
        session=session,
        enrolment_id=enrolment_id,
        defaults={"status": status, "marked_at": clock.now(), "marked_by": actor},
    )
    return attendance


def _credit_session(session: Session, marks: Mapping[int, str]) -> None:
    """Append what lies between the hours credited so far and those due now, one entry per module."""
    source = session_source(session)
    shares = dict(session.shares.values_list("module", "hours"))
    known = HourEntry.objects.filter(source=source, enrolment__in=list(marks))
    totals = known.values("enrolment", "module").annotate(total=Sum("hours"), turns=Count("pk"))
    so_far = {(row["enrolment"], row["module"]): (row["total"], row["turns"]) for row in totals}
    entries = []
    for pk, status in marks.items():
        for module, hours in shares.items():
            total, turn = so_far.get((pk, module), (Decimal(0), 0))
            if difference := (hours if status in CREDITED else Decimal(0)) - total:
                entries.append(
                    HourEntry(
                        enrolment_id=pk,
                        module_id=module,
                        hours=difference,
                        source=source,
                        turn=turn,
                        credited_at=clock.now(),
                    )
                )
    HourEntry.objects.bulk_create(entries)


def _credit(actor: User, lesson: Reading, source: str) -> list[HourEntry]:
    modules = Module.objects.filter(code__in=lesson.shares).order_by("position")
    entries = [
        HourEntry(
            enrolment=lesson.enrolment,
            module=module,
            hours=lesson.shares[module.code],
            source=source,
            credited_at=clock.now(),
        )
        for module in modules
    ]
    if not entries:
        return []
    HourEntry.objects.bulk_create(entries)
    facts = {"title": lesson.page.title, "hours": {code: str(share) for code, share in lesson.shares.items()}}
    audit.record(actor, "courses.lesson_credited", lesson.enrolment, lesson=source.removeprefix(SOURCE), **facts)
    return entries
