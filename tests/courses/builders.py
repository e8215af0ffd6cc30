"""Builders of delivery records: the shortest way to a cohort with sessions, trainees and an exam."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from accounts.models import Person, TrainingBase, User
from core import clock
from courses.exams.models import Attempt, Blueprint, Sitting
from courses.models import (
    Cohort,
    Enrolment,
    HourEntry,
    Level,
    Module,
    Programme,
    Session,
    SessionShare,
    TrainingRecord,
)
from tests import builders

_numbers = count(1)


def make_blueprint() -> Blueprint:
    return Blueprint.objects.create(
        code=f"blueprint-{next(_numbers)}",
        level="JUNIOR",
        rows=[{"modules": ["K1"], "count": 1}],
        minutes=90,
        pass_score=60,
    )


def make_programme(**fields: Any) -> Programme:
    code = f"programme-{next(_numbers)}"
    titles = {"title_zh": f"初级培训{code}", "title_en": f"Junior {code}", "title_ja": f"初級 {code}"}
    defaults = {"level": Level.objects.get(code="JUNIOR"), "valid_from": date(2026, 1, 1)}
    return Programme.objects.create(code=code, **{**titles, **defaults, **fields})


def make_cohort(base: TrainingBase | None = None, *, state: str = "open", **fields: Any) -> Cohort:
    """A cohort without sessions; dates around today."""
    defaults = {
        "programme": fields.pop("programme", None) or make_programme(),
        "year": 2026,
        "number": next(_numbers),
        "capacity": 30,
        "starts_on": clock.today() - timedelta(days=10),
        "ends_on": clock.today() + timedelta(days=10),
    }
    base = base or builders.make_base()
    return Cohort.objects.create(base=base, state=state, **{**defaults, **fields})


def make_session(cohort: Cohort, *, shares: dict[str, str] | None = None, **fields: Any) -> Session:
    """A session of yesterday, four hours of K1 unless said otherwise."""
    starts_at: datetime = fields.pop("starts_at", clock.now() - timedelta(days=1))
    number = fields.pop("number", cohort.sessions.count() + 1)
    titles = {"title_zh": f"第{number}课", "title_en": f"Session {number}", "title_ja": f"第{number}回"}
    ends_at = starts_at + timedelta(hours=3)
    session = Session.objects.create(
        cohort=cohort, number=number, starts_at=starts_at, ends_at=ends_at, **{**titles, **fields}
    )
    for code, hours in (shares or {"K1": "4"}).items():
        module = Module.objects.get(code=code)
        SessionShare.objects.create(session=session, module=module, hours=Decimal(hours))
    return session


def make_enrolment(cohort: Cohort, *, state: str = "admitted", **fields: Any) -> Enrolment:
    """A trainee with a login and a person of their own."""
    user: User = fields.pop("user", None) or builders.make_user()
    name = fields.pop("name", "林知夏")
    checked = fields.pop("checked", False)
    person: Person = fields.pop("person", None) or builders.make_person(name, user=user, checked=checked)
    return Enrolment.objects.create(cohort=cohort, person=person, applicant=user, state=state, **fields)


def credit(enrolment: Enrolment, hours: str, *, source: str = "", module: str = "K1") -> HourEntry:
    return HourEntry.objects.create(
        enrolment=enrolment,
        module=Module.objects.get(code=module),
        hours=Decimal(hours),
        source=source or f"test:{next(_numbers)}",
        credited_at=clock.now(),
    )


def make_sitting(cohort: Cohort) -> Sitting:
    sitting = Sitting.objects.create(
        base=cohort.base,
        blueprint=make_blueprint(),
        title="考试",
        opens_at=clock.now() - timedelta(hours=1),
        closes_at=clock.now() + timedelta(days=1),
    )
    cohort.sitting = sitting
    cohort.save(update_fields=["sitting"])
    return sitting


def make_attempt(sitting: Sitting, person: Person, *, score: int, number: int = 1) -> Attempt:
    return Attempt.objects.create(
        sitting=sitting,
        person=person,
        number=number,
        state="marked",
        language="zh-hans",
        started_at=clock.now(),
        deadline=clock.now() + timedelta(minutes=90),
        submitted_at=clock.now(),
        score=score,
        passed=score >= 60,
    )


def make_ready(cohort: Cohort, **fields: Any) -> Enrolment:
    """A trainee who meets every condition: 48 hours, every session, exam passed, identity checked."""
    enrolment = make_enrolment(cohort, **{"state": "attending", "checked": True, **fields})
    sitting = cohort.sitting or make_sitting(cohort)
    make_attempt(sitting, enrolment.person, score=80)
    credit(enrolment, "48")
    return enrolment


def make_record(person: Person, **fields: Any) -> TrainingRecord:
    defaults = {
        "track": "SOCIAL",
        "title": f"初级培训{next(_numbers)}",
        "provider": "岚江大学培训基地",
        "completed_on": date(2025, 6, 1),
        "standing": "confirmed_by_regulator",
        "recorded_at": clock.now(),
        "recorded_by": fields.pop("recorded_by", None) or builders.make_user(),
    }
    return TrainingRecord.objects.create(person=person, **{**defaults, **fields})
