"""The page of powers says what the table says, in three languages, to everybody who is signed in."""

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from accounts.permissions import GRANTINGS, GRANTS, OWN_RECORDS, Permission, Role
from accounts.permissions.powers import POWERS, role_columns
from accounts.views import powers as view
from tests.builders import hat, make_user, place_for

pytestmark = pytest.mark.django_db


def page(language: str = "en") -> BeautifulSoup:
    client = Client()
    client.force_login(make_user())
    return BeautifulSoup(client.get(f"/{language}/powers/".replace("/zh-hans", "")).content, "html.parser")


def read(soup: BeautifulSoup) -> dict[str, list[bool]]:
    """Permission -> what the page says under each role, and for own records."""
    rows = soup.select("table.powers tbody tr")
    return {
        row["data-permission"]: [cell.select_one(".visually-hidden").text == "yes" for cell in row.find_all("td")]
        for row in rows
    }


def decided() -> dict[str, list[bool]]:
    return {
        str(permission): [permission in GRANTS[role] for role in Role if role != Role.SYSTEM]
        + [permission in OWN_RECORDS]
        for permission in Permission
    }


def test_page_and_table_agree():
    assert read(page()) == decided()


def test_a_page_that_says_something_else_is_noticed(monkeypatch):
    """The twin: the table as it was when the page was drawn, and the table as it decides."""
    soup = page()
    monkeypatch.setitem(GRANTS, Role.AUDITOR, GRANTS[Role.AUDITOR] | {Permission.PERSON_VIEW})

    assert read(soup) != decided()


def test_columns_are_the_roles_that_people_wear():
    heads = [[head.text for head in table.select("thead th")] for table in page().select("table.powers")]
    expected = ["Permission", *(str(role.label) for role in role_columns()), "Everybody, for own records"]

    assert heads == [expected] * len(heads)


def test_page_says_who_gives_whom():
    rows = [[cell.text for cell in row.find_all(["th", "td"])] for row in page().select("#grantings tbody tr")]

    assert [row[0] for row in rows] == [Role(one.giver).label for one in GRANTINGS]
    assert rows[0] == ["Institution officer", "Institution officer", "at the own place"]


@pytest.mark.parametrize("language", ["zh-hans", "en", "ja"])
def test_every_power_is_said_in_the_language(language):
    text = page(language).text

    assert text.count("visually-hidden") == 0
    for power in POWERS.values():
        english = power.label._args[0]  # type: ignore[attr-defined]
        assert (english in text) is (language == "en"), english


@pytest.mark.parametrize("role", role_columns())
def test_every_hat_reads_it(role):
    client = Client()
    client.force_login(hat(role, place_for(role)))

    assert client.get("/powers/").status_code == 200


def test_visitors_do_not():
    assert Client().get("/powers/").url.startswith("/accounts/login/")


def test_page_is_only_read():
    client = Client()
    client.force_login(make_user())

    assert client.post("/powers/").status_code == 405
    assert set(view.PLACE_WORDS) == {"base", "institution", "admin_body"}
