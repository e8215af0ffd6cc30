"""Tokens of partners' machines: made once and shown once, revoked at any time, every use put down."""

import hashlib
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db import transaction

from accounts.access import require
from accounts.models import Institution, User
from accounts.permissions import Permission
from core import audit, clock
from core.errors import WrongState
from credit.models import (
    MOST_DAYS,
    AdministrativeCase,
    ApiToken,
    EntityLook,
    ExchangeGiven,
    ExchangePartner,
    Scope,
    TokenUse,
)
from credit.selectors.lines import Line
from credit.services.case_common import filled, refuse
from credit.services.partners import locked_partner, require_own_body, require_running

# By the beginning people and scanners know what it is.
PREFIX = "tmx_"
MACHINE_PURPOSE = "接口查询"


@dataclass(frozen=True)
class NewToken:
    """`secret` is nowhere else: it is shown this once."""

    token: ApiToken
    secret: str


@transaction.atomic
def make_token(*, actor: User, partner: ExchangePartner, name: str, scopes: Collection[str], days: int) -> NewToken:
    """Raises `name_missing`, `scope_unknown`, `days_wrong`, `partner_over`, `partner_does_not`."""
    found = locked_partner(actor, partner)
    require_running(found, way="receives")
    refuse(
        {
            **filled(name=name),
            "scope_unknown": not scopes or not set(scopes) <= set(Scope.values),
            "days_wrong": not 1 <= days <= MOST_DAYS,
        }
    )
    secret = PREFIX + secrets.token_urlsafe(32)
    token: ApiToken = ApiToken.objects.create(
        partner=found,
        name=name.strip(),
        scopes=sorted(scopes),
        token_hash=hash_of(secret),
        ending=secret[-4:],
        days=days,
        made_by=actor,
    )
    audit.record(actor, "credit.token_made", token, scopes=token.scopes, days=days)
    return NewToken(token, secret)


@transaction.atomic
def revoke_token(*, actor: User, token: ApiToken) -> ApiToken:
    """Raises WrongState when it is revoked already."""
    require(actor, Permission.EXCHANGE_MANAGE, token)
    require_own_body(actor, token.partner.kept_by_id)
    found: ApiToken = ApiToken.objects.select_for_update(of=("self",)).get(pk=token.pk)
    if found.revoked_at is not None:
        raise WrongState(step="revoke", state="revoked")
    found.revoked_at, found.revoked_by = clock.now(), actor
    found.save(update_fields=["revoked_at", "revoked_by"])
    audit.record(actor, "credit.token_revoked", found)
    return found


def hash_of(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def token_of(secret: str) -> ApiToken | None:
    """The token with this secret, if it may be used now; of one that may not, the try is put down."""
    rows = ApiToken.objects.select_related("partner__kept_by")
    token: ApiToken | None = rows.filter(token_hash=hash_of(secret)).first()
    if token is None:
        return None
    if token.is_valid_at(clock.now()) and token.partner.is_one_on(clock.today()) and token.partner.receives:
        return token
    note_use(token, "refused", granted=False)
    return None


@transaction.atomic
def note_use(
    token: ApiToken,
    operation: str,
    *,
    granted: bool = True,
    institution: Institution | None = None,
    lines: Sequence[Line] = (),
) -> TokenUse:
    """Beside the answer to a machine: what was asked, and which entries of cases were shown. The entity reads of it."""
    use: TokenUse = TokenUse.objects.create(
        token=token, operation=operation, institution=institution, granted=granted, entries=len(lines)
    )
    if institution is not None and granted:
        note_look(token.made_by, institution, token.partner, MACHINE_PURPOSE)
    give(token.partner, lines, use=use)
    return use


def give(partner: ExchangePartner, lines: Sequence[Line], **way: object) -> None:
    """Which entries of cases the partner was given, so that it can be told when they end."""
    cases = sorted({line.record.case_id for line in lines if line.record.case_id})
    # Whoever ends one of them waits for us, or we for him: then what was read is no longer so.
    held = AdministrativeCase.objects.select_for_update(of=("self",)).filter(pk__in=cases).order_by("pk")
    refuse({"ended_meanwhile": not all(one.seen_on(clock.today()) for one in held)})
    ExchangeGiven.objects.bulk_create([ExchangeGiven(partner=partner, case_id=case, **way) for case in cases])


def note_look(actor: User, institution: Institution, partner: ExchangePartner, purpose: str) -> None:
    """Stands among the looks that the entity's officers read, under the partner's name."""
    EntityLook.objects.create(institution=institution, actor=actor, body_name=partner.name[:150], purpose=purpose[:200])
