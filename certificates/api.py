"""Verification for machines: the same answer as the page, without login."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import File, Router, Schema, Status
from ninja.files import UploadedFile

from certificates import selectors, services
from certificates.forms import MAX_FILE

router = Router(auth=None, tags=["certificates"])


class Checks(Schema):
    """passed, failed, absent (not part of this certificate), or null (not looked at; of the log also: no head that
    enough witnesses have seen covers it yet). A failed status: the register and the public log tell of different
    states, or the log has not been witnessed for more than a day; the outcome is then `could_not_check`."""

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
    co_issuers: list[str] | None
    holder: str | None
    issued_on: str | None
    valid_until: str | None
    ended_on: str | None
    reason: str | None
    superseded_by: str | None
    checks: Checks


class Refused(Schema):
    detail: str


@router.get("/verify", response={200: Verification, 429: Refused}, summary="Verify by number and code")
def verify(request: HttpRequest, response: HttpResponse, number: str = "", code: str = "") -> Any:
    """A wrong code is answered as `never_issued`, like a number that does not exist. 30 a minute and address."""
    response["Cache-Control"] = "no-store"
    wait = services.wait_by_code(request.META["REMOTE_ADDR"])
    if wait:
        response["Retry-After"] = str(wait)
        return Status(429, {"detail": f"too many requests; try again in {wait} seconds"})
    return _counted(selectors.verify(number=number[:60], code=code[:60]))


@router.post("/verify", response={200: Verification, 413: Refused, 429: Refused}, summary="Verify by the file itself")
def verify_file(request: HttpRequest, response: HttpResponse, file: File[UploadedFile]) -> Any:
    """A PDF of at most 2 MB as multipart form; it is not stored. A file that was changed, or was not issued here, is
    `never_issued`; one with a whole seal that is not in the register is `could_not_check`. 20 a minute and address."""
    response["Cache-Control"] = "no-store"
    wait = services.wait_by_file(request.META["REMOTE_ADDR"])
    if wait:
        response["Retry-After"] = str(wait)
        return Status(429, {"detail": f"too many requests; try again in {wait} seconds"})
    if (file.size or 0) > MAX_FILE:
        return Status(413, {"detail": "the file is larger than 2 MB"})
    return _counted(selectors.verify_file(file.read()))


def _counted(answer: selectors.Answer) -> dict[str, Any]:
    """A machine's question is one for the holder's count as well."""
    services.count_verification(answer.certificate)
    return answer.as_json()
