"""The moving part of the demo: cohorts from opening to closing, each day lived on its own date."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

from django.conf import settings

from accounts.models import AppointmentNotice, User
from accounts.services import create_login, hand_out_notices, import_roster, save_profile
from certificates.services import issue_certificate, name_co_issuers
from core import clock
from courses.exams.models import Sitting
from courses.exams.selectors import paper_of
from courses.exams.services import give_seats, save_answer, start_attempt, submit_attempt
from courses.models import Attendance, Cohort, Enrolment, LessonPage, Programme
from courses.selectors.lessons import asked_question
from courses.services import (
    admit,
    apply_for_cohort,
    assess_cohort,
    begin_cohort,
    cancel_cohort,
    close_cohort,
    complete_enrolments,
    create_cohort,
    credit_lesson,
    file_cohort,
    mark_attendance,
    open_cohort,
    schedule_exam,
)
from courses.services.imports import import_training_records
from courses.workflow import RecordStanding
from website.management.demo.anchors import day_of, with_days
from website.management.demo.sessions import face_to_face
from website.management.demo.world import PASSWORD, PROGRAMME, World

FOLDER = settings.ROOT / "demo" / "story"
# How far a cohort's story is told: every later word includes the earlier ones.
ACTS = ("draft", "filed", "open", "running", "assessing", "closed")
APPLY_BEFORE = timedelta(days=20)


@dataclass
class Trainee:
    user: User
    enrolment: Enrolment
    plan: dict[str, Any]


def hand_in_tables(world: World, *, institution: str, day: str) -> None:
    """The institution's roster by its own file, and the training of before, confirmed by the province."""
    place, handed_in = world.institutions[institution], day_of(day, loaded_on=world.day)
    with on_day(world, handed_in):
        roster = with_days(_text(f"rosters/{institution}.csv"), loaded_on=world.day)
        plan = import_roster(actor=world.actor, institution=place, content=roster, file_name=f"{institution}.csv")
        _must_be_clean(institution, plan)
        notices = AppointmentNotice.objects.filter(appointment__institution=place).values_list("pk", flat=True)
        hand_out_notices(actor=world.actor, institution=place, notice_ids=list(notices))
        training = with_days(_text(f"training/{institution}.csv"), loaded_on=world.day)
        if training.count(b"\n") > 1:
            records = import_training_records(
                actor=world.actor,
                content=training,
                standing=RecordStanding.CONFIRMED_BY_REGULATOR,
                file_name=f"{institution}-training.csv",
            )
            _must_be_clean(institution, records)


def live_through(world: World, plan: dict[str, Any]) -> None:
    """One cohort from its draft as far as `until` says."""
    manager = world.users[plan["manager"]]
    starts, ends = (day_of(plan[name], loaded_on=world.day) for name in ("starts", "ends"))
    acts = ACTS[: ACTS.index(plan["until"]) + 1] if plan["until"] in ACTS else ACTS[:4]
    with on_day(world, min(starts - APPLY_BEFORE, world.day)):
        cohort = _prepare(world, manager, plan, starts, ends)
        trainees = _enrol(world, manager, cohort, plan, acts) if "open" in acts else []
    if "running" in acts:
        with on_day(world, starts):
            begin_cohort(actor=manager, cohort=cohort)
        with on_day(world, min(ends, world.day)):
            _study(manager, cohort, trainees)
    if plan["until"] == "cancelled":
        with on_day(world, min(ends, world.day)):
            cancel_cohort(actor=manager, cohort=cohort, reason=plan["reason"])
    if "assessing" in acts:
        _assess(world, manager, cohort, trainees, ends)
    if "closed" in acts:
        with on_day(world, ends + timedelta(days=2)):
            if "joint" in plan:
                name_co_issuers(actor=manager, cohort=cohort, **plan["joint"])
            _close(manager, cohort, trainees)


@contextmanager
def on_day(world: World, day: date) -> Iterator[None]:
    """Live at 18:00 of another day; everything written in here carries that moment."""
    moment = datetime.combine(day, time(18), tzinfo=clock.SHANGHAI)
    shift = moment - datetime.combine(world.day, time(18), tzinfo=clock.SHANGHAI)
    with clock.travel(shift if day != world.day else timedelta()):
        yield


def _prepare(world: World, manager: User, plan: dict[str, Any], starts: date, ends: date) -> Cohort:
    programme = Programme.objects.get(code=plan.get("programme", PROGRAMME))
    cohort = create_cohort(
        actor=manager,
        base=world.bases[plan["base"]],
        programme=programme,
        capacity=plan["capacity"],
        starts_on=starts,
        ends_on=ends,
        place="岚州" if plan["base"] != "wanghai" else "望海",
        plan=face_to_face(programme.level, starts) if "programme" in plan else None,
    )
    if plan["until"] == "draft":
        return cohort
    opens = datetime.combine(ends, time(9), tzinfo=clock.SHANGHAI)
    schedule_exam(actor=manager, cohort=cohort, opens_at=opens, closes_at=opens + timedelta(days=14))
    cohort = file_cohort(actor=manager, cohort=cohort)
    return cohort if plan["until"] == "filed" else open_cohort(actor=manager, cohort=cohort)


