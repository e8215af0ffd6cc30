"""Designations through their whole life: asked for, decided by the competent body, published, granted, ended.

Who is competent is asked of the table of competences on the day of the step, never known here.
"""

from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Q

from accounts.access import require
from accounts.models import Designation, DesignationEvent, Institution, TrainingBase, User
from accounts.models.bodies import holding_on
from accounts.models.designations import BASE_KINDS, INSTITUTION_KINDS
from accounts.permissions import GRANTS, Permission
from accounts.selectors.bodies import competent_body
from accounts.selectors.designations import period_end, publicity_days
from accounts.services.places import require_system
from accounts.workflow import APPLY, DESIGNATION_STEPS, ON_THE_WAY, DesignationState
from core import audit, clock
from core.errors import DomainError
from core.workflow import advance

Subject = Institution | TrainingBase
Category = Institution.Category
# Kinds that only institutions of one category can have.
OF_CATEGORY: dict[str, str] = {
    Designation.Kind.PILOT_UNIVERSITY: Category.UNIVERSITY,
    Designation.Kind.INTERNATIONAL_CENTRE: Category.INTERNATIONAL_CENTRE,
}
NO_PERIOD = {"period_from": None, "period_days": None}


@transaction.atomic
def apply_for_designation(*, actor: User, subject: Subject, kind: str, statement: str) -> Designation:
    """The institution or base asks. Raises `kind_not_for_subject`, `application_open`, `already_designated`."""
    require(actor, Permission.DESIGNATION_APPLY, subject)
    type(subject).objects.select_for_update().get(pk=subject.pk)
    if kind not in kinds_for(subject):
        raise DomainError("kind_not_for_subject", kind=kind)
    same = subject.designations.filter(kind=kind)
    if same.filter(state__in=ON_THE_WAY).exists():
        raise DomainError("application_open", kind=kind)
    if same.filter(holding_on(clock.today())).exists():
        raise DomainError("already_designated", kind=kind)
    made = Designation.objects.create(kind=kind, state=DesignationState.APPLIED, **_place(subject))
    # The verb of a step, so that the table can keep whoever applied apart from whoever decides.
    audit.record(actor, f"accounts.designation.{APPLY}", made, kind=kind)
    _note(actor, made, APPLY, note=statement.strip())
    return made


@transaction.atomic
def designate(
    *,
    actor: User,
    subject: Subject,
    kind: str,
    document: str,
    valid_from: date,
    valid_to: date | None = None,
) -> Designation:
    """Enter a status that was granted by its document outside the platform, before it: the way of a data takeover, past
    publicity and second person, and therefore the system's. Raises `kind_not_for_subject`, `already_designated`."""
    require_system(actor)
    if kind not in (BASE_KINDS if isinstance(subject, TrainingBase) else INSTITUTION_KINDS):
        raise DomainError("kind_not_for_subject", kind=kind)
    _require_not_held(subject, kind, valid_from, valid_to)
    granted = Designation.objects.create(
        kind=kind, document=document, valid_from=valid_from, valid_to=valid_to, **_place(subject)
    )
    audit.record(actor, "accounts.designated", granted, kind=kind)
    _note(actor, granted, "designate", document=document, on=valid_from)
    return granted


@transaction.atomic
def review_designation(*, actor: User, designation: Designation, note: str = "") -> Designation:
    _require_competent(actor, designation)
    return _take(actor, designation, "review", note=note)


@transaction.atomic
def publicise_designation(*, actor: User, designation: Designation, document: str, note: str = "") -> Designation:
    """Everybody can read it for the number of working days that holds today. Raises `document_missing`."""
    _require_competent(actor, designation)
    _require_words(document, "document_missing")
    today = clock.today()
    period = {"period_from": today, "period_days": publicity_days(today)}
    return _take(actor, designation, "publicise", document=document, note=note, changes=period)


