"""Anomalies: each with a case that is asked about and one just below, answered in words, judged by a person."""

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import clock
from core.errors import DomainError, NotAllowed, WrongState
from staffing import services
from staffing.models import RatioReturn, ReturnAnomaly
from staffing.ratio import Ratio
from staffing.rules import anomalies
from staffing.rules.anomalies import limits
from staffing.selectors import institution_ratio
from staffing.selectors.anomalies import anomalies_in
from tests.builders import make_appointment, make_institution, make_person, officer
from tests.staffing.returns_builders import DAY, NOW, begun, filed, make_period, on, receiver, staffed
from tests.staffing.test_selectors import _correct, train

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("after_the_day")]
LIMIT = {"points": 15, "days": 30}


def kinds(place):
    return [found.kind.value for found in anomalies_in(institution_ratio(place, as_of=DAY))]


def ratio(trained, staff):
    return Ratio(trained, staff, 70)


# --- jump -------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("trained", "asked"), [(86, True), (85, False), (54, True), (55, False)])
def test_jump_of_more_than_fifteen_points_is_asked_about(trained, asked):
    days = [(DAY - timedelta(days=30), ratio(70, 100)), (DAY, ratio(trained, 100))]

    assert [found.kind.value for found in anomalies.jump(days, LIMIT)] == ["jump"] * asked


def test_jump_from_or_to_nobody_is_none():
    before = DAY - timedelta(days=1)
    assert anomalies.jump([(before, ratio(0, 0)), (DAY, ratio(9, 9))], LIMIT) == []
    assert anomalies.jump([(before, ratio(9, 9)), (DAY, ratio(0, 0))], LIMIT) == []


@given(st.integers(0, 50), st.integers(1, 50), st.integers(0, 50), st.integers(1, 50))
def test_jump_is_exact(trained, staff, done, people):
    """Against fractions: no rounding decides."""
    from fractions import Fraction  # noqa: PLC0415 - of this check alone

    trained, done = min(trained, staff), min(done, people)
    days = [(DAY - timedelta(days=1), ratio(trained, staff)), (DAY, ratio(done, people))]
    apart = abs(Fraction(trained, staff) - Fraction(done, people))

    assert bool(anomalies.jump(days, LIMIT)) == (apart > Fraction(15, 100))


@pytest.mark.parametrize(("since", "asked"), [(29, ["jump"]), (30, [])])
def test_jump_is_looked_for_in_the_thirty_days_up_to_the_day(since, asked):
    """Two of ten are trained on a day; thirty days before the returned one they were not."""
    place = staffed(7, 10)
    for one in place.appointments.order_by("pk")[7:9]:
        train(one.person, on=DAY - timedelta(days=since))

    assert kinds(place) == asked


# --- movement ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("count", "back", "asked"), [(3, 13, ["joining"]), (2, 13, []), (3, 14, [])])
def test_many_who_join_within_fourteen_days(count, back, asked):
    place = staffed(14, 20)
    for number in range(count):
        make_appointment(make_person(f"新{number}"), place, start=DAY - timedelta(days=back))

    assert kinds(place) == asked


@pytest.mark.parametrize(("count", "after", "asked"), [(3, 14, ["leaving"]), (2, 14, []), (3, 15, [])])
def test_many_who_leave_right_after_the_day(count, after, asked):
    place = staffed(14, 20)
    for one in place.appointments.order_by("pk")[:count]:
        place.appointments.filter(pk=one.pk).update(end_date=DAY + timedelta(days=after))

    assert kinds(place) == asked


def test_three_of_a_large_staff_are_not_many():
    people = frozenset(range(40))
    limit = limits("movement", on=DAY)

    assert anomalies.movement(people - {1, 2, 3}, people, people, limit) == []
    assert [one.kind.value for one in anomalies.movement(people - {1, 2, 3, 4}, people, people, limit)] == ["joining"]


def test_another_post_from_a_day_on_is_no_joining():
    place = staffed(14, 20)
    for one in place.appointments.order_by("pk")[:5]:
        place.appointments.filter(pk=one.pk).update(end_date=DAY - timedelta(days=3))
        make_appointment(one.person, place, post="主任", start=DAY - timedelta(days=3))

    assert kinds(place) == []


