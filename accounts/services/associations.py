"""Membership of institutions in an association: one side asks, the other answers, either ends it on a day.

Which side somebody acts for is asked of the place: both see the record, and each may do its own half only.
"""

from datetime import date, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from accounts.access import require
from accounts.models import AssociationMember, Institution, User
from accounts.permissions import Permission
from accounts.workflow import APPLY, ASSOCIATION_STEPS, MemberState
from core import audit, clock
from core.errors import DomainError
from core.text import compact
from core.workflow import advance

ASSOCIATION = Institution.Category.ASSOCIATION
PROPOSE = "propose"
# An end is told beforehand, but a slip of the pen must not reach into another century.
LATEST_END = timedelta(days=366)


@transaction.atomic
def propose_member(*, actor: User, association: Institution, code: str) -> AssociationMember:
    """The association asks an institution, by its credit code. Raises `no_association`, `unknown_institution`,
    `own_member`, `member_already`, `asked_already`."""
    require(actor, Permission.ASSOCIATION_KEEP, association)
    institution = Institution.objects.filter(uscc=compact(code)).first() if code.strip() else None
    if institution is None:
        raise DomainError("unknown_institution")
    return _ask(actor, association, institution, proposed=True)


@transaction.atomic
def apply_for_membership(*, actor: User, institution: Institution, association: Institution) -> AssociationMember:
    """The institution asks. Raises `no_association`, `own_member`, `member_already`, `asked_already`."""
    require(actor, Permission.ASSOCIATION_JOIN, institution)
    return _ask(actor, association, institution, proposed=False)


@transaction.atomic
def accept_proposal(*, actor: User, member: AssociationMember) -> AssociationMember:
    """A member from today on. Raises `member_already`."""
    require(actor, Permission.ASSOCIATION_JOIN, member.institution)
    return _begin(actor, member, "accept")


@transaction.atomic
def decline_proposal(*, actor: User, member: AssociationMember, reason: str = "") -> AssociationMember:
    require(actor, Permission.ASSOCIATION_JOIN, member.institution)
    return _take(actor, member, "decline", reason)


@transaction.atomic
def retract_proposal(*, actor: User, member: AssociationMember) -> AssociationMember:
    require(actor, Permission.ASSOCIATION_KEEP, member.association)
    return _take(actor, member, "retract")


@transaction.atomic
def admit_member(*, actor: User, member: AssociationMember) -> AssociationMember:
    """A member from today on. Raises `member_already`."""
    require(actor, Permission.ASSOCIATION_KEEP, member.association)
    return _begin(actor, member, "admit")


@transaction.atomic
def refuse_member(*, actor: User, member: AssociationMember, reason: str) -> AssociationMember:
    """Raises `reason_missing`."""
    require(actor, Permission.ASSOCIATION_KEEP, member.association)
    _require_words(reason)
    return _take(actor, member, "refuse", reason)


@transaction.atomic
def withdraw_application(*, actor: User, member: AssociationMember) -> AssociationMember:
    require(actor, Permission.ASSOCIATION_JOIN, member.institution)
    return _take(actor, member, "withdraw")


@transaction.atomic
def end_member(*, actor: User, member: AssociationMember, valid_to: date, reason: str) -> AssociationMember:
    """By the association. Raises `reason_missing`, `end_in_past`, `end_too_late`."""
    require(actor, Permission.ASSOCIATION_KEEP, member.association)
    _require_words(reason)
    return _end(actor, member, "end", valid_to, reason)


@transaction.atomic
def leave_association(*, actor: User, member: AssociationMember, valid_to: date, reason: str = "") -> AssociationMember:
    """By the member; nobody has to say why. Raises `end_in_past`, `end_too_late`."""
    require(actor, Permission.ASSOCIATION_JOIN, member.institution)
    return _end(actor, member, "leave", valid_to, reason)


# --- what the steps share -------------------------------------------------------------------------------------------
def _ask(actor: User, association: Institution, institution: Institution, *, proposed: bool) -> AssociationMember:
    if association.category != ASSOCIATION:
        raise DomainError("no_association")
    if association.pk == institution.pk:
        raise DomainError("own_member")
    _require_no_member(association, institution)
    state = MemberState.PROPOSED if proposed else MemberState.APPLIED
    try:
        with transaction.atomic():
            made = AssociationMember.objects.create(
                association=association, institution=institution, proposed=proposed, state=state
            )
    except IntegrityError as error:
        raise DomainError("asked_already") from error
    # The verb of a step, so that the table can keep whoever asked apart from whoever answers.
    verb = PROPOSE if proposed else APPLY
    audit.record(actor, f"accounts.associationmember.{verb}", made, institution=institution.pk)
    return made


def _require_no_member(association: Institution, institution: Institution) -> None:
    """The database refuses as well (accounts.apps: `no_overlap`); here it is said in words."""
    Institution.objects.select_for_update().get(pk=institution.pk)
    rows = AssociationMember.objects.filter(association=association, institution=institution)
    if rows.running(clock.today()).exists():
        raise DomainError("member_already")


def _begin(actor: User, member: AssociationMember, step: str) -> AssociationMember:
    _require_no_member(member.association, member.institution)
    return _take(actor, member, step, valid_from=clock.today())


def _end(actor: User, member: AssociationMember, step: str, valid_to: date, reason: str) -> AssociationMember:
    today = clock.today()
    if valid_to < today:
        raise DomainError("end_in_past")
    if valid_to > today + LATEST_END:
        raise DomainError("end_too_late")
    return _take(actor, member, step, reason, valid_to=valid_to)


def _take(actor: User, member: AssociationMember, step: str, reason: str = "", **days: date) -> AssociationMember:
    changes: dict[str, Any] = {**days, "reason": reason.strip()}
    facts = {name: day.isoformat() for name, day in days.items()}
    return advance(member, step, ASSOCIATION_STEPS, actor=actor, reason=reason.strip(), changes=changes, **facts)


def _require_words(reason: str) -> None:
    if not reason.strip():
        raise DomainError("reason_missing")
