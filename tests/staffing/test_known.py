"""Facts in hand say of every day, rule and moment what the database says when it is asked."""

from datetime import date, timedelta

import pytest

from accounts.models import Appointment, Designation
from accounts.models.positions import EmploymentType
from accounts.selectors import surviving
from core import clock
from courses.models import Level
from staffing.models import RatioRule
from staffing.selectors import institution_ratio
from staffing.selectors.beside import ratios_beside
from staffing.selectors.known import Known
from staffing.selectors.versions import RULE_CODE, bound_by, counted_on, rule_on, rules_from, trained_ids, trained_since
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
    """With enough of everything a rule looks at that each kind of rule gives another figure."""
    made, today = World(request.param), clock.today()
    made.began = today
    bases = [make_base(), make_base()]
    Designation.objects.create(
        base=bases[0], kind="national_base", document="文", valid_from=today - timedelta(days=6),
        valid_to=today + timedelta(days=3),
    )  # fmt: skip
    for number, person in enumerate(made.people):
        level = made.dice.choice((None, *Level.objects.order_by("pk")))
        train(person, on=made.day(), level=level, base=bases[number % 2])
    for number, row in enumerate(Appointment.objects.order_by("pk")):
        row.full_time, row.employment_type = made.dice.choice((True, False, None)), made.dice.choice(KINDS_OF_WORK)
        row.save()
        if number % 3 == 0:
            made.away(row, kind="paid", start=today - timedelta(days=4), days=made.dice.choice((3, 6, None)))
    for _turn in range(30):
        made.step()
    return made


def figures_of(world, rule, facts_of):
    """Place by place and day by day: who counts, who of them is trained, whether the rule binds."""
    days = [world.began + timedelta(days=away) for away in range(-10, 20, 3)]
    return {(place.pk, day): facts_of(place, rule, day) for place in world.places for day in days}


def in_hand(known):
    def found(place, rule, day):
        facts = known[place.pk]
        staff = facts.staff(rule, day)
        on_stretches = frozenset(row.person for row in facts.stretches(rule) if row.runs_on(day))
        assert on_stretches == staff
        assert facts.ratios(rule, [day]) == [(day, facts.ratio(rule, day))]
        return staff, facts.trained(rule, day) & staff, facts.bound(rule, day)

    return found


def by_statement(place, rule, day):
    rows = Appointment.objects.holding().filter(counted_on(rule, day), institution=place)
    staff = frozenset(rows.values_list(surviving("person__"), flat=True))
    return staff, trained_ids(staff, rule, day), place.pk in bound_by([place], rule, day)


@pytest.mark.parametrize("world", range(3), indirect=True)
@pytest.mark.parametrize("words", RULES.values(), ids=RULES)
def test_facts_in_hand_equal_those_of_the_database(world, words):
    rule, plain = make_rule(**words), make_rule()
    known = {place.pk: Known(place) for place in world.places}
    found = figures_of(world, rule, in_hand(known))
    assert found == figures_of(world, rule, by_statement)
    for place in world.places:
        people = {row.person for row in known[place.pk].rows}
        assert known[place.pk].trained_since(rule) == trained_since(people, rule)
    assert any(staff for staff, _trained, _bound in found.values())
    assert any(trained for _staff, trained, _bound in found.values())
    assert not words or found != figures_of(world, plain, in_hand(known)), "the rule makes no difference here"


@pytest.mark.parametrize("world", range(3), indirect=True)
def test_what_was_known_stays_known(world):
    """Whatever is recorded, joined, parted, annulled or adopted afterwards."""
    rule, then = make_rule(leaves_left_out=["paid", "study"]), clock.now()

    def figures(known_at):
        known = {place.pk: Known(place, known_at) for place in world.places}
        seals = {place.pk: known[place.pk].ratio(rule, world.began) for place in world.places}
        return figures_of(world, rule, in_hand(known)), seals, [one.pk for one in known[world.places[0].pk].versions()]

    before = figures(None)
    with clock.travel(timedelta(hours=1)):
        later = [world.appoint, world.record, world.annul, world.replace, world.merge, world.part, world.come_back]
        for _turn in range(4):
            for step in (*later, world.void):
                step()
        make_rule("adopted", valid_from=date(2026, 2, 1), adopted_at=clock.now())
        assert figures(then) == before
        assert figures(None) != before


def test_version_of_a_day_is_the_one_begun_last_that_still_runs():
    first = RatioRule.objects.get(code=RULE_CODE, version="2022-1")
    later = make_rule("adopted", valid_from=date(2027, 1, 1), valid_to=date(2027, 12, 31))
    make_rule("adopted", valid_from=date(2027, 6, 1), reference_only=True)
    make_rule("draft", valid_from=date(2027, 6, 2))
    told = {
        date(2019, 1, 1): first, date(2026, 12, 31): first, date(2027, 1, 1): later, date(2027, 7, 1): later,
        date(2027, 12, 31): later, date(2028, 1, 1): first,
    }  # fmt: skip
    facts = Known(make_institution())
    assert {day: facts.rule_on(day) for day in told} == told
    assert {day: rule_on(day) for day in told} == told
    begun = [(date(2026, 12, 31), first), (date(2027, 1, 1), later), (date(2028, 1, 1), first)]
    assert rules_from(facts.requirement(), date(2026, 12, 31)) == begun


def test_designation_counts_to_the_day_before_its_end():
    end, base, place = clock.today(), make_base(), make_institution()
    Designation.objects.create(
        base=base, kind="national_base", document="文", valid_from=end - timedelta(days=9), valid_to=end
    )
    people = [make_person(f"人{number}") for number in range(2)]
    for days, person in enumerate(people):
        make_appointment(person, place)
        train(person, on=end - timedelta(days=days), base=base)
    rule = make_rule(providers=["national_base"])
    assert Known(place).trained(rule, end) == {people[1].pk}


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


def test_nothing_is_asked_of_a_rule_that_binds_nobody(django_assert_num_queries):
    rule, facts = make_rule(binds="nobody"), Known(make_institution())
    with django_assert_num_queries(0):
        assert not facts.bound(rule, clock.today())


def test_other_ways_of_counting_are_those_of_the_rule_asked_for():
    place = make_institution()
    main = make_rule("adopted", code="LOCAL_80", value=80)
    narrower = make_rule("adopted", code="LOCAL_80", value=80, reference_only=True)
    found = [one.rule for one in ratios_beside(institution_ratio(place, rule=main)) if one.rule]
    assert narrower in found
    assert not [rule for rule in found if rule.code == RULE_CODE and rule.reference_only]
