"""Invitations: an address is asked to act for a place, told by mail, accepted by whoever has confirmed that address and
holds the letter."""

import hashlib
import secrets
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import timedelta

from django.conf import settings
from django.core.mail import send_mail
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from accounts.access import require
from accounts.models import Invitation, Membership, User
from accounts.models.joining import address_index, is_number
from accounts.models.positions import FIELD_OF
from accounts.permissions import Permission, Role
from accounts.selectors.hats import shown_name
from accounts.selectors.sign_in import user_by_phone
from accounts.services.granting import may_give, require_giving
from accounts.services.memberships import Place, give_hat, lock_place
from accounts.workflow import INVITATION_STEPS, InvitationState
from core import audit, clock, outbox, sms
from core.errors import DomainError, WrongState
from core.workflow import advance

VALID_FOR = timedelta(days=7)
# Letters are sent to addresses that nobody has confirmed: one login sends so many a day.
A_DAY = 30
SEND = "accounts.send_invitation"


@transaction.atomic
def invite(*, actor: User, role: str, place: Place, email: str) -> Invitation:
    """Ask an address, or a mobile number in E.164 form, to act for a place.

    Raises `own_address`, `invited_already`, `too_many_invitations`, and `no_messages` where none can be sent.
    """
    require_giving(actor, role, place)
    # Whoever sends many at once is counted one after the other.
    User.objects.select_for_update().get(pk=actor.pk)
    _check_address(actor, email)
    invitation = _written(actor, role, place, email.strip().lower())
    audit.record(actor, "accounts.invited", invitation, role=role, place=str(place.pk))
    if not invitation.waits_for_a_second:
        outbox.add(SEND, invitation.pk)
    return invitation


@transaction.atomic
def second_invitation(*, actor: User, invitation: Invitation) -> Invitation:
    """The yes of another security administrator, with which the letter to an administrator goes out: else one of them
    would give the other two offices to further addresses of the own.

    Raises `same_person_twice`, `own_address`, `expired`, WrongState when it needs no yes any more.
    """
    require_giving(actor, invitation.role, invitation.place)
    locked = Invitation.objects.select_for_update().get(pk=invitation.pk)
    if locked.state != InvitationState.OPEN or not locked.waits_for_a_second:
        raise WrongState(step="second", state=locked.state)
    if locked.invited_by_id == actor.pk:
        raise DomainError("same_person_twice")
    _refuse_own_address(actor, locked.email)
    if clock.now() >= locked.expires_at:
        raise DomainError("expired")
    locked.seconded_by = actor
    locked.save(update_fields=["seconded_by"])
    audit.record(actor, "accounts.invitation_seconded", locked, role=locked.role)
    outbox.add(SEND, locked.pk)
    return locked


@transaction.atomic
def accept_invitation(*, actor: User, invitation: Invitation, letter: str) -> Membership:
    """The hat, for whoever has confirmed the address and holds the newest letter (`letter`: the digest of its word):
    an address confirmed long ago may be somebody else's today.

    Raises `expired`, `letter_missing`, and `no_longer_given` when the one who invited could not give it any more.
    """
    require(actor, Permission.MEMBERSHIP_OWN, invitation)
    if Invitation.objects.get(pk=invitation.pk).waits_for_a_second:
        # No letter has gone out; the database refuses it too.
        raise DomainError("letter_missing")
    accepted = advance(invitation, "accept", INVITATION_STEPS, actor=actor)
    lock_place(accepted.place)
    _check_still_stands(accepted)
    if not accepted.is_opened_by(letter):
        raise DomainError("letter_missing")
    return give_hat(actor=actor, user=actor, role=accepted.role, place=accepted.place)


def decline_invitation(*, actor: User, invitation: Invitation) -> Invitation:
    return advance(invitation, "decline", INVITATION_STEPS, actor=actor)


@transaction.atomic
def withdraw_invitation(*, actor: User, invitation: Invitation) -> Invitation:
    """By whoever may give the role there."""
    require_giving(actor, invitation.role, invitation.place, also_later=True)
    return advance(invitation, "withdraw", INVITATION_STEPS, actor=actor)


