"""The plan of a ratio holds seats for whom it proposes, and says for whom one is held."""

import pytest
from django.urls import reverse

from tests.builders import make_institution, officer, regulator
from tests.courses.builders import make_cohort
from tests.staffing.test_ahead import ahead_url, day, staff

pytestmark = pytest.mark.django_db


def test_plan_reserves_in_one_go_and_then_says_so(client):
    institution = make_institution()
    actor = officer(institution)
    people = staff(institution, 10, trained=5)
    cohort = make_cohort(starts_on=day(3), ends_on=day(10), capacity=8)
    client.force_login(actor)
    asked = {"on": day(20).isoformat()}
    page = client.get(ahead_url(institution), asked)
    assert len(page.context["places"]) == 2
    assert f'action="{reverse("courses:reserve_plan")}"' in page.content.decode()

    client.post(reverse("courses:reserve_plan"), {"place": page.context["places"]})

    after = client.get(ahead_url(institution), asked)
    assert after.context["places"] == []
    plan = after.context["plan"]
    assert (plan.seats_held, {one.cohort for one in plan.people}) == (2, {cohort})
    assert {one.person for one in plan.people} <= {one.pk for one in people}


def test_whoever_holds_no_seats_here_has_no_button(client):
    institution = make_institution()
    staff(institution, 10, trained=6)
    make_cohort(starts_on=day(3), ends_on=day(10))
    client.force_login(regulator())
    assert client.get(ahead_url(institution), {"on": day(20).isoformat()}).context["places"] == []
