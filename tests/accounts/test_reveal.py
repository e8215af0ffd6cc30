"""A full number is seen by few, for a purpose, twenty times an hour, once per look; and the person reads of each."""

import re
import threading
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client, override_settings
from django.utils.formats import date_format

from accounts.models import AccessEntry, Person
from accounts.permissions import GRANTS, Permission, Role
from accounts.services import reveal
from core import clock
from core.errors import DomainError
from core.models import AuditEntry
from tests.builders import (
    base_manager,
    make_appointment,
    make_institution,
    make_person,
    make_user,
    officer,
    regulator,
    resident_number,
)

pytestmark = pytest.mark.django_db
NUMBER, PHONE = resident_number(41_700), "+8613812340018"


@pytest.fixture
def person() -> Person:
    """Somebody of the region 990000, with a login, a number and a phone."""
    person = make_person("林知夏", number=NUMBER, user=make_user())
    make_appointment(person, make_institution(), phone=PHONE)
    return person


@pytest.fixture
def clerk(client):
    actor = regulator()
    client.force_login(actor)
    return actor


def ask(client: Client, person: Person, **fields: str):
    answer = {"what": "identity_number", "purpose": "case", "about": "案件 26", **fields}
    return client.post(f"/en/people/{person.pk}/reveal/", answer)


def text(response) -> str:
    return response.content.decode()


# --- the way of the page --------------------------------------------------------------------------------------------
def test_page_asks_for_the_purpose_and_shows_no_number(client, clerk, person):
    page = text(client.get(f"/en/people/{person.pk}/reveal/"))

    assert "What do you need the full number for?" in page
    assert NUMBER[-8:] not in page
    assert NUMBER[-4:] in page, "masked as everywhere"
    assert AccessEntry.objects.count() == 0


def test_number_is_shown_once_as_the_answer_to_a_post(client, clerk, person):
    answer = ask(client, person)

    assert answer.status_code == 200
    assert NUMBER in text(answer)
    assert PHONE not in text(answer)
    assert "no-store" in answer["Cache-Control"]
    assert NUMBER not in answer.request["PATH_INFO"] + answer.request["QUERY_STRING"]
    assert NUMBER not in text(client.get(f"/en/people/{person.pk}/reveal/"))


def test_phone_is_asked_for_by_itself(client, clerk, person):
    answer = text(ask(client, person, what="phone"))

    assert PHONE in answer
    assert NUMBER not in answer
    assert AccessEntry.objects.get().what == "phone"


def test_phone_is_that_of_the_institutions_in_reach(client, clerk, person):
    """As a roster wrote it; what another province's roster names stays there."""
    make_appointment(person, make_institution(code="330000"), phone="+8613912340018")

    answer = text(ask(client, person, what="phone"))

    assert PHONE in answer
    assert "+8613912340018" not in answer


def test_where_nothing_is_on_file_nobody_has_looked(client, clerk):
    person = make_person("林知夏", user=make_user())
    make_appointment(person, make_institution())

    answer = ask(client, person, what="phone")

    assert "Nothing is on file" in text(answer)
    assert "it is not counted" in text(answer)
    assert not AccessEntry.objects.exists()
    assert not AuditEntry.objects.filter(verb="accounts.number_revealed").exists()


@pytest.mark.parametrize("fields", [{"purpose": ""}, {"purpose": "other", "about": ""}, {"what": "credit_file"}])
def test_without_a_purpose_from_the_list_nothing_is_shown(client, clerk, person, fields):
    answer = ask(client, person, **fields)

    assert NUMBER not in text(answer)
    assert (
        "error-summary" in text(answer) or "There is a problem" in text(answer) or 'aria-invalid="true"' in text(answer)
    )
    assert AccessEntry.objects.count() == 0


def test_service_itself_wants_a_purpose(person):
    with pytest.raises(DomainError, match="purpose_missing"):
        reveal(actor=regulator(), person_id=person.pk, what="identity_number", purpose=" ")


def test_card_of_the_person_leads_there_for_whoever_may(client, clerk, person):
    assert f"/en/people/{person.pk}/reveal/" in text(client.get(f"/en/people/{person.pk}/"))

    client.force_login(officer(person.appointments.get().institution))
    card = client.get(f"/en/people/{person.pk}/")
    assert card.status_code == 200
    assert "reveal" not in text(card)


# --- what is written down -------------------------------------------------------------------------------------------
def test_look_is_written_down_and_the_person_reads_of_it(client, clerk, person):
    ask(client, person)

    entry = AccessEntry.objects.get()
    assert (entry.person, entry.actor, entry.what, entry.granted) == (person, clerk, "identity_number", True)
    assert AuditEntry.objects.get(verb="accounts.number_revealed").subject_id == str(person.pk)
    client.force_login(person.user)
    page = text(client.get("/en/profile/looks/"))
    assert "主管部门990000" in page
    assert "案件 26" in page
    assert date_format(clock.now(), "Y") in page


