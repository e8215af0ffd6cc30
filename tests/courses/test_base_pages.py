"""The base's pages: board, cohort, steps, answers, attendance, completion review."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.selectors import is_checked
from core import clock
from courses.models import Cohort
from courses.services import mark_attendance
from tests.builders import base_manager, hat, make_base, make_person, make_user, officer, regulator
from tests.courses.builders import (
    make_cohort,
    make_enrolment,
    make_programme,
    make_ready,
    make_session,
    make_sitting,
)
from tests.courses.visits import address, messages

pytestmark = pytest.mark.django_db


def test_cohorts_shows_the_own_ones_by_what_needs_hands(signed_in, base):
    make_cohort()
    made = [make_cohort(base, state=state) for state in ("closed", "draft", "running", "assessing")]

    shown = signed_in.get(address("cohorts")).context["page_obj"].object_list

    assert list(shown) == [made[3], made[2], made[1], made[0]]


def test_cohorts_narrows_to_a_state_and_counts_all(signed_in, base):
    open_one = make_cohort(base, state="open")
    make_cohort(base, state="draft")

    context = signed_in.get(address("cohorts"), {"state": "open"}).context

    assert list(context["page_obj"].object_list) == [open_one]
    assert [(value, count) for value, _label, count in context["tabs"]] == [("draft", 1), ("open", 1)]


def test_cohorts_counts_seats_and_applications_apart(signed_in, base):
    cohort = make_cohort(base)
    make_session(cohort)
    make_session(cohort)
    for state in ("applied", "applied", "waitlisted", "admitted", "completed", "withdrawn"):
        make_enrolment(cohort, state=state)

    shown = signed_in.get(address("cohorts")).context["page_obj"].object_list[0]

    assert (shown.taken, shown.to_decide, shown.waiting, shown.seats_left) == (2, 2, 1, 28)


@pytest.mark.parametrize("rows", [1, 3])
def test_cohorts_takes_the_same_queries_for_any_number(signed_in, base, rows, django_assert_num_queries):
    for _ in range(rows):
        cohort = make_cohort(base, state="running")
        make_session(cohort, starts_at=clock.now() + timedelta(hours=1))
        make_enrolment(cohort)

    with django_assert_num_queries(7):
        signed_in.get(address("cohorts"))


def test_cohorts_names_the_sessions_of_today(signed_in, base):
    cohort = make_cohort(base, state="running")
    today = make_session(cohort, starts_at=clock.now())
    make_session(cohort, starts_at=clock.now() + timedelta(days=1))
    make_session(make_cohort(state="running"), starts_at=clock.now())

    assert signed_in.get(address("cohorts")).context["today"] == [today]


def test_cohorts_without_any_says_what_to_do(signed_in):
    assert "New cohort" in signed_in.get("/en" + address("cohorts")).content.decode()


def test_create_cohort_from_the_form(signed_in, base):
    programme = make_programme()
    given = {
        "programme": programme.pk, "starts_on": "2026-12-01", "ends_on": "2026-12-08", "capacity": "25",
        "place": "一号教室", "fee_note": "",
    }  # fmt: skip

    response = signed_in.post(address("create_cohort"), given)

    made = Cohort.objects.get()
    assert response.url == address("cohort", made.pk)
    assert (made.base, made.capacity, made.state, made.sessions.count()) == (base, 25, "draft", 7)


def test_create_cohort_comes_back_filled(signed_in):
    programme = make_programme()
    given = {"programme": programme.pk, "starts_on": "2026-12-01", "ends_on": "2026-12-02", "capacity": "25"}

    form = signed_in.post(address("create_cohort"), given).context["form"]

    assert (Cohort.objects.count(), form["capacity"].value(), len(form.non_field_errors())) == (0, "25", 1)


def test_create_cohort_copies_all_but_the_dates(signed_in, base):
    source = make_cohort(base, capacity=17, place="二号教室")

    form = signed_in.get(address("create_cohort"), {"copy": source.pk}).context["form"]

    assert (form["capacity"].value(), form["place"].value(), form["starts_on"].value()) == (17, "二号教室", None)


def test_create_cohort_from_a_foreign_cohort_is_not_found(signed_in):
    assert signed_in.get(address("create_cohort"), {"copy": make_cohort().pk}).status_code == 404


@pytest.mark.parametrize("stranger", [officer, regulator, make_user])
def test_create_cohort_is_not_found_for_others(client, stranger):
    client.force_login(stranger())

    assert client.get(address("create_cohort")).status_code == 404


BASE_PAGES = ["cohort", "cohort_exam", "completion_review"]


@pytest.mark.parametrize("page", BASE_PAGES)
@pytest.mark.parametrize("stranger", [lambda: base_manager(make_base()), officer, make_user])
def test_cohort_pages_are_not_found_for_strangers(client, base, page, stranger):
    cohort = make_cohort(base, state="running")
    make_ready(cohort, name="欧阳修远")
    client.force_login(stranger())

    response = client.get(address(page, cohort.pk))

    assert response.status_code == 404
    assert "欧阳修远" not in response.content.decode()


@pytest.mark.parametrize("page", ["session", "attendance"])
@pytest.mark.parametrize("stranger", [lambda: base_manager(make_base()), regulator, make_user])
def test_session_pages_are_not_found_for_strangers(client, base, page, stranger):
    session = make_session(make_cohort(base, state="running"))
    make_enrolment(session.cohort, name="欧阳修远")
    client.force_login(stranger())

    response = client.get(address(page, session.pk))

    assert response.status_code == 404
    assert "欧阳修远" not in response.content.decode()


def test_cohort_shows_the_regulator_figures_but_no_people(client, base):
    cohort = make_cohort(base, state="running")
    make_enrolment(cohort, name="欧阳修远")
    make_enrolment(cohort, name="司马相如", state="applied")
    client.force_login(regulator("990000"))

    response = client.get(address("cohort", cohort.pk))

    page = response.content.decode()
    assert response.status_code == 200
    assert ("欧阳修远" in page, "司马相如" in page, response.context["open_steps"]) == (False, False, [])


def test_cohort_shows_applications_map_and_masked_numbers(signed_in, base):
    cohort = make_cohort(base, state="running")
    session = make_session(cohort)
    trainee = make_enrolment(cohort, state="attending")
    waiting = make_enrolment(cohort, state="applied", person=make_person(number="000000199001010018"))
    mark_attendance(actor=base_manager(base), session=session, marks={trainee.pk: "online"})

    response = signed_in.get(address("cohort", cohort.pk))

    assert list(response.context["page_obj"].object_list) == [waiting]
    assert [(row.enrolment, row.marks) for row in response.context["rows"]] == [(trainee, ["online"])]
    page = response.content.decode()
    assert ("000***********0018" in page, "000000199001010018" in page) == (True, False)


def test_document_is_seen_after_admission_on_the_page_of_the_cohort(signed_in, base):
    """Before the cohort begins there is no completion review, where the same button stands."""
    cohort = make_cohort(base, state="open")
    late = make_enrolment(cohort, state="admitted", person=make_person("欧阳修远"))
    make_enrolment(cohort, state="admitted", person=make_person("司马相如", checked=True))
    assert signed_in.get(address("cohort", cohort.pk)).context["unseen"] == [late]

    after = signed_in.post(address("check_identity", late.pk), {"from_cohort": "1"}, follow=True)

    assert (after.request["PATH_INFO"], after.context["unseen"]) == (address("cohort", cohort.pk), [])


@pytest.mark.parametrize("rows", [1, 3])
def test_cohort_takes_the_same_queries_for_any_number(signed_in, base, rows, django_assert_num_queries):
    cohort = make_cohort(base, state="running")
    for _ in range(rows):
        make_session(cohort)
        make_enrolment(cohort, state="attending")
        make_enrolment(cohort, state="applied")

    with django_assert_num_queries(14):
        signed_in.get(address("cohort", cohort.pk))


@pytest.mark.parametrize(
    ("state", "steps"),
    [
        ("draft", ["file", "cancel"]),
        ("filed", ["open", "cancel"]),
        ("open", ["begin", "cancel"]),
        ("running", ["assess", "cancel"]),
        ("assessing", ["close"]),
        ("closed", []),
        ("cancelled", []),
    ],
)
def test_cohort_offers_the_steps_of_its_state(signed_in, base, state, steps):
    cohort = make_cohort(base, state=state)

    offered = signed_in.get(address("cohort", cohort.pk)).context["open_steps"]

    assert [step["url"] for step in offered] == [address("cohort_step", cohort.pk, step) for step in steps]


def _ways(client, cohort):
    """Which of the ways from the examination to the paper are open, as their addresses."""
    shown = client.get(address("cohort", cohort.pk)).content.decode().partition('id="next-steps"')[2]
    return re.findall(r'href="([^"]+)"', shown.partition("</section>")[0])


def test_cohort_being_assessed_leads_to_the_room_the_review_the_issue_and_the_hand_out(signed_in, base):
    cohort = make_cohort(base, state="assessing")
    sitting = make_sitting(cohort)
    make_enrolment(cohort, state="completed")

    assert _ways(signed_in, cohort) == [
        reverse("exams:room", args=[sitting.pk]),
        address("completion_review", cohort.pk),
        reverse("certificates:issue", args=[cohort.pk]),
        reverse("certificates:handout", args=[cohort.pk]),
    ]


def test_cohort_leads_to_no_certificate_before_somebody_has_completed(signed_in, base):
    cohort = make_cohort(base, state="running")
    make_enrolment(cohort, state="attending")

    assert _ways(signed_in, cohort) == [address("completion_review", cohort.pk)]


@pytest.mark.parametrize("state", ["draft", "filed", "open", "cancelled"])
def test_cohort_that_does_not_teach_leads_to_no_certificate(signed_in, base, state):
    assert _ways(signed_in, make_cohort(base, state=state)) == []


def test_cohort_shows_the_ways_to_managers_alone(client, base):
    cohort = make_cohort(base, state="assessing")
    client.force_login(hat("instructor", base))

    assert _ways(client, cohort) == []


def test_cohort_step_tells_first_and_writes_nothing_on_get(signed_in, base):
    cohort = make_cohort(base, state="filed")

    response = signed_in.get(address("cohort_step", cohort.pk, "open"))

    cohort.refresh_from_db()
    assert (response.status_code, len(response.context["consequences"]), cohort.state) == (200, 1, "filed")


def test_cohort_step_is_taken_by_post(signed_in, base):
    cohort = make_cohort(base, state="filed")

    response = signed_in.post(address("cohort_step", cohort.pk, "open"))

    cohort.refresh_from_db()
    assert (response.url, cohort.state) == (address("cohort", cohort.pk), "open")


def test_cohort_step_cancel_needs_its_reason(signed_in, base):
    cohort = make_cohort(base, state="open")

    form = signed_in.post(address("cohort_step", cohort.pk, "cancel"), {"reason": ""}).context["form"]
    signed_in.post(address("cohort_step", cohort.pk, "cancel"), {"reason": "台风"})

    cohort.refresh_from_db()
    assert (list(form.errors), cohort.state) == (["reason"], "cancelled")


def test_cohort_step_out_of_turn_is_refused_in_words(signed_in, base):
    cohort = make_cohort(base, state="draft")

    response = signed_in.post(address("cohort_step", cohort.pk, "begin"), follow=True)

    cohort.refresh_from_db()
    assert (cohort.state, len(messages(response))) == ("draft", 1)


def test_cohort_step_refused_by_the_service_is_said_in_words(signed_in, base):
    cohort = make_cohort(base, state="draft")

    response = signed_in.post("/en" + address("cohort_step", cohort.pk, "file"), follow=True)

    assert messages(response) == ["A cohort without sessions cannot be reported."]


def answer(client, enrolment, step, **given):
    return client.post(address("answer", enrolment.pk), {"step": step, **given}, follow=True)


def test_answer_admits_with_the_document_seen(signed_in, base):
    enrolment = make_enrolment(make_cohort(base), state="applied")

    answer(signed_in, enrolment, "admit", document_seen="on")

    enrolment.refresh_from_db()
    assert (enrolment.state, is_checked(enrolment.person)) == ("admitted", True)


def test_answer_admits_without_the_document(signed_in, base):
    enrolment = make_enrolment(make_cohort(base), state="applied")

    answer(signed_in, enrolment, "admit")

    enrolment.refresh_from_db()
    assert (enrolment.state, is_checked(enrolment.person)) == ("admitted", False)


def test_answer_admit_into_a_full_cohort_says_waiting_list(signed_in, base):
    cohort = make_cohort(base, capacity=1)
    make_enrolment(cohort)
    enrolment = make_enrolment(cohort, state="applied")

    response = answer(signed_in, enrolment, "admit")

    enrolment.refresh_from_db()
    assert (enrolment.state, [message.level_tag for message in response.context["messages"]]) == (
        "waitlisted",
        ["warning"],
    )


@pytest.mark.parametrize(
    ("step", "given", "state"),
    [
        ("waitlist", {}, "waitlisted"),
        ("refuse", {"reason": "未满18周岁"}, "refused"),
        ("withdraw", {}, "withdrawn"),
        ("refuse", {}, "applied"),
        ("dance", {}, "applied"),
    ],
)
def test_answer_takes_the_other_steps(signed_in, base, step, given, state):
    enrolment = make_enrolment(make_cohort(base), state="applied")

    answer(signed_in, enrolment, step, **given)

    enrolment.refresh_from_db()
    assert enrolment.state == state


def test_answer_to_a_foreign_application_is_not_found(signed_in):
    enrolment = make_enrolment(make_cohort(), state="applied")

    response = signed_in.post(address("answer", enrolment.pk), {"step": "admit"})

    enrolment.refresh_from_db()
    assert (response.status_code, enrolment.state) == (404, "applied")


@pytest.mark.parametrize("page", ["answer", "check_identity"])
def test_answers_are_given_by_post_only(signed_in, base, page):
    enrolment = make_enrolment(make_cohort(base), state="applied")

    assert signed_in.get(address(page, enrolment.pk)).status_code == 405
