"""Whoever has no login writes on paper: put down with reference and day, never shortening a time, never silencing."""

from datetime import timedelta

import pytest
from django.test import Client

from core import calendar, clock
from core.errors import DomainError, NotAllowed, WrongState
from core.models import AuditEntry
from credit import services
from credit.models import SelfReview
from credit.rules.self_regulation import self_rule_of
from credit.services import Finding
from tests.builders import make_user, regulator
from tests.credit.cases import know_years, later, refused
from tests.credit.own_rules import acting_for, association_and_member, make_association, paper

pytestmark = pytest.mark.django_db


@pytest.fixture
def track():
    know_years()
    return association_and_member()


def answer(track, case, **fields):
    words = {"actor": track.third, "case": case, "answer": "来信所述", "paper": paper()}
    return services.record_self_answer(**words | fields)


def put_down(track, case, **fields):
    words = {"actor": track.first, "case": case, "grounds": "来信：人数有误", "paper": paper()}
    return services.record_self_review(**words | fields)


def own_words(track, case, grounds="本人补充"):
    return services.ask_self_review(actor=track.answering, case=case, grounds=grounds)


def days_after(day, more=1):
    return (day - clock.today()).days + more


# --- the answer -----------------------------------------------------------------------------------------------------
def test_answer_is_put_down_with_its_reference_and_day(track):
    case = track.noticed()
    with later(2):
        recorded = answer(track, case, paper=paper(reference=" 来文7号 ", came_on=clock.today() - timedelta(days=1)))
        came = clock.today() - timedelta(days=1)

    kept = (recorded.state, recorded.answer_recorded_by, recorded.answer_paper, recorded.answer_came_on)
    assert kept == ("answered", track.third, "来文7号", came)


def test_paper_needs_a_reference_and_a_day_between_the_letter_and_today(track):
    case = track.noticed()
    refused("paper_missing", answer, track=track, case=case, paper=paper(reference=" "))
    tomorrow, before = clock.today() + timedelta(days=1), clock.today() - timedelta(days=1)
    refused("came_in_future", answer, track=track, case=case, paper=paper(came_on=tomorrow))
    refused("came_too_early", answer, track=track, case=case, paper=paper(came_on=before))


def test_answer_on_paper_shortens_no_time_and_leaves_the_own_word(track):
    case = answer(track, track.noticed())
    refused("still_time_to_answer", track.decide, case=case)

    said = services.answer_self_notice(actor=track.answering, case=case, answer="本人的话")

    assert said.answer.startswith("来信所述\n\n")
    assert said.answer.endswith("本人的话")
    assert (said.answer_recorded_by, said.answer_paper) == (None, "来文〔2026〕7号")
    assert track.decide(said).state == "decided"


# --- the review -----------------------------------------------------------------------------------------------------
def test_request_is_put_down_and_due_from_the_day_it_came(track):
    case = track.told()
    came = clock.today()
    with later(4):
        review = put_down(track, case, paper=paper(came_on=came))

    due = calendar.working_day_deadline(came, self_rule_of(case.clocks_version).clocks["review"])
    assert (review.state, review.recorded_by, review.came_on, review.asked_on) == ("asked", track.first, came, came)
    assert review.due_on == due.day
    assert AuditEntry.objects.filter(verb="credit.selfreview.record").count() == 1


def test_what_came_in_time_is_in_time_whenever_it_is_put_down(track):
    case = track.told()
    last = case.review_until
    with later(days_after(last, 5)):
        refused("too_late_for_review", put_down, track=track, case=case, paper=paper(came_on=last + timedelta(days=1)))
        assert put_down(track, case, paper=paper(came_on=last)).state == "asked"


def test_request_needs_its_paper_and_comes_once(track):
    case = track.told()
    refused("grounds_missing", put_down, track=track, case=case, grounds=" ")
    refused("paper_missing", put_down, track=track, case=case, paper=paper(reference=""))
    yesterday, tomorrow = (clock.today() + timedelta(days=n) for n in (-1, 1))
    refused("came_too_early", put_down, track=track, case=case, paper=paper(came_on=yesterday))
    refused("came_in_future", put_down, track=track, case=case, paper=paper(came_on=tomorrow))
    put_down(track, case)
    refused("review_asked_already", put_down, track=track, case=case)


def test_nobody_else_puts_it_down(track):
    case = track.told()
    for actor in (track.answering, acting_for(make_association()), regulator(), make_user()):
        with pytest.raises(NotAllowed):
            put_down(track, case, actor=actor)
    with pytest.raises(DomainError, match="own_case"):
        put_down(track, case, actor=acting_for(track.subject, acting_for(track.body)))
    with pytest.raises(WrongState):
        put_down(track, track.answered())


