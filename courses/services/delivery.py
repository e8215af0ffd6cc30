"""Setting up delivery: programmes, cohorts with their sessions, the examination of a cohort."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils import translation

from accounts.access import holds, require
from accounts.models import Person, TrainingBase, User
from accounts.permissions import Permission
from core import audit, clock
from core.errors import DomainError, NotAllowed
from courses.exams.models import Blueprint, Sitting
from courses.exams.services import admit_candidates, create_sitting, move_sitting
from courses.models import Cohort, Level, Module, Programme, Session, SessionShare
from courses.rules import HalfDay, half_days
from courses.workflow import STUDYING

MINUTES_PER_HOUR = 45
MORNING, AFTERNOON = time(9), time(14)


@dataclass(frozen=True)
class SessionPlan:
    """One session to be made: titles by language ending (zh, en, ja) and class hours per module code."""

    titles: Mapping[str, str]
    shares: Mapping[str, Decimal]
    starts_at: datetime
    ends_at: datetime
    place: str = ""


@transaction.atomic
def create_programme(
    *,
    actor: User,
    code: str,
    level: Level,
    titles: Mapping[str, str],
    valid_from: date,
    course_key: UUID | None = None,
    blueprint: Blueprint | None = None,
) -> Programme:
    """The plan of a level is the same for every base: content editors keep it."""
    if not holds(actor, Permission.CONTENT_EDIT):
        raise NotAllowed(permission=str(Permission.CONTENT_EDIT))
    programme = Programme.objects.create(
        code=code,
        level=level,
        valid_from=valid_from,
        course_key=course_key,
        blueprint=blueprint,
        **_titles(titles),
    )
    audit.record(actor, "courses.programme_created", programme, code=code)
    return programme


@transaction.atomic
def create_cohort(
    *,
    actor: User,
    base: TrainingBase,
    programme: Programme,
    capacity: int,
    starts_on: date,
    ends_on: date,
    year: int | None = None,
    number: int | None = None,
    place: str = "",
    fee_note: str = "",
    plan: Sequence[SessionPlan] | None = None,
) -> Cohort:
    """A draft cohort with its sessions; without a plan those proposed for the level, spread over the days.

    Raises `capacity_wrong`, `dates_wrong`, `too_few_days`, `number_taken`, `unknown_module`.
    """
    require(actor, Permission.COHORT_MANAGE, base)
    _check_terms(capacity, starts_on, ends_on)
    year = year or starts_on.year
    cohort = Cohort.objects.create(
        base=base,
        programme=programme,
        year=year,
        number=_free_number(base, programme, year, number),
        capacity=capacity,
        starts_on=starts_on,
        ends_on=ends_on,
        place=place,
        fee_note=fee_note,
    )
    _make_sessions(cohort, plan if plan is not None else proposed_plan(programme.level, starts_on, ends_on))
    audit.record(actor, "courses.cohort_created", cohort, year=year, number=cohort.number, capacity=capacity)
    return cohort


def proposed_plan(level: Level, starts_on: date, ends_on: date) -> list[SessionPlan]:
    planned = list(level.planned_sessions.order_by("number"))
    slots = half_days(starts_on, ends_on, len(planned))
    if len(slots) < len(planned):
        raise DomainError("too_few_days", sessions=len(planned))
    return [
        _placed(
            {"zh": row.title_zh, "en": row.title_en, "ja": row.title_ja},
            {code: Decimal(hours) for code, hours in row.shares.items()},
            slot,
        )
        for row, slot in zip(planned, slots, strict=True)
    ]


@transaction.atomic
def move_session(*, actor: User, session: Session, starts_at: datetime, ends_at: datetime, place: str) -> Session:
    """Another time or room. Raises `dates_wrong`, and `session_marked` once attendance stands."""
    require(actor, Permission.COHORT_MANAGE, session)
    moved = Session.objects.select_for_update().get(pk=session.pk)
    if ends_at <= starts_at:
        raise DomainError("dates_wrong")
    if moved.attendances.exists():
        raise DomainError("session_marked")
    before = moved.starts_at.isoformat()
    moved.starts_at, moved.ends_at, moved.place = starts_at, ends_at, place
    moved.save(update_fields=["starts_at", "ends_at", "place"])
    audit.record(actor, "courses.session_moved", moved, before=before, after=starts_at.isoformat())
    return moved


@transaction.atomic
def schedule_exam(
    *, actor: User, cohort: Cohort, opens_at: datetime, closes_at: datetime, max_attempts: int = 2
) -> Sitting:
    """Give the cohort its examination, drawn by the programme's blueprint, or move the one it has.

    Whoever is admitted by now may sit it; later admissions join. Raises `no_blueprint` and what sittings refuse.
    """
    require(actor, Permission.EXAM_MANAGE, cohort.base)
    rows = Cohort.objects.select_for_update(of=("self",))
    locked = rows.select_related("base", "sitting", "programme__level", "programme__blueprint").get(pk=cohort.pk)
    if locked.sitting:
        return move_sitting(actor=actor, sitting=locked.sitting, opens_at=opens_at, closes_at=closes_at)
    if locked.programme.blueprint is None:
        raise DomainError("no_blueprint")
    locked.sitting = create_sitting(
        actor=actor,
        base=locked.base,
        blueprint=locked.programme.blueprint,
        title=_chinese_title(locked),
        opens_at=opens_at,
        closes_at=closes_at,
        max_attempts=max_attempts,
    )
    locked.save(update_fields=["sitting"])
    admitted = Person.objects.filter(enrolments__cohort=locked, enrolments__state__in=STUDYING)
    admit_candidates(actor=actor, sitting=locked.sitting, persons=admitted.order_by("pk"))
    audit.record(actor, "courses.exam_scheduled", locked, sitting=locked.sitting.pk)
    return locked.sitting


def _check_terms(capacity: int, starts_on: date, ends_on: date) -> None:
    if capacity < 1:
        raise DomainError("capacity_wrong")
    if ends_on < starts_on:
        raise DomainError("dates_wrong")


def _free_number(base: TrainingBase, programme: Programme, year: int, number: int | None) -> int:
    # The base's row is the lock under which two people cannot take the same number.
    TrainingBase.objects.select_for_update().get(pk=base.pk)
    others = Cohort.objects.filter(base=base, programme=programme, year=year)
    if number is None:
        return (others.aggregate(last=Max("number"))["last"] or 0) + 1
    if others.filter(number=number).exists():
        raise DomainError("number_taken", number=number)
    return number


def _placed(titles: Mapping[str, str], shares: Mapping[str, Decimal], slot: HalfDay) -> SessionPlan:
    begins = AFTERNOON if slot.afternoon else MORNING
    starts_at = datetime.combine(slot.day, begins, tzinfo=clock.SHANGHAI)
    minutes = int(sum(shares.values()) * MINUTES_PER_HOUR)
    return SessionPlan(titles, shares, starts_at, starts_at + timedelta(minutes=minutes))


def _make_sessions(cohort: Cohort, plan: Sequence[SessionPlan]) -> None:
    codes = {code for item in plan for code in item.shares}
    modules = {module.code: module for module in Module.objects.filter(code__in=codes)}
    if unknown := codes - modules.keys():
        raise DomainError("unknown_module", codes=sorted(unknown))
    sessions = [
        Session(
            cohort=cohort,
            number=number,
            starts_at=item.starts_at,
            ends_at=item.ends_at,
            place=item.place,
            **_titles(item.titles),
        )
        for number, item in enumerate(plan, start=1)
    ]
    Session.objects.bulk_create(sessions)
    SessionShare.objects.bulk_create(
        SessionShare(session=session, module=modules[code], hours=hours)
        for session, item in zip(sessions, plan, strict=True)
        for code, hours in item.shares.items()
    )


def _chinese_title(cohort: Cohort) -> str:
    """A sitting is named once, in the language of record."""
    with translation.override("zh-hans"):
        return cohort.title


def _titles(titles: Mapping[str, str]) -> dict[str, str]:
    return {f"title_{ending}": titles[ending] for ending in ("zh", "en", "ja")}
