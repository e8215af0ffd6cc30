"""The pages: one's own file; a purpose before a look; nothing to whoever may not look."""

from datetime import timedelta

import pytest
from django.core import signing

from accounts.permissions import Role
from core import clock
from credit.access import SESSION_KEY
from tests.builders import base_manager, hat, make_appointment, make_institution, make_person, make_user, officer
from tests.builders import regulator as make_regulator
from tests.courses.annulling import make_annulment
from tests.credit.builders import employee, looks, make_certificate, make_credit_record, make_training

pytestmark = pytest.mark.django_db
SECRET = "不该看见的培训"


@pytest.fixture
def regulator(client):
    actor = make_regulator()
    client.force_login(actor)
    return actor


def open_file(client, person, **fields):
    answer = {"purpose": "case", "about": "案件 26", **fields}
    return client.post(f"/en/credit/people/{person.pk}/open/", answer)


def text(response):
    return response.content.decode()


def fill(person, rows):
    """Rows of both kinds of source, each of which is asked whether it is still in force."""
    for _row in range(rows):
        certificate = make_certificate(person)
        make_credit_record(person, source=f"courses.training_record_added:{certificate.training_record_id}")
        make_credit_record(person, kind="certificate_issued", source=f"certificates.issued:{certificate.pk}")


# --- one's own file ---------------------------------------------------------------------------------------
def test_my_file_shows_own_records_and_their_publisher(client):
    user = make_user()
    make_credit_record(make_person(user=user), facts={"title": {"zh": "初级培训"}})
    make_credit_record(make_person("外人"))
    client.force_login(user)

    page = text(client.get("/en/credit/"))

    assert "初级培训" in page
    assert "岚江大学培训基地" in page
    assert '/en/profile/looks/"' in page
    assert SECRET not in page


def test_my_file_says_which_text_was_accepted(client):
    user = make_user()
    facts = {"text": "trainee_commitment", "version": "2026-1", "publisher": {"zh": "平台", "en": "Platform"}}
    record = make_credit_record(make_person(user=user), category="basic", kind="commitment_accepted", facts=facts)
    client.force_login(user)

    page = text(client.get("/en/credit/"))

    assert "Code of conduct accepted" in page
    assert "integrity commitment of trainees, version 2026-1" in page
    assert ">Platform</td>" in page
    assert str(record) == "commitment_accepted 2026-05-01"


def test_my_file_of_a_regulator_holds_nobody_elses_records(client, regulator):
    employee()
    make_person(user=regulator)

    page = text(client.get("/en/credit/"))

    assert "Nothing is recorded yet" in page
    assert SECRET not in page


def test_my_file_without_a_profile_says_what_to_do(client, regulator):
    employee()

    page = text(client.get("/en/credit/"))

    assert "Fill in my profile" in page
    assert SECRET not in page


def test_my_file_marks_what_is_no_longer_in_force(client):
    user = make_user()
    person = make_person(user=user)
    annulled, standing = make_training(person), make_training(person)
    revoked = make_certificate(person, state="revoked", training_record=annulled)
    suspended = make_certificate(person, state="suspended", training_record=standing)
    make_annulment(annulled, by=user, reason="替考")
    for row in (annulled, standing):
        make_credit_record(person, source=f"courses.training_record_added:{row.pk}")
    for row in (revoked, suspended):
        make_credit_record(person, kind="certificate_issued", source=f"certificates.issued:{row.pk}")
    client.force_login(user)

    response = client.get("/en/credit/")

    ended = {line.record.source for line in response.context["lines"] if line.standing == "ended"}
    assert ended == {f"courses.training_record_added:{annulled.pk}", f"certificates.issued:{revoked.pk}"}
    assert text(response).count("no longer in force") == 2


def test_my_file_needs_a_login(client):
    assert client.get("/credit/").status_code == 302


@pytest.mark.parametrize("rows", [1, 3])
def test_my_file_queries_do_not_grow(client, rows, django_assert_num_queries):
    user = make_user()
    fill(make_person(user=user), rows)
    client.force_login(user)

    with django_assert_num_queries(12):
        response = client.get("/credit/")

    assert len(response.context["page"]) == 2 * rows


