"""Bodies of the administration, their lines of duty, who is competent for what: entered, never rewritten."""

from datetime import date
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import F

from accounts.access import require
from accounts.models import AdminBody, Competence, Duty, Region, User
from accounts.models.places import Rank
from accounts.permissions import Permission
from accounts.selectors.bodies import bodies_over, may_enter_competence, may_enter_duty
from accounts.services.places import require_region
from core import audit, clock
from core.errors import DomainError, NotAllowed

RANKS = list(Rank)
Fact = TypeVar("Fact", Duty, Competence)


@transaction.atomic
def create_admin_body(
    *,
    actor: User,
    code: str,
    name: str,
    rank: str,
    jurisdiction: str,
    parent: AdminBody | None = None,
    kind: str = AdminBody.Kind.DEPARTMENT,
    **names: str,
) -> AdminBody:
    """A body below `parent` (default: the national one). Raises `no_such_region`, `parent_elsewhere`,
    `rank_not_below_parent`, `code_taken`."""
    region = Region.objects.filter(path=jurisdiction).first()
    if region is None:
        raise DomainError("no_such_region", path=jurisdiction)
    require_region(actor, Permission.BODY_MANAGE, region)
    above = parent or AdminBody.objects.get(code="NATIONAL")
    if not jurisdiction.startswith(above.jurisdiction):
        raise DomainError("parent_elsewhere", parent=above.code)
    if RANKS.index(Rank(rank)) <= RANKS.index(Rank(above.rank)):
        raise DomainError("rank_not_below_parent", parent=above.code)
    if AdminBody.objects.filter(code=code).exists():
        raise DomainError("code_taken", taken=code)
    body = AdminBody.objects.create(
        code=code, name=name, rank=rank, kind=kind, jurisdiction=jurisdiction, parent=above, **names
    )
    audit.record(actor, "accounts.admin_body_created", body, code=code)
    return body


@transaction.atomic
def correct_admin_body(*, actor: User, body: AdminBody, reason: str, **values: str) -> AdminBody:
    """Put names or the kind right. What decides scope (rank, parent, jurisdiction) is a reorganisation: a new body."""
    require(actor, Permission.BODY_MANAGE, body)
    locked = AdminBody.objects.select_for_update().get(pk=body.pk)
    changes = change_fields(locked, {name: values[name] for name in ("name", "name_en", "name_ja", "kind")})
    if changes:
        audit.record(actor, "accounts.admin_body_corrected", locked, reason=reason, changes=changes)
    return locked


@transaction.atomic
def assign_duty(*, actor: User, body: AdminBody, line: str, valid_from: date, document: str) -> Duty:
    """From a day on the body has this line of duty. Raises `duty_overlaps`, `document_missing`."""
    _require_above(actor, body)
    _require_document(document)
    AdminBody.objects.select_for_update().get(pk=body.pk)
    if body.duties.filter(line=line).exclude(valid_to__isnull=False, valid_to__lte=valid_from).exists():
        raise DomainError("duty_overlaps", line=line)
    duty = Duty.objects.create(
        body=body, line=line, valid_from=valid_from, document=document.strip(), recorded_at=clock.now()
    )
    audit.record(actor, "accounts.duty_assigned", duty, line=line, valid_from=valid_from.isoformat())
    return duty


@transaction.atomic
def end_duty(*, actor: User, duty: Duty, valid_to: date, document: str) -> Duty:
    """`valid_to` is the first day on which the body no longer has it. Raises `ends_before_start`, `has_ended`."""
    _require_above(actor, duty.body)
    _require_document(document)
    ended = _end(Duty.objects.select_for_update().get(pk=duty.pk), valid_to)
    audit.record(actor, "accounts.duty_ended", ended, reason=document.strip(), valid_to=valid_to.isoformat())
    return ended


@transaction.atomic
def name_competent_body(
    *, actor: User, matter: str, region: Region, body: AdminBody, valid_from: date, document: str
) -> Competence:
    """From a day on this body is competent in the region; whichever entry of the region holds that day ends with it.

    Raises `body_elsewhere`, `competence_overlaps` (a later entry is there already), `document_missing`.
    """
    _require_entering(actor, matter, region)
    _require_document(document)
    Region.objects.select_for_update().get(pk=region.pk)
    if not bodies_over(region).filter(pk=body.pk).exists():
        raise DomainError("body_elsewhere", body=body.code)
    entries = Competence.objects.select_for_update().filter(matter=matter, region=region)
    if entries.filter(valid_from__gt=valid_from).exclude(valid_to=F("valid_from")).exists():
        raise DomainError("competence_overlaps")
    for entry in entries.filter(valid_from__lte=valid_from).exclude(valid_to__lte=valid_from):
        _end(entry, valid_from)
    made = Competence.objects.create(
        matter=matter,
        region=region,
        body=body,
        valid_from=valid_from,
        document=document.strip(),
        recorded_at=clock.now(),
    )
    facts = {"matter": matter, "region": region.code, "body": body.code, "valid_from": valid_from.isoformat()}
    audit.record(actor, "accounts.competent_body_named", made, **facts)
    return made


@transaction.atomic
def end_competence(*, actor: User, competence: Competence, valid_to: date, document: str, reason: str) -> Competence:
    """From `valid_to` on the entry of the region above answers; without one nobody is competent.

    Raises `document_missing`, `reason_missing`, `ends_before_start`, `has_ended`.
    """
    _require_entering(actor, competence.matter, competence.region)
    _require_document(document)
    if not reason.strip():
        raise DomainError("reason_missing")
    ended = _end(
        Competence.objects.select_for_update().get(pk=competence.pk),
        valid_to,
        end_reason=reason.strip(),
        end_document=document.strip(),
    )
    facts = {"document": ended.end_document, "valid_to": valid_to.isoformat()}
    audit.record(actor, "accounts.competence_ended", ended, reason=ended.end_reason, **facts)
    return ended


def change_fields(record: Any, values: dict[str, Any]) -> dict[str, list[str]]:
    """Save what differs; returns {field: [old, new]} as words for the audit trail."""
    changes = {}
    for name, value in values.items():
        before = getattr(record, name)
        if before != value:
            changes[name] = [str(before or ""), str(value or "")]
            setattr(record, name, value)
    if changes:
        record.save(update_fields=list(changes))
    return changes


def _end(fact: Fact, valid_to: date, **words: str) -> Fact:
    if valid_to < fact.valid_from:
        raise DomainError("ends_before_start", begun=fact.valid_from.isoformat())
    if fact.valid_to is not None and fact.valid_to <= valid_to:
        raise DomainError("has_ended", ended=fact.valid_to.isoformat())
    fact.valid_to = valid_to
    for name, text in words.items():
        setattr(fact, name, text)
    fact.save(update_fields=["valid_to", *words])
    return fact


def _require_above(actor: User, body: AdminBody) -> None:
    require(actor, Permission.COMPETENCE_MANAGE, body)
    if not may_enter_duty(actor, body):
        raise NotAllowed(permission=Permission.COMPETENCE_MANAGE.value, body=body.code)


def _require_entering(actor: User, matter: str, region: Region) -> None:
    if not may_enter_competence(actor, matter, region):
        raise NotAllowed(permission=Permission.COMPETENCE_MANAGE.value, region=region.code)


def _require_document(document: str) -> None:
    if not document.strip():
        raise DomainError("document_missing")
