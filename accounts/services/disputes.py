"""Confirming or denying an appointment, and an officer's decision on a denial: only that changes the count."""

import hmac
from collections.abc import Collection

from django.db import transaction
from django.db.models import Q

from accounts.access import office_of, require
from accounts.models import (
    Appointment,
    AppointmentDispute,
    AppointmentNotice,
    DisputeDecision,
    IdentityDocument,
    Institution,
    NoticeFact,
    User,
)
from accounts.models.notices import NoticeQuerySet, token_hash
from accounts.permissions import Permission
from accounts.services.telling import DISPUTE_DECIDED
from accounts.workflow import DISPUTE_STEPS, DisputeState
from core import audit, clock, outbox
from core.errors import DomainError
from core.text import compact
from core.workflow import advance

MAX_TRIES = 5
TAIL = 4
What = NoticeFact.What


def answer_by_link(*, actor: User, token: str, tail: str, denies: bool, words: str = "") -> AppointmentNotice:
    """Answer without a login: the link and the last characters of the document. `actor` is the system.

    The institution knows both, so a link denies, or confirms what nobody has denied: `denial_stands`. Raises also
    `link_unknown`, `link_expired`, `too_many_tries`, `tail_wrong` (counted) and `already_decided`.
    """
    with transaction.atomic():
        notice = _by_token(token)
        if _is_tail(notice, tail):
            return _answer(actor, notice, denies=denies, words=words, by=None)
        # An error raised in here would take the count back.
        notice.tries += 1
        notice.save(update_fields=["tries"])
        audit.record(actor, "accounts.notice_tail_wrong", notice, tries=notice.tries)
    raise DomainError("tail_wrong", left=MAX_TRIES - notice.tries)


@transaction.atomic
def answer_notice(*, actor: User, notice: AppointmentNotice, denies: bool, words: str = "") -> AppointmentNotice:
    """The person, signed in, about an own appointment; the last word holds. Raises `already_decided`."""
    require(actor, Permission.APPOINTMENT_ANSWER, notice)
    locked = _locked(AppointmentNotice.objects.filter(pk=notice.pk))
    return _answer(actor, locked, denies=denies, words=words, by=actor)


@transaction.atomic
def decide_dispute(
    *, actor: User, dispute: AppointmentDispute, upheld: bool, reason: str, document: str = ""
) -> DisputeDecision:
    """Upheld: nobody worked there, the appointment is voided from now on and stays as known before. Rejected: it stays.

    Raises `reason_missing`, `document_missing`, `own_record`, NotAllowed and WrongState.
    """
    reason, document = reason.strip(), document.strip()
    if not reason:
        raise DomainError("reason_missing")
    if upheld and not document:
        raise DomainError("document_missing")
    step = "uphold" if upheld else "reject"
    decided = advance(dispute, step, DISPUTE_STEPS, actor=actor, reason=reason, document=document)
    _require_other(actor, decided)
    now = clock.now()
    decision = DisputeDecision.objects.create(
        dispute=decided,
        upheld=upheld,
        reason=reason,
        document=document,
        decided_at=now,
        decided_by=actor,
        body_name=office_of(actor, Permission.DISPUTE_DECIDE),
    )
    outbox.add(DISPUTE_DECIDED, decision.pk)
    if upheld:
        Appointment.objects.filter(pk=decided.appointment_id).update(voided_at=now)
        audit.record(actor, "accounts.appointment_voided", decided.appointment, reason=reason, document=document)
    return decision


def lay_before_officers(appointment_ids: Collection[int]) -> None:
    """Whoever is entered again after an officer's decision comes onto the officers' list at once.

    Called in the transaction that enters them. Like a denied row it counts until an officer has decided.
    """
    waiting = AppointmentDispute.objects.open_ones().filter(appointment__in=appointment_ids)
    known = set(waiting.values_list("appointment", flat=True))
    AppointmentDispute.objects.bulk_create(
        AppointmentDispute(appointment_id=pk) for pk in appointment_ids if pk not in known
    )


# --- answers --------------------------------------------------------------------------------------------------------
def _by_token(token: str) -> AppointmentNotice:
    rows = AppointmentNotice.objects.filter(token_hash=token_hash(token))
    if not rows.exists():
        raise DomainError("link_unknown")
    notice = _locked(rows)
    if clock.now() > notice.expires_at:
        raise DomainError("link_expired")
    if notice.tries >= MAX_TRIES:
        raise DomainError("too_many_tries")
    return notice


def _locked(rows: NoticeQuerySet) -> AppointmentNotice:
    found: AppointmentNotice = rows.select_related("appointment__person").select_for_update(of=("self",)).get()
    return found


def _is_tail(notice: AppointmentNotice, tail: str) -> bool:
    """Of any document of the person, or of a double that was merged."""
    given, person = compact(tail), notice.appointment.person
    survivor = person.merged_into_id or person.pk
    documents = IdentityDocument.objects.filter(Q(person=survivor) | Q(person__merged_into=survivor))
    ends = [compact(document.number)[-TAIL:] for document in documents]
    return any(hmac.compare_digest(given.encode(), end.encode()) for end in ends)


def _answer(actor: User, notice: AppointmentNotice, *, denies: bool, words: str, by: User | None) -> AppointmentNotice:
    disputes = AppointmentDispute.objects.filter(appointment=notice.appointment_id)
    if disputes.filter(state__in=(DisputeState.UPHELD, DisputeState.REJECTED)).exists():
        raise DomainError("already_decided")
    waiting = disputes.filter(state=DisputeState.OPEN).first()
    if waiting and by is None and not denies:
        raise DomainError("denial_stands")
    what = What.DENIED if denies else What.CONFIRMED
    last = notice.facts.filter(what__in=NoticeFact.ANSWERS).order_by("-at", "-pk").first()
    if last is not None and last.what == what:
        return notice
    NoticeFact.objects.create(notice=notice, what=what, at=clock.now(), by=by)
    audit.record(actor, f"accounts.appointment_{what}", notice.appointment, by_link=by is None)
    if denies and waiting is None:
        # A roster that is being written has either ended by now or finds the denial.
        Institution.objects.select_for_update().get(pk=notice.appointment.institution_id)
        AppointmentDispute.objects.create(appointment=notice.appointment, words=words.strip()[:500])
    elif not denies and waiting is not None:
        advance(waiting, "withdraw", DISPUTE_STEPS, actor=actor)
    return notice


# --- decisions ------------------------------------------------------------------------------------------------------
def _require_other(actor: User, dispute: AppointmentDispute) -> None:
    """Nobody decides about oneself."""
    person = dispute.appointment.person
    if actor.pk in (person.user_id, person.merged_into and person.merged_into.user_id):
        raise DomainError("own_record")