# --- a look -----------------------------------------------------------------------------------------------
def test_file_asks_for_the_purpose_and_shows_nothing(client, regulator):
    person = employee()

    page = text(client.get(f"/en/credit/people/{person.pk}/"))

    assert "What do you need this credit file for?" in page
    assert SECRET not in page
    assert looks(person) == []


def test_file_is_shown_after_the_purpose_and_the_look_is_written_down(client, regulator):
    person = employee()

    response = open_file(client, person)

    assert (response.status_code, response["Location"]) == (302, f"/en/credit/people/{person.pk}/")
    page = text(client.get(response["Location"]))
    assert SECRET in page
    assert "案件 26" in page
    assert [(actor, granted) for actor, _, granted in looks(person)] == [(regulator.pk, True)]


def test_file_closes_after_fifteen_minutes(client, regulator):
    person = employee()
    open_file(client, person)
    address = f"/en/credit/people/{person.pk}/"

    with clock.travel(timedelta(minutes=14)):
        assert SECRET in text(client.get(address))
    with clock.travel(timedelta(minutes=16)):
        assert SECRET not in text(client.get(address))


def test_open_file_opens_no_other_file(client, regulator):
    person, other = employee(), employee(name="王喆")
    open_file(client, person)

    assert SECRET not in text(client.get(f"/en/credit/people/{other.pk}/"))


def test_several_files_stay_open_and_closed_ones_are_forgotten(client, regulator):
    first, second, third = employee(), employee(name="王喆"), employee(name="曾可")
    open_file(client, first)
    open_file(client, second)
    assert SECRET in text(client.get(f"/en/credit/people/{first.pk}/"))

    # Past the quarter of an hour of the file, within the half hour of an idle session.
    with clock.travel(timedelta(minutes=20)):
        open_file(client, third)

    assert set(client.session[SESSION_KEY]) == {f"person:{third.pk}"}


def test_mark_that_nobody_signed_opens_nothing(client, regulator):
    person = employee()
    stated = {
        "file": f"person:{person.pk}",
        "hat": regulator.memberships.get().pk,
        "purpose": "x",
        "until": 9_999_999_999,
    }
    session = client.session
    session[SESSION_KEY] = {f"person:{person.pk}": signing.dumps(stated, key="another")}
    session.save()

    assert SECRET not in text(client.get(f"/en/credit/people/{person.pk}/"))


def test_purpose_given_under_one_hat_does_not_serve_another(client, regulator):
    person = employee("990100")
    city = make_regulator("990100").memberships.get().admin_body
    hat(Role.REGULATOR, city, regulator)
    open_file(client, person)

    client.post("/hat/", {"membership": regulator.memberships.get(admin_body=city).pk})

    page = text(client.get(f"/en/credit/people/{person.pk}/"))
    assert "What do you need this credit file for?" in page
    assert SECRET not in page


@pytest.mark.parametrize("answer", [{"purpose": ""}, {"purpose": "curiosity"}, {"purpose": "other", "about": " "}])
def test_look_without_a_purpose_is_asked_again(client, regulator, answer):
    person = employee()

    response = open_file(client, person, **answer)

    assert response.status_code == 200
    assert "Something needs correcting" in text(response)
    assert SECRET not in text(response)
    assert looks(person) == []


def test_wrong_form_comes_back_filled(client, regulator):
    assert 'value="案件 26"' in text(open_file(client, employee(), purpose=""))


def test_longest_purpose_fits_into_the_ledger(client, regulator):
    person = employee()

    assert open_file(client, person, purpose="supervision", about="长" * 150).status_code == 302
    assert open_file(client, person, about="长" * 151).status_code == 200
    assert len(looks(person)) == 1


def outsiders():
    province = make_regulator().memberships.get().admin_body
    return [make_user(), base_manager(), officer(), make_regulator("990200"), hat(Role.AUDITOR, province)]


