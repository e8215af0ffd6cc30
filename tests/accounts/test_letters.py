"""Letters come in the language of whoever they are written to, whatever the language of whoever caused them."""

import pytest
from django.conf import settings
from django.core import mail
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
