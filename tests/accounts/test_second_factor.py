"""Staff do nothing without their second factor: the set-up, and twelve ways around it that lead nowhere."""

import re
import time

import pytest
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY as RECORDS
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.core import mail
from django.core.cache import cache
from django.test import Client

from accounts.models import User
from accounts.permissions import Role
from core.models import AuditEntry
from tests.accounts.signing_in import PASSWORD, SECRET, give_second_factor, sign_in, totp_code
from tests.builders import hat, make_user, officer, regulator

pytestmark = pytest.mark.django_db
# allauth tells of a new second factor after the commit.
COMMITS = pytest.mark.django_db(transaction=True)
SET_UP, ANSWER, LOGIN = "/profile/security/", "/accounts/2fa/reauthenticate/", "/accounts/login/"
HALF = "/accounts/2fa/authenticate/"


@pytest.fixture(autouse=True)
def _asks(settings):
    settings.SECOND_FACTOR_EXEMPT = False
    # Used codes are remembered there.
    cache.clear()


@pytest.fixture
def clerk() -> User:
    return regulator()


@pytest.fixture
def enrolled(clerk) -> User:
    give_second_factor(clerk)
    return clerk


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def where(answer) -> str:
    return answer.url.split("?")[0] if answer.status_code == 302 else str(answer.status_code)


def enrol(client: Client) -> None:
    """As a browser does: the page holds the secret, the answer a code made from it."""
    page = client.get("/en/accounts/2fa/totp/activate/").content.decode()
    secret = re.findall(r"\b[A-Z2-7]{32}\b", page)[0]
    answer = client.post("/accounts/2fa/totp/activate/", {"code": totp_code(secret)})
    assert where(answer) == "/accounts/2fa/recovery-codes/"


# --- the pages of the library ---------------------------------------------------------------------------------------
def test_second_step_offers_a_key_to_whoever_has_one_and_names_the_recovery_codes(enrolled):
    client = sign_in(enrolled)

    page = client.get("/en" + HALF).content.decode()

    assert "one of your recovery codes" in page
    assert "Use a security key" not in page


def test_pages_of_the_second_factor_lead_back_to_security(clerk):
    page = sign_in(clerk).get("/en/accounts/2fa/totp/activate/").content.decode()

    assert f'href="/en{SET_UP}"' in page


# --- setting up -----------------------------------------------------------------------------------------------------
def test_staff_without_a_second_factor_reach_the_set_up_alone(clerk):
    client = sign_in(clerk)

    assert where(client.get("/oversight/")) == SET_UP
    assert client.get(SET_UP).status_code == 200
    assert client.get("/en/accounts/2fa/totp/activate/").status_code == 200


@COMMITS
def test_setting_it_up_opens_the_house_at_once(clerk):
    client = sign_in(clerk)

    enrol(client)

    assert client.get("/oversight/").status_code == 200
    assert AuditEntry.objects.filter(verb="accounts.second_factor_added", actor_id=clerk.pk).count() == 2


def test_next_sign_in_asks_for_the_code(enrolled):
    client = sign_in(enrolled)
    assert not is_in(client)

    client.post(HALF, {"code": totp_code()})

    assert client.get("/oversight/").status_code == 200


def test_secret_lies_encrypted(enrolled):
    assert Authenticator.objects.get(user=enrolled, type="totp").data["secret"].startswith("v1:")


def test_trainees_need_none():
    assert sign_in(make_user()).get("/profile/").status_code == 200


@pytest.mark.parametrize("role", [Role.INSTITUTION_OFFICER, Role.REGULATOR])
def test_any_hat_makes_staff(role):
    user = officer() if role == Role.INSTITUTION_OFFICER else regulator()

    assert where(sign_in(user).get("/home/")) == SET_UP


def test_hat_not_worn_makes_staff_too(clerk):
    client = sign_in(clerk)
    client.post("/hat/", {"membership": "self"})

    assert where(client.get("/home/")) == SET_UP


def test_recovery_codes_alone_are_no_second_factor(clerk):
    RecoveryCodes.activate(clerk)

    assert where(sign_in(clerk).get("/oversight/")) == SET_UP


# --- twelve ways around it ------------------------------------------------------------------------------------------
def test_probe_interface_for_machines(clerk):
    institution = officer().memberships.get().institution
    client = sign_in(clerk)

    answer = client.get(f"/api/v1/institutions/{institution.pk}/staffing-ratio")

    assert (answer.status_code, answer.json()) == (403, {"detail": "second factor required"})


@pytest.mark.parametrize("address", ["/cms/", "/cms/pages/", "/cms/api/main/pages/", "/documents/1/a.pdf"])
def test_probe_editors_room(address, clerk):
    hat(Role.EDITOR, clerk.memberships.get().admin_body, user=clerk)

    assert where(sign_in(clerk).get(address)) == SET_UP


