"""Vouching by an institution: the code that lets a colleague claim the record, and the document it has seen."""

import hashlib
import secrets
from datetime import date, timedelta

from django.db import transaction
from django.db.models import F, Min, Q
from django.db.models.functions import Coalesce, Least

from accounts.access import require
from accounts.models import (
    Appointment,
    Claim,
    ClaimInvitation,
    ClaimTry,
    IdentityCheck,
    Institution,
    Membership,
    Person,
    User,
)
from accounts.models.people import running_or_just_ended
from accounts.models.positions import AppointmentQuerySet
from accounts.permissions import Permission, Role
from accounts.selectors import same_person
from accounts.services.claim_tries import note_wrong_try, require_calm
from accounts.services.identity import PHONE_KNOWN_FOR, confirm_locked, locked_open, record_identity_check
from accounts.services.letters import write_to
from accounts.workflow import DisputeState, Standing
from core import audit, clock, outbox
from core.errors import DomainError, NotAllowed

TELL = "accounts.tell_claim_invited"
INVITATION_LIFE = timedelta(days=14)
# Crockford's alphabet: nothing that is read for something else. Twelve of them are 60 bits.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 12
MAX_TRIES = 5


@transaction.atomic
def invite_to_claim(*, actor: User, person: Person, institution: Institution) -> tuple[ClaimInvitation, str]:
    """A one-time code for somebody on the roster; it is shown now and never again, and ends the one before. The other
    institutions that name the person are told.

    Raises `person_taken` when the record has a login already, `named_lately` and `row_disputed` (a row could be written
    in order to take the record over), and NotAllowed.
    """
    _require_colleague(actor, person, institution)
    locked = Person.objects.select_for_update().get(pk=person.pk)
    if locked.user_id:
        raise DomainError("person_taken")
    _require_trusted_row(locked, institution)
    now, code = clock.now(), "".join(secrets.choice(ALPHABET) for _place in range(CODE_LENGTH))
    running = ClaimInvitation.objects.filter(person=locked, institution=institution, expires_at__gt=now)
    running.filter(used_at__isnull=True).update(expires_at=now)
    invitation = ClaimInvitation.objects.create(
        person=locked,
        institution=institution,
        code_hash=_hash(code),
        created_at=now,
        created_by=actor,
        expires_at=now + INVITATION_LIFE,
    )
    audit.record(actor, "accounts.claim_invited", invitation, person=locked.pk)
    outbox.add(TELL, invitation.pk)
    return invitation, code


@transaction.atomic
def confirm_claim_by_invitation(*, actor: User, claim: Claim, code: str) -> Claim:
    """The claim has shown document and name; the code of the institution confirms it, once.

    A wrong code is counted and leaves the claim open. Whoever handed the code out cannot use it. Raises
    `too_many_tries`, `named_lately`, `row_disputed`, and NotAllowed for the claim of another login.
    """
    if claim.user_id != actor.pk:
        raise NotAllowed(record="accounts.claim")
    claim = locked_open(claim)
    require_calm(claim.person)
    if claim.tries >= MAX_TRIES:
        raise DomainError("too_many_tries")
    valid = ClaimInvitation.objects.filter(
        same_person(claim.person.merged_into_id or claim.person_id), used_at__isnull=True, expires_at__gt=clock.now()
    )
    found = valid.filter(code_hash=_hash(code)).exclude(created_by=actor).select_for_update(of=("self",)).first()
    if found is None:
        # Returned, not raised: an error would roll the count back.
        claim.tries += 1
        claim.save(update_fields=["tries"])
        note_wrong_try(claim.person, ClaimTry.What.INVITATION)
        return claim
    _require_trusted_row(claim.person, found.institution)
    found.used_at = clock.now()
    found.save(update_fields=["used_at"])
    return confirm_locked(actor, claim, way="invitation")


@transaction.atomic
def check_colleague(*, actor: User, person: Person, institution: Institution, seen_on: date) -> IdentityCheck:
    """The institution has seen the original document of somebody on its roster. Raises `own_record`, `day_wrong`."""
    _require_colleague(actor, person, institution)
    if person.user_id == actor.pk:
        raise DomainError("own_record")
    if seen_on > clock.today():
        raise DomainError("day_wrong")
    return record_identity_check(
        actor=actor,
        person=person,
        standing=Standing.CHECKED_BY_INSTITUTION,
        seen_on=seen_on,
        body_name=institution.name,
    )


def tell_others(*, invitation_id: int) -> None:
    """Word to the officers of the other institutions that name the person: neither who it is nor who invited."""
    invitation = ClaimInvitation.objects.select_related("person").get(pk=invitation_id)
    running = Q(end_date__isnull=True) | Q(end_date__gt=clock.today())
    rows = _rows(invitation.person).filter(running).exclude(institution=invitation.institution_id)
    hats = Membership.objects.running(clock.today()).filter(
        role=Role.INSTITUTION_OFFICER, institution__in=rows.values("institution"), user__is_active=True
    )
    officers = User.objects.filter(pk__in=hats.values("user"))
    for officer in officers.order_by("pk"):
        write_to(officer, "claim_invited", "accounts:person", invitation.person_id)


def _rows(person: Person) -> AppointmentQuerySet:
    return Appointment.objects.holding().filter(same_person(person.merged_into_id or person.pk))


def _require_trusted_row(person: Person, institution: Institution) -> None:
    """Known here for as long as a phone must be (PHONE_KNOWN_FOR), in whatever wording, and not disputed."""
    rows = _rows(person).filter(institution=institution)
    if rows.filter(disputes__state=DisputeState.OPEN).exists():
        raise DomainError("row_disputed")
    first_known = Least("recorded_at", Coalesce(Min("versions__recorded_at"), F("recorded_at")))
    old = clock.now() - PHONE_KNOWN_FOR
    if not rows.annotate(first_known=first_known).filter(first_known__lte=old).exists():
        raise DomainError("named_lately", days=PHONE_KNOWN_FOR.days)


def _require_colleague(actor: User, person: Person, institution: Institution) -> None:
    """Own staff only: named here today, or gone lately."""
    require(actor, Permission.IDENTITY_VOUCH, institution)
    if not _rows(person).filter(running_or_just_ended(clock.today()), institution=institution).exists():
        raise NotAllowed(permission=Permission.IDENTITY_VOUCH.value)


def _hash(code: str) -> str:
    """Blanks and hyphens are for the eye; O, I and L are read for the digits they look like."""
    plain = "".join(one for one in code.upper() if one.isalnum()).translate(str.maketrans("OIL", "011"))
    return hashlib.sha256(f"claim invitation:{plain}".encode()).hexdigest()