def expire_invitations(*, actor: User) -> int:
    """Close what nobody answered in time; they could not be accepted any more since that moment. For a timer."""
    due = Invitation.objects.filter(state=InvitationState.OPEN, expires_at__lte=clock.now())
    return close_those(actor=actor, due=due.order_by("pk"))


def close_those(*, actor: User, due: Iterable[Invitation]) -> int:
    """Of a list read before; returns how many it really closed."""
    closed = 0
    for invitation in due:
        # Answered in the meantime: nothing is left to close, and the others still are.
        with suppress(WrongState):
            advance(invitation, "expire", INVITATION_STEPS, actor=actor)
            closed += 1
    return closed


def deliver_invitation(*, invitation_id: int) -> None:
    """Write the letter with a new word in its link; called again, the newest letter holds."""
    invitation = Invitation.objects.get(pk=invitation_id)
    if invitation.waits_for_a_second or not invitation.is_open_at(clock.now()):
        return
    token = secrets.token_urlsafe(32)
    Invitation.objects.filter(pk=invitation.pk).update(token_hash=token_hash(token))
    with translation.override(_language(invitation)):
        context: dict[str, object] = {
            "role": Role(invitation.role).label,
            "place": invitation.place,
            "inviter": shown_name(invitation.invited_by),
            "link": settings.SITE_URL + reverse("accounts:invitation_letter", args=[token]),
            "days": VALID_FOR.days,
        }
        _send(invitation, context)


def _send(invitation: Invitation, context: Mapping[str, object]) -> None:
    if invitation.is_to_a_number:
        sms.send(invitation.email, render_to_string("emails/invitation_sms.txt", dict(context)).strip())
        return
    send_mail(
        subject=render_to_string("emails/invitation_subject.txt", dict(context)).strip(),
        message=render_to_string("emails/invitation.txt", dict(context)),
        from_email=None,
        recipient_list=[invitation.email],
    )


def _language(invitation: Invitation) -> str:
    """Of the login that has confirmed the address; of a stranger nothing is known but how the page was read that
    invites."""
    if invitation.is_to_a_number:
        known = user_by_phone(invitation.email)
    else:
        confirmed = {"emailaddress__email__iexact": invitation.email, "emailaddress__verified": True}
        known = User.objects.filter(**confirmed).first()
    return known.language if known and known.language else invitation.language


def token_hash(token: str) -> str:
    """The word has 256 random bits: a plain digest cannot be tried out."""
    return hashlib.sha256(token.encode()).hexdigest()


def _refuse_own_address(actor: User, email: str) -> None:
    own = {address.email.lower() for address in actor.emailaddress_set.all()}  # type: ignore[attr-defined]
    if email.strip().lower() in own | {str(actor.email).lower(), actor.phone}:
        raise DomainError("own_address")


def _check_address(actor: User, email: str) -> None:
    _refuse_own_address(actor, email)
    if is_number(email) and not sms.can_send():
        raise DomainError("no_messages")
    since = clock.now() - timedelta(days=1)
    if Invitation.objects.filter(invited_by=actor, created_at__gt=since).count() >= A_DAY:
        raise DomainError("too_many_invitations")


def _written(actor: User, role: str, place: Place, email: str) -> Invitation:
    index = address_index(email)
    waiting = Invitation.objects.at(place).filter(email_index=index, role=role, state=InvitationState.OPEN)
    for overdue in waiting.filter(expires_at__lte=clock.now()):
        # The timer has not come by yet.
        advance(overdue, "expire", INVITATION_STEPS, actor=actor)
    now = clock.now()
    try:
        with transaction.atomic():
            return Invitation.objects.create(
                role=role,
                email=email,
                email_index=index,
                language=translation.get_language() or settings.LANGUAGE_CODE,
                invited_by=actor,
                created_at=now,
                expires_at=now + VALID_FOR,
                **{FIELD_OF[type(place)]: place},
            )
    except IntegrityError as error:
        raise DomainError("invited_already") from error


def _check_still_stands(invitation: Invitation) -> None:
    """A week is long: the one who invited may have left, or somebody else may have come first."""
    if clock.now() >= invitation.expires_at:
        raise DomainError("expired")
    givers = [one for one in (invitation.invited_by, invitation.seconded_by) if one]
    if not all(one.is_active and may_give(one, invitation.role, invitation.place) for one in givers):
        raise DomainError("no_longer_given")
