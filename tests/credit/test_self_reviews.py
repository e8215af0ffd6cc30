"""复核: asked by whom it concerns, in time and once; decided by others of the body; never for the worse."""

from datetime import timedelta

import pytest

from accounts.models import Restriction
from accounts.selectors.restrictions import restricted
from core import clock
from core.errors import DomainError, NotAllowed, WrongState
from core.models import CalendarYear
from credit import services
from credit.models import SelfReview
from credit.rules.self_regulation import Result
from credit.services import Finding
from tests.builders import base_manager, make_base, make_institution, make_person, make_user, officer, regulator
from tests.credit.own_rules import acting_for, association_and_member, excluded, make_association, rules_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def track():
    return association_and_member()


@pytest.fixture
def of_base():
    base, teacher = make_base(host=make_institution()), make_user()
    return rules_of(base, make_person("何讲师", user=teacher), teacher)


def ask(track, case, **fields):
    return services.ask_self_review(**{"actor": track.answering, "case": case, "grounds": "口径不同", **fields})


def kept(of_base, kind="no_teaching"):
    return restricted(kind, person=of_base.subject, at=of_base.body)


# --- asking ---------------------------------------------------------------------------------------------------------
def test_review_is_asked_with_a_day_and_marks_the_decision(track):
    review = track.asked()

    assert (review.state, review.asked_on) == ("asked", clock.today())
    assert review.due_on > clock.today()
    assert (review.noticed_by, review.first_decided_by, review.first_outcome) == (track.first, track.second, "reminder")


def test_review_can_be_asked_before_the_letter(track):
    assert ask(track, track.decided()).state == "asked"


def test_review_is_asked_once_unless_withdrawn(track):
    review = track.asked()
    with pytest.raises(DomainError, match="review_asked_already"):
        ask(track, review.case)

    services.withdraw_self_review(actor=track.answering, review=review)

    assert ask(track, review.case).state == "asked"


def test_review_is_asked_within_fifteen_working_days_of_the_letter(track):
    case = track.told()

    days = (case.review_until - clock.today()).days
    with clock.travel(timedelta(days=days + 1)), pytest.raises(DomainError, match="too_late_for_review"):
        ask(track, case)
    with clock.travel(timedelta(days=days)):
        assert ask(track, case).state == "asked"


def test_provisional_day_ends_no_right_to_a_review(track):
    case = track.told()
    CalendarYear.objects.all().delete()

    with clock.travel(timedelta(days=60)):
        assert ask(track, case).state == "asked"


def test_review_needs_grounds_and_a_decision(track):
    with pytest.raises(DomainError, match="grounds_missing"):
        ask(track, track.told(), grounds=" ")
    with pytest.raises(WrongState):
        ask(track, track.answered())


def test_nobody_else_asks(track):
    case = track.told()

    for actor in (track.first, track.third, officer(), regulator(), make_user()):
        with pytest.raises(NotAllowed):
            ask(track, case, actor=actor)


def test_nobody_else_withdraws(track):
    review = track.asked()

    for actor in (track.third, officer(make_association()), make_user()):
        with pytest.raises(NotAllowed):
            services.withdraw_self_review(actor=actor, review=review)


# --- deciding -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("who", ["first", "second"])
@pytest.mark.parametrize("step", ["maintain", "set_aside"])
def test_whoever_took_part_before_does_not_review(track, who, step):
    review = track.asked()

    with pytest.raises(NotAllowed):
        track.review(review, step, actor=getattr(track, who))
    assert SelfReview.objects.get().state == "asked"


def test_review_by_others_than_the_body_is_out_of_reach(track):
    review = track.asked()

    for actor in (track.answering, officer(make_association()), regulator(), base_manager()):
        with pytest.raises(NotAllowed):
            track.review(review, actor=actor)


def test_review_by_somebody_concerned_is_refused(track):
    review = track.asked()
    both = acting_for(track.subject, acting_for(track.body))

    with pytest.raises(DomainError, match="own_case"):
        track.review(review, actor=both)


def test_maintained_leaves_the_case_as_it_is(track):
    review = track.review(track.asked())

    review.case.refresh_from_db()
    assert (review.state, review.case.state, review.decided_by) == ("maintained", "told", track.third)
    with pytest.raises(WrongState):
        track.review(review, "set_aside")


def test_milder_takes_the_place_of_what_was_decided(track):
    review = track.review(track.asked(Result("talk")), "change", result=Result("reminder"))

    review.case.refresh_from_db()
    assert (review.state, review.outcome, review.case.state, review.case.outcome) == (
        "changed", "reminder", "changed", "talk",
    )  # fmt: skip


@pytest.mark.parametrize("result", [Result("talk"), Result("reminder")])
def test_review_never_makes_it_worse(track, result):
    with pytest.raises(DomainError, match="not_milder"):
        track.review(track.asked(), "change", result=result)


def test_longer_or_other_exclusion_is_not_milder(track):
    review = track.asked(excluded(90))

    for result in (excluded(120), excluded(90), excluded(30, "issuing")):
        with pytest.raises(DomainError, match="not_milder"):
            track.review(review, "change", result=result)


def test_review_says_what_was_made_of_the_grounds(track):
    review = track.asked()

    for finding, code in (
        (Finding("maintain", " "), "considered_missing"),
        (Finding("worse", "x"), "finding_unknown"),
        (Finding("change", "x"), "finding_unknown"),
    ):
        with pytest.raises(DomainError, match=code):
            services.decide_self_review(actor=track.third, review=review, finding=finding)


# --- effects --------------------------------------------------------------------------------------------------------
def test_set_aside_lifts_the_exclusion_in_the_same_step(of_base):
    review = of_base.asked(excluded(activity="teaching"))
    assert kept(of_base) is True

    of_base.review(review, "set_aside")

    review.case.refresh_from_db()
    assert (kept(of_base), review.case.state) == (False, "set_aside")


def test_maintained_exclusion_goes_on(of_base):
    of_base.review(of_base.asked(excluded(activity="teaching")))

    assert kept(of_base) is True


def test_shorter_exclusion_takes_the_place_of_the_longer_one(of_base):
    review = of_base.review(of_base.asked(excluded(90, "teaching")), "change", result=excluded(30, "teaching"))

    assert kept(of_base) is True
    with clock.travel(timedelta(days=30)):
        assert kept(of_base) is False
    rows = list(Restriction.objects.order_by("pk").values_list("source", "lifted_on"))
    assert rows == [
        (f"credit.selfregulatorycase:{review.case_id}", clock.today()),
        (f"credit.selfreview:{review.pk}", None),
    ]


def test_exclusion_made_a_reminder_is_lifted(of_base):
    of_base.review(of_base.asked(excluded(90, "teaching")), "change", result=Result("reminder"))

    assert kept(of_base) is False


def test_exclusion_ends_by_itself(of_base):
    of_base.decided(excluded(30, "teaching"))

    with clock.travel(timedelta(days=29)):
        assert kept(of_base) is True
    with clock.travel(timedelta(days=30)):
        assert kept(of_base) is False
