"""An authenticator app in a few lines (RFC 6238): the journey's officers set it up and answer with it."""

import base64
import hashlib
import hmac
import struct
import time

from tools.journey.client import Page, Visitor

PERIOD = 30
SET_UP, QUESTION = "/profile/security/", "/accounts/2fa/authenticate/"


def totp(secret: str, at: float) -> str:
    """Six digits of HMAC-SHA-1 over the number of the half minute."""
    counter = struct.pack(">Q", int(at) // PERIOD)
    digest = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    start = digest[-1] & 0x0F
    number = struct.unpack(">I", digest[start : start + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06d}"


def set_up(visitor: Visitor) -> None:
    """The secret stands on the page below the picture that telephones read."""
    page = visitor.get("/accounts/2fa/totp/activate/")
    visitor.secret = str(page.one("#authenticator_secret")["value"])
    visitor.submit(page.form("code"), {"code": totp(visitor.secret, time.time())})


def answer(visitor: Visitor, page: Page) -> Page:
    """Every code counts once: wait for the next when this one was used."""
    while (code := totp(visitor.secret, time.time())) == visitor.last_code:
        time.sleep(1)
    visitor.last_code = code
    return visitor.submit(page.form("code"), {"code": code})
