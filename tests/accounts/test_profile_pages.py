"""One's own record on pages: the form comes back filled, errors are linked, and no number is ever shown in full."""

import re
from datetime import timedelta
from html.parser import HTMLParser

import pytest
from django.test import Client

from accounts.models import AccessEntry, Claim, Person, User
from accounts.selectors import system_user
from core import clock
from tests.accounts.profiles import NUMBER
from tests.builders import make_appointment, make_institution, make_person, make_user, officer, regulator

pytestmark = pytest.mark.django_db
FORM = {
    "name": "林知夏",
    "latin_name": "Lin Zhixia",
    "document_type": "resident_id",
    "country": "chn",
    "number": NUMBER,
    "sensitive_data": "on",
}
REFUSED = "This document could not be accepted."


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def client(user):
    return signed_in(user)


def send(client: Client, **fields: str):
    return client.post("/en/profile/", {**FORM, **fields})


class Page(HTMLParser):
    """The form fields with their values, the ids, and what links lead to."""

    def __init__(self, response) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self.described: dict[str, list[str]] = {}
        self.invalid: set[str] = set()
        self.ids: set[str] = set()
        self.targets: list[str] = []
        self._select = ""
        self.text = response.content.decode()
        self.feed(self.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.ids.add(found.get("id", ""))
        self._select = found.get("name", "") if tag == "select" else self._select
        if tag == "option" and "selected" in found:
            self.values[self._select] = found["value"]
        if tag == "input":
            self.values[found.get("name", "")] = found.get("value", "")
        if tag in ("input", "select") and "name" in found:
            self.described[found["name"]] = found.get("aria-describedby", "").split()
            if found.get("aria-invalid") == "true":
                self.invalid.add(found["name"])
        if tag == "a" and found.get("href", "").startswith("#"):
            self.targets.append(found["href"][1:])


# --- the form -------------------------------------------------------------------------------------------------------
def test_profile_needs_a_login():
    for address in ("/profile/", "/profile/claim/", "/profile/looks/", "/home/", "/people/1/"):
        assert Client().get(address).url == f"/accounts/login/?next={address}"


def test_empty_form_is_offered_first(client):
    page = Page(client.get("/en/profile/"))

    assert (page.values["name"], page.values["country"], page.invalid) == ("", "", set())


def test_complete_form_makes_the_profile(client, user):
    answer = send(client)

    assert (answer.status_code, answer.url) == (302, "/en/profile/")
    person = Person.objects.get(user=user)
    assert (person.name, person.latin_name, person.documents.get().country) == ("林知夏", "Lin Zhixia", "CHN")


@pytest.mark.parametrize("country", ["", "JPN", "中国"])
def test_country_of_what_china_alone_issues_is_not_asked(country, client, user):
    send(client, country=country)

    assert Person.objects.get(user=user).documents.get().country == "CHN"


def test_profile_shows_the_masked_number_only(client):
    send(client)

    page = client.get("/en/profile/").content.decode()

    assert "000***********0018" in page
    assert "Your profile is complete." in page
    assert NUMBER not in page


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({"number": "000000199001010019"}, "number", "The last character does not fit the rest"),
        ({"number": "000000900101001"}, "number", "15 digits of the first generation"),
        ({"number": "000000199013010018"}, "number", "not a real day"),
        ({"number": "12345"}, "number", "has 18 characters"),
        ({"number": "0000001990010100ZZ"}, "number", "does not have the form"),
        ({"number": "1.1E+17"}, "number", "calculated value"),
        ({"document_type": "seamans_book"}, "document_type", "Select a valid choice"),
        ({"name": ""}, "name", "This field is required"),
        ({"name": "x" * 101}, "name", "at most 100 characters"),
        ({"document_type": "passport", "number": "E1234567", "country": "CN"}, "country", "Enter a valid value"),
        ({"document_type": "passport", "number": "E1234567", "country": ""}, "country", "Which country issued"),
    ],
)
def test_wrong_field_comes_back_filled_with_a_linked_error(fields, field, words, client):
    response = send(client, **fields)
    page = Page(response)

    assert response.status_code == 200
    sent = {
        **FORM,
        **fields,
        **({"document_type": page.values.get("document_type")} if field == "document_type" else {}),
    }
    typed = FORM.keys() - {"sensitive_data"}
    assert {name: page.values.get(name) for name in typed} == {name: sent[name] for name in typed}
    assert page.invalid == {field}
    assert set(page.described[field]) <= page.ids
    assert [target for target in page.targets if target not in page.ids] == []
    assert f"id_{field}" in page.targets
    assert words in page.text
    assert Person.objects.count() == 0


