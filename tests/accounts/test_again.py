"""Confirming again: what weighs heavily waits for password or second factor, and nothing that was entered is lost."""

import re

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.views.again import STOPPED_KEY
from certificates.models import Certificate
from core.models import Job
from tests.accounts.signing_in import (
    PASSWORD,
    age_confirmation,
    give_second_factor,
    sign_in,
    totp_code,
)
from tests.architecture.confirmed_addresses import CONFIRMED
from tests.architecture.test_addresses import addresses, example
from tests.architecture.test_confirm_again import asks
from tests.builders import regulator
from tests.certificates.builders import make_award, manager_of

TABLE = "/oversight/990000/institutions.xlsx?as_of=2026-06-30"
PASSWORD_PAGE, CODE_PAGE = "/accounts/reauthenticate/", "/accounts/2fa/reauthenticate/"


@pytest.fixture(autouse=True)
def _asks(settings, db):
    settings.SECOND_FACTOR_EXEMPT = False
    # Officers of these tests have no second factor; that guard has its own tests.
    settings.MIDDLEWARE = [one for one in settings.MIDDLEWARE if not one.endswith("SecondFactorMiddleware")]


@pytest.fixture
def clerk() -> User:
    return regulator()


def fields_of(page: str) -> list[tuple[str, str]]:
    """The hidden fields of the page, as a browser would send them, without the token of the form."""
    found = re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page)
    return [(name, value) for name, value in found if name != "csrfmiddlewaretoken"]


# --- reading --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("minutes", [0, 14.9])
def test_fresh_confirmation_is_enough(clerk, minutes):
    client = sign_in(clerk)
    age_confirmation(client, minutes)

    assert client.get(TABLE).status_code == 200


@pytest.mark.parametrize("method", ["get", "head", "options"])
def test_after_fifteen_minutes_the_list_stays_in_the_house(clerk, method):
    client = sign_in(clerk)
    age_confirmation(client, 15.1)

    answer = getattr(client, method)(TABLE)

    assert (answer.status_code, answer.url.split("?")[0]) == (302, PASSWORD_PAGE)
    assert b"".join(answer) == b""


def test_password_opens_it_and_leads_back_with_the_query(clerk):
    client = sign_in(clerk)
    age_confirmation(client, 15.1)
    asked = client.get(TABLE).url

    answer = client.post(asked, {"password": PASSWORD, "next": TABLE})

    assert (answer.status_code, answer.url) == (302, TABLE)
    assert client.get(TABLE).status_code == 200


def test_wrong_password_opens_nothing(clerk):
    client = sign_in(clerk)
    age_confirmation(client, 15.1)

    answer = client.post(PASSWORD_PAGE, {"password": "not-it", "next": TABLE})

    assert answer.status_code == 200
    assert client.get(TABLE).status_code == 302


def test_session_that_never_confirmed_is_asked(clerk):
    client = Client()
    client.force_login(clerk)

    assert client.get(TABLE).url.startswith(PASSWORD_PAGE)


def test_with_a_second_factor_the_password_alone_does_not_count(clerk):
    give_second_factor(clerk)
    client = sign_in(clerk, code=totp_code())
    age_confirmation(client, 15.1)

    assert client.get(TABLE).url.startswith(CODE_PAGE)
    assert client.post(PASSWORD_PAGE, {"password": PASSWORD, "next": TABLE}).url.startswith(CODE_PAGE)
    assert client.get(TABLE).status_code == 302


def test_the_setting_of_the_demo_asks_nothing(clerk, settings):
    settings.SECOND_FACTOR_EXEMPT = True
    client = Client()
    client.force_login(clerk)

    assert client.get(TABLE).status_code == 200


def test_fifteen_minutes_are_the_rule():
    assert settings.CONFIRM_AGAIN_AFTER == 900


@pytest.mark.parametrize("language", ["", "/en", "/ja"])
def test_every_language_asks(clerk, language):
    client = Client()
    client.force_login(clerk)

    assert client.get(language + TABLE).url.startswith(language + PASSWORD_PAGE)