@pytest.mark.parametrize("door", ["/cms/login/", "/_util/login/", "/en/_util/login/"])
def test_probe_other_login_doors(door, enrolled):
    client = Client()
    client.post(door, {"username": enrolled.email, "password": PASSWORD, "login": enrolled.email})

    assert not is_in(client)


def test_probe_password_reset(enrolled):
    enrolled.emailaddress_set.create(email=enrolled.email, verified=True, primary=True)
    client = Client()
    client.post("/accounts/password/reset/", {"email": enrolled.email})
    link = re.findall(r"https?://[^/]+(\S+)", str(mail.outbox[-1].body))[0]
    form = client.get(link).url
    client.post(form, {"password1": "correct-horse-27", "password2": "correct-horse-27"})
    assert not is_in(client)

    client.post(LOGIN, {"login": enrolled.email, "password": "correct-horse-27"})

    assert not is_in(client)
    assert where(client.get("/oversight/")) == LOGIN


def test_probe_recovery_code_used_twice(enrolled):
    code = Authenticator.objects.get(user=enrolled, type="recovery_codes").wrap().get_unused_codes()[0]
    assert is_in(sign_in(enrolled, code=code))

    assert not is_in(sign_in(enrolled, code=code))


def test_probe_code_replayed(enrolled):
    code = totp_code()
    assert is_in(sign_in(enrolled, code=code))

    assert not is_in(sign_in(enrolled, code=code))


def test_probe_session_fixed_before_the_login(enrolled):
    client = sign_in(enrolled)
    before = client.session.session_key
    thief = Client()
    thief.cookies["sessionid"] = before

    client.post(HALF, {"code": totp_code()})

    assert is_in(client)
    assert client.session.session_key != before
    assert where(thief.get("/oversight/")) == LOGIN


def test_probe_half_finished_login(enrolled):
    client = sign_in(enrolled)

    for address in ("/oversight/", "/cms/", "/profile/", SET_UP, ANSWER, "/accounts/2fa/", "/accounts/email/"):
        assert where(client.get(address)) in (LOGIN, HALF)


@COMMITS
def test_probe_session_remembered_from_before_the_set_up(clerk):
    old, new = sign_in(clerk), sign_in(clerk)

    enrol(new)

    assert where(old.get("/oversight/")) == LOGIN


def test_page_that_asks_for_the_code_can_be_read_in_another_language(enrolled):
    client = Client()
    client.force_login(enrolled)

    answer = client.post(f"/profile/security/language/?next=/en{ANSWER}", {"language": "en"})

    assert answer.url == f"/en{ANSWER}"


def test_probe_session_that_skipped_the_question(enrolled):
    client = Client()
    client.force_login(enrolled)

    assert where(client.get("/oversight/")) == ANSWER
    for address in ("/accounts/email/", "/accounts/2fa/totp/deactivate/", "/accounts/password/change/", SET_UP):
        assert where(client.get(address)) == ANSWER


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "head", "options"])
def test_probe_other_methods(method, clerk):
    client = sign_in(clerk)

    for address in ("/oversight/", "/institutions/import/", "/training-records/import/", "/nowhere/"):
        assert where(getattr(client, method)(address)) == SET_UP


@pytest.mark.parametrize("language", ["/en", "/ja"])
def test_probe_other_languages(language, clerk):
    assert where(sign_in(clerk, language=language).get(f"{language}/oversight/")) == language + SET_UP


def test_probe_sign_in_by_code(enrolled):
    enrolled.emailaddress_set.create(email=enrolled.email, verified=True, primary=True)
    client = Client()
    asked = client.post("/accounts/login/code/", {"email": enrolled.email, "phone": ""})
    code = re.findall(r"\b\d{6}\b", str(mail.outbox[-1].body))[0]

    answer = client.post(asked.url, {"code": code})

    assert (where(answer), is_in(client)) == (HALF, False)


def test_probe_record_of_another_login(clerk, enrolled):
    """What a session has answered counts for the login that answered."""
    client = sign_in(enrolled, code=totp_code())
    records = client.session[RECORDS]
    other = regulator("990100")
    client.force_login(other)
    session = client.session
    session[RECORDS] = records
    session.save()

    assert where(client.get("/oversight/")) == SET_UP


def test_probe_second_factor_taken_away_meanwhile(enrolled):
    client = sign_in(enrolled, code=totp_code())
    assert client.get("/oversight/").status_code == 200

    client.post("/accounts/2fa/totp/deactivate/")

    assert not Authenticator.objects.filter(user=enrolled, type="totp").exists()
    assert where(client.get("/oversight/")) == SET_UP


def test_guard_off_lets_everybody_in(clerk, settings):
    """The probes measure the guard: without it they would all pass."""
    settings.SECOND_FACTOR_EXEMPT = True

    assert sign_in(clerk).get("/oversight/").status_code == 200


def test_codes_of_the_test_are_those_of_the_app():
    assert (len(SECRET), len(totp_code())) == (32, 6)
    assert time.time() > 0
