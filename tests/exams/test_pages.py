"""The pages of an examination over HTTP: with and without script, in every state, for the right person only."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from core.clock import travel
from courses.exams.models import Attempt
from courses.exams.services import submit_attempt
from tests.builders import base_manager, make_appointment, make_institution, make_person, make_user, officer
from tests.exams.browsing import browser_of, text_of, url
from tests.exams.builders import (
    answer,
    candidate,
    given,
    key_of,
    load,
    make_blueprint,
    make_sitting,
    planned,
    position_of,
    running_attempt,
    start,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]
JSON = {"Accept": "application/json"}


# --- before the start -----------------------------------------------------------------------------------------------
def test_start_page_says_what_to_expect():
    sitting = make_sitting()
    page = browser_of(candidate(sitting)).get(reverse("exams:exam", args=[sitting.pk]))
    assert page.status_code == 200
    shown = text_of(page)
    for words in ("45 minutes", "60 of 100", "2 of 2 left", "Start the examination", "If the connection breaks"):
        assert words in shown


def test_start_page_names_every_way_to_a_checked_identity():
    sitting = make_sitting()
    person, place = candidate(sitting, checked=False), make_institution("岚江大学")
    make_appointment(person, place)
    officer(place)

    shown = text_of(browser_of(person).get(reverse("exams:exam", args=[sitting.pk])))

    assert "At 岚江大学: show your original document" in shown
    assert "At the desk of the training base" in shown
    assert "Start the examination" not in shown


def test_start_page_is_for_candidates_alone():
    sitting = make_sitting()
    candidate(sitting)
    stranger = make_person("王喆", user=make_user(), checked=True)
    for user in (stranger.user, base_manager(sitting.base)):
        browser = Client()
        browser.force_login(user)
        address = reverse("exams:exam", args=[sitting.pk])
        assert [browser.get(address).status_code, browser.post(address, {"language": "en"}).status_code] == [404, 404]
    assert Attempt.objects.count() == 0


def test_start_page_is_behind_the_login(client):
    sitting = make_sitting()
    response = client.get(reverse("exams:exam", args=[sitting.pk]))
    assert (response.status_code, "login" in response["Location"]) == (302, True)


@pytest.mark.parametrize(
    ("fields", "checked", "words"),
    [
        ({}, False, "Your identity has not been checked yet."),
        ({"opens_in": timedelta(hours=1)}, True, "This examination is not open yet."),
        ({"opens_in": timedelta(hours=-2), "closes_in": timedelta(hours=-1)}, True, "This examination is closed."),
    ],
)
def test_start_page_gives_the_reason_why_one_cannot_start(fields, checked, words):
    sitting = make_sitting(**fields)
    browser = browser_of(candidate(sitting, checked=checked))
    address = reverse("exams:exam", args=[sitting.pk])
    refused = browser.post(address, {"language": "en"}, follow=True)
    assert refused.redirect_chain == [(address, 302)]
    assert words in text_of(refused)
    assert "Start the examination" not in text_of(refused)
    assert Attempt.objects.count() == 0


def test_start_twice_leads_to_the_same_attempt():
    sitting = make_sitting()
    browser = browser_of(candidate(sitting))
    address = reverse("exams:exam", args=[sitting.pk])
    clicks = [browser.post(address, {"language": "en"}) for _ in range(2)]
    attempt = Attempt.objects.get()
    assert [click["Location"] for click in clicks] == [url("attempt", attempt)] * 2
    assert "Continue" in text_of(browser.get(address))


def test_start_from_a_bank_that_lost_its_questions_is_a_plain_refusal():
    sitting = make_sitting(make_blueprint([{"modules": ["K9"], "count": 1}]))
    response = browser_of(candidate(sitting)).post(reverse("exams:exam", args=[sitting.pk]), {"language": "en"})
    assert response.status_code == 409
    assert Attempt.objects.count() == 0


def test_start_needs_a_language_of_the_site():
    sitting = make_sitting()
    page = browser_of(candidate(sitting)).post(reverse("exams:exam", args=[sitting.pk]), {"language": "tlh"})
    assert page.status_code == 200
    assert Attempt.objects.count() == 0


# --- answering without a script -------------------------------------------------------------------------------------
def test_whole_examination_by_forms_alone():
    sitting = make_sitting()
    browser = browser_of(candidate(sitting))
    browser.post(reverse("exams:exam", args=[sitting.pk]), {"language": "zh-hans"})
    attempt = Attempt.objects.get()
    for position in range(1, 5):
        page = browser.get(url("attempt", attempt, position))
        assert f"Question {position} of 4" in text_of(page)
        sent = {"q": position, "go": "next", "answer": key_of(attempt, position)}
        moved = browser.post(url("save_answer", attempt), sent)
        assert moved["Location"] == url("attempt", attempt, position + 1)
    ended = browser.get(moved["Location"], follow=True)
    assert "Every question has an answer." in text_of(ended)
    result = browser.post(url("submit", attempt), follow=True)
    assert "100 of 100; 60 are needed." in text_of(result)
    assert "4 of 4 questions are right" in text_of(result)


def test_save_and_back_goes_back():
    attempt = running_attempt()
    browser = browser_of(attempt.person)
    moved = [browser.post(url("save_answer", attempt), {"q": q, "go": "back"})["Location"] for q in (3, 1)]
    assert moved == [url("attempt", attempt, 2), url("attempt", attempt, 1)]
    assert given(attempt) == []


def test_saved_answer_is_shown_again():
    attempt = running_attempt()
    number, choice = position_of(attempt, "T1"), position_of(attempt, "K2")
    answer(attempt, number, ["260,000"])
    answer(attempt, choice)
    browser = browser_of(attempt.person)
    assert 'value="260000"' in browser.get(url("attempt", attempt, number)).content.decode()
    page = browser.get(url("attempt", attempt, choice)).content.decode()
    checked = re.findall(r'name="answer" value="(\d)" checked', page)
    assert sorted(checked) == sorted(key_of(attempt, choice))
    assert "Saved at" in page
    assert "2 of 4 answered" in page


def test_wrong_number_comes_back_filled_with_the_reason():
    attempt = running_attempt()
    position = position_of(attempt, "T1")
    page = browser_of(attempt.person).post(url("save_answer", attempt), {"q": position, "answer": "26万"})
    assert page.status_code == 422
    assert "Write the answer as a number, such as 120000 or 12.5." in text_of(page)
    assert 'value="26万"' in page.content.decode()
    assert given(attempt) == []


def test_attempt_opens_at_the_first_question_without_an_answer():
    attempt = running_attempt()
    answer(attempt, 1)
    answer(attempt, 3)
    assert "Question 2 of 4" in text_of(browser_of(attempt.person).get(url("attempt", attempt)))


@pytest.mark.parametrize("query", ["?q=0", "?q=-1", "?q=x", "?q=²", "?q="])
def test_attempt_with_a_nonsense_position_opens_at_the_first_open_question(query):
    attempt = running_attempt()
    assert "Question 1 of 4" in text_of(browser_of(attempt.person).get(url("attempt", attempt) + query))


def test_hand_in_page_names_what_is_unanswered():
    attempt = running_attempt()
    answer(attempt, 2)
    shown = text_of(browser_of(attempt.person).get(url("submit", attempt)))
    assert "3 questions have no answer." in shown


def test_question_is_shown_in_the_chosen_language_or_else_in_chinese():
    text = {"stem": "Which way?", "options": ["A", "B", "C", "D"], "explanation": "Because", "unit": ""}
    chinese = planned("K1-1").texts["zh-hans"]
    load(planned("K1-1", texts={"zh-hans": chinese, "en": text}), planned("P1-1", "true_false"))
    blueprint = make_blueprint([{"modules": ["K1"], "count": 1}, {"modules": ["P1"], "count": 1}])
    sitting = make_sitting(blueprint)
    attempt = start(candidate(sitting), sitting, language="en")
    browser = browser_of(attempt.person)
    first, second = (browser.get(url("attempt", attempt, position)).content.decode() for position in (1, 2))
    assert ('lang="en">' in first, "Which way?" in first, "题干K1-1" in first) == (True, True, False)
    assert ('<div lang="zh-hans">' in second, "题干P1-1" in second) == (True, True)


# --- answering with the script --------------------------------------------------------------------------------------
def test_autosave_answers_in_json():
    attempt = running_attempt()
    browser = browser_of(attempt.person)
    sent = {"q": 4, "sequence": 1, "answer": "7"}
    first = browser.post(url("save_answer", attempt), sent, headers=JSON)
    again = browser.post(url("save_answer", attempt), sent, headers=JSON)
    late = browser.post(url("save_answer", attempt), {**sent, "answer": "8"}, headers=JSON)
    assert [response.status_code for response in (first, again, late)] == [200, 200, 200]
    assert first.json().keys() == {"saved", "sequence", "saved_at", "remaining"}
    assert re.fullmatch(r"\d\d:\d\d:\d\d", first.json()["saved_at"])
    assert 2690 <= first.json()["remaining"] <= 2700
    assert again.json()["saved_at"] == first.json()["saved_at"]
    assert (late.json()["saved"], late.json()["sequence"]) == (False, 1)
    assert given(attempt) == [(4, 1, ["7"])]


@pytest.mark.parametrize(
    ("sent", "status"), [({"q": 4, "answer": "x"}, 422), ({"q": "x"}, 400), ({"q": 1, "sequence": 10**9}, 400)]
)
def test_autosave_of_something_else(sent, status):
    attempt = running_attempt()
    response = browser_of(attempt.person).post(url("save_answer", attempt), sent, headers=JSON)
    assert (response.status_code, response.json()["saved"]) == (status, False)
    assert given(attempt) == []


def test_autosave_after_the_time():
    attempt = running_attempt()
    with travel(timedelta(minutes=46)):
        response = browser_of(attempt.person).post(url("save_answer", attempt), {"q": 1, "answer": "1"}, headers=JSON)
    assert (response.status_code, response.json()) == (409, {"saved": False, "over": True})
    assert given(attempt) == []


def test_autosave_needs_the_token_of_the_form():
    attempt = running_attempt()
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(attempt.person.user)
    response = browser.post(url("save_answer", attempt), {"q": 1, "answer": "1"}, headers=JSON)
    assert response.status_code == 403
    assert given(attempt) == []


def test_answer_by_address_alone_is_refused():
    attempt = running_attempt()
    assert browser_of(attempt.person).get(url("save_answer", attempt)).status_code == 405


# --- interruptions --------------------------------------------------------------------------------------------------
def test_closing_the_browser_loses_nothing_but_time():
    attempt = running_attempt()
    browser_of(attempt.person).post(url("save_answer", attempt), {"q": 4, "sequence": 1, "answer": "7"}, headers=JSON)
    with travel(timedelta(minutes=20)):
        reopened = browser_of(attempt.person)
        sitting_page = reopened.get(reverse("exams:exam", args=[attempt.sitting_id]))
        assert url("attempt", attempt) in sitting_page.content.decode()
        page = reopened.get(url("attempt", attempt, 4)).content.decode()
    assert 'value="7"' in page
    remaining = int(re.search(r'data-timer="(\d+)"', page)[1])
    assert 1490 <= remaining <= 1500


def test_expired_attempt_is_over_for_readers_and_marked_by_the_next_post():
    attempt = running_attempt()
    answer(attempt, 1)
    browser = browser_of(attempt.person)
    with travel(timedelta(hours=1)):
        assert "The time is over" in text_of(browser.get(url("attempt", attempt, 2)))
        assert browser.get(url("submit", attempt))["Location"] == url("attempt", attempt)
        assert browser.get(url("result", attempt))["Location"] == url("attempt", attempt)
        start_page = text_of(browser.get(reverse("exams:exam", args=[attempt.sitting_id])))
        assert "The time of your last attempt is over" in start_page
        attempt.refresh_from_db()
        assert attempt.state == "running"
        result = browser.post(url("submit", attempt), follow=True)
    assert "25 of 100; 60 are needed." in text_of(result)


def test_form_sent_after_the_time_says_so():
    attempt = running_attempt()
    with travel(timedelta(minutes=46)):
        page = browser_of(attempt.person).post(url("save_answer", attempt), {"q": 1, "answer": "1"}, follow=True)
    assert "The time is over" in text_of(page)
    assert given(attempt) == []


def test_marked_attempt_leads_to_its_result():
    attempt = running_attempt()
    submit_attempt(actor=attempt.person.user, attempt=attempt)
    assert browser_of(attempt.person).get(url("attempt", attempt))["Location"] == url("result", attempt)


# --- other people's papers ------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["attempt", "submit", "result"])
def test_foreign_attempt_is_not_there(name):
    sitting = make_sitting()
    attempt = start(candidate(sitting), sitting)
    answer(attempt, 4, ["13579"])
    others = [candidate(sitting, name="王喆").user, base_manager(sitting.base), make_user()]
    for user in others:
        browser = Client()
        browser.force_login(user)
        page = browser.get(url(name, attempt))
        assert (page.status_code, "13579" in page.content.decode()) == (404, False)


def test_foreign_attempt_takes_no_post():
    sitting = make_sitting()
    attempt = start(candidate(sitting), sitting)
    browser = browser_of(candidate(sitting, name="王喆"))
    saved = browser.post(url("save_answer", attempt), {"q": 1, "answer": "1"}, headers=JSON)
    handed_in = browser.post(url("submit", attempt))
    assert (saved.status_code, handed_in.status_code) == (404, 404)
    attempt.refresh_from_db()
    assert (given(attempt), attempt.state) == ([], "running")
