"""Sessions: their key changes with what they may do, they end by idleness, age, and by what changes a login."""

from datetime import timedelta

import pytest
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY as RECORDS
from django.conf import settings
from django.core.cache import cache
from django.test import Client

from accounts.models import SignIn, User
from accounts.services.sign_in import device_name, end_other_sessions
from core import clock
from tests.accounts.signing_in import PASSWORD, age_confirmation, give_second_factor, sign_in, totp_code
from tests.builders import hat, make_base, make_user, officer

pytestmark = pytest.mark.django_db
PAGE, LOGIN = "/profile/", "/accounts/login/"
WECHAT = (
    "Mozilla/5.0 (Linux; Android 14; V2309A) AppleWebKit/537.36 Chrome/116.0 Mobile Safari/537.36 MicroMessenger/8.0"
)


def opens(client: Client) -> bool:
    answer = client.get(PAGE)
    assert answer.status_code == 200 or answer.url.startswith(LOGIN)
    return answer.status_code == 200


def key(client: Client) -> str:
    return str(client.session.session_key)


@pytest.fixture
def clerk() -> User:
    return officer()


# --- the key changes ------------------------------------------------------------------------------------------------
def test_key_changes_at_sign_in(clerk):
    client = Client()
    client.get("/accounts/login/")
    session = client.session
    session["x"] = 1
    session.save()
    before = key(client)

    clerk.emailaddress_set.create(email=clerk.email, verified=True, primary=True)
    client.post(LOGIN, {"login": clerk.email, "password": PASSWORD})

    assert opens(client)
    assert key(client) != before


def test_key_changes_at_the_second_factor(clerk, settings):
    settings.SECOND_FACTOR_EXEMPT = False
    cache.clear()
    give_second_factor(clerk)
    client = sign_in(clerk)
    half = key(client)

    client.post("/accounts/2fa/authenticate/", {"code": totp_code()})

    assert opens(client)
    assert key(client) != half


def test_key_changes_at_confirming_again(clerk, settings):
    settings.SECOND_FACTOR_EXEMPT = False
    client = sign_in(make_user())
    age_confirmation(client, 20)
    before = key(client)

    client.post("/accounts/reauthenticate/", {"password": PASSWORD})

    assert len(client.session[RECORDS]) == 2
    assert key(client) != before


def test_key_changes_at_another_hat(clerk):
    hat_of_base = hat_at_base(clerk)
    client = sign_in(clerk)
    before = key(client)

    client.post("/hat/", {"membership": hat_of_base})

    assert key(client) != before


def hat_at_base(user: User) -> int:
    base = make_base()
    hat("base_manager", base, user=user)  # type: ignore[arg-type]
    return user.memberships.get(base=base).pk


# --- the end of others ----------------------------------------------------------------------------------------------
def test_new_password_ends_the_others_and_keeps_this_one(clerk):
    mine, other = sign_in(clerk), sign_in(clerk)

    mine.post(
        "/accounts/password/change/",
        {"oldpassword": PASSWORD, "password1": "correct-horse-27", "password2": "correct-horse-27"},
    )

    assert (opens(mine), opens(other)) == (True, False)
    page = mine.get("/en/profile/security/").content.decode()
    assert page.count('scope="row"') == 1, "the other one stands no longer on the list of open ones"


def test_change_of_powers_ends_every_session(clerk):
    clients = [sign_in(clerk) for _browser in range(3)]
    assert all(opens(client) for client in clients)

    end_other_sessions(actor=clerk, user=clerk)

    assert [opens(client) for client in clients] == [False, False, False]


def test_button_ends_the_others_and_keeps_this_one(clerk):
    mine, other = sign_in(clerk), sign_in(clerk)

    answer = mine.post("/profile/security/end-sessions/")

    assert answer.url == "/profile/security/"
    assert (opens(mine), opens(other)) == (True, False)


def test_old_cookies_are_dead_after_signing_out():
    alive = 0
    for _round in range(50):
        client = sign_in(make_user())
        cookie = client.cookies["sessionid"].value
        assert opens(client)
        client.post("/accounts/logout/")
        thief = Client()
        thief.cookies["sessionid"] = cookie
        alive += opens(thief)

    assert alive == 0


# --- idle and old ---------------------------------------------------------------------------------------------------
def idle(client: Client, minutes: float, times: int = 1) -> bool:
    """Whether the session holds when a page is asked for after so long, and again, and again."""
    held = True
    for n in range(times):
        with clock.travel(timedelta(minutes=minutes * (n + 1))):
            held = opens(client)
    return held