# --- rosters ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("others", "asked"), [(2, ["rosters"]), (1, [])])
def test_one_person_in_three_rosters(others, asked):
    place = staffed(7, 10)
    person = place.appointments.order_by("pk")[0].person
    for _number in range(others):
        make_appointment(person, make_institution())

    [*found] = anomalies_in(institution_ratio(place, as_of=DAY))
    assert [one.kind.value for one in found] == asked
    assert [one.people for one in found] == [(person.pk,)] * len(asked)


# --- the same file with other dates -----------------------------------------------------------------------------------
@pytest.mark.parametrize(("count", "asked"), [(3, ["other_dates"]), (2, [])])
def test_rows_that_came_again_with_other_dates(count, asked):
    place = staffed(7, 10)
    with on(NOW + timedelta(days=1)):
        moment = clock.now()
    for one in place.appointments.order_by("pk")[:count]:
        place.appointments.filter(pk=one.pk).update(end_date=date(2025, 1, 1))
        make_appointment(one.person, place, start=date(2025, 1, 1), recorded_at=moment)

    assert kinds(place) == asked


def test_first_days_put_right_one_by_one_are_no_file():
    place = staffed(7, 10)
    for number, one in enumerate(place.appointments.order_by("pk")[:5]):
        with on(NOW + timedelta(days=number)):
            _correct(one, start_date=date(2024, 2, 1))

    with on(NOW + timedelta(days=9)):
        assert kinds(place) == []


# --- the flag ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("place_of", "asked"), [(9, ["flag"]), (0, [])])
def test_flag_switched_for_the_untrained_and_not_for_the_trained(place_of, asked):
    place = staffed(7, 10)
    _correct(place.appointments.order_by("pk")[place_of], professional=False)

    assert kinds(place) == asked


def test_flag_switched_long_before_is_not_asked_about():
    place = staffed(7, 10)
    with on(DAY - timedelta(days=61)):
        _correct(place.appointments.order_by("pk")[9], professional=False)

    assert kinds(place) == []


# --- answered, judged -------------------------------------------------------------------------------------------------
@pytest.fixture
def odd():
    place = staffed(14, 20)
    for number in range(4):
        make_appointment(make_person(f"新{number}"), place, start=DAY - timedelta(days=2))
    return place


def test_questions_are_answered_before_anything_is_attested(odd):
    actor = officer(odd)
    found = begun(odd, make_period(), actor)
    check = services.check_return(actor=actor, ratio_return=found)
    words = {"actor": actor, "ratio_return": found, "check": check.pk, "name": "贺敏", "post": "处长"}
    with pytest.raises(DomainError) as refusal:
        services.attest_return(**words)
    assert refusal.value.code == "anomalies_open"
    [anomaly] = check.anomalies.all()
    with pytest.raises(DomainError):
        services.answer_anomaly(actor=actor, anomaly=anomaly, answer=" ")

    services.answer_anomaly(actor=actor, anomaly=anomaly, answer="新设团队，附编制批复。")

    assert services.attest_return(**words).staff == 24


def test_answer_to_the_same_question_is_kept_when_it_is_checked_again(odd):
    actor = officer(odd)
    found = begun(odd, make_period(), actor)
    first = services.check_return(actor=actor, ratio_return=found)
    services.answer_anomaly(actor=actor, anomaly=first.anomalies.get(), answer="新设团队")

    again = services.check_return(actor=actor, ratio_return=found)
    make_appointment(make_person("又新"), odd, start=DAY - timedelta(days=1))
    other = services.check_return(actor=actor, ratio_return=found)

    assert [again.anomalies.get().answer, other.anomalies.get().answer] == ["新设团队", ""]
    with pytest.raises(WrongState):
        services.answer_anomaly(actor=actor, anomaly=first.anomalies.get(), answer="旧")


