"""Who moves the ratio in the days to come, as the page tells it: many at once, those who join later, for a while."""

import re
from datetime import date

import pytest
from django.urls import reverse

from accounts.models import Appointment, Designation
from core import clock
from staffing.selectors.ahead import ahead
from staffing.selectors.known import Known
from staffing.selectors.plans import plan_for
from tests.builders import make_appointment, make_institution, make_person, make_rule, officer, regulator
from tests.staffing.test_ahead import ahead_url, day, seen, staff
from tests.staffing.test_selectors import train

pytestmark = pytest.mark.django_db


def test_many_who_move_on_one_day_are_told_by_their_number(client):
    institution = make_institution()
    people = staff(institution, 25, trained=25)
    Appointment.objects.filter(person__in=people).update(end_date=day(40))
    client.force_login(officer(institution))

    page = client.get(ahead_url(institution))

    ((change, movers, more),) = page.context["changes"]
    assert (len(change.movers), len(movers), more) == (25, 20, 5)
    (mark,) = [point["mark"] for point in page.context["drawn"]["points"] if point.get("mark")]
    assert not any(person.name in mark["words"] for person in people)
    assert "25" in mark["words"]


def test_who_only_joins_later_is_no_link(client):
    institution = make_institution()
    staff(institution, 3, trained=1)
    newcomer = make_person("后来人")
    make_appointment(newcomer, institution, start=day(9))
    client.force_login(officer(institution))

    text = client.get(ahead_url(institution), {"on": day(30).isoformat()}).content.decode()

    links = set(re.findall(r'href="(/people/[^"]+|[^"]*/person/[^"]+)"', text))
    assert "后来人" in text
    assert reverse("accounts:person", args=[newcomer.pk]) not in text
    assert {client.get(one).status_code for one in links} <= {200}


def test_a_rise_that_does_not_last_is_told_with_its_fall(client):
    institution = make_institution()
    people = staff(institution, 10, trained=6)
    train(people[6], on=day(10))
    people[0].appointments.update(end_date=day(20))
    client.force_login(officer(institution))

    text = client.get("/en" + ahead_url(institution)).content.decode()

    assert "it is first met on" in text
    assert "It falls below again on" in text


def test_whether_it_binds_is_of_the_day(client):
    institution = make_institution()
    staff(institution, 3, trained=1)
    Designation.objects.create(institution=institution, kind="pilot_university", valid_from=day(-100), valid_to=day(20))
    found = seen(institution)
    assert [plan_for(found, day(at)).binding for at in (10, 30)] == [True, False]


def test_days_and_numbers_beyond_reason_are_refused(client):
    institution = make_institution()
    staff(institution, 3, trained=1)
    client.force_login(officer(institution))
    for asked in ({"on": "9999-12-31"}, {"trained": "1000"}, {"when": "9999-12-31", "trained": "1"}):
        page = client.get(ahead_url(institution), asked)
        assert page.status_code == 200
        assert page.context["asked"].errors or page.context["form"].errors


def test_experiment_without_a_day_says_from_which_it_is_tried(client):
    institution = make_institution()
    staff(institution, 3, trained=1)
    client.force_login(officer(institution))
    page = client.get(ahead_url(institution), {"untrained": "1"})
    assert page.context["experiment"].day == day(1)
    assert f'value="{day(1).isoformat()}"' in page.content.decode().partition('name="when"')[2].partition(">")[0]


def test_whoever_has_a_post_renewed_on_the_day_of_a_new_version_does_not_join_by_it():
    institution = make_institution()
    long, other = make_person("甲"), make_person("乙")
    make_appointment(long, institution, start=date(2015, 1, 1), end_date=day(15))
    make_appointment(long, institution, start=day(15), post="续聘")
    make_appointment(other, institution, start=date(2024, 1, 1))
    make_rule("adopted", valid_from=day(15), value=50)
    [proposed] = plan_for(seen(institution), day(20)).people
    assert (proposed.name, proposed.joins) == ("甲", False)


def test_days_to_come_are_told_as_known_now_alone():
    with pytest.raises(ValueError, match="as known now"):
        ahead(regulator(), Known(make_institution(), clock.now()))