@pytest.mark.parametrize(("minutes", "holds"), [(29, True), (31, False)])
def test_staff_session_ends_after_half_an_hour_of_idleness(clerk, minutes, holds):
    client = sign_in(clerk)
    assert opens(client)

    assert idle(client, minutes) is holds


@pytest.mark.parametrize(("minutes", "holds"), [(31, True), (11 * 60, True), (12 * 60 + 1, False)])
def test_trainee_session_lasts_longer(minutes, holds):
    client = sign_in(make_user())
    assert opens(client)

    assert idle(client, minutes) is holds


@pytest.mark.parametrize(("times", "holds"), [(28, True), (29, False)])
def test_staff_session_ends_after_twelve_hours_of_work(clerk, times, holds):
    client = sign_in(clerk)
    assert opens(client)

    assert idle(client, 25, times) is holds


def test_a_page_that_asks_by_itself_keeps_no_session_alive(clerk):
    client = sign_in(clerk)
    assert opens(client)
    for minutes in (10, 20, 29):
        with clock.travel(timedelta(minutes=minutes)):
            client.get("/jobs/?fragment=1")

    assert idle(client, 31) is False


def test_who_was_signed_out_is_told_and_led_back(clerk):
    client = sign_in(clerk)
    assert opens(client)

    with clock.travel(timedelta(minutes=31)):
        answer = client.get("/en/institution/roster/", follow=True)

    assert answer.redirect_chain == [("/en/accounts/login/?next=/en/institution/roster/", 302)]
    assert "You were signed out" in answer.content.decode()


def test_limits_are_the_rule():
    assert settings.STAFF_SESSION == (30 * 60, 12 * 60 * 60)


# --- the page -------------------------------------------------------------------------------------------------------
def test_page_lists_sessions_that_hold_and_none_of_others(clerk):
    mine = sign_in(clerk, browser=WECHAT)
    other = sign_in(clerk)
    sign_in(clerk).post("/accounts/logout/")
    sign_in(make_user(), browser="Firefox Windows")

    page = mine.get("/en/profile/security/").content.decode()

    assert "WeChat · Android" in page
    assert "Firefox" not in page
    assert page.count('scope="row"') == 2
    assert opens(other)


@pytest.mark.parametrize("rows", [1, 3])
def test_page_costs_the_same_for_any_number_of_sessions(rows, django_assert_num_queries):
    user = make_user()
    for _row in range(rows):
        client = sign_in(user)
    client.get("/profile/security/")

    with django_assert_num_queries(5):
        client.get("/profile/security/")


def test_page_shows_the_number_masked():
    user = make_user()
    user.phone, user.phone_index, user.phone_verified = "+8613800000018", "a", True
    user.save()

    page = sign_in(user).get("/en/profile/security/").content.decode()

    assert "138****0018" in page
    assert "13800000018" not in page


@pytest.mark.parametrize("language", ["", "/en", "/ja"])
def test_ways_of_the_page_open(language):
    client = sign_in(make_user())
    page = client.get(f"{language}/profile/security/").content.decode()
    links = ["phone/change/", "email/", "password/change/", "2fa/totp/activate/", "2fa/webauthn/"]

    assert [link for link in links if f'href="{language}/accounts/{link}"' not in page] == []
    assert [client.get(f"{language}/accounts/{link}").status_code for link in links] == [200] * 5


@pytest.mark.parametrize(
    ("browser", "name"),
    [
        (WECHAT, "WeChat · Android"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/120.0 Safari/537.36 Edg/120.0", "Edge · Windows"),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) AppleWebKit/605.1.15 Version/17.0 Safari/605.1.15",
            "Safari · macOS",
        ),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0", "Firefox · Linux"),
        ("curl/8.5", ""),
    ],
)
def test_device_is_named_in_two_words(browser, name):
    assert device_name(browser) == name


def test_row_ends_with_the_session(clerk):
    client = sign_in(clerk)

    client.post("/accounts/logout/")

    assert SignIn.objects.get(user=clerk).ended_at is not None


@pytest.mark.parametrize(("prefix", "first_page"), [("", "/"), ("/en", "/en/"), ("/ja", "/ja/")])
def test_signing_out_stays_in_the_language(client, prefix, first_page):
    client.force_login(make_user())

    assert client.post(f"{prefix}/accounts/logout/").url == first_page
