"""Signing up and in by mobile number: equal to mail, one form of a number, and no answer tells who is known."""

import re

import pytest
from django.contrib.auth.hashers import make_password
from django.core import mail
from django.db import connection
from django.test import Client

from accounts.models import User
from accounts.selectors.sign_in import user_by_phone
from accounts.services.sign_in import end_other_sessions, put_phone, set_login_phone
from core.errors import DomainError
from core.models import AuditEntry
from tests.accounts.signing_in import PASSWORD
from tests.builders import make_user

pytestmark = pytest.mark.django_db
PHONE, STORED = "138 0000 0018", "+8613800000018"
SECRET = "correct-horse-26"
FORM = {"phone": PHONE, "email": "", "password1": SECRET, "password2": SECRET}


def texts() -> list[str]:
    """Messages to numbers, oldest first."""
    return [str(message.body) for message in mail.outbox if message.to[0].endswith("@sms.invalid")]


def last_code() -> str:
    return re.findall(r"\d{6}", texts()[-1])[0]


def phone_login(phone: str = STORED) -> User:
    user = User(password=make_password(PASSWORD))
    put_phone(user, phone)
    user.save()
    return set_login_phone(actor=user, phone=phone, verified=True)


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


# --- signing up -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("language", ["", "/en", "/ja"])
def test_sign_up_by_number_and_code(client, language):
    sent = client.post(f"{language}/accounts/signup/", FORM)
    assert (sent.url, is_in(client)) == (f"{language}/accounts/phone/verify/", False)

    answer = client.post(sent.url, {"code": last_code()})

    user = User.objects.get(phone_verified=True)
    assert (answer.url, is_in(client)) == (f"{language}/home/", True)
    assert (user.email, user.phone, str(user)) == (None, STORED, "138****0018")
    assert user_by_phone("+86 13800000018") == user


def test_number_is_encrypted_in_its_row(client):
    client.post("/accounts/signup/", FORM)

    with connection.cursor() as cursor:
        cursor.execute("SELECT phone, phone_index FROM accounts_user WHERE phone_index <> ''")
        ((stored, index),) = cursor.fetchall()

    assert stored.startswith("v1:")
    assert "13800000018" not in stored + index


def test_wrong_code_signs_nobody_up(client):
    page = client.post("/accounts/signup/", FORM).url
    wrong = f"{(int(last_code()) + 1) % 1_000_000:06d}"

    answers = [client.post(page, {"code": wrong}) for _try in range(4)]

    assert not is_in(client)
    assert not User.objects.filter(phone_verified=True).exists()
    assert answers[-1].url == "/accounts/login/"


def test_login_by_number_adds_an_address_and_takes_it_away_again(client):
    """The page of addresses opens for a login that has none; without the address the number still opens the door."""
    user = phone_login()
    client.post("/accounts/login/", {"login": PHONE, "password": PASSWORD})
    assert client.get("/accounts/email/").status_code == 200

    client.post("/accounts/email/", {"action_add": "", "email": "new@example.test"})
    [code] = re.findall(r"^\d{6}$", str(mail.outbox[-1].body), re.MULTILINE)
    client.post("/accounts/confirm-email/", {"code": code})
    assert list(user.emailaddress_set.values_list("email", "verified")) == [("new@example.test", True)]
    client.post("/accounts/email/", {"action_remove": "", "email": "new@example.test"})

    user.refresh_from_db()
    assert (user.email, client.get("/accounts/email/").status_code) == (None, 200)


def test_number_typed_by_somebody_else_does_not_block_its_owner(client):
    Client().post("/accounts/signup/", FORM)

    client.post("/accounts/signup/", FORM)
    client.post("/accounts/phone/verify/", {"code": last_code()})

    assert is_in(client)
    assert User.objects.filter(phone_index=user_by_phone(PHONE).phone_index).count() == 2


def test_second_to_verify_is_refused(client):
    first = Client()
    first.post("/accounts/signup/", FORM)
    code = last_code()
    client.post("/accounts/signup/", FORM)
    first.post("/accounts/phone/verify/", {"code": code})

    answer = client.post("/accounts/phone/verify/", {"code": last_code()})

    assert answer.status_code == 200
    assert not is_in(client)


@pytest.mark.parametrize(
    "fields",
    [
        {"phone": "", "email": ""},
        {"phone": PHONE, "email": "new@example.test"},
        {"phone": "12345", "email": ""},
        {"phone": "010 6234 5678", "email": ""},
    ],
)
def test_form_wants_one_address_and_comes_back_filled(client, fields):
    answer = client.post("/en/accounts/signup/", {**FORM, **fields})

    page = answer.content.decode()
    assert (answer.status_code, User.objects.filter(phone_index__gt="").count()) == (200, 0)
    assert 'class="error-summary"' in page
    assert not fields["phone"] or f'value="{fields["phone"]}"' in page


def test_without_a_gateway_the_form_asks_for_mail_alone(client, settings):
    settings.SMS_MAIL_DOMAIN = ""

    assert 'name="phone"' not in client.get("/accounts/signup/").content.decode()
    assert client.post("/accounts/signup/", {**FORM, "phone": "", "email": "new@example.test"}).status_code == 302


