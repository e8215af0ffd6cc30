"""Programmes, cohorts with their sessions, the life of a cohort, its exam."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.db.models import Sum

from accounts.permissions import Role
from accounts.selectors import system_user
from core import clock
from core.errors import DomainError, NotAllowed, WrongState
from core.models import AuditEntry
from courses.models import Cohort, Enrolment, Level, Programme, SessionShare
from courses.services import (
    SessionPlan,
    assess_cohort,
    begin_cohort,
    cancel_cohort,
    close_cohort,
    create_cohort,
    create_programme,
    file_cohort,
    open_cohort,
)
from tests.builders import base_manager, hat, make_base, make_user, officer, place_for, regulator
from tests.courses.builders import (
    make_cohort,
    make_enrolment,
    make_programme,
    make_session,
)

pytestmark = pytest.mark.django_db
TITLES = {"zh": "初级技术经纪人培训", "en": "Junior training", "ja": "初級研修"}


def new_cohort(base=None, **fields):
    base = base or make_base()
    defaults = {
        "actor": base_manager(base),
        "programme": fields.pop("programme", None) or make_programme(),
        "capacity": 30,
        "starts_on": date(2026, 11, 2),
        "ends_on": date(2026, 11, 5),
    }
    return create_cohort(base=base, **{**defaults, **fields})


def test_create_programme_by_an_editor():
    programme = create_programme(
        actor=hat(Role.EDITOR, place_for(Role.EDITOR)),
        code="junior-2026",
        level=Level.objects.get(code="JUNIOR"),
        titles=TITLES,
        valid_from=date(2026, 1, 1),
    )

    assert Programme.objects.values_list("code", "title_zh", "title_ja").get(pk=programme.pk) == (
        "junior-2026",
        "初级技术经纪人培训",
        "初級研修",
    )


def test_create_programme_by_the_system():
    level = Level.objects.get(code="JUNIOR")

    create_programme(actor=system_user(), code="junior", level=level, titles=TITLES, valid_from=date(2026, 1, 1))

    assert Programme.objects.count() == 1


@pytest.mark.parametrize("stranger", [base_manager, officer, regulator, make_user])
def test_create_programme_is_refused_to_others(stranger):
    with pytest.raises(NotAllowed):
        create_programme(
            actor=stranger(),
            code="junior",
            level=Level.objects.get(code="JUNIOR"),
            titles=TITLES,
            valid_from=date(2026, 1, 1),
        )

    assert Programme.objects.count() == 0


def test_create_cohort_takes_the_proposed_sessions_of_the_level():
    cohort = new_cohort()

    assert (cohort.state, cohort.year, cohort.number) == ("draft", 2026, 1)
    assert cohort.sessions.count() == 7
    assert SessionShare.objects.aggregate(total=Sum("hours"))["total"] == Decimal("28.0")


def test_create_cohort_places_sessions_in_half_days_of_shanghai():
    cohort = new_cohort()

    first, second = cohort.sessions.order_by("number")[:2]
    assert first.starts_at == datetime(2026, 11, 2, 9, tzinfo=clock.SHANGHAI)
    assert first.ends_at - first.starts_at == timedelta(hours=3)
    assert second.starts_at == datetime(2026, 11, 2, 14, tzinfo=clock.SHANGHAI)


def test_create_cohort_takes_a_plan_of_its_own():
    starts_at = datetime(2026, 11, 3, 9, tzinfo=clock.SHANGHAI)
    plan = [SessionPlan(TITLES, {"K1": Decimal("1.5")}, starts_at, starts_at + timedelta(hours=1), "一号教室")]

    cohort = new_cohort(plan=plan)

    assert list(cohort.sessions.values_list("number", "title_zh", "place", "starts_at")) == [
        (1, "初级技术经纪人培训", "一号教室", starts_at)
    ]


def test_create_cohort_numbers_within_base_programme_and_year():
    base, programme = make_base(), make_programme()

    numbers = [new_cohort(base, programme=programme).number for _ in range(2)]

    assert (numbers, new_cohort(programme=programme).number) == ([1, 2], 1)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"capacity": 0}, "capacity_wrong"),
        ({"ends_on": date(2026, 11, 1)}, "dates_wrong"),
        ({"ends_on": date(2026, 11, 4)}, "too_few_days"),
    ],
)
def test_create_cohort_with_wrong_terms_is_refused(fields, code):
    with pytest.raises(DomainError) as refusal:
        new_cohort(**fields)

    assert (refusal.value.code, Cohort.objects.count()) == (code, 0)


def test_create_cohort_with_a_taken_number_is_refused():
    base, programme = make_base(), make_programme()
    new_cohort(base, programme=programme, number=3)

    with pytest.raises(DomainError) as refusal:
        new_cohort(base, programme=programme, number=3)

    assert refusal.value.facts == {"number": 3}


def test_create_cohort_with_an_unknown_module_is_refused():
    starts_at = datetime(2026, 11, 3, 9, tzinfo=clock.SHANGHAI)
    plan = [SessionPlan(TITLES, {"X9": Decimal(1)}, starts_at, starts_at + timedelta(hours=1))]

    with pytest.raises(DomainError) as refusal:
        new_cohort(plan=plan)

    assert (refusal.value.facts, Cohort.objects.count()) == ({"codes": ["X9"]}, 0)


@pytest.mark.parametrize("stranger", [lambda: base_manager(make_base()), officer, regulator, make_user])
def test_create_cohort_is_refused_to_others(stranger):
    with pytest.raises(NotAllowed):
        new_cohort(actor=stranger())

    assert Cohort.objects.count() == 0


def test_file_cohort_without_sessions_is_refused():
    cohort = make_cohort(state="draft")

    with pytest.raises(DomainError) as refusal:
        file_cohort(actor=base_manager(cohort.base), cohort=cohort)

    cohort.refresh_from_db()
    assert (refusal.value.code, cohort.state) == ("no_sessions", "draft")


def test_cohort_goes_its_way_with_its_trainees():
    cohort = new_cohort()
    manager = base_manager(cohort.base)
    states = [step(actor=manager, cohort=cohort).state for step in (file_cohort, open_cohort)]
    trainee = make_enrolment(cohort, state="admitted")
    waiting = make_enrolment(cohort, state="waitlisted")
    states += [step(actor=manager, cohort=cohort).state for step in (begin_cohort, assess_cohort)]
    trainee.refresh_from_db()
    assert trainee.state == "attending"
    states.append(close_cohort(actor=manager, cohort=cohort).state)

    trainee.refresh_from_db()
    waiting.refresh_from_db()
    assert states == ["filed", "open", "running", "assessing", "closed"]
    assert (trainee.state, waiting.state) == ("failed", "refused")


def test_close_cohort_leaves_the_completed_alone():
    cohort = make_cohort(state="assessing")
    done = make_enrolment(cohort, state="completed")

    close_cohort(actor=base_manager(cohort.base), cohort=cohort)

    done.refresh_from_db()
    assert done.state == "completed"


def test_cancel_cohort_ends_every_place_in_it():
    cohort = make_cohort(state="running")
    other = make_enrolment(make_cohort(cohort.base), state="attending")
    for state in ("applied", "waitlisted", "admitted", "attending", "refused"):
        make_enrolment(cohort, state=state)

    cancel_cohort(actor=base_manager(cohort.base), cohort=cohort, reason="台风")

    states = Enrolment.objects.filter(cohort=cohort).order_by("pk").values_list("state", flat=True)
    assert list(states) == ["withdrawn"] * 4 + ["refused"]
    other.refresh_from_db()
    assert other.state == "attending"
    assert AuditEntry.objects.get(verb="courses.cohort.cancel").reason == "台风"


def test_cancel_cohort_without_a_reason_is_refused():
    cohort = make_cohort(state="open")

    with pytest.raises(DomainError) as refusal:
        cancel_cohort(actor=base_manager(cohort.base), cohort=cohort, reason="")

    cohort.refresh_from_db()
    assert (refusal.value.code, cohort.state) == ("reason_missing", "open")


@pytest.mark.parametrize(
    ("step", "state"),
    [
        (file_cohort, "draft"),
        (open_cohort, "filed"),
        (begin_cohort, "open"),
        (assess_cohort, "running"),
        (close_cohort, "assessing"),
    ],
)
@pytest.mark.parametrize("stranger", [lambda: base_manager(make_base()), regulator, make_user])
def test_cohort_steps_are_refused_to_others(step, state, stranger):
    cohort = make_cohort(state=state)
    make_session(cohort)

    with pytest.raises(NotAllowed):
        step(actor=stranger(), cohort=cohort)

    cohort.refresh_from_db()
    assert cohort.state == state


@pytest.mark.parametrize(
    "broken",
    [
        lambda cohort: Cohort.objects.filter(pk=cohort.pk).update(capacity=0),
        lambda cohort: Cohort.objects.filter(pk=cohort.pk).update(ends_on=date(2020, 1, 1)),
        lambda cohort: make_session(cohort, shares={"K1": "0"}),
        lambda cohort: make_session(cohort, number=1) and make_session(cohort, number=1),
        lambda cohort: make_cohort(cohort.base, programme=cohort.programme, year=cohort.year, number=cohort.number),
        lambda cohort: [make_enrolment(cohort, person=make_enrolment(cohort).person)],
    ],
)
def test_database_refuses_what_cannot_be(broken):
    cohort = make_cohort()

    with pytest.raises(IntegrityError), transaction.atomic():
        broken(cohort)


def test_open_cohort_from_draft_is_refused():
    cohort = make_cohort(state="draft")

    with pytest.raises(WrongState):
        open_cohort(actor=base_manager(cohort.base), cohort=cohort)
