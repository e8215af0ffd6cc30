"""A passkey in a real browser, under the strict policy: set up, signed out, and signed in with it, on a telephone."""

import pytest
from playwright.sync_api import Page

from tests.accounts.signing_in import PASSWORD
from tests.builders import officer

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def clerk(settings, db):
    settings.SECOND_FACTOR_EXEMPT = False
    settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
    user = officer()
    user.emailaddress_set.create(email=user.email, verified=True, primary=True)
    return user


@pytest.fixture
def passkeys(page: Page) -> None:
    """A key built into the machine that always says yes."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    options |= {"isUserVerified": True, "automaticPresenceSimulation": True}
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def sign_in(page: Page, email: str) -> None:
    page.goto("/en/accounts/login/")
    page.fill("[name=login]", email)
    page.fill("[name=password]", PASSWORD)
    page.click("main form button[type=submit]")


def test_passkey_is_set_up_and_answers(page, passkeys, clerk, axe):
    page.set_viewport_size({"width": 360, "height": 740})
    sign_in(page, clerk.email)
    page.wait_for_url("**/en/profile/security/")
    assert axe(page) == []

    page.click("text=Use a passkey")
    assert axe(page) == []
    page.click("#mfa_webauthn_add")
    page.wait_for_url("**/en/accounts/2fa/recovery-codes/")
    assert axe(page) == []
    page.goto("/en/institution/roster/")
    assert page.title().startswith("Staff roster")

    page.context.clear_cookies()
    sign_in(page, clerk.email)
    page.wait_for_url("**/en/accounts/2fa/authenticate/")
    assert axe(page) == []
    page.click("#mfa_webauthn_authenticate")
    page.wait_for_url("**/en/home/")
    page.goto("/en/institution/roster/")
    assert page.title().startswith("Staff roster")
