"""Calls of a region for returns: entered by the body that receives them there, withdrawn before they open."""

from dataclasses import dataclass
from datetime import date

from django.db import IntegrityError, transaction

from accounts.access import office_of, require, worn_bodies
from accounts.models import Region, User
from accounts.permissions import Permission
from accounts.services.places import require_region
from core import audit, clock
from core.errors import DomainError
from core.workflow import advance
from staffing.models import FilingCall
from staffing.selectors.calls import Asked, asked_already, receiving_body, what_it_asks
from staffing.selectors.versions import RULE_CODE
from staffing.services.returns import last_days, require_printable
from staffing.workflow import FILING_CALL_STEPS

ASKS = Permission.RETURN_DECIDE
# Working days of the calendar are not known further ahead.
MOST_YEARS = 2


@dataclass(frozen=True)
class Wanted:
    """What the body asks for: of which day, from when, for how long, of whom, by which document."""

    title: str
    document: str
    as_of: date
    opens_on: date
    due_working_days: int
    correct_working_days: int
    obliges: str
    categories: tuple[str, ...]
    published: bool


def preview_call(*, actor: User, region: Region, wanted: Wanted) -> Asked:
    """Whom it would ask and by when. Raises as `enter_call` does."""
    require_region(actor, ASKS, region)
    _check(actor, region, wanted)
    return what_it_asks(actor, last_days(_unsaved(actor, region, wanted).call, wanted.as_of))


@transaction.atomic
def enter_call(*, actor: User, region: Region, wanted: Wanted) -> FilingCall:
    """Its period opens by itself on `opens_on`. Raises `nobody_competent`, `other_body_competent`, `document_missing`,
    `opens_too_early`, `dates_wrong`, `days_wrong`, `day_too_far`, `asked_already`, `glyphs_missing`."""
    require_region(actor, ASKS, region)
    _check(actor, region, wanted)
    made = _unsaved(actor, region, wanted)
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError as error:
        raise DomainError("asked_already", title=made.title) from error
    audit.record(
        actor, "staffing.filing_call_entered", made,
        region=region.code, as_of=made.as_of.isoformat(), document=made.document,
    )  # fmt: skip
    return made


@transaction.atomic
def withdraw_call(*, actor: User, call: FilingCall, reason: str) -> FilingCall:
    """Before it opens, by the body that receives the returns there. Raises `reason_missing`, `call_opened`,
    `nobody_competent`, `other_body_competent`, WrongState."""
    require(actor, ASKS, call)
    _require_receiving(actor, call.region)
    if not (reason := reason.strip()):
        raise DomainError("reason_missing")
    locked = FilingCall.objects.select_for_update(of=("self",)).select_related("region").get(pk=call.pk)
    if locked.opens_on <= clock.today():
        raise DomainError("call_opened")
    changes = {"withdrawn_at": clock.now(), "withdrawn_because": reason}
    return advance(locked, "withdraw", FILING_CALL_STEPS, actor=actor, reason=reason, changes=changes)


def _check(actor: User, region: Region, wanted: Wanted) -> None:
    _require_receiving(actor, region)
    if not wanted.title.strip() or not wanted.document.strip():
        raise DomainError("document_missing")
    # They stand on every receipt.
    require_printable(wanted.title, wanted.document)
    today = clock.today()
    if wanted.opens_on <= today:
        raise DomainError("opens_too_early")
    if wanted.as_of < wanted.opens_on:
        raise DomainError("dates_wrong")
    if not 1 <= wanted.due_working_days <= wanted.correct_working_days:
        raise DomainError("days_wrong")
    if wanted.as_of.year > today.year + MOST_YEARS:
        raise DomainError("day_too_far")
    if title := asked_already(region, wanted.as_of):
        raise DomainError("asked_already", title=title)


def _require_receiving(actor: User, region: Region) -> None:
    body = receiving_body(region)
    if body is None:
        raise DomainError("nobody_competent")
    if body.pk not in {one.pk for one in worn_bodies(actor, ASKS)}:
        raise DomainError("other_body_competent")


def _unsaved(actor: User, region: Region, wanted: Wanted) -> FilingCall:
    return FilingCall(
        region=region,
        title=wanted.title.strip(),
        document=wanted.document.strip(),
        as_of=wanted.as_of,
        opens_on=wanted.opens_on,
        due_working_days=wanted.due_working_days,
        correct_working_days=wanted.correct_working_days,
        obliges=wanted.obliges,
        categories=list(wanted.categories),
        rule_code=RULE_CODE,
        published=wanted.published,
        entered_at=clock.now(),
        entered_by=actor,
        office=office_of(actor, ASKS),
    )
