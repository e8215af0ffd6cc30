"""Letters come in the language of whoever they are written to, whatever the language of whoever caused them."""

import html
import re
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client
from django.utils import translation

from accounts.models import Membership, User
from accounts.permissions import Role
from accounts.selectors import system_user
from accounts.services import accept_request, ask_to_join, end_hat, invite
from accounts.services.invitations import deliver_invitation
from accounts.services.letters import write_to
from accounts.services.logins import tell_owner
from accounts.services.notices import open_notices, tell_by_message
from accounts.services.released_numbers import tell_declarer
from accounts.services.sign_in import choose_language, note_sign_in
from core.errors import DomainError
from core.models import AuditEntry, OutboxEvent
from core.outbox import deliver_event
from tests.accounts.joining import confirmed
from tests.builders import make_appointment, make_institution, make_person, make_user, officer

pytestmark = pytest.mark.django_db

JOINED = {"zh-hans": "现已答复", "en": "has been answered", "ja": "回答"}
ENDED = {"zh-hans": "您不再", "en": "You no longer act", "ja": "セッション"}
CLOSED = {"zh-hans": "安全管理", "en": "was closed by the security administration", "ja": "セキュリティ"}
NAMED = {"zh-hans": "确认", "en": "has entered you", "ja": "登録"}
RELEASED = {"zh-hans": "证件号码", "en": "Sign in and enter the number", "ja": "番号"}
CODES = [code for code, _name in settings.LANGUAGES]


def deliver(kind: str) -> None:
    for event in OutboxEvent.objects.filter(kind=kind):
        deliver_event(event.pk)


def reader(language: str, email: str = "lin@example.test") -> User:
    return make_user(email, language=language)


def only_in(language: str, words: dict[str, str], text: str) -> bool:
    """In that language and in none of the others; words are such as stand in no other's text."""
    return words[language] in text and (language != "en" or words["zh-hans"] not in text)


@pytest.mark.parametrize("code", CODES)
def test_answer_to_a_request_is_written_in_the_language_of_the_asker(code):
    institution = make_institution("岚江大学技术转移中心")
    asked = ask_to_join(actor=reader(code), role=Role.INSTITUTION_OFFICER, place=institution)
    accept_request(actor=officer(institution), request=asked)

    with translation.override("ja" if code != "ja" else "en"):
        deliver("accounts.join_answered")

    [letter] = mail.outbox
    assert only_in(code, JOINED, letter.body)
    assert ("/en/hats/" in letter.body, "/ja/hats/" in letter.body) == (code == "en", code == "ja")


@pytest.mark.parametrize("code", CODES)
def test_role_in_a_letter_is_named_in_the_language_of_the_reader(code):
    institution = make_institution("岚江大学技术转移中心")
    clerk = officer(institution)
    User.objects.filter(pk=clerk.pk).update(language=code)
    end_hat(actor=officer(institution), membership=Membership.objects.get(user=clerk), reason="离岗")

    deliver("accounts.hat_ended")

    [letter] = mail.outbox
    with translation.override(code):
        assert str(Role.INSTITUTION_OFFICER.label) in letter.body
    assert only_in(code, ENDED, letter.body)


@pytest.mark.parametrize("code", CODES)
def test_word_of_a_closed_login_is_in_the_language_of_its_owner(code):
    tell_owner(user_id=make_user("lin@example.test", language=code, is_active=False).pk, what="closed")

    assert only_in(code, CLOSED, mail.outbox[0].body)


@pytest.mark.parametrize("code", CODES)
def test_notice_of_a_roster_is_in_the_language_of_the_person(code):
    person = make_person("林知夏", user=reader(code))
    institution = make_institution()
    open_notices([make_appointment(person, institution)])

    tell_by_message(actor=system_user(), institution_id=institution.pk, first=0, last=10**9)

    assert only_in(code, NAMED, mail.outbox[0].body)


@pytest.mark.parametrize("code", CODES)
def test_word_of_a_released_number_leads_to_the_profile_in_the_readers_language(code):
    tell_declarer(person_id=make_person("林知夏", user=reader(code)).pk)

    assert only_in(code, RELEASED, mail.outbox[0].body)
    assert "/profile/" in mail.outbox[0].body


def test_invitation_is_in_the_language_of_the_login_that_has_the_address():
    """Of a stranger nothing is known but in which language the page was that invites."""
    institution = make_institution("岚江大学技术转移中心")
    known = confirmed("known@example.test")
    User.objects.filter(pk=known.pk).update(language="ja")
    for address in ("known@example.test", "stranger@example.test"):
        with translation.override("en"):
            invited = invite(
                actor=officer(institution), role=Role.INSTITUTION_OFFICER, place=institution, email=address
            )
        deliver_invitation(invitation_id=invited.pk)

    said = {letter.to[0]: letter.body for letter in mail.outbox}
    assert "/ja/hats/letters/" in said["known@example.test"]
    assert "/en/hats/letters/" in said["stranger@example.test"]


def test_login_without_a_language_is_written_to_in_that_of_the_site():
    write_to(reader(""), "request_answered", "oversight:my_data")

    assert only_in("zh-hans", {"zh-hans": "您", "en": "", "ja": ""}, mail.outbox[0].body)


def test_login_without_an_address_gets_a_text_message(settings):
    settings.SMS_MAIL_DOMAIN = "sms.invalid"
    user = User.objects.create(phone="+8613800000018", phone_index="x", phone_verified=True, language="en")

    assert write_to(user, "request_answered", "oversight:my_data")

    assert [(letter.to, "has been answered" in letter.body) for letter in mail.outbox] == [
        (["8613800000018@sms.invalid"], True)
    ]


