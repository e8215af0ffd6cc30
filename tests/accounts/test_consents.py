"""Consents: versioned texts, one click each way, the latest word holds at once, duties are called duties."""

import threading
from datetime import date

import pytest
from django.db import connection

from accounts.models import Consent, Person
from accounts.selectors import consents as texts
from accounts.selectors.consents import CONSENT, DUTY, PUBLIC_ROSTER, SAID, SENSITIVE_DATA, SHARE_WITH_INSTITUTION
from accounts.services import agree, give_consent, withdraw
from core.errors import DomainError
from core.models import AuditEntry
from tests.builders import make_appointment, make_institution, make_person, make_user, officer, regulator

pytestmark = pytest.mark.django_db


def text(response) -> str:
    return response.content.decode()


# --- the texts ------------------------------------------------------------------------------------------------------
def test_every_text_says_everything_in_three_languages():
    found = [
        (one.code, name)
        for one in texts.all_texts()
        for name in SAID
        if set(one.words[name]) != {"zh", "en", "ja"} or not all(one.words[name].values())
    ]

    assert found == []
    assert {one.basis for one in texts.all_texts()} == {CONSENT, DUTY}
    assert all(one.source for one in texts.all_texts())


def test_a_version_is_named_once_and_its_hash_follows_every_word():
    names = [(one.code, one.version) for one in texts.all_texts()]
    first = texts.all_texts()[0]
    other = texts.Text(**{**vars(first), "words": {**first.words, "purpose": {"zh": "x", "en": "x", "ja": "x"}}})

    assert len(names) == len(set(names))
    assert len({one.sha256 for one in texts.all_texts()}) == len(names)
    assert other.sha256 != first.sha256


def test_wording_that_was_agreed_to_stays_beside_the_one_that_corrects_it():
    first, second = (one for one in texts.all_texts() if one.code == "publish_name")

    assert first.sha256 == "1ec45d2719fb2083e76f2beadcb2fa4a2a02fed5484ded8be5e245716b813f29"
    assert texts.texts_on(date(2026, 11, 27))["publish_name"] == first
    assert texts.texts_on(date(2026, 11, 28))["publish_name"] == second
    for language in ("zh", "en"):
        assert {first.words[name][language] == second.words[name][language] for name in SAID} == {True}


def test_texts_in_force_call_the_code_what_the_pages_call_it():
    found = texts.texts_on(date(2027, 1, 1)).values()

    assert [one.code for one in found if any("検証コード" in words["ja"] for words in one.words.values())] == []


def test_a_text_of_the_future_does_not_hold_yet():
    assert texts.texts_on(date(2020, 1, 1)) == {}


# --- giving and withdrawing -----------------------------------------------------------------------------------------
def test_nothing_is_given_to_begin_with():
    assert [standing.given for standing in texts.consents_of(make_user())] == [False] * 5


def test_agreement_keeps_version_hash_parts_and_place():
    user = make_user()

    row = agree(actor=user, code=PUBLIC_ROSTER, parts=["name", "level"])

    current = texts.texts_on(date(2026, 11, 27))[PUBLIC_ROSTER]
    assert (row.version, row.text_sha256, row.parts, row.channel) == (
        "2026-11",
        current.sha256,
        ["level", "name"],
        "site",
    )
    assert AuditEntry.objects.get(verb="accounts.consent_given").facts["parts"] == ["level", "name"]


def test_same_word_twice_is_one_row_and_other_parts_are_another():
    user = make_user()
    first = agree(actor=user, code=PUBLIC_ROSTER, parts=["name"])

    assert agree(actor=user, code=PUBLIC_ROSTER, parts=["name"]) == first
    assert agree(actor=user, code=PUBLIC_ROSTER, parts=["name", "level"]) != first
    assert texts.agreed_parts([user.pk], PUBLIC_ROSTER) == {user.pk: frozenset({"name", "level"})}


def test_withdrawal_is_a_row_of_its_own_and_holds_at_once():
    user = make_user()
    agree(actor=user, code=SHARE_WITH_INSTITUTION)
    assert texts.agrees(user, SHARE_WITH_INSTITUTION)

    withdraw(actor=user, code=SHARE_WITH_INSTITUTION)

    assert not texts.agrees(user, SHARE_WITH_INSTITUTION)
    assert list(Consent.objects.order_by("pk").values_list("given", flat=True)) == [True, False]


@pytest.mark.parametrize(
    ("code", "parts", "refusal"),
    [
        ("duty_training_register", [], "no_such_text"),
        ("code_of_conduct", [], "no_such_text"),
        (PUBLIC_ROSTER, [], "no_part"),
        (PUBLIC_ROSTER, ["name", "phone"], "unknown_part"),
        (SENSITIVE_DATA, ["name"], "unknown_part"),
    ],
)
def test_what_cannot_be_agreed_to_is_refused(code, parts, refusal):
    with pytest.raises(DomainError, match=refusal):
        agree(actor=make_user(), code=code, parts=parts)
    assert Consent.objects.count() == 0


