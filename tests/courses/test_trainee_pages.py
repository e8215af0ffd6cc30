"""The trainee's pages: the public cohort, applying, one's own training."""

from datetime import timedelta

import pytest
from django.urls import reverse

from core import clock
from courses.models import Enrolment
from courses.services import cancel_cohort, mark_attendance, refuse
from tests.builders import base_manager, make_person, make_user
from tests.courses.builders import (
    credit,
    make_cohort,
    make_enrolment,
    make_ready,
    make_record,
    make_session,
    make_sitting,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def trainee():
    user = make_user()
    make_person("高轩", user=user)
    return user


@pytest.fixture
def signed_in(client, trainee):
    client.force_login(trainee)
    return client


def address(name, *args):
    return reverse(f"courses:{name}", args=args)


def own(trainee, cohort=None, **fields):
    return make_enrolment(cohort or make_cohort(), user=trainee, person=trainee.person, **fields)


def test_cohort_public_is_open_to_everybody(client):
    cohort = make_cohort(capacity=20)
    make_session(cohort)
    make_enrolment(cohort, name="欧阳修远")

    response = client.get(address("cohort_public", cohort.pk))

    assert (response.status_code, response.context["cohort"].seats_left) == (200, 19)
    assert "欧阳修远" not in response.content.decode()


@pytest.mark.parametrize("state", ["draft", "filed"])
def test_cohort_public_before_opening_is_not_found(client, state):
    assert client.get(address("cohort_public", make_cohort(state=state).pk)).status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_cohort_public_takes_the_same_queries_for_any_number(client, rows, django_assert_num_queries):
    cohort = make_cohort()
    for _ in range(rows):
        make_session(cohort)
        make_enrolment(cohort)

    with django_assert_num_queries(2):
        client.get(address("cohort_public", cohort.pk))


def test_cohort_public_leads_an_applicant_to_the_application(signed_in, trainee):
    enrolment = own(trainee)

    page = signed_in.get(address("cohort_public", enrolment.cohort_id)).content.decode()

    assert address("my_cohort", enrolment.pk) in page


def test_apply_sends_visitors_to_the_login(client):
    response = client.get(address("apply", make_cohort().pk))

    assert (response.status_code, reverse("account_login") in response.url) == (302, True)


def test_apply_without_a_profile_leads_to_it(client):
    client.force_login(make_user())

    context = client.get(address("apply", make_cohort().pk)).context

    assert context["has_profile"] is False


def test_apply_makes_the_application(signed_in, trainee):
    cohort = make_cohort()

    response = signed_in.post(address("apply", cohort.pk), {"agrees": "on"})

    made = Enrolment.objects.get()
    assert (response.url, made.applicant, made.state) == (address("my_cohort", made.pk), trainee, "applied")


def test_apply_without_the_commitment_comes_back(signed_in):
    form = signed_in.post(address("apply", make_cohort().pk), {}).context["form"]

    assert (list(form.errors), Enrolment.objects.count()) == (["agrees"], 0)


def test_apply_a_second_time_leads_to_the_first(signed_in, trainee):
    enrolment = own(trainee)

    response = signed_in.get(address("apply", enrolment.cohort_id))

    assert response.url == address("my_cohort", enrolment.pk)


def test_apply_for_a_closed_cohort_is_refused_in_words(signed_in):
    form = signed_in.post(address("apply", make_cohort(state="running").pk), {"agrees": "on"}).context["form"]

    assert (len(form.non_field_errors()), Enrolment.objects.count()) == (1, 0)


def test_my_cohorts_shows_the_own_ones_only(signed_in, trainee):
    mine = own(trainee)
    make_enrolment(make_cohort(), name="欧阳修远")

    assert [card.enrolment for card in signed_in.get(address("my_cohorts")).context["cards"]] == [mine]


def test_my_cohorts_of_a_base_manager_leave_out_the_base_s_trainees(client):
    cohort = make_cohort()
    make_enrolment(cohort)
    client.force_login(base_manager(cohort.base))

    assert client.get(address("my_cohorts")).context["cards"] == []


def test_my_cohorts_names_next_session_and_open_exam(signed_in, trainee):
    enrolment = own(trainee, make_cohort(state="running"))
    make_sitting(enrolment.cohort)
    make_session(enrolment.cohort)
    coming = make_session(enrolment.cohort, starts_at=clock.now() + timedelta(days=1))
    make_session(enrolment.cohort, starts_at=clock.now() + timedelta(days=2))

    card = signed_in.get(address("my_cohorts")).context["cards"][0]

    assert (card.next_session, card.exam_open) == (coming.starts_at, True)


@pytest.mark.parametrize("rows", [1, 3])
def test_my_cohorts_takes_the_same_queries_for_any_number(signed_in, trainee, rows, django_assert_num_queries):
    for _ in range(rows):
        enrolment = own(trainee, make_cohort(state="running"))
        make_sitting(enrolment.cohort)
        make_session(enrolment.cohort)

    with django_assert_num_queries(12):
        signed_in.get(address("my_cohorts"))


def steps(response):
    return [step["state"] for step in response.context["steps"]]


def test_my_cohort_waits_for_admission(signed_in, trainee):
    response = signed_in.get(address("my_cohort", own(trainee, state="applied").pk))

    assert steps(response) == ["done", "now", "next", "done", "next", "next", "next", "next"]


def test_my_cohort_says_what_remains_of_the_conditions(signed_in, trainee):
    enrolment = own(trainee, make_cohort(state="running"), state="attending")
    make_session(enrolment.cohort)
    credit(enrolment, "12")

    response = signed_in.get("/en" + address("my_cohort", enrolment.pk))

    assert steps(response) == ["done", "done", "now", "now", "now", "now", "next", "next"]
    assert response.context["steps"][2]["note"] == "12 of 48 class hours"


def test_my_cohort_with_everything_waits_for_the_review(client):
    enrolment = make_ready(make_cohort(state="assessing"))
    client.force_login(enrolment.applicant)

    assert steps(client.get(address("my_cohort", enrolment.pk))) == ["done"] * 6 + ["now", "next"]


def test_my_cohort_completed_leads_to_the_certificate(signed_in, trainee):
    enrolment = own(trainee, state="completed")
    make_record(trainee.person, enrolment=enrolment, base=enrolment.cohort.base)

    assert steps(signed_in.get(address("my_cohort", enrolment.pk))) == ["done"] * 7 + ["now"]


def test_my_cohort_shows_the_attendance(signed_in, trainee):
    enrolment = own(trainee, make_cohort(state="running"), state="attending")
    session = make_session(enrolment.cohort)
    mark_attendance(actor=base_manager(session.cohort.base), session=session, marks={enrolment.pk: "leave"})

    assert [line.status for line in signed_in.get(address("my_cohort", enrolment.pk)).context["sessions"]] == ["leave"]


def test_my_cohort_refused_shows_the_reason(signed_in, trainee):
    enrolment = own(trainee, state="applied")
    refuse(actor=base_manager(enrolment.cohort.base), enrolment=enrolment, reason="未满18周岁")

    assert signed_in.get(address("my_cohort", enrolment.pk)).context["reason"] == "未满18周岁"


def test_my_cohort_of_somebody_else_is_not_found(signed_in):
    other = make_enrolment(make_cohort(), name="欧阳修远")

    response = signed_in.get(address("my_cohort", other.pk))

    assert (response.status_code, "欧阳修远" in response.content.decode()) == (404, False)


@pytest.mark.parametrize("rows", [1, 3])
def test_my_cohort_takes_the_same_queries_for_any_number(signed_in, trainee, rows, django_assert_num_queries):
    enrolment = own(trainee, make_cohort(state="running"), state="attending")
    for _ in range(rows):
        session = make_session(enrolment.cohort)
        mark_attendance(actor=base_manager(session.cohort.base), session=session, marks={enrolment.pk: "online"})

    with django_assert_num_queries(10):
        signed_in.get(address("my_cohort", enrolment.pk))


def test_withdraw_frees_the_seat(signed_in, trainee):
    enrolment = own(trainee, state="admitted")

    signed_in.post(address("withdraw", enrolment.pk))

    enrolment.refresh_from_db()
    assert enrolment.state == "withdrawn"


def test_withdraw_somebody_else_is_not_found(signed_in):
    other = make_enrolment(make_cohort(), state="admitted")

    assert signed_in.post(address("withdraw", other.pk)).status_code == 404
    other.refresh_from_db()
    assert other.state == "admitted"


def test_withdraw_after_completion_is_refused_in_words(signed_in, trainee):
    enrolment = own(trainee, state="completed")

    response = signed_in.post(address("withdraw", enrolment.pk), follow=True)

    enrolment.refresh_from_db()
    assert (enrolment.state, len(list(response.context["messages"]))) == ("completed", 1)


def test_my_cohort_called_off_shows_the_reason(signed_in, trainee):
    enrolment = own(trainee, make_cohort(state="running"), state="attending")
    cancel_cohort(actor=base_manager(enrolment.cohort.base), cohort=enrolment.cohort, reason="台风")

    assert signed_in.get(address("my_cohort", enrolment.pk)).context["reason"] == "台风"
