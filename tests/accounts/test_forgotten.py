"""A forgotten password is replaced by a code to the number, through the one door; nobody learns who is known."""

import re

import pytest
import time_machine
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from accounts.selectors.sign_in import user_by_phone
from config.settings import base
from core.models import AuditEntry, OutboxEvent
from core.outbox import deliver_event
from tests.accounts.signing_in import PASSWORD, age_confirmation, give_second_factor, totp_code
from tests.accounts.test_sign_up import PHONE, SECRET, STORED, is_in, last_code, phone_login, texts
from tests.builders import make_user

pytestmark = pytest.mark.django_db
RESET, CHANGE = "/en/accounts/password/reset/", "/en/accounts/password/change/"
UNKNOWN = "13900000018"
NOW = "2026-11-27 09:00:00+08:00"


def ask(client: Client, phone: str = PHONE, email: str = ""):
    return client.post(RESET, {"phone": phone, "email": email})


def come_in(client: Client) -> str:
    """Asked for a code, and typed it in; where that leads."""
    asked = ask(client)
    return str(client.post(asked.url, {"code": last_code()}).url)


def new_password(client: Client):
    return client.post(CHANGE, {"password1": SECRET, "password2": SECRET})


def checked(user: User, password: str) -> bool:
    user.refresh_from_db()
    return user.check_password(password)


def tell() -> None:
    for event in OutboxEvent.objects.filter(kind="accounts.tell_login_changed", state=OutboxEvent.State.NEW):
        deliver_event(event.pk)


# --- the way --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("language", ["", "/en", "/ja"])
def test_code_to_the_number_leads_to_a_new_password(client, language):
    user = phone_login()
    asked = client.post(f"{language}/accounts/password/reset/", {"phone": PHONE, "email": ""})
    assert (asked.status_code, is_in(client)) == (302, False)

    led = client.post(asked.url, {"code": last_code()}).url
    assert (led, is_in(client)) == (f"{language}/accounts/password/change/", True)
    assert 'name="oldpassword"' not in client.get(led).content.decode()
    client.post(led, {"password1": SECRET, "password2": SECRET})

    assert checked(user, SECRET)


def test_login_without_any_password_gets_one(client):
    user = phone_login()
    user.set_unusable_password()
    user.save()

    assert client.get(come_in(client)).url == "/en/accounts/password/set/"
    client.post("/en/accounts/password/set/", {"password1": SECRET, "password2": SECRET})

    assert checked(user, SECRET)


def test_wrong_code_changes_nothing(client):
    user = phone_login()
    asked = ask(client)
    wrong = "000000" if last_code() != "000000" else "111111"

    client.post(asked.url, {"code": wrong})
    new_password(client)

    assert (is_in(client), checked(user, PASSWORD)) == (False, True)


def test_code_of_one_browser_is_worth_nothing_in_another(client):
    phone_login()
    asked, other = ask(client), Client()
    ask(other, UNKNOWN)

    other.post(asked.url, {"code": re.findall(r"\d{6}", texts()[0])[0]})

    assert not is_in(other)


def test_after_a_quarter_of_an_hour_the_old_password_is_asked_for(client):
    user = phone_login()
    come_in(client)
    age_confirmation(client, 16)

    new_password(client)

    assert checked(user, PASSWORD)


def test_mail_address_still_gets_its_link(client):
    user = make_user("he@example.test")
    user.emailaddress_set.create(email=user.email, verified=True, primary=True)

    answer = ask(client, phone="", email="he@example.test")

    assert answer.url == "/en/accounts/password/reset/done/"
    assert "/accounts/password/reset/key/" in mail.outbox[0].body


@pytest.mark.parametrize("fields", [("", ""), (PHONE, "he@example.test")])
def test_one_of_the_two_is_wanted_and_nothing_is_sent(client, fields):
    page = ask(client, *fields)

    assert (page.status_code, mail.outbox) == (200, [])
    assert "Fill in one of the two" in page.content.decode()


def test_without_a_gateway_the_form_asks_for_mail_alone(client, settings):
    settings.SMS_MAIL_DOMAIN = settings.SMS_GATEWAY_URL = ""

    page = client.get(RESET).content.decode()

    assert ('name="email"' in page, 'name="phone"' in page) == (True, False)


def test_whoever_is_signed_in_is_sent_to_sign_out_first(client):
    client.force_login(phone_login())

    assert (ask(client).url, texts()) == ("/en/accounts/logout/", [])


# --- second factor, sessions, trail, news ---------------------------------------------------------------------------
def test_second_factor_is_asked_for_before_the_new_password(client):
    user = phone_login()
    give_second_factor(user)

    assert come_in(client).startswith("/en/accounts/2fa/authenticate/")
    new_password(client)
    assert (is_in(client), checked(user, PASSWORD)) == (False, True)

    client.post("/en/accounts/2fa/authenticate/", {"code": totp_code()})
    new_password(client)
    assert (is_in(client), checked(user, SECRET)) == (True, True)


