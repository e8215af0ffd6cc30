"""What pages keep to themselves until the end, and what they cost."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.selectors import system_user
from core import clock
from core.clock import travel
from courses.exams.models import AnswerEntry, Attempt
from courses.exams.services import dismiss_candidates, submit_attempt
from courses.exams.services.attempts import MAX_ANSWERS
from tests.exams.browsing import browser_of, statements, text_of, url
from tests.exams.builders import (
    EXPLANATION,
    answer,
    candidate,
    load,
    make_blueprint,
    make_sitting,
    planned,
    running_attempt,
    start,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]
JSON = {"Accept": "application/json"}


class NoShuffle:
    def sample(self, things, count):
        return list(things)[:count]

    def shuffle(self, things):
        return None


def without_what_changes(page: str) -> str:
    changing = r'[0-9a-f-]{36}|value="\w{64}"|user\d+|\d\d:\d\d:\d\d|"remaining": \d+|data-timer="\d+"'
    return re.sub(changing, "", page)


def test_key_never_leaves_before_marking():
    """Two banks that differ in nothing but key, explanation and source give the same bytes."""

    def pages(key: list[int], explanation: str) -> list[str]:
        question = planned("K1-1", answer=key, source=f"来源{explanation}")
        question.texts["zh-hans"]["explanation"] = explanation
        load(question)
        sitting = make_sitting(make_blueprint([{"modules": ["K1"], "count": 1}], code="KEY"))
        attempt = start(candidate(sitting), sitting, random=NoShuffle())
        browser = browser_of(attempt.person)
        saved = browser.post(url("save_answer", attempt), {"q": 1, "sequence": 1, "answer": "2"}, headers=JSON)
        shown = [browser.get(url(name, attempt)) for name in ("attempt", "submit")] + [saved]
        return [without_what_changes(page.content.decode()) for page in shown]

    assert pages([2], "甲") == pages([3], "乙")


def test_failed_attempt_shows_no_key_while_another_can_be_made():
    attempt = running_attempt()
    submit_attempt(actor=attempt.person.user, attempt=attempt)
    page = browser_of(attempt.person).get(url("result", attempt))
    shown = text_of(page)
    assert "Not passed" in shown
    assert "You can try again" in shown
    assert "Right answers and explanations are shown here once" in shown
    for secret in (EXPLANATION, "选项", "12.5", "题干"):
        assert secret not in shown


def test_used_up_attempts_show_no_key_while_others_sit():
    attempt = running_attempt(max_attempts=1)
    submit_attempt(actor=attempt.person.user, attempt=attempt)
    browser = browser_of(attempt.person)
    for after in (timedelta(), timedelta(hours=3, seconds=20)):
        with travel(after):
            assert EXPLANATION not in text_of(browser.get(url("result", attempt)))
    with travel(timedelta(hours=3, seconds=31)):
        shown = text_of(browser.get(url("result", attempt)))
    assert shown.count(EXPLANATION) == 4


def test_result_after_passing_explains_once_everybody_has_finished():
    attempt = running_attempt()
    for position in (1, 2, 3):
        answer(attempt, position)
    answer(attempt, 4, ["13"])
    submit_attempt(actor=attempt.person.user, attempt=attempt)
    browser = browser_of(attempt.person)
    early = text_of(browser.get(url("result", attempt)))
    assert "Your training base sees this result" in early
    for secret in (EXPLANATION, "选项", "12.5", "题干", "Right answer:"):
        assert secret not in early
    with travel(timedelta(hours=4)):
        shown = text_of(browser.get(url("result", attempt)))
    assert "75 of 100; 60 are needed. 3 of 4 questions are right" in shown
    assert shown.count(EXPLANATION) == 4
    assert "Right answer: 12.5 元" in shown
    assert "Your answer: 13" in shown
    assert "部分T1 0 1" in shown
    assert "部分K1 1 1" in shown


def test_result_stays_after_being_taken_off_the_sitting():
    attempt = running_attempt()
    submit_attempt(actor=attempt.person.user, attempt=attempt)
    dismiss_candidates(actor=system_user(), sitting=attempt.sitting, persons=[attempt.person])
    browser = browser_of(attempt.person)
    result = browser.get(url("result", attempt))
    assert "0 of 100; 60 are needed." in text_of(result)
    assert (result.context["can_sit_again"], result.context["attempts_left"]) == (False, 0)
    exam = reverse("exams:exam", args=[attempt.sitting_id])
    assert exam not in result.content.decode()
    assert browser.get(exam).status_code == 404


@pytest.mark.parametrize("headers", [JSON, {}], ids=["script", "form"])
def test_answer_given_too_often_is_refused_in_words(headers):
    attempt = running_attempt()
    place = attempt.paper.get(position=4)
    AnswerEntry.objects.bulk_create(
        AnswerEntry(paper_question=place, sequence=number, value=[str(number)], saved_at=clock.now())
        for number in range(1, MAX_ANSWERS + 1)
    )
    response = browser_of(attempt.person).post(url("save_answer", attempt), {"q": 4, "answer": "7"}, headers=headers)
    assert response.status_code == 422
    assert "has been answered too often" in response.content.decode()
    assert AnswerEntry.objects.count() == MAX_ANSWERS


# --- cost -----------------------------------------------------------------------------------------------------------
def test_cost_of_one_autosave():
    attempt = running_attempt()
    browser = browser_of(attempt.person)
    for sequence in (1, 2):
        with CaptureQueriesContext(connection) as captured:
            browser.post(url("save_answer", attempt), {"q": 4, "sequence": sequence, "answer": sequence}, headers=JSON)
        # Session, login, hats, the question with its attempt and last answer, the new entry.
        assert len(statements(captured)) == 5


@pytest.mark.parametrize("size", [1, 3])
def test_cost_of_pages_does_not_grow_with_the_paper(size):
    load(*(planned(f"K1-{number}") for number in range(size)))
    sitting = make_sitting(make_blueprint([{"modules": ["K1"], "count": size}]))
    person = candidate(sitting)
    browser = browser_of(person)
    with CaptureQueriesContext(connection) as captured:
        browser.post(reverse("exams:exam", args=[sitting.pk]), {"language": "en"})
    costs = [len(statements(captured))]
    attempt = Attempt.objects.get()
    for position in range(1, size + 1):
        answer(attempt, position)
    for name in ("attempt", "submit"):
        with CaptureQueriesContext(connection) as captured:
            browser.get(url(name, attempt))
        costs.append(len(statements(captured)))
    browser.post(url("submit", attempt))
    with travel(timedelta(hours=4)):
        # The first page after hours also notes that the session is in use, in two statements.
        browser.get(url("result", attempt))
        with CaptureQueriesContext(connection) as captured:
            assert text_of(browser.get(url("result", attempt))).count(EXPLANATION) == size
    assert [*costs, len(statements(captured))] == [12, 6, 5, 8]


@pytest.mark.parametrize("size", [1, 3])
def test_cost_of_the_start_page_does_not_grow_with_attempts(size):
    sitting = make_sitting(max_attempts=4)
    person = candidate(sitting)
    for _ in range(size):
        submit_attempt(actor=person.user, attempt=start(person, sitting))
    browser = browser_of(person)
    with CaptureQueriesContext(connection) as captured:
        browser.get(reverse("exams:exam", args=[sitting.pk]))
    assert len(statements(captured)) == 8