def test_refusals_on_the_page_are_word_for_word_the_same(known):
    """Another name, a document of another login, a made-up one: the page says the same, the typed values apart."""
    taken = make_person("何磊", user=make_user(), number="000000198506300024")
    pages = [
        send(signed_in(make_user("a@example.test")), name="王五", number=NUMBER),
        send(signed_in(make_user("a2@example.test")), name="王五", number="000000198506300024"),
        send(signed_in(make_user("a3@example.test")), name=taken.name, number="000000198506300024"),
    ]

    said = {
        re.sub(r"\s+", " ", re.sub(r"<input[^>]*>|a\d?@example.test|<option[^>]*>", "", Page(p).text)) for p in pages
    }
    assert len(said) == 1
    assert REFUSED in said.pop()
    assert [page.status_code for page in pages] == [200, 200, 200]


def test_refused_page_shows_nothing_of_the_record(known, client):
    page = send(client, name="王五").content.decode()

    assert "林知夏" not in page
    assert "13800000018" not in page


def test_profile_cannot_be_filled_twice(client, user):
    send(client)

    assert send(client, number="000000198506300024").status_code == 200
    assert Person.objects.filter(user=user).count() == 1


# --- the claim ------------------------------------------------------------------------------------------------------
def test_known_document_leads_to_the_claim_and_shows_nothing(known, client):
    answer = send(client)

    assert (answer.status_code, answer.url) == (302, "/en/profile/claim/")
    page = client.get("/en/profile/claim/").content.decode()
    assert [word for word in ("林知夏", NUMBER, "0018", "13800000018", "测试机构") if word in page] == []
    assert client.get("/en/profile/").url == "/en/profile/claim/"


def test_right_code_leads_to_the_profile(code, client, user, known):
    answer = client.post("/en/profile/claim/", {"code": f" {code} "}, follow=True)

    assert answer.redirect_chain[-1][0] == "/en/profile/"
    assert "Your record is linked to your login." in answer.content.decode()
    assert Person.objects.get(pk=known.pk).user == user


def test_wrong_code_comes_back_and_is_counted(code, client, claim):
    response = client.post("/en/profile/claim/", {"code": "000000" if code != "000000" else "000001"})
    page = Page(response)

    assert "Wrong tries are counted." in page.text
    assert (page.invalid, "id_code" in page.targets) == ({"code"}, True)
    assert Claim.objects.get().tries == 1


@pytest.mark.parametrize(
    ("fields", "words"),
    [({"tries": 5}, "Too many wrong tries."), ({"code_sent_at": None}, "There is no valid code.")],
)
def test_code_that_cannot_help_any_more_says_what_to_do(fields, words, code, client):
    Claim.objects.update(**fields)

    page = client.post("/en/profile/claim/", {"code": code}).content.decode()

    assert words in page
    assert "at the desk" in page


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "<b>"])
def test_what_is_no_code_is_not_counted(typed, code, client):
    assert client.post("/en/profile/claim/", {"code": typed}).status_code == 200
    assert Claim.objects.get().tries == 0


def test_button_asks_for_a_new_code(client, claim):
    pages = [client.post("/en/profile/claim/", {"resend": "1"}, follow=True).content.decode() for _ in range(4)]

    on_its_way = "If the record holds a phone number, a new code is on its way to it."
    assert 'name="resend"' in pages[0]
    assert [on_its_way in page for page in pages] == [True, True, True, False]
    assert "No more codes can be sent." in pages[3]


def test_without_a_claim_there_is_no_claim_page(client):
    assert client.get("/en/profile/claim/").url == "/en/profile/"