def _enrol(world: World, manager: User, cohort: Cohort, plan: dict[str, Any], acts: tuple[str, ...]) -> list[Trainee]:
    trainees = []
    for row in plan.get("trainees", []):
        trainee = _apply(world, cohort, row)
        trainee.enrolment = admit(actor=manager, enrolment=trainee.enrolment, document_seen=True)
        trainees.append(trainee)
    for row in plan.get("waiting", []):
        _apply(world, cohort, row)
    return trainees


def _apply(world: World, cohort: Cohort, row: dict[str, Any]) -> Trainee:
    if (known := world.users.get(row["email"])) is not None:
        return Trainee(known, apply_for_cohort(actor=known, cohort=cohort, agrees=True), row)
    # Only the people of the cast can log in; hashing eighty passwords would take most of the loading time.
    password = None if row["email"].startswith("trainee") else PASSWORD
    user = create_login(actor=world.actor, email=row["email"], password=password)
    world.users[row["email"]] = user
    save_profile(
        actor=user,
        name=row["name"],
        document_type=row.get("document", "resident_id"),
        country=row.get("country", "CHN"),
        number=row["number"],
    )
    return Trainee(user, apply_for_cohort(actor=user, cohort=cohort, agrees=True), row)


def _study(manager: User, cohort: Cohort, trainees: list[Trainee]) -> None:
    lessons = LessonPage.objects.filter(locale__language_code="zh-hans", number__lte=8).order_by("number")
    for trainee in trainees:
        for lesson in list(lessons)[: trainee.plan.get("lessons", 8)]:
            credit_lesson(
                actor=trainee.user,
                enrolment=trainee.enrolment,
                lesson_key=lesson.translation_key,
                answer=_right_answer(trainee.enrolment, lesson),
            )
    for number, session in enumerate(cohort.sessions.filter(starts_at__lte=clock.now()).order_by("number"), 1):
        marks = {one.enrolment.pk: _mark(one, number) for one in trainees}
        mark_attendance(actor=manager, session=session, marks=marks)


def _right_answer(enrolment: Enrolment, lesson: LessonPage) -> int:
    checks = [block.value for block in lesson.checks]
    answer: int = checks[asked_question(enrolment.pk, lesson.translation_key, len(checks))]["answer"]
    return answer


def _mark(trainee: Trainee, session: int) -> str:
    came = session <= trainee.plan.get("sessions", 7)
    return Attendance.Status.PRESENT if came else Attendance.Status.LEAVE


def _assess(world: World, manager: User, cohort: Cohort, trainees: list[Trainee], ends: date) -> None:
    with on_day(world, min(ends + timedelta(days=1), world.day)):
        assess_cohort(actor=manager, cohort=cohort)
        # The lot of this class: the same seats in every demo.
        sitting = Sitting.objects.get(cohort=cohort)
        give_seats(actor=manager, sitting=sitting, random=Random(cohort.number))  # noqa: S311 - a demo's lot
        for trainee in trainees:
            if isinstance(right := trainee.plan.get("right"), int):
                sit(trainee.user, cohort, right)


def sit(user: User, cohort: Cohort, right: int) -> None:
    """Sit the exam with so many right answers; the others are left empty."""
    attempt = start_attempt(actor=user, sitting=Sitting.objects.get(cohort=cohort), random=Random(user.pk))  # noqa: S311 - a demo's paper
    for place in paper_of(attempt)[:right]:
        value = _as_given(place.question, place.option_order)
        save_answer(actor=user, attempt=attempt.uuid, position=place.position, value=value)
    submit_attempt(actor=user, attempt=attempt)


def _as_given(question: Any, option_order: list[int]) -> list[str]:
    """The right answer as a form would send it: places as shown, a truth, or a number."""
    if question.kind in ("single", "multiple"):
        return [str(option_order.index(number) + 1) for number in question.answer]
    if question.kind == "true_false":
        return ["true" if question.answer[0] else "false"]
    return [str(question.answer[0])]


def _close(manager: User, cohort: Cohort, trainees: list[Trainee]) -> None:
    done = complete_enrolments(actor=manager, cohort=cohort, enrolment_ids=[one.enrolment.pk for one in trainees])
    # What is filed first waits for its number.
    for record in [one for one in done.records if not cohort.programme.level.requires_filing]:
        issue_certificate(actor=manager, training_record=record)
    close_cohort(actor=manager, cohort=cohort)


def _text(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


def _must_be_clean(name: str, plan: Any) -> None:
    if plan.has_errors:
        problems = [f"{row.row}: {problem.message}" for row in plan.rows for problem in row.errors]
        raise ValueError(f"{name}: {problems[:5]}")
