"""Reads of the exchange: partners, receipts, tokens, notices of an end; entries in the elements of the dictionary."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Max, Q, QuerySet
from django.utils import translation

from accounts.access import worn_bodies
from accounts.models import AdminBody, Institution, User
from accounts.permissions import Permission
from core import clock
from core.errors import NotAllowed
from credit.models import (
    ApiToken,
    CreditRecord,
    CreditRecordQuerySet,
    EndNotice,
    ExchangeLine,
    ExchangePartner,
    ExchangeReceipt,
)
from credit.rules.exchange import Dictionary
from credit.rules.publication import Audience
from credit.selectors.lines import Line, lines_of, with_voice

VIEW, MANAGE = Permission.EXCHANGE_VIEW, Permission.EXCHANGE_MANAGE
MODE = "government_sharing"
Kind = CreditRecord.Kind
DELIVERED = (Kind.INTEGRITY_NOTICE, Kind.PARTNER_NOTICE, Kind.CREDIT_PLATFORM_NOTICE)
# So long an entry of a partner stands on the first page as new.
NEW_FOR_DAYS = 30


def own_bodies(actor: User) -> list[AdminBody]:
    """For which the actor may exchange anything."""
    return worn_bodies(actor, MANAGE)


def partners_of(actor: User) -> QuerySet[ExchangePartner]:
    rows = ExchangePartner.objects.allowed(actor, VIEW).select_related("kept_by")
    return rows.order_by("kept_by__code", "name", "-valid_from", "pk")


def partner_in_reach(actor: User, pk: int) -> ExchangePartner:
    """Raises NotAllowed."""
    found = partners_of(actor).filter(pk=pk).first()
    if found is None:
        raise NotAllowed(permission=VIEW.value)
    return found


def own_partner(actor: User, pk: int) -> ExchangePartner:
    """For whoever acts for the body that keeps it. Raises NotAllowed."""
    rows = ExchangePartner.objects.allowed(actor, MANAGE).filter(kept_by__in=worn_bodies(actor, MANAGE))
    found: ExchangePartner | None = rows.select_related("kept_by").filter(pk=pk).first()
    if found is None:
        raise NotAllowed(permission=MANAGE.value)
    return found


def acts_for(actor: User, partner: ExchangePartner) -> bool:
    return partner.kept_by_id in {body.pk for body in worn_bodies(actor, MANAGE)}


def receipts_of(actor: User, partner: ExchangePartner | None = None) -> QuerySet[ExchangeReceipt]:
    """Newest first."""
    rows = ExchangeReceipt.objects.allowed(actor, VIEW).select_related("partner")
    return (rows.filter(partner=partner) if partner else rows).order_by("-at", "-pk")


def receipt_in_reach(actor: User, uuid: UUID) -> ExchangeReceipt:
    rows = ExchangeReceipt.objects.allowed(actor, VIEW).select_related("partner__kept_by")
    found: ExchangeReceipt | None = rows.filter(uuid=uuid).first()
    if found is None:
        raise NotAllowed(permission=VIEW.value)
    return found


def lines_of_receipt(actor: User, receipt: ExchangeReceipt) -> QuerySet[ExchangeLine]:
    return ExchangeLine.objects.allowed(actor, VIEW).filter(receipt=receipt).order_by("row")


def tokens_of(actor: User, partner: ExchangePartner) -> QuerySet[ApiToken]:
    rows = ApiToken.objects.allowed(actor, VIEW).filter(partner=partner)
    return rows.annotate(last_used=Max("uses__at")).order_by("-made_at", "-pk")


def own_token(actor: User, pk: int) -> ApiToken:
    """Raises NotAllowed."""
    rows = ApiToken.objects.allowed(actor, MANAGE).filter(partner__kept_by__in=worn_bodies(actor, MANAGE))
    found: ApiToken | None = rows.select_related("partner").filter(pk=pk).first()
    if found is None:
        raise NotAllowed(permission=MANAGE.value)
    return found


def delivered_lately(actor: User) -> QuerySet[CreditRecord]:
    """About the actor, or the institution acted for: what partners delivered of late, and nobody has objected to."""
    since = clock.now() - timedelta(days=NEW_FOR_DAYS)
    rows = CreditRecord.objects.allowed(actor, Permission.CREDIT_OBJECT).filter(kind__in=DELIVERED, corrects=None)
    return rows.filter(recorded_at__gte=since, objections__isnull=True, corrected_by__isnull=True).order_by("pk")


def open_end_notices(actor: User) -> QuerySet[EndNotice]:
    """Of partners that the actor's own bodies keep, the first due first."""
    bodies = worn_bodies(actor, Permission.CASE_HANDLE)
    kept = Q(told__kept_by__in=bodies) | Q(told=None, case__body__in=bodies)
    own = EndNotice.objects.allowed(actor, Permission.CASE_HANDLE).filter(kept, acknowledged_at=None)
    return own.select_related("case").order_by("due_on", "pk")