def test_outsiders_get_404_and_their_tries_are_written_down(client):
    person = employee("990100")
    for actor in outsiders():
        client.force_login(actor)
        asked = client.get(f"/en/credit/people/{person.pk}/")
        tried = open_file(client, person)

        assert (asked.status_code, tried.status_code) == (404, 404)
        assert SECRET not in text(asked) + text(tried)
        assert "何磊" not in text(asked) + text(tried)
        assert looks(person)[-1][0::2] == (actor.pk, False)
    assert [bool(purpose) for _, purpose, _ in looks(person)] == [False, False, False, True, False]


def test_outsiders_try_without_a_purpose_is_written_down_too(client):
    person, actor = employee("990100"), make_regulator("990200")
    client.force_login(actor)

    assert open_file(client, person, purpose="", about="").status_code == 404
    assert looks(person) == [(actor.pk, "", False)]


def test_tries_again_and_again_are_written_down_once_a_day(client):
    person, actor = employee("990100"), make_user()
    client.force_login(actor)
    for _turn in range(3):
        assert open_file(client, person, about="加微信领奖").status_code == 404
    assert looks(person) == [(actor.pk, "", False)]

    with clock.travel(timedelta(hours=25)):
        client.force_login(actor)
        open_file(client, person)
    assert looks(person) == [(actor.pk, "", False)] * 2


def test_tries_at_everybody_stop_being_written_down(client):
    people = [make_person(f"何{number}") for number in range(12)]
    actor = make_user()
    client.force_login(actor)

    assert {open_file(client, person).status_code for person in people} == {404}
    assert [len(looks(person)) for person in people] == [1] * 10 + [0, 0]


def test_look_at_a_merged_double_is_told_to_the_surviving_person(client, regulator):
    double, survivor = employee(), employee(name="何磊")
    double.merged_into = survivor
    double.save(update_fields=["merged_into"])

    assert open_file(client, double).status_code == 302

    assert looks(double) == []
    assert [(actor, granted) for actor, _, granted in looks(survivor)] == [(regulator.pk, True)]


def test_own_employer_gets_404(client):
    institution, person = make_institution(), make_person("何磊")
    make_appointment(person, institution)
    make_credit_record(person)
    client.force_login(officer(institution))

    assert client.get(f"/en/credit/people/{person.pk}/").status_code == 404
    assert SECRET not in text(open_file(client, person))


def test_nobodys_file_is_404(client, regulator):
    assert client.get("/credit/people/999999/").status_code == 404
    assert client.post("/credit/people/999999/open/", {"purpose": "case"}).status_code == 404


def test_own_file_needs_no_purpose(client):
    user = make_user()
    person = make_person(user=user)
    client.force_login(user)

    assert client.get(f"/en/credit/people/{person.pk}/")["Location"] == "/en/credit/"


def test_person_sees_the_look_and_the_refused_try(client):
    user = make_user()
    person = employee("990100")
    person.user = user
    person.save(update_fields=["user"])
    for actor in (make_regulator("990100"), make_regulator("990200")):
        client.force_login(actor)
        open_file(client, person)
    client.force_login(user)

    page = text(client.get("/en/profile/looks/"))

    assert page.count("案件 26") == 2
    assert "主管部门990100" in page
    assert "主管部门990200" in page
    assert page.count("refused</span>") == 1


def test_open_file_takes_no_get(client, regulator):
    assert client.get(f"/credit/people/{employee().pk}/open/").status_code == 405


@pytest.mark.parametrize("rows", [1, 3])
def test_file_queries_do_not_grow(client, regulator, rows, django_assert_num_queries):
    person = employee(rows=0)
    fill(person, rows)
    open_file(client, person)

    with django_assert_num_queries(11):
        response = client.get(f"/credit/people/{person.pk}/")

    assert len(response.context["page"]) == 2 * rows


def test_long_file_is_paginated(client):
    user = make_user()
    person = make_person(user=user)
    for _row in range(26):
        make_credit_record(person)
    client.force_login(user)

    assert [len(client.get(f"/credit/?page={number}").context["page"]) for number in (1, 2)] == [25, 1]