def test_whom_it_concerns_adds_own_words_once(track):
    case = track.told()
    review = put_down(track, case)

    joined = own_words(track, case)

    assert joined.pk == review.pk
    assert (joined.grounds, joined.own_grounds) == ("来信：人数有误", "本人补充")
    with pytest.raises(DomainError, match="review_asked_already"):
        own_words(track, case)
    assert SelfReview.objects.count() == 1
    assert AuditEntry.objects.filter(verb="credit.selfreview.add").count() == 1


def test_own_words_join_also_after_the_time_while_it_is_not_decided(track):
    case = track.told()
    put_down(track, case)
    with later(days_after(case.review_until)):
        assert own_words(track, case).own_grounds == "本人补充"


def test_whom_it_concerns_withdraws_it_and_asks_anew(track):
    case = track.told()
    services.withdraw_self_review(actor=track.answering, review=put_down(track, case))

    fresh = own_words(track, case)

    assert (fresh.recorded_by, fresh.grounds) == (None, "本人补充")


def test_nothing_is_found_upon_paper_alone_before_the_time_to_ask_is_over(track):
    review = put_down(track, track.told())
    for step in ("maintain", "set_aside"):
        refused("still_time_to_ask", track.review, review=review, step=step)

    with later(days_after(review.case.review_until)):
        assert track.review(review).state == "maintained"


def test_it_is_decided_at_once_when_own_words_are_there(track):
    review = put_down(track, track.told())
    own_words(track, review.case)
    assert track.review(review, "set_aside").state == "set_aside"


def test_before_the_letter_no_time_is_over(track):
    review = put_down(track, track.decided())
    with later(90):
        refused("still_time_to_ask", track.review, review=review)


def test_words_that_came_meanwhile_are_read_first(track):
    review = put_down(track, track.told())
    seen = review.heard
    own_words(track, review.case)
    words = {"actor": track.third, "review": review, "finding": Finding("maintain", "已复核。")}

    refused("answered_meanwhile", services.decide_self_review, **words, heard=seen)
    review.refresh_from_db()
    assert services.decide_self_review(**words, heard=review.heard).state == "maintained"


def test_whoever_put_it_down_does_not_decide_it(track):
    review = put_down(track, track.told(), actor=track.third)
    own_words(track, review.case)
    with pytest.raises(NotAllowed):
        track.review(review)
    page = signed_in(track.third).get(f"/en/own-rules/reviews/{review.uuid}/").content.decode()
    assert "You took part before" in page


# --- the pages ------------------------------------------------------------------------------------------------------
def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def test_body_is_offered_it_on_the_page_of_the_case(track):
    case = track.told()
    client = signed_in(track.first)
    page = client.get(f"/en/own-rules/cases/{case.uuid}/").content.decode()
    assert "A request for a review came on paper" in page
    put_down(track, case)
    assert 'value="record_review"' not in client.get(f"/en/own-rules/cases/{case.uuid}/").content.decode()


def test_own_page_says_that_it_was_put_down_and_lets_add(track):
    case = track.told()
    put_down(track, case)
    client = signed_in(track.answering)
    address = f"/en/own-rules/about-me/{case.uuid}/"
    page = client.get(address).content.decode()
    assert "You can add own words to it" in page
    assert "来文〔2026〕7号" in page

    client.post(address, {"grounds": "本人补充"})

    assert SelfReview.objects.get().own_grounds == "本人补充"
    assert "You can add own words to it" not in client.get(address).content.decode()


def test_body_puts_it_down_and_decides_it_by_the_pages(track):
    case = track.told()
    given = {"grounds": "来信：人数有误", "reference": "来文7号", "came_on": str(clock.today())}
    address = f"/en/own-rules/cases/{case.uuid}/"
    form = {"step": "record_review", **{f"record_review-{name}": value for name, value in given.items()}}
    posted(track.first, address, form)
    review = SelfReview.objects.get()
    assert (review.paper, review.recorded_by) == ("来文7号", track.first)

    address = f"/en/own-rules/reviews/{review.uuid}/"
    finding = {"step": "maintain", "considered": "已复核。", "heard": ""}
    assert "came on paper" in posted(track.third, address, finding).content.decode()
    own_words(track, case)
    assert "while this page was open" in posted(track.third, address, finding).content.decode()
    review.refresh_from_db()
    posted(track.third, address, finding | {"heard": review.heard})
    review.refresh_from_db()
    assert review.state == "maintained"


def posted(user, address, given):
    client = signed_in(user)
    return client.post(address, given)
