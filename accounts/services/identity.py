"""Who somebody is: the profile with its document, claims of people a roster already names, identity checks."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string

from accounts.access import require
from accounts.identifiers import check_document
from accounts.models import Appointment, Claim, ClaimTry, IdentityCheck, IdentityDocument, Person, User
from accounts.models.places import TrainingBase
from accounts.permissions import Permission
from accounts.selectors import document_index, find_document, known_areas, same_person
from accounts.services.claim_tries import is_besieged, note_wrong_try, require_calm
from accounts.workflow import ClaimState, Standing
from core import audit, clock, outbox, sms
from core.errors import DomainError, NotAllowed, WrongState
from core.models import OutboxEvent
from core.text import name_key, normal_name

CODE_LIFE = timedelta(minutes=10)
MAX_TRIES = 5
# How often a new code may be asked for within one claim.
MAX_RESENDS = 3
# A phone counts when it was known so long before the claim: nobody puts it there in order to claim.
PHONE_KNOWN_FOR = timedelta(days=7)
# So many refused profiles of one login in 24 hours, then none is looked up any more.
REFUSED_A_DAY = 10
SEND_CODE = "accounts.send_claim_code"


@dataclass(frozen=True)
class ProfileResult:
    """Either the person (new, or already the login's own) or an open claim on a person known from a roster."""

    person: Person | None = None
    claim: Claim | None = None


def save_profile(
    *,
    actor: User,
    name: str,
    document_type: str,
    number: str,
    country: str = "CHN",
    latin_name: str = "",
) -> ProfileResult:
    """Fill the actor's profile.

    A document nobody has makes a new person at once; a known document with the same name makes a claim that shows
    nothing; with another name it is refused with the same text as any other refusal (`profile_refused`). A login
    that has a person already gets no second one (`profile_exists`). Refusals are counted per login.
    """
    checked = check_document(document_type, number, on=clock.today(), known_areas=known_areas())
    if not checked.ok:
        raise DomainError("document_wrong", reasons=checked.errors)
    with transaction.atomic():
        # Whoever asks eleven times at once is counted one after the other.
        User.objects.select_for_update().get(pk=actor.pk)
        _require_patience(actor)
        try:
            return _profile(actor, name, latin_name, document_type, country, checked.value)
        except DomainError as error:
            # Written after the refusal has undone its own savepoint.
            audit.record(actor, "accounts.profile_refused", actor, code=error.code)
            _note_wrong_name(name, document_type, checked.value)
            refusal = error
    raise refusal


def _note_wrong_name(name: str, kind: str, number: str) -> None:
    """Whoever has somebody's number and not the name has tried that person."""
    known = find_document(kind, number)
    if known is None:
        return
    person = known.person.merged_into or known.person
    if name_key(name) not in (known.person.name_key, person.name_key):
        note_wrong_try(person, ClaimTry.What.NAME)


def _require_patience(actor: User) -> None:
    """Whoever tries numbers against names is told the same as before, whether they fit or not."""
    since = clock.now() - timedelta(days=1)
    refused = audit.entries_about(actor).filter(verb="accounts.profile_refused", at__gt=since)
    if refused.count() >= REFUSED_A_DAY:
        raise DomainError("profile_refused")


@transaction.atomic
def _profile(actor: User, name: str, latin_name: str, kind: str, country: str, number: str) -> ProfileResult:
    known = find_document(kind, number)
    if known is None:
        if bare := Person.objects.filter(user=actor.pk, documents=None).select_for_update(of=("self",)).first():
            return ProfileResult(person=_declared_anew(actor, bare, name, latin_name, kind, country, number))
        return ProfileResult(person=_new_person(actor, name, latin_name, kind, country, number))
    person = known.person.merged_into or known.person
    if name_key(name) not in (known.person.name_key, person.name_key) or person.user_id not in (None, actor.pk):
        raise DomainError("profile_refused")
    if person.user_id == actor.pk:
        return ProfileResult(person=person)
    return ProfileResult(claim=_open_claim(actor, person))


@transaction.atomic
def confirm_claim_by_code(*, actor: User, claim: Claim, code: str) -> Claim:
    """Answer with the one-time code sent to the phone on file; a wrong code is counted and leaves the claim open.

    Whoever read it there has proved that the number is the own one, and it is kept with the person.
    Raises `code_expired` and `too_many_tries`; NotAllowed for the claim of another login.
    """
    if claim.user_id != actor.pk:
        raise NotAllowed(record="accounts.claim")
    claim = locked_open(claim)
    require_calm(claim.person)
    if claim.tries >= MAX_TRIES:
        raise DomainError("too_many_tries")
    if claim.code_sent_at is None or clock.now() > claim.code_sent_at + CODE_LIFE:
        raise DomainError("code_expired")
    if not hmac.compare_digest(claim.code_hash, _code_hash(claim.pk, code)):
        # Returned, not raised: an error would roll the count back.
        claim.tries += 1
        claim.save(update_fields=["tries"])
        note_wrong_try(claim.person, ClaimTry.What.CODE)
        return claim
    phone = _phone_on_file(claim)
    confirmed = confirm_locked(actor, claim, way="code")
    person = Person.objects.get(user=actor.pk)
    person.phone = phone
    person.save(update_fields=["phone"])
    return confirmed


@transaction.atomic
def resend_claim_code(*, actor: User, claim: Claim) -> Claim:
    """Ask for another code; wrong tries stay counted. Raises `too_many_tries` and `codes_spent`."""
    if claim.user_id != actor.pk:
        raise NotAllowed(record="accounts.claim")
    claim = locked_open(claim)
    if claim.tries >= MAX_TRIES:
        raise DomainError("too_many_tries")
    if OutboxEvent.objects.filter(kind=SEND_CODE, key=str(claim.pk)).count() > MAX_RESENDS:
        raise DomainError("codes_spent")
    outbox.add(SEND_CODE, claim.pk)
    audit.record(actor, "accounts.claim_code_asked", claim)
    return claim


@transaction.atomic
def confirm_claim_at_desk(*, actor: User, claim: Claim, base: TrainingBase) -> Claim:
    """The manager of the admitting base has seen the original document."""
    require(actor, Permission.ENROLMENT_ADMIT, base)
    return confirm_locked(actor, locked_open(claim), way="desk")


@transaction.atomic
def record_identity_check(
    *, actor: User, person: Person, standing: Standing, seen_on: date | None = None, body_name: str = ""
) -> IdentityCheck:
    """Append a dated standing. Callers have checked that the actor may vouch for this person."""
    check = IdentityCheck.objects.create(
        person=person,
        standing=standing,
        checked_at=clock.now(),
        checked_by=actor,
        seen_on=seen_on,
        body_name=body_name[:150],
    )
    audit.record(actor, "accounts.identity_checked", person, standing=str(standing))
    return check


def deliver_claim_code(*, claim_id: int) -> None:
    """Send a new six-digit code to the phone on file, by text message.

    No phone to trust or no gateway: no code is sent and the claim waits for the desk. Called again, the newest holds,
    and the tries go on being counted.
    """
    claim = Claim.objects.select_related("person").get(pk=claim_id)
    phone = _phone_on_file(claim)
    if claim.state != ClaimState.OPEN or not phone or not sms.can_send():
        return
    code = f"{secrets.randbelow(1_000_000):06d}"
    Claim.objects.filter(pk=claim.pk).update(code_hash=_code_hash(claim.pk, code), code_sent_at=clock.now())
    sms.send(phone, render_to_string("emails/claim_code.txt", {"code": code, "minutes": CODE_LIFE.seconds // 60}))


def _phone_on_file(claim: Claim) -> str:
    """The one that every roster naming one names, known well before the claim; rows of joined doubles count too.

    An officer who names an own phone for somebody in order to claim the record gets no code there.
    """
    rows = Appointment.objects.holding().filter(same_person(claim.person.merged_into_id or claim.person_id))
    named = [row for row in rows.order_by("pk") if row.phone]
    known_since = min((row.recorded_at for row in named), default=claim.created_at)
    if len({row.phone for row in named}) != 1 or known_since > claim.created_at - PHONE_KNOWN_FOR:
        return ""
    return named[0].phone


def locked_open(claim: Claim) -> Claim:
    locked = Claim.objects.select_for_update().get(pk=claim.pk)
    if locked.state != ClaimState.OPEN:
        raise WrongState(step="confirm_claim", state=locked.state)
    return locked


def _require_no_person(user_id: int) -> None:
    if Person.objects.filter(user=user_id).exists():
        raise DomainError("profile_exists")


def _new_person(actor: User, name: str, latin_name: str, kind: str, country: str, number: str) -> Person:
    _require_no_person(actor.pk)
    if Claim.objects.filter(user=actor, state=ClaimState.OPEN).exists():
        # Confirmed later, the claim would give this login a second person.
        raise DomainError("profile_refused")
    try:
        with transaction.atomic():
            person = _person_with_document(actor, name, latin_name, kind, country, number)
    except IntegrityError as error:
        # Somebody was faster with this document, or the same hand clicked twice.
        raise DomainError("profile_refused") from error
    audit.record(actor, "accounts.profile_saved", person, document_type=kind)
    outbox.add("accounts.profile_saved", person.pk)
    record_identity_check(actor=actor, person=person, standing=Standing.SELF_DECLARED)
    return person


def _declared_anew(
    actor: User, person: Person, name: str, latin_name: str, kind: str, country: str, number: str
) -> Person:
    """After the number of the profile was released: the login's own document, under its own name."""
    person.name, person.name_key, person.latin_name = normal_name(name), name_key(name), latin_name.strip()
    person.save(update_fields=["name", "name_key", "latin_name"])
    try:
        with transaction.atomic():
            _document(person, kind, country, number)
    except IntegrityError as error:
        raise DomainError("profile_refused") from error
    audit.record(actor, "accounts.profile_saved", person, document_type=kind)
    outbox.add("accounts.profile_saved", person.pk)
    record_identity_check(actor=actor, person=person, standing=Standing.SELF_DECLARED)
    return person


def _document(person: Person, kind: str, country: str, number: str) -> None:
    IdentityDocument.objects.create(
        person=person, type=kind, country=country, number=number, number_index=document_index(kind, number)
    )


def _person_with_document(actor: User, name: str, latin_name: str, kind: str, country: str, number: str) -> Person:
    person = Person.objects.create(
        user=actor, name=normal_name(name), name_key=name_key(name), latin_name=latin_name.strip()
    )
    _document(person, kind, country, number)
    return person


def _open_claim(actor: User, person: Person) -> Claim:
    _require_no_person(actor.pk)
    if is_besieged(person):
        # The same text as for any other refusal.
        raise DomainError("profile_refused")
    claim, fresh = Claim.objects.get_or_create(user=actor, state=ClaimState.OPEN, defaults={"person": person})
    if claim.person_id != person.pk:
        raise DomainError("profile_refused")
    if fresh:
        audit.record(actor, "accounts.claim_opened", claim)
        outbox.add(SEND_CODE, claim.pk)
    return claim


def confirm_locked(actor: User, claim: Claim, *, way: str) -> Claim:
    person = Person.objects.select_for_update().get(pk=claim.person_id)
    if person.merged_into_id:
        # Joined since the claim was opened: the record that stands for both is the one that gets the login.
        person = Person.objects.select_for_update().get(pk=person.merged_into_id)
    if person.user_id not in (None, claim.user_id):
        raise DomainError("person_taken")
    if person.user_id is None:
        _require_no_person(claim.user_id)
    person.user_id = claim.user_id
    person.save(update_fields=["user"])
    claim.state, claim.confirmed_by_way = ClaimState.CONFIRMED, way
    claim.save(update_fields=["state", "confirmed_by_way"])
    audit.record(actor, "accounts.claim_confirmed", claim, way=way)
    return claim


def _code_hash(claim_id: int, code: str) -> str:
    return hashlib.sha256(f"{settings.SECRET_KEY}:{claim_id}:{code.strip()}".encode()).hexdigest()