@pytest.mark.parametrize("fields", [{"phone_verified": False}, {"is_active": False}])
def test_unproven_number_and_closed_login_are_not_written_to(settings, fields):
    settings.SMS_MAIL_DOMAIN = "sms.invalid"
    given = {"phone": "+8613800000018", "phone_index": "x", "phone_verified": True} | fields

    assert not write_to(User.objects.create(**given), "request_answered", "oversight:my_data")

    assert mail.outbox == []


# --- the language of a login ----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("kept", "signed_in_on", "then"),
    [("", "en", "en"), ("", "zh-hans", ""), ("ja", "en", "ja"), ("zh-hans", "en", "zh-hans"), ("", "fr", "")],
)
def test_sign_in_on_a_page_of_another_language_is_kept_once(kept, signed_in_on, then):
    user = reader(kept)

    note_sign_in(actor=user, browser="", language=signed_in_on)

    user.refresh_from_db()
    assert user.language == then


def test_sign_in_page_says_its_language(client):
    user = make_user("lin@example.test")
    user.set_password("Wj7-lanjiang-qz")
    user.save()
    confirmed_address(user)

    client.post("/en/accounts/login/", {"login": "lin@example.test", "password": "Wj7-lanjiang-qz"})

    user.refresh_from_db()
    assert user.language == "en"


def confirmed_address(user: User) -> None:
    user.emailaddress_set.create(email=user.email, verified=True, primary=True)


def test_owner_chooses_the_language_on_the_page_of_security(client):
    user = reader("ja")
    client.force_login(user)

    answer = client.post("/en/profile/security/language/", {"language": "zh-hans"}, follow=True)

    user.refresh_from_db()
    assert user.language == "zh-hans"
    assert '<option value="zh-hans" lang="zh-hans" selected>' in answer.content.decode()
    assert AuditEntry.objects.get(verb="accounts.language_chosen").facts == {"language": "zh-hans"}


def test_unknown_language_is_refused_in_words(client):
    user = reader("ja")
    client.force_login(user)
    with pytest.raises(DomainError, match="no_such_language"):
        choose_language(actor=user, language="fr")

    answer = client.post("/en/profile/security/language/", {"language": "fr"}, follow=True)

    user.refresh_from_db()
    assert (user.language, "Choose one of the languages." in answer.content.decode()) == ("ja", True)


def switch_of(page: str, code: str) -> str:
    """Where the button of the switch sends, which stands in the header, in the menu and in the footer."""
    found = re.findall(rf'<button form="keep-language" formaction="([^"]*)" name="language" value="{code}"', page)
    assert (len(found), len(set(found))) == (3, 1)
    assert (
        page.count('<form id="keep-language" method="post" hidden><input type="hidden" name="csrfmiddlewaretoken"') == 1
    )
    return html.unescape(found[0])


def test_switch_of_every_page_keeps_the_language_and_shows_the_same_page(client):
    user = reader("")
    client.force_login(user)
    send_to = switch_of(client.get("/profile/?from=a&to=b").content.decode(), "ja")

    answer = client.post(send_to, {"language": "ja"})

    user.refresh_from_db()
    assert (user.language, answer.url) == ("ja", "/ja/profile/?from=a&to=b")
    assert write_to(user, "request_answered", "oversight:my_data")
    assert "/ja/my-data/" in mail.outbox[0].body
    page = client.get(answer.url)
    assert list(page.context["messages"]) == []
    switch_of(page.content.decode(), "ja")


def test_switch_needs_its_token_and_a_post(client):
    user = reader("en")
    strict = Client(enforce_csrf_checks=True)
    for one in (strict, client):
        one.force_login(user)

    answers = (
        strict.post("/profile/security/language/?next=/ja/", {"language": "ja"}),
        client.get("/profile/security/language/?next=/ja/&language=ja"),
    )

    user.refresh_from_db()
    assert ([one.status_code for one in answers], user.language) == ([403, 405], "en")


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example/", "accounts:powers", "/\\evil.example"]
)
def test_switch_leads_nowhere_else(client, elsewhere):
    client.force_login(reader("en"))

    answer = client.post("/profile/security/language/?" + urlencode({"next": elsewhere}), {"language": "ja"})

    assert answer.url == "/profile/security/"


def test_language_that_is_kept_already_is_no_new_choice():
    user = reader("ja")

    choose_language(actor=user, language="ja")

    assert not AuditEntry.objects.filter(verb="accounts.language_chosen").exists()


def test_visitor_follows_links_and_nothing_is_kept(client):
    page = client.get("/en/accounts/login/").content.decode()

    assert ("keep-language" in page, 'hreflang="ja"' in page) == (False, True)


@pytest.mark.parametrize(
    ("kept", "signed_in_on", "goes_on"),
    [("en", "", "/en/home/"), ("", "", "/home/"), ("en", "/ja", "/ja/home/"), ("zh-hans", "/en", "/en/home/")],
)
def test_sign_in_goes_on_in_the_language_that_was_kept(client, kept, signed_in_on, goes_on):
    user = reader(kept)
    user.set_password("Wj7-lanjiang-qz")
    user.save()
    confirmed_address(user)

    answer = client.post(signed_in_on + "/accounts/login/", {"login": user.email, "password": "Wj7-lanjiang-qz"})

    assert answer.url == goes_on
