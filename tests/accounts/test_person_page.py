"""A person as the institution sees them: the way back, and the way on to a change, the leaving, the training."""

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.models import Appointment
from accounts.selectors.staff import is_over, running_on
from core import clock
from tests.accounts.joining import signed_in
from tests.builders import make_appointment, make_institution, make_person, officer, regulator

pytestmark = pytest.mark.django_db


def page_of(actor, person) -> str:
    return signed_in(actor).get(reverse("accounts:person", args=[person.pk])).content.decode()


def test_officer_goes_on_to_a_change_the_leaving_and_the_training():
    institution, person = make_institution(), make_person("林知夏")
    row = make_appointment(person, institution)

    page = page_of(officer(institution), person)

    for name in ("changed", "left"):
        assert f'href="{reverse(f"staffing:{name}", args=[row.pk])}"' in page
    assert f'href="{reverse("courses:training_records")}?q=%E6%9E%97%E7%9F%A5%E5%A4%8F"' in page
    assert f'<a href="{reverse("accounts:roster")}"' in page


def test_row_that_is_over_has_nothing_to_be_changed():
    institution, person = make_institution(), make_person("林知夏")
    row = make_appointment(person, institution, end_date=clock.today() - timedelta(days=1))

    assert reverse("staffing:left", args=[row.pk]) not in page_of(officer(institution), person)


@pytest.mark.parametrize("days", [-1, 0, 1])
def test_row_in_hand_is_over_on_the_day_from_which_rows_run_no_more(days):
    today = clock.today()
    row = make_appointment(make_person("林知夏"), make_institution(), end_date=today + timedelta(days=days))

    runs = Appointment.objects.filter(running_on(today), pk=row.pk).exists()

    assert (is_over(row, today), runs) == (days <= 0, days > 0)


def test_last_day_of_a_row_is_the_day_before_its_end():
    institution, person = make_institution(), make_person("林知夏")
    row = make_appointment(person, institution, end_date=clock.today())

    assert reverse("staffing:left", args=[row.pk]) not in page_of(officer(institution), person)


def test_authority_reads_and_is_offered_no_change():
    person = make_person("林知夏")
    row = make_appointment(person, make_institution())

    page = page_of(regulator(), person)

    assert (reverse("accounts:home") in page, reverse("staffing:changed", args=[row.pk]) in page) == (True, False)