def test_withdrawing_what_was_not_given_is_refused():
    with pytest.raises(DomainError, match="not_given"):
        withdraw(actor=make_user(), code=SENSITIVE_DATA)


def test_withdrawing_the_sensitive_data_erases_the_phone_of_the_record():
    person = make_person(user=make_user())
    person.phone = "+8613800000018"
    person.save(update_fields=["phone"])
    agree(actor=person.user, code=SENSITIVE_DATA)

    withdraw(actor=person.user, code=SENSITIVE_DATA)

    assert Person.objects.get(pk=person.pk).phone == ""


def test_commitments_go_their_old_way():
    user = make_user()
    row = give_consent(actor=user, text="code_of_conduct", version="2026")

    assert (row.given, row.parts, row.text_sha256) == (True, [], "")


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_are_one_row():
    user, together = make_user(), threading.Barrier(4)

    def click() -> None:
        try:
            together.wait()
            agree(actor=user, code=SENSITIVE_DATA)
        finally:
            connection.close()

    threads = [threading.Thread(target=click) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert Consent.objects.count() == 1


# --- the page -------------------------------------------------------------------------------------------------------
def test_page_gives_and_takes_back_with_one_click_each(client):
    user = make_user()
    client.force_login(user)
    page = text(client.get("/en/profile/consents/"))
    assert page.count('value="give"') == 5
    assert page.count('value="withdraw"') == 0

    answer = client.post(f"/en/profile/consents/{SENSITIVE_DATA}/", {"answer": "give"}, follow=True)
    assert "Given. You can withdraw it here at any time." in text(answer)
    assert text(answer).count('value="withdraw"') == 1

    answer = client.post(f"/en/profile/consents/{SENSITIVE_DATA}/", {"answer": "withdraw"}, follow=True)
    assert "Withdrawn. It holds from this moment." in text(answer)
    assert text(answer).count('value="withdraw"') == 0


def test_duties_are_named_as_duties_and_have_no_button(client):
    client.force_login(make_user())

    page = text(client.get("/en/profile/consents/"))

    assert "Register of training, examinations and certificates" in page
    assert page.count("statutory duty") >= 2
    assert "duty_training_register" not in page


def test_page_shows_own_history_alone(client):
    user, other = make_user(), make_user()
    agree(actor=user, code=SENSITIVE_DATA)
    give_consent(actor=user, text="code_of_conduct", version="2026-03")
    give_consent(actor=other, text="trainee_commitment", version="2025-99")
    client.force_login(user)

    page = text(client.get("/en/profile/consents/"))

    assert "2026-03" in page
    assert "2025-99" not in page


def test_wrong_posts_change_nothing(client):
    client.force_login(make_user())

    for code, answer in (("duty_training_register", "give"), ("nothing", "give"), (PUBLIC_ROSTER, "give")):
        assert client.post(f"/en/profile/consents/{code}/", {"answer": answer}).status_code == 302
    assert client.get(f"/en/profile/consents/{PUBLIC_ROSTER}/").status_code == 405
    assert Consent.objects.count() == 0


@pytest.mark.parametrize("rows", [1, 3])
def test_page_asks_the_same_number_of_statements(client, rows, django_assert_num_queries):
    user = make_user()
    for _n in range(rows):
        agree(actor=user, code=SENSITIVE_DATA)
        withdraw(actor=user, code=SENSITIVE_DATA)
    client.force_login(user)
    client.get("/en/profile/consents/")

    with django_assert_num_queries(5):
        client.get("/en/profile/consents/")


# --- contact for the institution ------------------------------------------------------------------------------------
def test_institution_reads_the_address_while_the_person_agrees(client):
    person = make_person(user=make_user("lin@example.test"))
    place = make_institution()
    make_appointment(person, place)
    client.force_login(officer(place))
    url = f"/en/people/{person.pk}/"
    assert "lin@example.test" not in text(client.get(url))

    agree(actor=person.user, code=SHARE_WITH_INSTITUTION)
    assert "lin@example.test" in text(client.get(url))
    client.force_login(regulator())
    assert "lin@example.test" not in text(client.get(url))

    withdraw(actor=person.user, code=SHARE_WITH_INSTITUTION)
    client.force_login(officer(place))
    assert "lin@example.test" not in text(client.get(url))


def test_former_institution_reads_no_address(client):
    person = make_person(user=make_user("lin@example.test"))
    place = make_institution()
    make_appointment(person, place, end_date=date(2026, 11, 1))
    agree(actor=person.user, code=SHARE_WITH_INSTITUTION)
    client.force_login(officer(place))

    answer = client.get(f"/en/people/{person.pk}/")

    assert "lin@example.test" not in text(answer)