def test_every_address_that_asks_stops_a_post(clerk):
    client = Client()
    client.force_login(clerk)

    asking = [example(route) for route, view in addresses() if asks(view)]

    assert len(asking) == len(CONFIRMED)
    answers = [client.post(one, {"a": "b"}) for one in asking]
    # What only reads refuses the method first.
    answers = [client.get(one) if said.status_code == 405 else said for one, said in zip(asking, answers, strict=True)]
    assert {said.url.split("?")[0] for said in answers} == {PASSWORD_PAGE}


# --- sending --------------------------------------------------------------------------------------------------------
@pytest.fixture
def award():
    return make_award()


@pytest.fixture
def manager(award) -> User:
    return manager_of(award.base)


@pytest.fixture
def stopped(manager, award) -> Client:
    """Somebody who pressed "issue" after the time."""
    client = sign_in(manager)
    age_confirmation(client, 15.1)
    answer = client.post(address(award), {"award": [str(award.pk), "7"], "note": "甲&乙=丙"})
    assert answer.url.startswith(PASSWORD_PAGE)
    return client


def address(award) -> str:
    return reverse("certificates:issue", args=[award.enrolment.cohort_id]) + "?from=here"


def test_page_itself_opens_without_confirming(manager, award):
    client = sign_in(manager)
    age_confirmation(client, 15.1)

    assert client.get(address(award)).status_code == 200


def test_stopped_post_does_nothing(stopped):
    assert (Certificate.objects.count(), Job.objects.count()) == (0, 0)


def test_stopped_post_comes_back_whole(stopped, award):
    confirmed = stopped.post(PASSWORD_PAGE, {"password": PASSWORD, "next": "/home/go-on/"})
    page = stopped.get(confirmed.url).content.decode()

    assert f'action="{address(award)}"' in page
    sent = [("award", str(award.pk)), ("award", "7"), ("note", "甲&amp;乙=丙")]
    assert [pair for pair in fields_of(page) if pair[0] in ("award", "note")] == sent


def test_carrying_it_out_does_what_was_begun(stopped, award):
    confirmed = stopped.post(PASSWORD_PAGE, {"password": PASSWORD, "next": "/home/go-on/"})
    fields = dict(fields_of(stopped.get(confirmed.url).content.decode()))

    answer = stopped.post(address(award), fields)

    assert (answer.status_code, Job.objects.count()) == (302, 1)
    assert STOPPED_KEY not in stopped.session
    assert stopped.get("/home/go-on/").url == "/home/"


def test_what_was_stopped_stays_while_something_else_is_sent(stopped, award):
    confirmed = stopped.post(PASSWORD_PAGE, {"password": PASSWORD, "next": "/home/go-on/"})

    stopped.post(f"{address(award)}?other=1")
    stopped.get(address(award))

    assert STOPPED_KEY in stopped.session
    assert stopped.get(confirmed.url).status_code == 200


def test_what_was_stopped_is_not_shown_before_confirming(stopped):
    answer = stopped.get("/home/go-on/")

    assert (answer.status_code, answer.url.startswith(PASSWORD_PAGE)) == (302, True)


def test_what_was_stopped_lies_encrypted_in_the_session(stopped):
    kept = stopped.session[STOPPED_KEY]

    assert kept.startswith("v1:")
    assert "note" not in kept


def test_what_was_stopped_is_gone_for_another_login(stopped, clerk):
    token = stopped.session[STOPPED_KEY]
    other = sign_in(clerk)

    assert STOPPED_KEY not in other.session
    assert token


def test_what_lay_too_long_is_not_carried_out(stopped, settings):
    stopped.post(PASSWORD_PAGE, {"password": PASSWORD})
    settings.CONFIRM_AGAIN_AFTER = 0

    answer = stopped.get("/home/go-on/")

    assert answer.url == "/home/"


def test_a_file_must_be_chosen_again(manager, award):
    client = Client()
    client.force_login(manager)
    client.post(address(award), {"note": "x", "file": SimpleUploadedFile("a.csv", b"1")})
    client.post(PASSWORD_PAGE, {"password": PASSWORD})

    page = client.get("/en/home/go-on/").content.decode()

    assert "choose the file once more" in page
    assert "Carry it out" not in page