def test_other_sessions_end_and_this_one_goes_on(client):
    user, other = phone_login(), Client()
    other.force_login(user)
    come_in(client)
    assert other.get("/profile/").status_code == 200

    new_password(client)

    assert (other.get("/profile/").status_code, client.get("/profile/").status_code) == (302, 200)


def test_trail_says_by_what_the_password_was_changed(client):
    user = phone_login()
    come_in(client)
    new_password(client)
    by_password = Client()
    by_password.post("/accounts/login/", {"login": PHONE, "password": SECRET})
    by_password.post(CHANGE, {"oldpassword": SECRET, "password1": PASSWORD, "password2": PASSWORD})

    entries = AuditEntry.objects.filter(verb="accounts.password_changed", actor=user).order_by("pk")
    assert [entry.facts for entry in entries] == [{"way": "code"}, {"way": "password"}]


def test_every_confirmed_address_and_number_is_told(client):
    user = phone_login()
    user.emailaddress_set.create(email="he@example.test", verified=True, primary=True)
    user.emailaddress_set.create(email="he.alt@example.test", verified=True)
    user.emailaddress_set.create(email="never@example.test", verified=False)
    come_in(client)
    new_password(client)
    mail.outbox.clear()

    tell()

    assert [one.to for one in mail.outbox] == [
        ["he@example.test"],
        ["he.alt@example.test"],
        [f"{STORED[1:]}@sms.invalid"],
    ]
    assert all(SECRET not in one.body and "was changed" in one.body for one in mail.outbox)


def test_address_that_fails_holds_up_no_other_and_none_is_written_to_twice(client, settings):
    user, working = phone_login(), settings.EMAIL_BACKEND
    for address in ("he@example.test", "he.alt@example.test"):
        user.emailaddress_set.create(email=address, verified=True)
    come_in(client)
    new_password(client)
    mail.outbox.clear()

    settings.EMAIL_BACKEND = "tests.oversight.broken_mail.ForOne"
    tell()
    assert [one.to for one in mail.outbox] == [["he.alt@example.test"], [f"{STORED[1:]}@sms.invalid"]]

    settings.EMAIL_BACKEND = working
    tell()
    assert [one.to for one in mail.outbox[2:]] == [["he@example.test"]]


def test_nobody_is_told_before_the_password_is_changed(client):
    phone_login()

    come_in(client)

    assert not OutboxEvent.objects.filter(kind="accounts.tell_login_changed").exists()


# --- who is known is not told ---------------------------------------------------------------------------------------
def without_what_differs_anyway(answer) -> str:
    return re.sub(r'value="[^"]{32,}"|1[3-9]\d{9}|\+86\d+', "", answer.content.decode())


def test_known_and_unknown_numbers_are_answered_alike():
    phone_login()
    pages = []
    for phone in ("13800000018", UNKNOWN):
        client = Client()
        sent = ask(client, phone)
        wrong = client.post(sent.url, {"code": "abcdef"})
        pages.append((sent.status_code, sent.url, wrong.status_code, without_what_differs_anyway(wrong)))

    assert pages[0] == pages[1]
    assert len(texts()) == 2


def test_unverified_number_is_an_unknown_one(client):
    user = phone_login()
    User.objects.filter(pk=user.pk).update(phone_verified=False)

    ask(client)

    assert user_by_phone(STORED) is None
    assert re.findall(r"\d{6} ", texts()[-1]) == []


def test_known_and_unknown_numbers_take_the_same_work():
    """Time is work: the same statements in the same order, and one message each. A clock would measure the machine."""
    phone_login()
    ask(Client(), UNKNOWN)
    work = []
    for phone in (PHONE, UNKNOWN):
        before = len(texts())
        with CaptureQueriesContext(connection) as statements:
            ask(Client(), phone)
        work.append(([shape(one["sql"]) for one in statements], len(texts()) - before))

    assert work[0] == work[1]
    assert work[0][0]


def shape(sql: str) -> str:
    """Without the values: text, numbers and the names of savepoints."""
    return re.sub(r"'(?:[^']|'')*'|\b\d+\b|\bs\d+_x\d+\b", "?", sql)


# --- limits ---------------------------------------------------------------------------------------------------------
@pytest.fixture
def _limits(settings):
    settings.ACCOUNT_RATE_LIMITS = base.ACCOUNT_RATE_LIMITS
    cache.clear()


@pytest.mark.usefixtures("_limits")
@pytest.mark.parametrize("phone", [PHONE, UNKNOWN])
def test_messages_to_one_number_are_limited_together_with_those_for_signing_in(phone):
    phone_login()
    with time_machine.travel(NOW, tick=False):
        for address in (RESET, "/en/accounts/login/code/", RESET, RESET, "/en/accounts/login/code/"):
            Client().post(address, {"phone": phone, "email": ""})

    assert len(texts()) == 3


@pytest.mark.usefixtures("_limits")
def test_ten_messages_a_day_and_no_more():
    with time_machine.travel(NOW, tick=False) as clock:
        for _minute in range(14):
            ask(Client())
            clock.shift(61)

    assert len(texts()) == 10


def test_without_limits_every_message_would_go():
    for _try in range(5):
        ask(Client())

    assert len(texts()) == 5
