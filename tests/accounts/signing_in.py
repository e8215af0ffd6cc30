"""Signing in as a browser does, so that the session knows how; authenticators with a secret the test knows."""

import time

from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY as RECORDS
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.test import Client

from accounts.models import User

PASSWORD = "demo-pass-2026"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def give_second_factor(user: User) -> Authenticator:
    RecoveryCodes.activate(user)
    return TOTP.activate(user, SECRET).instance


def totp_code(secret: str = SECRET) -> str:
    counter = next(iter(yield_hotp_counters_from_time()))
    return format_hotp_value(hotp_value(secret, counter))


def sign_in(user: User, *, password: str = PASSWORD, code: str = "", language: str = "", browser: str = "") -> Client:
    """Through the one door, with the second factor where a code is given."""
    client = Client(headers={"user-agent": browser})
    user.emailaddress_set.get_or_create(email=user.email, defaults={"verified": True, "primary": True})
    client.post(f"{language}/accounts/login/", {"login": user.email, "password": password})
    if code:
        client.post(f"{language}/accounts/2fa/authenticate/", {"code": code})
    return client


def age_confirmation(client: Client, minutes: float) -> None:
    """As if what was confirmed in this session had been confirmed so long ago."""
    session = client.session
    session[RECORDS] = [{**record, "at": time.time() - minutes * 60} for record in session[RECORDS]]
    session.save()
