"""The desks of designations: whose turn it is, from which day on, and on whose desk one lies."""

from datetime import timedelta

import pytest

from accounts.models import DesignationEvent
from accounts.models.bodies import Matter
from accounts.permissions import Role
from accounts.selectors.bodies import competent_bodies, competent_body
from core import clock
from core.calendar import working_day_deadline
from core.models import CalendarYear
from tests.accounts.designating import body, competent
from tests.builders import make_institution, officer, region, regulator
from tests.oversight.desks import designation, line, shown

pytestmark = pytest.mark.django_db


def test_designations_wait_for_the_authority_until_a_period_is_over_only_when_it_is_over(client):
    actor, today = regulator(), clock.today()
    designation(make_institution(), "applied")
    designation(make_institution(), "reviewing")
    designation(make_institution(), "publicity", period_from=today, period_days=7)
    designation(make_institution(), "publicity", period_from=today - timedelta(days=60), period_days=7)
    designation(make_institution(), "rectification", period_from=today, period_days=7, valid_from=today)
    designation(make_institution(), "refused")

    found = line(actor, Role.REGULATOR, "designations")

    assert found.waiting.count == len(shown(client, actor, found)["rows"]) == 3
    may_decide_from = working_day_deadline(today - timedelta(days=60), 7).day + timedelta(days=1)
    assert (found.late, found.waiting.due, found.waiting.since) == (False, None, may_decide_from)


def test_designations_lie_on_the_desk_of_the_competent_body_alone(client):
    """All of them reach the province; some are another's to decide."""
    province, city, nation = regulator("990000"), regulator("990100"), regulator("000000")
    competent("990000", body("990000"), Matter.INSTITUTIONS)
    competent("990100", body("990100"), Matter.INSTITUTIONS)
    competent("000000", body("000000"), Matter.NATIONAL_INSTITUTIONS)
    own = designation(make_institution(code="990000"), "applied")
    citys = designation(make_institution(code="990100"), "applied")
    nations = designation(make_institution(code="990100"), "applied", kind="demonstration")

    for actor, expected in ((province, {own}), (city, {citys}), (nation, {nations})):
        found = line(actor, Role.REGULATOR, "designations")
        rows = {row["one"] for row in shown(client, actor, found)["rows"]}
        assert (rows, found.waiting.count) == (expected, 1)


def test_what_nobody_is_competent_for_waits_for_whoever_may_enter_a_body(client):
    province, city = regulator("990000"), regulator("990100")
    made = designation(make_institution(code="990100"), "applied")
    designation(make_institution(code="990100"), "applied", kind="demonstration")

    found = line(province, Role.REGULATOR, "designations")

    assert [row["one"] for row in shown(client, province, found)["rows"]] == [made]
    assert (found.waiting.count, line(city, Role.REGULATOR, "designations").waiting.count) == (1, 0)
    assert line(regulator("000000"), Role.REGULATOR, "designations").waiting.count == 2


def test_many_are_asked_for_as_one_is():
    competent("990000", body("990000"))
    competent("990100", body("990100"), Matter.INSTITUTIONS)
    competent("000000", body("000000"), Matter.NATIONAL_BASES, Matter.INSTITUTIONS)
    asked = [(matter, region(code)) for matter in Matter for code in ("990102", "990100", "990200", "990000", "980000")]

    found = competent_bodies(asked, clock.today())

    assert found == [competent_body(matter, where, clock.today()) for matter, where in asked]
    assert len({one and one.pk for one in found}) == 4


def test_application_lies_on_the_desk_from_the_day_of_its_last_step():
    actor, day = regulator(), clock.today() - timedelta(days=4)
    made = designation(make_institution(), "reviewing")
    for step, on in (("apply", day - timedelta(days=5)), ("review", day)):
        DesignationEvent.objects.create(
            designation=made, step=step, state="reviewing", on=on, recorded_at=clock.now(), actor=actor
        )

    assert line(actor, Role.REGULATOR, "designations").waiting.since == day


def test_period_whose_days_are_provisional_has_not_ended_for_anybody(client):
    institution, today = make_institution(), clock.today()
    given = {"period_from": today - timedelta(days=60), "period_days": 7}
    designation(institution, "publicity", **given)
    designation(institution, "rectification", valid_from=today - timedelta(days=300), **given)
    CalendarYear.objects.all().delete()

    assert line(regulator(), Role.REGULATOR, "designations").waiting.count == 0
    found = line(officer(institution), Role.INSTITUTION_OFFICER, "rectifying")
    assert (found.waiting.count, found.waiting.due, found.late) == (1, None, False)
