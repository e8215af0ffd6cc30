"""The ratio as pages show it: other ways to count beside it, and the figure on an institution's first page."""

import re

import pytest

from staffing.selectors import institution_ratio
from tests.builders import make_appointment, make_institution, make_person, officer, regulator
from tests.staffing.test_selectors import train

pytestmark = pytest.mark.django_db


def _counted_full_time(client, institution):
    page = client.get(f"/en/institutions/{institution.pk}/ratio/").content.decode()
    return page.partition("full-time professional staff")[2].partition("</tr>")[0]


def test_full_time_that_nobody_recorded_is_not_shown_as_nought(client):
    institution = make_institution()
    make_appointment(make_person("甲"), institution, full_time=None)
    make_appointment(make_person("乙"), institution, full_time=None)
    client.force_login(officer(institution))

    row = _counted_full_time(client, institution)

    assert "not recorded for 2 of the staff" in row
    assert row.count("<td") == 1


def test_full_time_recorded_of_some_counts_those_and_says_of_how_many_not(client):
    institution = make_institution()
    for name, full_time in (("甲", True), ("乙", False), ("丙", None)):
        make_appointment(make_person(name), institution, full_time=full_time)
    client.force_login(officer(institution))

    row = _counted_full_time(client, institution)

    assert "not recorded for 1 of the staff" in row
    assert re.findall(r"<td[^>]*>([^<]*)", row) == ["0", "1", "0.0%"]


def test_full_time_recorded_of_all_is_an_ordinary_figure(client):
    institution = make_institution()
    make_appointment(make_person("甲"), institution, full_time=False)
    client.force_login(officer(institution))

    row = _counted_full_time(client, institution)

    assert "not recorded" not in row
    assert re.findall(r"<td[^>]*>([^<]*)", row) == ["0", "0", "–"]


def test_first_page_of_an_institution_says_what_its_ratio_page_says(client):
    institution = make_institution()
    for name in "甲乙":
        make_appointment(make_person(name), institution)
    client.force_login(officer(institution))

    page = client.get("/en/home/")

    card = page.content.decode().partition("Trained-staff ratio</h3>")[2].partition("</a>")[0]
    assert "0 / 2" in card
    assert "not met" in card
    assert page.context["figures"]["ratio"].ratio == institution_ratio(institution).ratio


@pytest.mark.parametrize("rows", [1, 3])
def test_first_page_of_an_institution_takes_the_same_queries_for_any_staff(client, rows, django_assert_num_queries):
    institution = make_institution()
    for n in range(rows):
        person = make_person(f"甲{n}")
        make_appointment(person, institution)
        train(person)
    client.force_login(officer(institution))

    with django_assert_num_queries(22):
        client.get("/home/")


def test_evidence_is_submitted_from_the_row_of_somebody_without_training(client):
    institution = make_institution()
    for name in ("甲", "乙"):
        make_appointment(make_person(name), institution)
    train(institution.appointments.get(person__name="乙").person)
    address = f"/en/institutions/{institution.pk}/ratio/"
    client.force_login(officer(institution))

    page = client.get(address).content.decode()

    assert page.count("/evidence/new/?name=") == 1
    assert "/en/evidence/new/?name=%E7%94%B2" in page
    # Whoever looks from an authority does not submit.
    client.force_login(regulator("990000"))
    assert "/evidence/new/" not in client.get(address).content.decode()
