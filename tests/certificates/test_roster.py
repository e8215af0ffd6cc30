"""The public roster: nobody unless they chose so, what they ticked and nothing else, gone at once."""

from datetime import date

import pytest

from accounts.models import Person
from accounts.selectors.consents import PUBLIC_ROSTER
from accounts.services import agree, withdraw
from certificates.models import Certificate
from tests.builders import make_appointment, make_institution, make_person, make_user
from tests.credit.builders import make_certificate

pytestmark = pytest.mark.django_db
ALL = ["name", "level", "institution", "certificate_number"]


def text(response) -> str:
    return response.content.decode()


def holder(name: str = "林知夏", **fields) -> tuple[Person, Certificate]:
    person = make_person(name, user=make_user())
    make_appointment(person, make_institution(f"{name}所在大学"))
    return person, make_certificate(person, **fields)


def test_nobody_is_listed_by_default(client):
    holder()

    page = text(client.get("/en/managers/"))

    assert "林知夏" not in page
    assert "Nobody is listed here" in page


def test_ticked_parts_are_shown_and_no_others(client):
    person, certificate = holder()
    agree(actor=person.user, code=PUBLIC_ROSTER, parts=["name"])
    page = text(client.get("/en/managers/"))
    assert "林知夏" in page
    assert "林知夏所在大学" not in page
    assert certificate.number not in page

    agree(actor=person.user, code=PUBLIC_ROSTER, parts=ALL)
    page = text(client.get("/en/managers/"))
    assert "林知夏所在大学" in page
    assert certificate.number in page.replace("<wbr>", "").replace(" ", "") or certificate.number in page


def test_without_the_name_nobody_is_listed(client):
    person, certificate = holder()
    agree(actor=person.user, code=PUBLIC_ROSTER, parts=["level", "certificate_number"])

    assert certificate.number not in text(client.get("/en/managers/"))


def test_withdrawal_takes_the_line_away_at_once(client):
    person, _certificate = holder()
    agree(actor=person.user, code=PUBLIC_ROSTER, parts=ALL)
    assert "林知夏" in text(client.get("/en/managers/"))

    withdraw(actor=person.user, code=PUBLIC_ROSTER)

    answer = client.get("/en/managers/")
    assert "林知夏" not in text(answer)
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize("fields", [{"state": "revoked"}, {"state": "suspended"}, {"valid_until": date(2026, 6, 1)}])
def test_certificates_out_of_force_list_nobody(client, fields):
    person, _certificate = holder(**fields)
    agree(actor=person.user, code=PUBLIC_ROSTER, parts=ALL)

    assert "林知夏" not in text(client.get("/en/managers/"))


def test_search_is_by_name_and_never_by_number(client):
    for name in ("林知夏", "何磊"):
        person, certificate = holder(name)
        agree(actor=person.user, code=PUBLIC_ROSTER, parts=ALL)

    assert "何磊" not in text(client.get("/en/managers/?q=知夏"))
    assert "林知夏" in text(client.get("/en/managers/?q=知夏"))
    assert "何磊所在大学" not in text(client.get(f"/en/managers/?q={certificate.number}"))


@pytest.mark.parametrize("rows", [1, 3])
def test_roster_asks_the_same_number_of_statements(client, rows, django_assert_num_queries):
    for n in range(rows):
        person, _certificate = holder(f"人{n}")
        agree(actor=person.user, code=PUBLIC_ROSTER, parts=ALL)

    with django_assert_num_queries(5):
        assert client.get("/en/managers/").status_code == 200