@transaction.atomic
def grant_designation(
    *,
    actor: User,
    designation: Designation,
    document: str,
    valid_from: date,
    valid_to: date | None = None,
    note: str = "",
) -> Designation:
    """After the publicity. Raises `publicity_running`, `document_missing`, `granted_too_early`, `ends_before_start`,
    `already_designated`."""
    _require_competent(actor, designation)
    _require_words(document, "document_missing")
    locked = _locked(designation)
    _require_period_over(locked, DesignationState.PUBLICITY, "publicity_running")
    if locked.state == DesignationState.PUBLICITY and valid_from <= period_end(locked).day:
        raise DomainError("granted_too_early")
    if valid_to and valid_to <= valid_from:
        raise DomainError("ends_before_start")
    _require_not_held(locked.subject, locked.kind, valid_from, valid_to, but=locked)
    dates = {"document": document.strip(), "valid_from": valid_from, "valid_to": valid_to, **NO_PERIOD}
    return _take(actor, designation, "designate", document=document, note=note, changes=dates)


@transaction.atomic
def refuse_designation(*, actor: User, designation: Designation, note: str, document: str = "") -> Designation:
    """Raises `reason_missing`; during publicity nothing is decided (`publicity_running`)."""
    _require_competent(actor, designation)
    _require_words(note, "reason_missing")
    _require_period_over(_locked(designation), DesignationState.PUBLICITY, "publicity_running")
    return _take(actor, designation, "refuse", document=document, note=note, changes=NO_PERIOD)


@transaction.atomic
def withdraw_designation(*, actor: User, designation: Designation, note: str = "") -> Designation:
    """The applicant takes the application back, at any time before the decision."""
    require(actor, Permission.DESIGNATION_APPLY, designation)
    return _take(actor, designation, "withdraw", note=note, changes=NO_PERIOD)


@transaction.atomic
def suspend_designation(*, actor: User, designation: Designation, document: str, note: str) -> Designation:
    """Until it is resumed or left; its dates run on. Raises `document_missing`, …"""
    _require_competent(actor, designation)
    _require_words(document, "document_missing")
    _require_words(note, "reason_missing")
    return _take(actor, designation, "suspend", document=document, note=note)


@transaction.atomic
def resume_designation(*, actor: User, designation: Designation, document: str, note: str = "") -> Designation:
    _require_competent(actor, designation)
    _require_words(document, "document_missing")
    return _take(actor, designation, "resume", document=document, note=note)


@transaction.atomic
def rectify_designation(
    *, actor: User, designation: Designation, document: str, working_days: int, note: str
) -> Designation:
    """What is wrong has to be put right within so many working days; it counts on. Raises `reason_missing`, …"""
    _require_competent(actor, designation)
    _require_words(document, "document_missing")
    _require_words(note, "reason_missing")
    period = {"period_from": clock.today(), "period_days": working_days}
    return _take(actor, designation, "rectify", document=document, note=note, changes=period)


@transaction.atomic
def restore_designation(*, actor: User, designation: Designation, document: str, note: str = "") -> Designation:
    """Put right, whether in time or not: the authority accepts it."""
    _require_competent(actor, designation)
    _require_words(document, "document_missing")
    return _take(actor, designation, "restore", document=document, note=note, changes=NO_PERIOD)


@transaction.atomic
def revoke_designation(*, actor: User, designation: Designation, document: str, note: str) -> Designation:
    """It ends today because nothing was put right in time. Raises `rectification_running`, `reason_missing`, …"""
    _require_competent(actor, designation)
    _require_words(document, "document_missing")
    _require_words(note, "reason_missing")
    locked = _locked(designation)
    _require_period_over(locked, DesignationState.RECTIFICATION, "rectification_running")
    changes = {"valid_to": _end(locked), **NO_PERIOD}
    return _take(actor, designation, "revoke", document=document, note=note, changes=changes)


@transaction.atomic
def leave_designation(*, actor: User, designation: Designation, note: str, document: str = "") -> Designation:
    """The holder leaves at its own wish, from today on. Raises `reason_missing`, `ends_before_start`."""
    require(actor, Permission.DESIGNATION_APPLY, designation)
    _require_words(note, "reason_missing")
    changes = {"valid_to": _end(_locked(designation)), **NO_PERIOD}
    return _take(actor, designation, "leave", document=document, note=note, changes=changes)


