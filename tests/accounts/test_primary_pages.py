"""The button of the primary appointment: who has it, what is said before, and that nothing out of reach is named."""

from datetime import date

import pytest
from django.test import Client

from accounts.models import Appointment
from accounts.services.notices import open_notices
from core.models import AuditEntry
from tests.builders import make_appointment, make_institution, make_person, make_user, officer, regulator

pytestmark = pytest.mark.django_db


@pytest.fixture
def posts() -> tuple[Appointment, Appointment]:
    """Two posts of one person, the first one decided on as primary; the second in another province."""
    person = make_person("高轩", user=make_user())
    first = make_appointment(person, make_institution("岚江大学"), start=date(2024, 1, 1), is_primary=True)
    second = make_appointment(person, make_institution("远山研究院", code="980000"), start=date(2025, 1, 1))
    open_notices([first, second])
    return first, second


def client_of(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def address(appointment: Appointment) -> str:
    return f"/en/appointments/{appointment.pk}/main/"


def test_person_finds_the_button_and_decides(posts):
    first, second = posts
    client = client_of(first.person.user)
    assert [line["is_main"] for line in client.get("/profile/institutions/").context["lines"]] == [False, True]
    assert address(second) in client.get("/en/profile/institutions/").content.decode()

    page = client.get(address(second)).content.decode()
    assert "远山研究院 is the primary appointment from" in page
    assert "岚江大学 is no longer the primary one." in page
    answer = client.post(address(second))

    assert answer.url == "/en/profile/institutions/"
    assert list(Appointment.objects.filter(is_primary=True)) == [second]
    assert AuditEntry.objects.get(verb="accounts.primary_chosen").facts["instead_of"] == [first.pk]
    assert [line["is_main"] for line in client.get("/profile/institutions/").context["lines"]] == [True, False]


def test_looking_decides_nothing(posts):
    client_of(posts[0].person.user).get(address(posts[1]))

    assert list(Appointment.objects.filter(is_primary=True)) == [posts[0]]


def test_authority_finds_the_button_on_the_card_and_reads_no_foreign_name(posts):
    first, second = posts
    client = client_of(regulator("980000"))
    assert address(second) in client.get(f"/en/people/{first.person_id}/").content.decode()

    page = client.get(address(second)).content.decode()

    assert "Another institution, outside your reach, is no longer the primary one." in page
    assert "岚江大学" not in page
    assert client.post(address(second)).url == f"/en/people/{first.person_id}/"
    assert list(Appointment.objects.filter(is_primary=True)) == [second]


def test_officer_sees_which_is_primary_and_has_no_button(posts):
    first, second = posts
    client = client_of(officer(second.institution))

    page = client.get(f"/en/people/{first.person_id}/")

    assert page.context["main"] == first
    assert "/main/" not in page.content.decode()
    assert (client.get(address(second)).status_code, client.post(address(second)).status_code) == (404, 404)
    assert list(Appointment.objects.filter(is_primary=True)) == [first]


def test_one_that_has_ended_has_no_button(posts):
    first, second = posts
    Appointment.objects.filter(pk=second.pk).update(end_date=date(2025, 6, 1))

    lines = client_of(first.person.user).get("/profile/institutions/").context["lines"]

    assert [line["may_be_main"] for line in lines] == [False, False]
    card = client_of(regulator("980000")).get(f"/people/{first.person_id}/").context["appointments"]
    assert [row.may_be_main for row in card] == [False]
