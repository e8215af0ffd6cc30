"""The days to come: as the ratio of each of them will be, who causes what, whom to train where, and an experiment."""

import random
from datetime import date, timedelta

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Designation
from accounts.permissions import Role
from core import clock
from courses.models import Level, Programme
from courses.workflow import RecordStanding
from staffing.models import SealedCount
from staffing.ratio import Experiment, Ratio
from staffing.selectors import institution_ratio, rule_on
from staffing.selectors.ahead import Cause, ahead
from staffing.selectors.known import Known
from staffing.selectors.plans import plan_for, year_end
from tests.builders import (
    hat,
    join_records,
    make_appointment,
    make_base,
    make_institution,
    make_person,
    make_rule,
    officer,
    place_for,
    regulator,
)
from tests.courses.builders import make_cohort, make_enrolment, make_programme
from tests.oversight.desks import line, shown
from tests.staffing.test_selectors import train

pytestmark = pytest.mark.django_db


def day(number):
    return clock.today() + timedelta(days=number)


def staff(institution, count, *, trained=0, **terms):
    people = [make_person(f"人{number}") for number in range(count)]
    for number, person in enumerate(people):
        make_appointment(person, institution, **terms)
        if number < trained:
            train(person)
    return people


def seen(institution):
    return ahead(regulator(), Known(institution))


def causes(institution):
    return [[(mover.name, mover.cause) for mover in change.movers] for change in seen(institution).changes]


def ahead_url(institution):
    return reverse("staffing:ahead", args=[institution.pk])


# --- the forecast -----------------------------------------------------------------------------------------------------
def _any_roster(dice, institution):
    people = [make_person(f"人{number}") for number in range(8)]
    for person in people:
        for post in range(dice.choice([1, 1, 2])):
            start = dice.randint(-40, 40)
            make_appointment(
                person, institution, start=day(start), post=f"岗位{post}", professional=dice.random() < 0.8,
                employment_type=dice.choice(["contract", "external"]),
                end_date=None if dice.random() < 0.4 else day(start + dice.randint(1, 60)),
            )  # fmt: skip
        if dice.random() < 0.7:
            standing = dice.choice([RecordStanding.CONFIRMED_BY_REGULATOR] * 3 + [RecordStanding.CLAIMED])
            train(person, on=day(dice.randint(-30, 50)), standing=standing)
    join_records(people[0], people[1])
    if dice.random() < 0.5:
        SealedCount.objects.create(
            institution=institution, staff=5, trained=2, valid_from=day(dice.randint(-9, 20)), valid_to=day(30),
            entered_at=clock.now(), entered_by=officer(institution), state="confirmed", confirmed_at=clock.now(),
            document_number="1号",
        )  # fmt: skip


@pytest.mark.parametrize("seed", range(12))
def test_every_coming_day_is_told_as_the_ratio_will_tell_it(seed):
    dice, institution = random.Random(seed), make_institution()
    _any_roster(dice, institution)
    make_rule("adopted", valid_from=day(15), valid_to=day(35), value=40, tracks=["DEGREE"])
    make_rule("adopted", valid_from=day(25), value=55, comparator="gt", staff_counted="all")

    found = seen(institution)

    told = {change.day: change.after for change in found.changes}
    current = found.now
    for number in range(70):
        expected = institution_ratio(institution, as_of=day(number))
        current = told.get(day(number), current)
        assert (found.prospect.ratio_on(day(number)), current) == (expected.ratio, expected.ratio)
        assert found.rule_on(day(number)) == expected.rule == rule_on(day(number))


def test_first_day_below_the_threshold_and_who_causes_it():
    institution = make_institution()
    people = staff(institution, 10, trained=7)
    people[0].appointments.update(end_date=day(41))
    people[9].appointments.update(end_date=day(60))

    fall = seen(institution).first_below

    assert (fall.day, fall.before, fall.after) == (day(41), Ratio(7, 10, 70), Ratio(6, 9, 70))
    assert [(one.person, one.name, one.cause, one.trained) for one in fall.movers] == [
        (people[0].pk, "人0", Cause.LEAVES, True)
    ]