def test_number_is_in_no_table_no_session_and_no_log(client, clerk, person, caplog):
    ask(client, person)

    with connection.cursor() as cursor:
        found = []
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - names from the database itself
            found += [table for row in cursor.fetchall() if NUMBER in repr(row) or PHONE[3:] in repr(row)]
    assert found == []
    assert Session.objects.count() > 0
    assert NUMBER not in caplog.text


def test_values_are_not_in_the_text_of_the_answer(person):
    """A traceback or a log line that shows the object shows no number."""
    answer = reveal(actor=regulator(), person_id=person.pk, what="identity_number", purpose="case")

    assert answer.values == [("居民身份证", NUMBER)]
    assert NUMBER not in repr(answer)


# --- who may --------------------------------------------------------------------------------------------------------
def test_authorities_alone_may():
    assert {role for role in Role if Permission.PERSON_REVEAL in GRANTS[role]} == {Role.REGULATOR, Role.SYSTEM}


def test_others_are_refused_and_their_try_is_written_down(client, person):
    others = [
        officer(person.appointments.get().institution),
        officer(),
        base_manager(),
        regulator("330000"),
        make_user(),
        person.user,
    ]
    for actor in others:
        client.force_login(actor)
        assert client.get(f"/en/people/{person.pk}/reveal/").status_code == 404
        answer = ask(client, person)
        assert answer.status_code == 404
        assert NUMBER not in text(answer)

    assert list(AccessEntry.objects.order_by("pk").values_list("actor", "granted")) == [
        (actor.pk, False) for actor in others
    ]


def test_words_of_somebody_without_such_an_office_are_not_kept(client, person):
    client.force_login(make_user())
    ask(client, person, about="你好，加个微信")

    assert AccessEntry.objects.get().purpose == ""


def test_missing_person_is_the_same_404_as_a_foreign_one(client, clerk):
    foreign = make_person("外人")
    make_appointment(foreign, make_institution(code="330000"))
    answers = [
        client.post(f"/en/people/{pk}/reveal/", {"what": "phone", "purpose": "case"}) for pk in (foreign.pk, 9**9)
    ]

    assert [answer.status_code for answer in answers] == [404, 404]
    token = re.compile(r'(csrfmiddlewaretoken" value=")\w+|/people/\d+/')
    assert token.sub("", text(answers[0])) == token.sub("", text(answers[1]))


# --- twenty an hour -------------------------------------------------------------------------------------------------
def crowd(count: int) -> list[Person]:
    place = make_institution()
    people = [make_person(f"人{n}") for n in range(count)]
    for one in people:
        make_appointment(one, place)
    return people


def test_a_script_of_300_looks_stops_at_twenty(client, clerk):
    people = crowd(300)

    codes = [ask(client, one).status_code for one in people]

    assert codes == [200] * 20 + [429] * 280
    assert AccessEntry.objects.filter(granted=True).count() == 20
    assert AccessEntry.objects.filter(granted=False).count() == 20, "refused tries are written down, not without end"


def test_after_an_hour_the_officer_may_look_again(client, clerk):
    people = crowd(22)
    for one in people[:21]:
        ask(client, one)
    with clock.travel(timedelta(minutes=61)):
        client.force_login(clerk)
        assert ask(client, people[21]).status_code == 200


@override_settings(REVEALS_AN_HOUR=2)
def test_limit_is_a_setting_and_counts_both_kinds(client, clerk, person):
    first = [ask(client, person).status_code, ask(client, person, what="phone").status_code]

    assert [*first, ask(client, person).status_code] == [200, 200, 429]


@override_settings(REVEALS_AN_HOUR=500)
def test_without_the_limit_the_script_goes_on(client, clerk):
    """The twin."""
    assert {ask(client, one).status_code for one in crowd(30)} == {200}


@pytest.mark.django_db(transaction=True)
@override_settings(REVEALS_AN_HOUR=5)
def test_looks_at_the_same_moment_are_counted_one_after_the_other():
    actor, people = regulator(), crowd(12)
    together, shown = threading.Barrier(12), []

    def look(one: Person) -> None:
        try:
            together.wait()
            answer = reveal(actor=actor, person_id=one.pk, what="identity_number", purpose="case")
            shown.append(bool(answer.values))
        finally:
            connection.close()

    threads = [threading.Thread(target=look, args=(one,)) for one in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(shown) == [False] * 7 + [True] * 5
