"""The request centre: pages of the office that answers, and of the person who asks."""

from datetime import timedelta

import pytest

from accounts.models import Person
from core import clock
from core.models import AuditEntry
from oversight.models import DataRequest
from oversight.services import (
    ask_for_correction,
)
from tests.builders import (
    make_appointment,
    make_institution,
    make_person,
    make_user,
    officer,
    regulator,
)
from tests.oversight.asking import OTHER, make_asker, text, wanted_number

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_data_dir")]


@pytest.fixture
def person() -> Person:
    return make_asker()


# --- pages of the office --------------------------------------------------------------------------------------------
def test_office_sees_its_region_by_deadline_and_no_other(person, client):
    request = wanted_number(person)
    far = make_person("外省人", user=make_user())
    make_appointment(far, make_institution(code="330000"))
    foreign = ask_for_correction(actor=far.user, name="新")
    client.force_login(regulator())

    page = text(client.get("/en/oversight/requests/"))

    assert "林知夏" in page
    assert "外省人" not in page
    assert client.get(f"/en/oversight/requests/{foreign.uuid}/").status_code == 404
    shown = text(client.get(f"/en/oversight/requests/{request.uuid}/"))
    assert OTHER not in shown
    assert OTHER[-4:] in shown


@pytest.mark.parametrize("other", [officer, make_user])
def test_list_of_the_office_is_not_there_for_others(person, client, other):
    wanted_number(person)
    client.force_login(other())

    answer = client.get("/en/oversight/requests/")

    assert (answer.status_code, "林知夏" in text(answer)) == (404, False)


def test_late_requests_are_marked(person, client):
    wanted_number(person)
    with clock.travel(timedelta(days=40)):
        client.force_login(regulator())
        assert "late" in text(client.get("/en/oversight/requests/"))


def test_office_decides_on_the_page(person, client):
    request = wanted_number(person)
    url = f"/en/oversight/requests/{request.uuid}/"
    client.force_login(regulator())
    taken = client.post(url, {"step": "take"}, follow=True)
    assert "Taken into review." in text(taken)
    assert 'value="carry_out"' not in taken.content.decode()
    refused = client.post(url, {"step": "carry_out"}, follow=True)
    assert "a second person must" in text(refused)
    client.force_login(regulator())
    client.post(url, {"step": "refuse", "reason": ""})
    request.refresh_from_db()
    assert request.state == "in_review"

    client.post(url, {"step": "carry_out"})

    request.refresh_from_db()
    assert request.state == "done"
    assert AuditEntry.objects.filter(verb="accounts.identity_corrected").count() == 1


def test_forms_of_the_person_come_back_filled(person, client):
    client.force_login(person.user)

    answer = client.post("/en/my-data/correction/", {"name": "", "document_type": "resident_id", "number": "12345"})

    assert "has 18 characters" in text(answer)
    assert 'value="12345"' in text(answer)
    assert DataRequest.objects.count() == 0
