"""Verification for machines: the same answer as the page, without login."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema, Status

from certificates import selectors, services

router = Router(auth=None, tags=["certificates"])


class Checks(Schema):
    """passed, failed, absent (not part of this certificate), or null (not looked at)."""

    file: str | None
    signature: str | None
    log: str | None
    status: str | None


class Verification(Schema):
    outcome: str
    checked_at: str
    number: str | None
    level: str | None
    title: str | None
    issuer: str | None
    holder: str | None
    issued_on: str | None
    valid_until: str | None
    ended_on: str | None
    reason: str | None
    superseded_by: str | None
    checks: Checks


class TooMany(Schema):
    detail: str


@router.get("/verify", response={200: Verification, 429: TooMany}, summary="Verify by number and code")
def verify(request: HttpRequest, response: HttpResponse, number: str = "", code: str = "") -> Any:
    """A wrong code is answered as `never_issued`, like a number that does not exist. 30 a minute and address."""
    response["Cache-Control"] = "no-store"
    wait = services.wait_by_code(request.META["REMOTE_ADDR"])
    if wait:
        response["Retry-After"] = str(wait)
        return Status(429, {"detail": f"too many requests; try again in {wait} seconds"})
    return selectors.verify(number=number[:60], code=code[:60]).as_json()