def test_each_cause_is_told_in_its_own_word():
    institution = make_institution()
    staff(institution, 3, trained=3)
    joins, leaves, learns, moves, comes = (make_person(name) for name in "入离学转来")
    make_appointment(joins, institution, start=day(1))
    make_appointment(leaves, institution, end_date=day(2))
    make_appointment(learns, institution)
    train(learns, on=day(3))
    make_appointment(moves, institution, end_date=day(4))
    make_appointment(moves, institution, start=day(4), post="后勤", professional=False)
    make_appointment(comes, institution, end_date=day(5), post="后勤", professional=False)
    make_appointment(comes, institution, start=day(5))

    assert causes(institution) == [
        [("入", Cause.JOINS)], [("离", Cause.LEAVES)], [("学", Cause.TRAINED)], [("转", Cause.UNCOUNTED)],
        [("来", Cause.COUNTED)],
    ]  # fmt: skip


def test_another_version_of_the_requirement_is_a_cause():
    institution = make_institution()
    staff(institution, 2, trained=2)
    rule = make_rule("adopted", valid_from=day(9), tracks=["DEGREE"])

    change = seen(institution).first_below

    assert (change.day, change.new_rule, change.rule, change.after.trained) == (day(9), True, rule, 0)
    assert [one.cause for one in change.movers] == [Cause.UNTRAINED, Cause.UNTRAINED]


def test_somebody_with_two_posts_leaves_only_with_the_last():
    institution, person = make_institution(), make_person()
    make_appointment(person, institution, end_date=day(5))
    make_appointment(person, institution, post="专员", end_date=day(8))

    assert [change.day for change in seen(institution).changes] == [day(8)]


# --- the plan ---------------------------------------------------------------------------------------------------------
def test_plan_names_who_stays_longest_and_the_nearest_class_with_a_seat():
    institution = make_institution(code="990100")
    staff(institution, 6, trained=6)
    leaving, staying, newer = (make_person(name) for name in "走留新")
    make_appointment(leaving, institution, end_date=day(200))
    make_appointment(staying, institution, start=date(2020, 1, 1))
    make_appointment(newer, institution, start=date(2023, 1, 1))
    programme = make_programme()
    far, near = make_base(area="990200"), make_base(area="990100")
    when = {"programme": programme, "starts_on": day(5)}
    best = make_cohort(near, ends_on=day(20), capacity=2, **when)
    make_enrolment(best)
    make_cohort(near, ends_on=day(30), **when)
    make_cohort(near, ends_on=day(15), state="running", **when)
    full = make_cohort(near, ends_on=day(10), capacity=1, **when)
    make_enrolment(full)
    other = make_cohort(far, ends_on=day(12), **when)

    plan = plan_for(seen(institution), day(30))
    two = plan_for(seen(institution), day(31))

    assert plan.ratio == Ratio(6, 9, 70)
    assert [(one.name, one.cohort) for one in plan.people] == [("留", best)]
    assert (plan.after, plan.by_training_alone) == (Ratio(7, 9, 70), True)
    assert two.people[0].cohort == best
    make_appointment(make_person("再"), institution)
    make_appointment(make_person("又"), institution)
    assert [one.cohort for one in plan_for(seen(institution), day(30)).people] == [best, other]


def test_plan_says_when_no_class_ends_in_time():
    institution = make_institution()
    staff(institution, 1)
    make_cohort(ends_on=day(20))

    plan = plan_for(seen(institution), day(20))

    assert (plan.seats_missing, plan.people_missing, plan.by_training_alone) == (1, 0, False)
    assert plan.after == plan.ratio


