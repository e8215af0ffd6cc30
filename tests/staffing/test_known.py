"""Facts in hand say of every day, rule and moment what the database says when it is asked."""

from datetime import date, timedelta

import pytest

from accounts.models import Appointment, Designation
from accounts.models.positions import EmploymentType
from accounts.selectors import surviving
from core import clock
from courses.models import Level
from staffing.selectors import institution_ratio
from staffing.selectors.known import Known
from staffing.selectors.versions import bound_by, counted_on, rule_on, rules_from, trained_ids, trained_since
from tests.builders import make_appointment, make_base, make_institution, make_person, make_rule
from tests.staffing.figures_world import World
from tests.staffing.test_selectors import train

pytestmark = pytest.mark.django_db
KINDS_OF_WORK = EmploymentType.values[:2]
RULES = {
    "professional": {},
    "all staff": {"staff_counted": "all"},
    "full-time": {"staff_counted": "full_time"},
    "without leaves": {"leaves_left_out": ["paid", "study"]},
    "one kind of work": {"employment_types": KINDS_OF_WORK[:1]},
    "one track": {"tracks": ["DEGREE"]},
    "levels": {"levels": ["SENIOR"]},
    "providers": {"providers": ["national_base"]},
    "binds its scope": {"binds": "scope"},
    "binds the designated": {"binds": "designated", "binding_designation": "pilot_university"},
}


@pytest.fixture
def world(request):
    made = World(request.param)
    made.bases = [make_base(), make_base()]
    begun = clock.today() - timedelta(days=4)
    Designation.objects.create(
        base=made.bases[0], kind="national_base", document="文", valid_from=begun,
        valid_to=begun + timedelta(days=7),
    )  # fmt: skip
    for person in made.people:
        level = made.dice.choice((None, *Level.objects.order_by("pk")))
        train(person, on=made.day(), level=level, base=made.dice.choice((None, *made.bases)))
    for row in Appointment.objects.order_by("pk"):
        row.full_time, row.employment_type = made.dice.choice((True, False, None)), made.dice.choice(KINDS_OF_WORK)
        row.save()
    for _turn in range(30):
        made.step()
    return made


@pytest.mark.parametrize("world", range(3), indirect=True)
@pytest.mark.parametrize("words", RULES.values(), ids=RULES)
def test_facts_in_hand_equal_those_of_the_database(world, words):
    rule, compared = make_rule(**words), 0
    for place in world.places:
        facts = Known(place)
        for day in (clock.today() + timedelta(days=away) for away in range(-10, 20, 3)):
            staff = facts.staff(rule, day)
            assert staff == _counted(place, rule, day)
            assert facts.trained(rule, day) & staff == trained_ids(staff, rule, day)
            assert facts.bound(rule, day) == (place.pk in bound_by([place], rule, day))
            compared += len(staff)
        people = {row.person for row in facts.rows}
        assert facts.trained_since(rule) == trained_since(people, rule)
    assert compared


@pytest.mark.parametrize("world", range(3), indirect=True)
def test_what_was_known_stays_known(world):
    rule, today, then = make_rule(), clock.today(), clock.now()
    with clock.travel(timedelta(hours=1)):
        before = {place.pk: _trained_by_statement(place, rule, today, then) for place in world.places}
        for _turn in range(6):
            world.annul()
            world.replace()
        found = {place.pk: Known(place, then).trained(rule, today) for place in world.places}
    assert found == before
    assert any(before.values())


def _counted(place, rule, day):
    rows = Appointment.objects.holding().filter(counted_on(rule, day), institution=place)
    return frozenset(rows.values_list(surviving("person__"), flat=True))


def _trained_by_statement(place, rule, day, then):
    people = {row.person for row in Known(place, then).rows}
    return trained_ids(people, rule, day, then)


def test_version_of_a_day_is_the_one_begun_last_that_still_runs():
    first = rule_on(date(2022, 6, 1))
    assert rule_on(date(2019, 1, 1)) == first, "before the first one, the first one"
    later = make_rule("adopted", valid_from=date(2027, 1, 1), valid_to=date(2027, 12, 31))
    rules = Known(make_institution()).requirement()
    days = [date(2026, 12, 31), date(2027, 1, 1), date(2027, 12, 31), date(2028, 1, 1)]
    assert [Known(make_institution()).rule_on(day) for day in days] == [rule_on(day) for day in days]
    assert [rule for _day, rule in rules_from(rules, days[0])][1:2] == [later]
    assert rules_from(rules, days[0])[2][0] == date(2028, 1, 1)


def test_each_kind_of_fact_is_asked_for_once(django_assert_num_queries):
    place = make_institution()
    train(make_appointment(make_person(), place).person)
    facts = Known(place)
    with django_assert_num_queries(5):
        for day in (clock.today(), date(2025, 1, 1), date(2030, 1, 1)):
            rule = facts.rule_on(day)
            facts.ratio(rule, day)
            facts.bound(rule, day)
    with django_assert_num_queries(5):
        assert institution_ratio(place).ratio.trained == 1