def end_notice_rows(actor: User, partner: ExchangePartner) -> list[list[str]]:
    """One partner's, for a list on paper. People stand on none: nothing about them was given."""
    rows = open_end_notices(actor).filter(told=partner, case__institution__isnull=False)
    return [
        _listed(one, one.case.institution) for one in rows.select_related("case__institution") if one.case.institution
    ]


def _listed(notice: EndNotice, entity: Institution) -> list[str]:
    case, told = notice.case, clock.day_of(notice.told_at)
    ended = str(case.get_state_display())
    return [str(notice.pk), case.decision_number, entity.name, entity.uscc or "", ended, str(told), str(notice.due_on)]


def end_notice_to_acknowledge(actor: User, pk: int) -> EndNotice:
    """Raises NotAllowed, also when it was acknowledged before."""
    found = open_end_notices(actor).filter(pk=pk).first()
    if found is None:
        raise NotAllowed(permission=Permission.CASE_HANDLE.value)
    return found


# --- what goes out ----------------------------------------------------------------------------------------------------
def partner_lines(actor: User, uscc: str = "") -> list[Line]:
    """Entries about entities in the actor's reach, as partners are shown them."""
    rows = CreditRecord.objects.allowed(actor, MANAGE).filter(institution__isnull=False)
    if uscc:
        rows = rows.filter(institution__uscc=uscc)
    return _shown(rows)


def entity_for(partner: ExchangePartner, uscc: str) -> Institution | None:
    """For the partner's machine: where the body that keeps it is in charge."""
    within = partner.kept_by.jurisdiction
    found: Institution | None = Institution.objects.filter(uscc=uscc, region__path__startswith=within).first()
    return found


def lines_for(entity: Institution) -> list[Line]:
    return _shown(CreditRecord.objects.filter(institution=entity))


def notices_for(partner: ExchangePartner) -> list[EndNotice]:
    """Its own, the newest first."""
    rows = EndNotice.objects.filter(told=partner).select_related("case__institution")
    return list(rows.order_by("-told_at", "-pk"))


def _shown(rows: CreditRecordQuerySet) -> list[Line]:
    return lines_of(with_voice(rows.order_by("occurred_on", "pk")), Audience.PARTNER)


def elements_of(line: Line, held: Dictionary, provider: str) -> dict[str, Any]:
    """The elements of the dictionary; one whose field the audience is not shown is not even empty."""
    made = _elements(line, held.version, provider)
    names = [one["field"] for one in held.outgoing if not one["shown_with"] or one["shown_with"] in line.fields]
    return {name: made[name] for name in names if made[name] not in ("", None)}


def _elements(line: Line, version: str, provider: str) -> dict[str, Any]:
    record, shown = line.record, line.fields
    entity = record.institution
    with translation.override("zh-hans"):
        conduct = record.title
    return {
        "id": record.pk,
        "item": record.kind,
        "nature": record.category,
        "subject": entity.name if entity else "",
        "uscc": entity.uscc if entity else "",
        "unit": shown.get("unit", ""),
        "conduct": conduct,
        "result": record.facts.get("outcome", ""),
        "handling_body": record.publisher,
        "basis": _basis(record.facts),
        "document": record.document,
        "effective_on": _day(shown.get("occurred_on")),
        "valid_until": _until(record.facts),
        "standing": line.standing,
        "disputed": shown.get("disputed", False),
        "data_standard": version,
        "disclosure_mode": MODE,
        "provider": provider,
    }


def _basis(facts: Mapping[str, Any]) -> str:
    found = facts.get("basis", "")
    return found if isinstance(found, str) else f"《{found['statute']}》{found['article']}"


def _until(facts: Mapping[str, Any]) -> str:
    return str(facts.get("ends_on") or facts.get("valid_until") or "")


def _day(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else ""