def kinds_for(subject: Subject) -> list[str]:
    """What it can ask for, in the order of the kinds."""
    if isinstance(subject, TrainingBase):
        return [kind for kind in Designation.Kind if kind in BASE_KINDS]
    fitting = INSTITUTION_KINDS - {kind for kind, needed in OF_CATEGORY.items() if needed != subject.category}
    return [kind for kind in Designation.Kind if kind in fitting]


# --- what every step does -------------------------------------------------------------------------------------------
def _take(
    actor: User,
    designation: Designation,
    step: str,
    *,
    document: str = "",
    note: str = "",
    changes: dict[str, Any] | None = None,
) -> Designation:
    facts = {"document": document.strip()} if document.strip() else {}
    taken = advance(
        designation, step, DESIGNATION_STEPS, actor=actor, reason=note.strip(), changes=changes or {}, **facts
    )
    _note(actor, taken, step, document=document.strip(), note=note.strip())
    return taken


def _note(
    actor: User, designation: Designation, step: str, *, document: str = "", note: str = "", on: date | None = None
) -> None:
    hats = actor.worn_memberships()
    DesignationEvent.objects.create(
        designation=designation,
        step=step,
        state=designation.state,
        body_name=str(hats[0].place) if hats else "",
        document=document,
        note=note,
        period_days=designation.period_days,
        on=on or clock.today(),
        recorded_at=clock.now(),
        actor=actor,
    )


def _require_not_held(
    subject: Subject, kind: str, valid_from: date, valid_to: date | None, *, but: Designation | None = None
) -> None:
    """One status of a kind at a time: two would count twice in every figure. The database refuses as well
    (accounts.apps: `no_overlap`)."""
    type(subject).objects.select_for_update().get(pk=subject.pk)
    meeting = Q(valid_to__isnull=True) | Q(valid_to__gt=valid_from)
    held = subject.designations.filter(meeting, kind=kind, valid_from__isnull=False)
    others = held.exclude(pk=but.pk) if but else held
    if (others.filter(valid_from__lt=valid_to) if valid_to else others).exists():
        raise DomainError("already_designated", kind=kind)


def _require_competent(actor: User, designation: Designation) -> None:
    """In reach, and the body that the table names for this kind in this region today. Raises `nobody_competent`,
    `other_body_competent`."""
    require(actor, Permission.DESIGNATION_DECIDE, designation)
    body = competent_body(designation.matter, designation.subject.region, clock.today())
    if body is None:
        raise DomainError("nobody_competent", matter=designation.matter)
    hats = [hat for hat in actor.worn_memberships() if Permission.DESIGNATION_DECIDE in GRANTS[hat.role]]
    if body.pk not in [hat.admin_body_id for hat in hats]:
        raise DomainError("other_body_competent", body=body.name)


def _require_period_over(designation: Designation, state: str, code: str) -> None:
    """Nothing moves on before the last day has passed; a date that is still provisional passes nobody."""
    if designation.state != state:
        return
    deadline = period_end(designation)
    if not deadline.has_passed(clock.today()):
        raise DomainError(code, until=deadline.day.isoformat(), provisional=deadline.provisional)


def _end(designation: Designation) -> date:
    """The first day that no longer counts: today, or the earlier end that was set already."""
    today = clock.today()
    if designation.valid_from is None or designation.valid_from >= today:
        raise DomainError("ends_before_start")
    return min(designation.valid_to or today, today)


def _locked(designation: Designation) -> Designation:
    return Designation.objects.select_for_update(of=("self",)).get(pk=designation.pk)


def _require_words(text: str, code: str) -> None:
    if not text.strip():
        raise DomainError(code)


def _place(subject: Subject) -> dict[str, Subject]:
    return {"institution" if isinstance(subject, Institution) else "base": subject}