def test_plan_says_when_secret_posts_leave_too_few_to_train(client):
    institution = make_institution()
    staff(institution, 1)
    SealedCount.objects.create(
        institution=institution, staff=9, trained=0, valid_from=day(-1), entered_at=clock.now(),
        entered_by=officer(institution), state="confirmed", confirmed_at=clock.now(), document_number="1号",
    )  # fmt: skip
    make_cohort(ends_on=day(20))

    plan = plan_for(seen(institution), day(30))

    assert (plan.ratio.shortfall, len(plan.people), plan.people_missing) == (7, 1, 6)
    client.force_login(officer(institution))
    assert "仅靠培训不能达标" in client.get(ahead_url(institution), {"on": day(30)}).content.decode()


def test_classes_are_those_the_rule_would_count():
    institution = make_institution()
    staff(institution, 1)
    senior = Level.objects.order_by("-rank").first()
    words = {"title_zh": "高级", "title_en": "Senior", "title_ja": "上級"}
    high = Programme.objects.create(code="HIGH", level=senior, valid_from=date(2020, 1, 1), **words)
    recognised = make_base()
    Designation.objects.create(base=recognised, kind="national_base", valid_from=day(-100))
    plain, good = make_cohort(programme=high), make_cohort(recognised, programme=high)
    make_cohort(recognised)

    def classes(begun, **words):
        """By the version begun last."""
        make_rule("adopted", valid_from=day(begun), **words)
        return [one.cohort for one in plan_for(seen(institution), day(30)).people]

    assert classes(-9, levels=[senior.code]) == [plain]
    assert classes(-8, levels=[senior.code], providers=["national_base"]) == [good]
    assert classes(-7, tracks=["DEGREE"]) == [None]


def test_day_of_the_plan_is_the_end_of_this_year():
    assert year_end(date(2026, 12, 31)) == date(2026, 12, 31)
    assert year_end(date(2027, 1, 1)) == date(2027, 12, 31)


# --- the page ---------------------------------------------------------------------------------------------------------
def test_page_names_the_fall_the_plan_and_links_to_people_and_classes(client):
    institution = make_institution()
    people = staff(institution, 10, trained=7)
    people[0].appointments.update(end_date=day(41))
    cohort = make_cohort(ends_on=day(20))
    client.force_login(officer(institution))

    page = client.get(ahead_url(institution), {"on": day(41).isoformat()}).content.decode()

    person = reverse("accounts:person", args=[people[0].pk])
    assert page.count(f'href="{person}"') == 3
    assert f'href="{reverse("courses:cohort_public", args=[cohort.pk])}"' in page
    assert "6<small> / 9</small>" in page
    assert client.get(person).status_code == 200


def test_officer_finds_the_page_from_the_ratio_and_from_home(client):
    institution = make_institution()
    staff(institution, 3, trained=1)
    actor = officer(institution)
    client.force_login(actor)
    assert line(actor, Role.INSTITUTION_OFFICER, "ahead").waiting.count == 0, "nobody has to meet what does not bind"
    Designation.objects.create(institution=institution, kind="pilot_university", valid_from=day(-100))
    ratio = reverse("staffing:ratio", args=[institution.pk])

    found = line(actor, Role.INSTITUTION_OFFICER, "ahead")

    assert ahead_url(institution) in client.get(ratio).content.decode()
    assert ahead_url(institution) not in client.get(ratio, {"as_of": "2026-01-01"}).content.decode()
    assert client.get(found.url).url == ahead_url(institution)
    plan = shown(client, actor, found)["plan"]
    assert (found.waiting.count, found.waiting.due) == (plan.ratio.shortfall, plan.day) == (2, year_end(clock.today()))


def test_whoever_sees_figures_only_sees_nobody(client):
    institution = make_institution()
    people = staff(institution, 10, trained=7)
    people[0].appointments.update(end_date=day(41))
    client.force_login(hat(Role.EVALUATOR, place_for(Role.EVALUATOR)))

    asked = {"on": day(50).isoformat(), "leave": people[1].pk}
    answer = client.get(ahead_url(institution), asked)

    page = answer.content.decode()
    assert "6<small> / 9</small>" in page
    assert [name for name in ("人0", "人1", "人9", "/people/", 'name="leave"') if name in page] == []
    assert answer.context["result"] is None


