"""The exchange for partners' machines: reading alone, by a token of one partner with its scopes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema, Status
from ninja.security import HttpBearer

from accounts.identifiers import check_uscc
from certificates.services.throttle import NotCounted, seconds_to_wait
from core import clock
from credit import services
from credit.models import ApiToken, EndNotice, Scope
from credit.rules.exchange import dictionary_on
from credit.selectors.exchange import elements_of, entity_for, lines_for, notices_for
from credit.selectors.lines import Line

# Questions per minute: of one token, and of one address with whatever it calls a token.
TOKEN_LIMIT, ADDRESS_LIMIT = (60, 60), (120, 60)
# More stand in a file that the body sends.
MOST = 500


class Refusal(Schema):
    detail: str


class EntityAnswer(Schema):
    """`records`: elements of the data dictionary; what the publication matrix does not show partners is not there."""

    dictionary: str
    provider: str
    records: list[dict[str, Any]]


class Notice(Schema):
    """An entry that this partner was given is over: sharing and use have to stop there, too."""

    id: int
    uscc: str | None
    document: str
    ended_as: str
    told_at: str
    due_on: str
    provisional: bool
    acknowledged: bool


class Notices(Schema):
    notices: list[Notice]


@dataclass(frozen=True)
class Asker:
    """Whoever asks; `wait`: so many seconds, for too many questions were asked."""

    token: ApiToken | None
    wait: int = 0


class PartnerToken(HttpBearer):
    """`Authorization: Bearer …`. Unknown, expired and revoked tokens are answered alike: 401."""

    openapi_description = "A token of the exchange: bound to one partner and its scopes, expires, can be revoked."

    def authenticate(self, request: HttpRequest, token: str) -> Asker | None:
        if wait := _wait("exchange-address", str(request.META["REMOTE_ADDR"]), ADDRESS_LIMIT):
            return Asker(None, wait)
        found = services.token_of(token)
        if found is None:
            return None
        return Asker(found, _wait("exchange-token", str(found.pk), TOKEN_LIMIT))


router = Router(auth=PartnerToken(), tags=["exchange"])
ANSWERS: dict[int, Any] = {401: Refusal, 403: Refusal, 404: Refusal, 429: Refusal}


@router.get("/entities/{uscc}", response={200: EntityAnswer, **ANSWERS}, summary="An entity's entries, for a partner")
def entity(request: HttpRequest, response: HttpResponse, uscc: str) -> Status[dict[str, Any]]:
    """Scope `credit:entity`. Entities of other regions are answered as unknown ones."""
    token, refused = _admitted(request, response, Scope.ENTITY, "entity")
    if token is None:
        return refused
    found = entity_for(token.partner, check_uscc(uscc[:40]).value)
    if found is None:
        services.note_use(token, "entity", granted=False)
        return Status(404, {"detail": "not found"})
    lines = lines_for(found)[:MOST]
    services.note_use(token, "entity", institution=found, lines=lines)
    return Status(200, _answer(token, lines))


@router.get("/end-notices", response={200: Notices, **ANSWERS}, summary="Entries that are over, for a partner")
def end_notices(request: HttpRequest, response: HttpResponse) -> Status[dict[str, Any]]:
    """Scope `credit:end-notices`. Those of this partner alone, the newest first."""
    token, refused = _admitted(request, response, Scope.END_NOTICES, "end_notices")
    if token is None:
        return refused
    services.note_use(token, "end_notices")
    return Status(200, {"notices": [_notice(one) for one in notices_for(token.partner)[:MOST]]})


def _admitted(
    request: HttpRequest, response: HttpResponse, scope: str, operation: str
) -> tuple[ApiToken | None, Status[dict[str, Any]]]:
    """The token, or why there is no answer."""
    response["Cache-Control"] = "no-store"
    asker: Asker = request.auth  # type: ignore[attr-defined]
    if asker.wait or asker.token is None:
        response["Retry-After"] = str(asker.wait)
        return None, Status(429, {"detail": f"too many requests; try again in {asker.wait} seconds"})
    if scope not in asker.token.scopes:
        services.note_use(asker.token, operation, granted=False)
        return None, Status(403, {"detail": f"this token does not have the scope {scope}"})
    return asker.token, Status(200, {})


def _answer(token: ApiToken, lines: Sequence[Line]) -> dict[str, Any]:
    held, provider = dictionary_on(clock.today()), token.partner.kept_by.name
    records = [elements_of(line, held, provider) for line in lines]
    return {"dictionary": held.version, "provider": provider, "records": records}


def _notice(notice: EndNotice) -> dict[str, Any]:
    case = notice.case
    return {
        "id": notice.pk,
        "uscc": case.institution.uscc if case.institution else None,
        "document": case.decision_number,
        "ended_as": case.state,
        "told_at": notice.told_at.astimezone(clock.SHANGHAI).isoformat(timespec="seconds"),
        "due_on": notice.due_on.isoformat(),
        "provisional": notice.is_provisional,
        "acknowledged": notice.acknowledged_at is not None,
    }


def _wait(kind: str, who: str, limit: tuple[int, int]) -> int:
    """Uncounted questions go on: a token is too long to be found by trying."""
    try:
        return seconds_to_wait(kind, who, limit)
    except NotCounted:
        return 0