def test_gateway_that_fails_is_said_and_signs_nobody_up(client, settings):
    settings.SMS_GATEWAY_URL = "https://127.0.0.1:9/"

    answer = client.post("/en/accounts/signup/", FORM, follow=True)

    assert "could not be sent at the moment" in answer.content.decode()
    assert not is_in(client)


# --- signing in -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("typed", [PHONE, STORED, "１３８００００００１８", "0086 138-0000-0018"])
def test_number_and_password(client, typed):
    phone_login()

    client.post("/accounts/login/", {"login": typed, "password": PASSWORD})

    assert is_in(client)


def test_number_and_code(client):
    user = phone_login()

    asked = client.post("/accounts/login/code/", {"phone": PHONE, "email": ""})
    client.post(asked.url, {"code": last_code()})

    assert client.session["_auth_user_id"] == str(user.pk)


def test_mail_address_goes_on_signing_in(client):
    user = make_user("he@example.test")
    user.emailaddress_set.create(email=user.email, verified=True, primary=True)

    client.post("/accounts/login/", {"login": "HE@example.test ", "password": PASSWORD})

    assert is_in(client)


def test_unverified_number_signs_nobody_in(client):
    client.post("/accounts/signup/", FORM)
    other = Client()

    other.post("/accounts/login/", {"login": PHONE, "password": SECRET})
    other.post("/accounts/login/code/", {"phone": PHONE, "email": ""})

    assert not is_in(other)
    assert "There is no login" in texts()[-1] or "没有" in texts()[-1]


def test_forgotten_password_is_mended_after_a_code(client):
    user = phone_login()
    asked = client.post("/accounts/login/code/", {"phone": PHONE, "email": ""})
    client.post(asked.url, {"code": last_code()})

    client.post("/accounts/password/change/", {"password1": SECRET, "password2": SECRET})

    user.refresh_from_db()
    assert user.check_password(SECRET)


def test_after_a_password_the_old_one_is_asked_for(client):
    user = phone_login()
    client.post("/accounts/login/", {"login": PHONE, "password": PASSWORD})

    client.post("/accounts/password/change/", {"password1": SECRET, "password2": SECRET})

    user.refresh_from_db()
    assert user.check_password(PASSWORD)


# --- who is known is not told ---------------------------------------------------------------------------------------
def without_what_differs_anyway(answer) -> str:
    return re.sub(r'value="[^"]{32,}"|1[3-9]\d{9}|\+86\d+', "", answer.content.decode())


@pytest.mark.parametrize("known", ["13800000018", "he@example.test"])
def test_login_answers_the_same_for_known_and_unknown(known):
    phone_login()
    make_user("he@example.test")
    unknown = "13900000018" if known[0] == "1" else "li@example.test"

    pages = [Client().post("/en/accounts/login/", {"login": one, "password": "wrong-one"}) for one in (known, unknown)]

    assert [page.status_code for page in pages] == [200, 200]
    one, other = (without_what_differs_anyway(page).replace(known, "").replace(unknown, "") for page in pages)
    assert one == other
    assert "do not fit together" in one


@pytest.mark.parametrize("address", ["/en/accounts/signup/", "/en/accounts/login/code/"])
def test_code_pages_answer_the_same_for_known_and_unknown(address):
    phone_login()
    pages = []
    for phone in ("13800000018", "13900000018"):
        client = Client()
        sent = client.post(address, {**FORM, "phone": phone})
        pages.append((sent.status_code, sent.url, without_what_differs_anyway(client.get(sent.url))))

    assert pages[0] == pages[1]
    assert len(texts()) == 2


def test_known_number_at_sign_up_makes_no_second_login(client):
    phone_login()

    client.post("/accounts/signup/", FORM)

    assert User.objects.filter(phone_index__gt="").count() == 1


# --- the number of a login ------------------------------------------------------------------------------------------
def test_two_logins_cannot_have_verified_one_number():
    phone_login()
    other = make_user()

    with pytest.raises(DomainError, match="phone_taken"):
        set_login_phone(actor=other, phone=STORED, verified=True)


def test_no_mail_address_is_null_however_it_was_written():
    for phone in ("+8613800000018", "+8613800000019"):
        phone_login(phone)

    assert list(User.objects.filter(phone_verified=True).values_list("email", flat=True)) == [None, None]


def test_audit_trail_masks_the_number():
    phone_login()

    entry = AuditEntry.objects.get(verb="accounts.phone_verified")
    assert entry.facts == {"phone": "138****0018"}


# --- sessions -------------------------------------------------------------------------------------------------------
def test_ending_sessions_ends_every_one_at_its_next_request(client):
    user = make_user()
    clients = [Client() for _browser in range(3)]
    for one in clients:
        one.force_login(user)
        assert one.get("/profile/").status_code == 200

    end_other_sessions(actor=user, user=user)

    assert [one.get("/profile/").status_code for one in clients] == [302, 302, 302]
    assert AuditEntry.objects.filter(verb="accounts.sessions_ended").count() == 1