def test_other_institutions_get_nothing(client):
    institution = make_institution()
    for actor in (officer(), regulator("990200")):
        client.force_login(actor)
        assert client.get(ahead_url(institution)).status_code == 404
    client.force_login(officer(institution))
    assert client.post(ahead_url(institution)).status_code == 405


def test_a_day_that_is_over_is_refused_with_a_word(client):
    institution = make_institution()
    client.force_login(officer(institution))

    answer = client.get(ahead_url(institution), {"on": day(-1).isoformat()})

    assert "请选择今日或之后的日期" in answer.content.decode()
    assert answer.context["day"] == year_end(clock.today())


@pytest.mark.parametrize("rows", [1, 3])
def test_queries_do_not_grow(client, rows, django_assert_num_queries):
    institution = make_institution()
    for person in staff(institution, rows, trained=rows):
        person.appointments.update(end_date=day(30))
    staff(institution, rows, trained=0)
    for number in range(rows):
        make_cohort(ends_on=day(10 + number), capacity=1)
    client.force_login(officer(institution))
    client.get(ahead_url(institution))
    asked = {"on": day(20).isoformat(), "trained": rows}

    with django_assert_num_queries(17):
        client.get(ahead_url(institution), asked)


# --- the experiment ---------------------------------------------------------------------------------------------------
def test_experiment_stands_beside_the_facts_and_says_what_it_is(client):
    institution = make_institution()
    people = staff(institution, 10, trained=7)
    client.force_login(officer(institution))
    asked = {
        "when": day(5).isoformat(), "on": day(9).isoformat(), "trained": 1, "untrained": 2,
        "leave": [people[0].pk, people[9].pk], "train": [people[8].pk],
    }  # fmt: skip

    answer = client.get(ahead_url(institution), asked)

    days = [(one["on"], one["before"], one["after"]) for one in answer.context["result"]["days"]]
    assert days == [(day(number), Ratio(7, 10, 70), Ratio(8, 11, 70)) for number in (5, 9)]
    page = answer.content.decode()
    assert "仅为试算" in page
    assert 'class="tried"' in page
    assert institution_ratio(institution, as_of=day(9)).ratio == Ratio(7, 10, 70)


def test_experiment_writes_no_row(client):
    institution = make_institution()
    people = staff(institution, 3, trained=1)
    client.force_login(officer(institution))
    client.get(ahead_url(institution))
    asked = {"trained": 5, "leave": people[0].pk, "train": people[2].pk}

    def rows():
        return {model: list(model._default_manager.order_by("pk").values()) for model in apps.get_models()}

    before = rows()
    with CaptureQueriesContext(
        connection,
    ) as asking:
        assert client.get(ahead_url(institution), asked).context["result"]

    assert rows() == before
    assert [one["sql"] for one in asking if not one["sql"].lstrip("(").startswith("SELECT")] == []


def test_nobody_of_elsewhere_is_part_of_an_experiment(client):
    institution = make_institution()
    staff(institution, 2, trained=1)
    stranger = staff(make_institution(), 1)[0]
    client.force_login(officer(institution))

    answer = client.get(ahead_url(institution), {"leave": stranger.pk})

    assert answer.context["result"] is None
    assert answer.context["form"].errors


@pytest.mark.parametrize("asked", [{"trained": "-1"}, {"untrained": "many"}, {"when": "2020-01-01", "trained": "1"}])
def test_a_faulty_question_is_answered_without_an_experiment(client, asked):
    institution = make_institution()
    client.force_login(officer(institution))

    answer = client.get(ahead_url(institution), asked)

    assert (answer.status_code, answer.context["result"]) == (200, None)
    assert answer.context["form"].errors


def test_an_experiment_without_changes_is_none():
    assert not Experiment(day(1))
    assert Experiment(day(1), untrained=1)