def test_answer_is_kept_over_a_correction_by_the_authority(odd):
    """The authority's own check asks nothing; the question that was answered before it is not asked again."""
    actor, authority = officer(odd), receiver()
    first = filed(odd, make_period(), actor)
    other = odd.appointments.order_by("pk")[19].person
    train(other, on=DAY - timedelta(days=60))
    words = {"name": "沈砚秋", "post": "处长", "reason": "补录培训"}
    services.correct_return(actor=authority, ratio_return=first.ratio_return, version=first.pk, **words)
    services.reopen_return(actor=actor, ratio_return=first.ratio_return, reason="更正")

    again = services.check_return(actor=actor, ratio_return=first.ratio_return)

    assert again.anomalies.get().answer == "情况属实，附任职文件。"


def test_anomaly_of_an_earlier_version_is_not_judged(odd):
    actor, authority = officer(odd), receiver()
    first = filed(odd, make_period(), actor)
    services.reopen_return(actor=actor, ratio_return=first.ratio_return, reason="更正")
    second = filed(odd, make_period(), actor, "更正")
    given = {"actor": authority, "judgement": "explained", "because": "已核"}

    with pytest.raises(WrongState):
        services.judge_anomaly(anomaly=first.check_of.anomalies.get(), **given)
    assert services.judge_anomaly(anomaly=second.check_of.anomalies.get(), **given).judgement == "explained"


def test_day_of_a_roster_is_that_of_shanghai():
    """Written at 00:30 of the first day of the span, which is the day before in UTC."""
    first = DAY - timedelta(days=limits("other_dates", on=DAY)["days"])
    written = {day: datetime.combine(day, time(0, 30), tzinfo=clock.SHANGHAI) for day in (first, first - timedelta(1))}
    told = {}
    for day, moment in written.items():
        place = staffed(14, 20)
        for one in list(place.appointments.order_by("pk"))[:10]:
            before = {"end_date": date(2025, 1, 1), "recorded_at": moment - timedelta(days=30)}
            place.appointments.filter(pk=one.pk).update(**before)
            make_appointment(one.person, place, start=date(2025, 1, 1), recorded_at=moment)
        told[day] = "other_dates" in kinds(place)

    assert list(told.values()) == [True, False]


def test_judging_changes_no_figure_and_no_state(odd):
    authority, version = receiver(), filed(odd, make_period())
    anomaly = version.check_of.anomalies.get()
    with pytest.raises(DomainError) as refusal:
        services.accept_return(actor=authority, ratio_return=version.ratio_return, version=version.pk)
    assert refusal.value.code == "anomalies_unjudged"
    before = (version.ratio_return.state, version.trained, version.staff)

    services.judge_anomaly(actor=authority, anomaly=anomaly, judgement="question", because="附件不全")
    found = RatioReturn.objects.get()
    now = found.versions.get()
    assert (found.state, now.trained, now.staff) == ("filed", *before[1:])
    with pytest.raises(DomainError):
        services.accept_return(actor=authority, ratio_return=found, version=version.pk)
    services.judge_anomaly(actor=authority, anomaly=anomaly, judgement="explained", because="批复已核")
    assert services.accept_return(actor=authority, ratio_return=found, version=version.pk).state == "accepted"
    with pytest.raises(WrongState):
        services.judge_anomaly(actor=authority, anomaly=anomaly, judgement="noted", because="晚")


def test_judgement_is_the_authoritys_and_has_a_reason(odd):
    authority, version = receiver(), filed(odd, make_period())
    anomaly = version.check_of.anomalies.get()
    for wrong in ({"judgement": "explained", "because": " "}, {"judgement": "guilty", "because": "x"}):
        with pytest.raises(DomainError):
            services.judge_anomaly(actor=authority, anomaly=anomaly, **wrong)
    for foreign in (officer(odd), receiver("980000")):
        with pytest.raises(NotAllowed):
            services.judge_anomaly(actor=foreign, anomaly=anomaly, judgement="explained", because="x")
    assert ReturnAnomaly.objects.get().judgement == ""


@pytest.mark.parametrize("staff", [1, 3])
def test_anomalies_take_the_same_queries_for_any_staff(staff, django_assert_num_queries):
    place = staffed(staff, staff)
    answer = institution_ratio(place, as_of=DAY)

    with django_assert_num_queries(4):
        anomalies_in(answer)
