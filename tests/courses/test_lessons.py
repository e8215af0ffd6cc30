"""Reading a lesson as an enrolled trainee: who may, which question is asked, and hours credited once."""

from decimal import Decimal
from uuid import uuid4

import pytest
from django.test import Client

from accounts.selectors import system_user
from core.errors import NotAllowed
from courses.models import HourEntry
from courses.selectors.lessons import asked_question, lessons_read, own_enrolment, reading
from courses.services.content import load_course
from tests.builders import base_manager, make_base, make_user
from tests.courses.builders import make_cohort, make_enrolment, make_programme
from tests.courses.pages import lesson_of, lesson_text, make_course

pytestmark = pytest.mark.django_db


@pytest.fixture
def course(tmp_path):
    return make_course(tmp_path, languages=("zh-hans", "en"))


@pytest.fixture
def enrolment(course):
    programme = make_programme(course_key=course.translation_key)
    return make_enrolment(make_cohort(state="running", programme=programme))


def address(enrolment, page, language=""):
    return f"{language}/learn/{enrolment.pk}/lessons/{page.translation_key}/"


def login(user):
    client = Client()
    client.force_login(user)
    return client


def total(enrolment):
    return sum((entry.hours for entry in HourEntry.objects.filter(enrolment=enrolment)), Decimal(0))


# --- reading --------------------------------------------------------------------------------------------------------
def test_lesson_shows_text_and_one_question_to_the_trainee(course, enrolment):
    response = login(enrolment.applicant).get(address(enrolment, lesson_of(course, 2)))

    page = response.content.decode()
    assert "推介之前先做成果评价，再谈价格。" in page
    assert page.count('type="radio"') == 3
    assert response.context["form"].fields["answer"].label == response.context["reading"].question["question"]
    assert len(response.context["reading"].others) == 1


def test_lesson_is_read_in_the_language_of_the_address(course, enrolment):
    response = login(enrolment.applicant).get(address(enrolment, lesson_of(course, 1), "/en"))

    assert response.context["page"].title == "第1课 en"


def test_lesson_does_not_give_the_answer_away(course, enrolment):
    page = login(enrolment.applicant).get(address(enrolment, lesson_of(course, 1))).content.decode()

    assert page.count("第十六条第（二）项。") == 1, "the reason of the other question, folded, and not of this one"


@pytest.mark.parametrize("state", ["applied", "waitlisted", "refused", "withdrawn"])
def test_lesson_is_not_there_before_admission_nor_after_leaving(course, enrolment, state):
    enrolment.state = state
    enrolment.save()

    client, place = login(enrolment.applicant), address(enrolment, lesson_of(course, 2))

    assert [client.get(place).status_code, client.post(place, {"answer": "2"}).status_code] == [404, 404]
    assert total(enrolment) == 0


def test_lesson_of_somebody_elses_enrolment_is_not_there(course, enrolment):
    other = make_enrolment(enrolment.cohort)

    place = address(enrolment, lesson_of(course, 2))

    assert login(other.applicant).post(place, {"answer": "2"}).status_code == 404
    assert (total(enrolment), total(other)) == (0, 0)
    assert login(enrolment.applicant).post(place, {"answer": "2"}).status_code == 302
    assert total(enrolment) == Decimal("2.5")


def test_lesson_is_not_the_base_managers_to_mark(course, enrolment):
    manager = base_manager(enrolment.cohort.base)

    client, place = login(manager), address(enrolment, lesson_of(course, 2))

    assert [client.get(place).status_code, client.post(place, {"answer": "2"}).status_code] == [404, 404]
    assert total(enrolment) == 0


def test_lesson_without_login_leads_to_the_login(course, enrolment):
    place = address(enrolment, lesson_of(course, 2))

    for response in (Client().get(place), Client().post(place, {"answer": "2"})):
        assert response.url == f"/accounts/login/?next={place}"
    assert total(enrolment) == 0


def test_lesson_of_another_course_is_not_there(course, enrolment, tmp_path):
    other = make_course(tmp_path / "other", slug="other-course")

    client, place = login(enrolment.applicant), address(enrolment, lesson_of(other, 1))

    assert [client.get(place).status_code, client.post(place, {"answer": "2"}).status_code] == [404, 404]
    assert total(enrolment) == 0


def test_lesson_that_does_not_exist_is_not_there(course, enrolment):
    response = login(enrolment.applicant).get(f"/learn/{enrolment.pk}/lessons/{uuid4()}/")

    assert response.status_code == 404


def test_own_enrolment_refuses_a_stranger(enrolment):
    with pytest.raises(NotAllowed):
        own_enrolment(make_user(), enrolment.pk)


# --- the check question ---------------------------------------------------------------------------------------------
def test_right_answer_credits_the_declared_hours_and_comes_back_to_the_lesson(course, enrolment):
    page = lesson_of(course, 1)

    response = login(enrolment.applicant).post(address(enrolment, page), {"answer": "2"})

    assert response.url == address(enrolment, page)
    entries = HourEntry.objects.filter(enrolment=enrolment).order_by("module__position")
    assert [(entry.module.code, entry.hours, entry.source) for entry in entries] == [
        ("K1", Decimal("2.0"), f"lesson:{page.translation_key}"),
        ("K2", Decimal("0.5"), f"lesson:{page.translation_key}"),
    ]
    assert lessons_read(enrolment) == {str(page.translation_key)}