def test_claim_of_somebody_else_is_not_seen(claim):
    assert signed_in(make_user()).get("/en/profile/claim/").url == "/en/profile/"


# --- who looked -----------------------------------------------------------------------------------------------------
def test_looks_are_shown_to_the_person_concerned(client, user):
    mine, other = make_person(user=user), make_person("何磊", user=make_user())
    for person, purpose, granted in ((mine, "case 26", True), (mine, "<curiosity>", False), (other, "not mine", True)):
        AccessEntry.objects.create(
            person=person,
            actor=system_user(),
            body_name="省厅",
            what="credit_file",
            purpose=purpose,
            granted=granted,
            at=clock.now(),
        )

    page = client.get("/en/profile/looks/").content.decode()

    assert ("case 26" in page, "&lt;curiosity&gt;" in page, "not mine" in page) == (True, True, False)
    assert page.count("省厅") == 2


def test_nobody_has_looked_yet(client):
    assert "Nobody has looked yet" in client.get("/en/profile/looks/").content.decode()


# --- the person as others see them ----------------------------------------------------------------------------------
@pytest.fixture
def employed(known):
    return known.appointments.get()


def test_person_is_shown_to_the_employer_with_a_masked_number(employed):
    page = signed_in(officer(employed.institution)).get(f"/en/people/{employed.person_id}/").content.decode()

    assert ("林知夏" in page, "000***********0018" in page) == (True, True)
    assert [word for word in (NUMBER, "13800000018") if word in page] == []


@pytest.mark.parametrize("actor", [make_user, officer, lambda: regulator("980000")])
def test_person_out_of_reach_looks_like_nobody(actor, employed):
    client = signed_in(actor())

    foreign, unknown = client.get(f"/en/people/{employed.person_id}/"), client.get("/en/people/999999/")

    assert (foreign.status_code, unknown.status_code) == (404, 404)
    assert "林知夏" not in foreign.content.decode()
    once = r"<input type=\"hidden\"[^>]*>|/people/\d+/"
    assert len({re.sub(once, "", page.content.decode()) for page in (foreign, unknown)}) == 1


@pytest.mark.parametrize("actor", [lambda i: officer(i), lambda i: regulator("990000")])
def test_no_page_of_the_room_shows_a_plain_number(actor, employed):
    """Every address of the room, as each of those who may see the person."""
    client = signed_in(actor(employed.institution))
    addresses = ["/home/", "/profile/", "/profile/looks/", f"/people/{employed.person_id}/", "/institution/roster/"]

    pages = [client.get(address).content.decode() for address in addresses]

    assert [address for address, page in zip(addresses, pages, strict=True) if NUMBER in page] == []


def test_several_appointments_of_one_person_are_all_shown(employed):
    second = make_appointment(employed.person, make_institution("岚江大学", code="990100"), post="经理二")

    page = signed_in(regulator("990000")).get(f"/people/{employed.person_id}/").content.decode()

    assert (second.post in page, employed.post in page, "岚江大学" in page) == (True, True, True)


@pytest.mark.parametrize("language", ["", "/en", "/ja"])
def test_pages_of_the_room_open_in_every_language(language, client):
    for address in ("/home/", "/profile/", "/profile/looks/"):
        assert client.get(language + address).status_code == 200


@pytest.mark.parametrize(
    ("start", "end", "employer", "authority"),
    [
        (-400, None, 200, 200),
        (-400, 10, 200, 200),
        (-400, -89, 200, 200),
        (-400, -90, 404, 200),
        (10, None, 404, 200),
    ],
)
def test_person_is_shown_to_an_employer_as_long_as_there_is_business(start, end, employer, authority):
    institution, today = make_institution(), clock.today()
    person = make_person("林知夏")
    leaving = None if end is None else today + timedelta(days=end)
    make_appointment(person, institution, start=today + timedelta(days=start), end_date=leaving)

    statuses = [
        signed_in(actor).get(f"/people/{person.pk}/").status_code for actor in (officer(institution), regulator())
    ]

    assert statuses == [employer, authority]
