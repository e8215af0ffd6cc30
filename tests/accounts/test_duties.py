"""Lines of duty are given from above: by the nation, and by a province to the bodies below it."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from accounts.models import AdminBody
from accounts.services import assign_duty, end_duty
from core.errors import NotAllowed
from tests.builders import region, regulator

pytestmark = pytest.mark.django_db
START = date(2026, 1, 1)
DAY = timedelta(days=1)


def body(code: str, rank: str) -> AdminBody:
    return AdminBody.objects.create(code=f"D{code}", name=f"机构{code}", rank=rank, jurisdiction=region(code).path)


@pytest.mark.parametrize(
    ("code", "giver"),
    [("990100", "990100"), ("990102", "990100"), ("990000", "990000"), ("980000", "990000")],
    ids=["own body of a city", "county of a city", "own body of a province", "other province"],
)
def test_duties_are_given_from_above_by_nation_and_provinces(code, giver):
    """Neither by a body to itself, nor by one of the same rank, nor below the provinces at all."""
    made = body(code, str(region(code).level))
    actor, nation = regulator(giver), regulator("000000")

    with pytest.raises(NotAllowed):
        assign_duty(actor=actor, body=made, line="science", valid_from=START, document="x")
    duty = assign_duty(actor=nation, body=made, line="science", valid_from=START, document="1号")
    with pytest.raises(NotAllowed):
        end_duty(actor=actor, duty=duty, valid_to=START + DAY, document="x")


def test_body_of_the_same_rank_in_the_own_jurisdiction_is_not_touched(client):
    """A separately planned city may hold a body of provincial rank inside a province."""
    made = body("990100", "provincial")

    with pytest.raises(NotAllowed):
        assign_duty(actor=regulator("990000"), body=made, line="science", valid_from=START, document="x")
    client.force_login(regulator("990000"))
    page = client.get(reverse("accounts:body", args=[made.pk])).content.decode()
    assert reverse("accounts:assign_duty", args=[made.pk]) not in page
    assert client.get(reverse("accounts:assign_duty", args=[made.pk])).status_code == 404
