"""Partners of a body: entered with their basis, ended on a day; and told when an entry that they were given ends."""

from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import Q

from accounts.access import require, worn_bodies
from accounts.models import AdminBody, User
from accounts.permissions import Permission
from core import audit, calendar, clock, outbox
from core.errors import DomainError, NotAllowed
from credit.models import AdministrativeCase, EndNotice, ExchangePartner, PartnerKind
from credit.rules.cases import rule_on
from credit.services.case_common import filled, refuse

END_TOLD = "credit.partner_told_of_end"


@dataclass(frozen=True)
class Partner:
    """What is entered about a partner."""

    kind: str
    name: str
    basis: str
    delivers: bool
    receives: bool
    valid_from: date
    valid_to: date | None = None
    name_en: str = ""
    name_ja: str = ""
    sources: str = ""


@transaction.atomic
def enter_partner(*, actor: User, body: AdminBody, partner: Partner) -> ExchangePartner:
    """Raises NotAllowed (another body's), `name_missing`, `basis_missing`, `kind_unknown`, `does_nothing`,
    `days_wrong`, `partner_there`."""
    require_own_body(actor, body.pk)
    refuse(
        {
            **filled(name=partner.name, basis=partner.basis),
            "kind_unknown": partner.kind not in PartnerKind.values,
            "does_nothing": not (partner.delivers or partner.receives),
            "days_wrong": partner.valid_to is not None and partner.valid_to < partner.valid_from,
            "partner_there": _stands(body, partner.name.strip()),
        }
    )
    words = {name: value.strip() if isinstance(value, str) else value for name, value in vars(partner).items()}
    entered: ExchangePartner = ExchangePartner.objects.create(kept_by=body, entered_by=actor, **words)
    audit.record(actor, "credit.partner_entered", entered, basis=entered.basis)
    return entered


@transaction.atomic
def end_partner(*, actor: User, partner: ExchangePartner, valid_to: date) -> ExchangePartner:
    """From that day on nothing is taken from it, given to it or answered to its machines. Raises `days_wrong`,
    `already_ended`."""
    found = locked_partner(actor, partner)
    # A planned end may come sooner, and never later.
    ends_already = found.valid_to is not None and found.valid_to <= valid_to
    refuse({"already_ended": ends_already, "days_wrong": valid_to < found.valid_from})
    found.valid_to, found.ended_by = valid_to, actor
    found.save(update_fields=["valid_to", "ended_by"])
    audit.record(actor, "credit.partner_ended", found, valid_to=str(valid_to))
    return found


def locked_partner(actor: User, partner: ExchangePartner) -> ExchangePartner:
    """For whoever acts for the body that keeps it. Raises NotAllowed."""
    require(actor, Permission.EXCHANGE_MANAGE, partner)
    require_own_body(actor, partner.kept_by_id)
    found: ExchangePartner = ExchangePartner.objects.select_for_update(of=("self",)).get(pk=partner.pk)
    return found


def require_own_body(actor: User, body_id: int) -> None:
    """Bodies above read; whoever acts wears a hat of the body itself."""
    if body_id not in {body.pk for body in worn_bodies(actor, Permission.EXCHANGE_MANAGE)}:
        raise NotAllowed(permission=Permission.EXCHANGE_MANAGE.value)


def require_running(partner: ExchangePartner, *, way: str) -> None:
    """Raises `partner_over`, `partner_does_not` (deliver, or receive)."""
    if not partner.is_one_on(clock.today()):
        raise DomainError("partner_over")
    if not getattr(partner, way):
        raise DomainError("partner_does_not", way=way)


def tell_partners(actor: User, case: AdministrativeCase) -> list[EndNotice]:
    """In the transaction that ends an entry: every partner that was ever given it, once."""
    given = ExchangePartner.objects.filter(given__case=case).exclude(end_notices__case=case).distinct().order_by("pk")
    due = calendar.working_day_deadline(clock.today(), rule_on(clock.today()).clocks["withdrawal_working_days"])
    told = []
    for partner in given:
        notice = EndNotice.objects.create(
            case=case, partner=partner.name, told=partner, due_on=due.day, is_provisional=due.provisional
        )
        audit.record(actor, "credit.partner_told", notice, partner=partner.name)
        outbox.add(END_TOLD, notice.pk)
        told.append(notice)
    return told


def _stands(body: AdminBody, name: str) -> bool:
    return ExchangePartner.objects.filter(Q(valid_to__isnull=True), kept_by=body, name=name).exists()