def test_right_answer_twice_credits_once(course, enrolment):
    client, page = login(enrolment.applicant), lesson_of(course, 1)

    client.post(address(enrolment, page), {"answer": "2"})
    client.post(address(enrolment, page), {"answer": "2"})

    assert total(enrolment) == Decimal("2.5")


def test_reading_in_two_languages_credits_once(course, enrolment):
    client, page = login(enrolment.applicant), lesson_of(course, 1)

    client.post(address(enrolment, page), {"answer": "2"})
    client.post(address(enrolment, page, "/en"), {"answer": "2"})

    assert total(enrolment) == Decimal("2.5")


@pytest.mark.parametrize(
    ("answer", "words"), [("1", "第十六条第（二）项。"), ("", "Choose one of the answers."), ("9", "9")]
)
def test_wrong_answer_says_why_and_credits_nothing(course, enrolment, answer, words):
    response = login(enrolment.applicant).post(address(enrolment, lesson_of(course, 1), "/en"), {"answer": answer})

    assert response.status_code == 200
    assert words in str(response.context["form"].errors["answer"])
    assert total(enrolment) == 0


def test_wrong_answer_can_be_corrected(course, enrolment):
    client, page = login(enrolment.applicant), lesson_of(course, 1)

    client.post(address(enrolment, page), {"answer": "1"})
    client.post(address(enrolment, page), {"answer": "2"})

    assert total(enrolment) == Decimal("2.5")


def test_get_credits_nothing(course, enrolment):
    login(enrolment.applicant).get(address(enrolment, lesson_of(course, 1)), {"answer": "2"})

    assert total(enrolment) == 0


@pytest.mark.parametrize("state", ["completed", "failed"])
def test_finished_trainee_may_read_again_and_is_asked_nothing(course, enrolment, state):
    enrolment.state = state
    enrolment.save()
    client, page = login(enrolment.applicant), lesson_of(course, 2)

    assert client.get(address(enrolment, page)).context["form"] is None
    assert client.post(address(enrolment, page), {"answer": "2"}).status_code == 200
    assert total(enrolment) == 0


def test_worked_case_without_hours_asks_nothing(tmp_path):
    course = make_course(tmp_path)
    text = lesson_text(2, modules="{}", checks="").replace("checks:\n", "checks: []\n")
    (tmp_path / "lesson-2.zh-hans.md").write_text(text, encoding="utf-8")
    load_course(actor=system_user(), folder=tmp_path)
    programme = make_programme(course_key=course.translation_key)
    enrolment = make_enrolment(make_cohort(programme=programme))

    response = login(enrolment.applicant).get(address(enrolment, lesson_of(course, 2)))

    assert (response.context["form"], response.context["lesson_count"]) == (None, 1)


def test_asked_question_stays_and_differs_among_trainees():
    key = uuid4()

    asked = [asked_question(pk, key, 5) for pk in range(60)]

    assert asked == [asked_question(pk, key, 5) for pk in range(60)]
    assert set(asked) == {0, 1, 2, 3, 4}
    assert asked_question(1, key, 0) == 0


# --- the way through the course -------------------------------------------------------------------------------------
def test_progress_counts_lessons_and_hours_read(course, enrolment):
    client, page = login(enrolment.applicant), lesson_of(course, 1)
    client.post(address(enrolment, page), {"answer": "2"})

    context = client.get(address(enrolment, page)).context

    assert [context[name] for name in ("read_count", "lesson_count", "hours_read", "hours_declared")] == [
        1, 2, Decimal("2.5"), Decimal("5.0"),
    ]  # fmt: skip
    assert [step["state"] for step in context["steps"]] == ["now", "next"]
    assert context["following_url"] == address(enrolment, lesson_of(course, 2))


def test_following_after_the_last_lesson_is_the_first_gap(course, enrolment):
    now = reading(enrolment.applicant, enrolment.pk, lesson_of(course, 2).translation_key, "zh-hans")

    assert now.following == lesson_of(course, 1)


def test_following_is_nothing_once_everything_is_read(course, enrolment):
    client = login(enrolment.applicant)
    for number in (1, 2):
        client.post(address(enrolment, lesson_of(course, number)), {"answer": "2"})

    now = reading(enrolment.applicant, enrolment.pk, lesson_of(course, 1).translation_key, "zh-hans")

    assert (now.following, now.is_read, now.asks) == (None, True, False)


def test_lesson_asks_the_same_number_of_questions_of_the_database_for_one_and_three_lessons(
    tmp_path, django_assert_num_queries
):
    for lessons in (1, 3):
        course = make_course(tmp_path / str(lessons), slug=f"course-{lessons}", lessons=lessons)
        cohort = make_cohort(make_base(), programme=make_programme(course_key=course.translation_key))
        enrolment = make_enrolment(cohort)
        client = login(enrolment.applicant)
        with django_assert_num_queries(10):
            client.get(address(enrolment, lesson_of(course, 1)))
