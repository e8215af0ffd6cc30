"""Erasing somebody: what says who they are goes, what law keeps stays without it. Only the request centre calls this.

Rows that history rests on (appointments, trainings) stay and point to a person without a name: past ratios do not move.
"""

from datetime import datetime

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db import transaction
from django.db.models import F, ProtectedError, Q

from accounts.access import require
from accounts.models import (
    Appointment,
    AppointmentDispute,
    AppointmentVersion,
    Claim,
    IdentityDocument,
    Invitation,
    JoinRequest,
    LeaveOfAbsence,
    Membership,
    Person,
    User,
)
from accounts.models.joining import address_index
from accounts.permissions import Permission, Role
from accounts.selectors.privacy import unconfirmed_logins
from accounts.services.places import write_name
from core import audit, clock, uploads
from core.errors import DomainError, NotAllowed
from core.text import name_key

ERASED_NAME = "已注销"


@transaction.atomic
def erase_person(*, actor: User, person: Person) -> Person:
    """Name, documents, phones, mails, sign-in. Raises `still_appointed` while an institution names the person."""
    require(actor, Permission.DATA_REQUEST_REVIEW, person)
    people = list(Person.objects.select_for_update().filter(Q(pk=person.pk) | Q(merged_into=person.pk)).order_by("pk"))
    _require_no_open_appointment(people)
    users = [one.user for one in people if one.user]
    terms = set(Appointment.PERSONAL) & set(Appointment.TERMS)
    IdentityDocument.objects.filter(person__in=people).delete()
    AppointmentVersion.objects.filter(appointment__person__in=people).update(**dict.fromkeys(terms, ""))
    Appointment.objects.filter(person__in=people).update(**dict.fromkeys(Appointment.PERSONAL, ""))
    LeaveOfAbsence.objects.filter(appointment__person__in=people).update(reason="")
    AppointmentDispute.objects.filter(appointment__person__in=people).update(words="")
    for one in people:
        one.name, one.name_key, one.latin_name = ERASED_NAME, name_key(ERASED_NAME), ""
        one.phone = ""
        one.save(update_fields=["name", "name_key", "latin_name", "phone"])
    for user in users:
        erase_login(actor=actor, user=user)
    audit.record(actor, "accounts.person_erased", person)
    return people[0]


@transaction.atomic
def erase_login(*, actor: User, user: User) -> User:
    """Nobody signs in with it again; its row stays, because what it did stays written down."""
    Claim.objects.filter(user=user).update(code_hash="", code_sent_at=None)
    _forget_letters(user)
    EmailAddress.objects.filter(user=user).delete()
    Authenticator.objects.filter(user=user).delete()
    ended = Q(valid_to__isnull=True) | Q(valid_to__gt=clock.today())
    Membership.objects.filter(ended, user=user).update(valid_to=clock.today())
    user.email, user.phone, user.phone_index, user.phone_verified = f"{user.uuid}@erased.invalid", "", "", False
    user.is_active, user.last_login = False, None
    user.session_epoch = F("session_epoch") + 1
    user.set_unusable_password()
    user.save()
    # Tables between preview and confirmation, and copies of one's data.
    uploads.forget_all_of(user.pk)
    audit.record(actor, "accounts.login_erased", user)
    return user


@transaction.atomic
def forget_unconfirmed(*, actor: User, before: datetime) -> int:
    """Logins that somebody began and never confirmed, by the nightly job as the system: nothing rests on them, and the
    address is free again. The few that something points to lose their address instead."""
    if not any(hat.role == Role.SYSTEM for hat in actor.worn_memberships()):
        raise NotAllowed(permission="system")
    found = list(unconfirmed_logins(before))
    for user in found:
        try:
            with transaction.atomic():
                user.delete()
        except ProtectedError:
            erase_login(actor=actor, user=user)
    return len(found)


@transaction.atomic
def correct_identity(
    *, actor: User, person: Person, name: str = "", document_type: str = "", number: str = "", index: str = ""
) -> Person:
    """Put a name or the number of one document right, after a second person has agreed. Issued documents keep what
    they say: they are superseded. Raises `document_taken`, `no_document`."""
    require(actor, Permission.DATA_REQUEST_REVIEW, person)
    if name:
        write_name(person, name)
    if number:
        _correct_number(person, document_type, number, index)
    audit.record(actor, "accounts.identity_corrected", person, name=bool(name), number=bool(number))
    return person


def _correct_number(person: Person, document_type: str, number: str, index: str) -> None:
    if IdentityDocument.objects.filter(number_index=index).exclude(person=person).exists():
        raise DomainError("document_taken")
    document = IdentityDocument.objects.filter(person=person, type=document_type).order_by("pk").first()
    if document is None:
        raise DomainError("no_document")
    document.number, document.number_index = number, index
    document.save(update_fields=["number", "number_index"])


def _forget_letters(user: User) -> None:
    """Addresses that letters went to, and what was written when asking to join."""
    addresses = {user.email, *EmailAddress.objects.filter(user=user).values_list("email", flat=True)}
    # A number that nobody has proven may be somebody else's, and so may the invitation that went there.
    proven = user.phone if user.phone_verified else ""
    addresses = {one for one in {*addresses, proven} if one}
    gone = f"{user.uuid}@erased.invalid"
    for letter in Invitation.objects.filter(email_index__in=[address_index(one) for one in addresses]):
        letter.email, letter.email_index = gone, address_index(gone)
        letter.token_hash = ""
        letter.save(update_fields=["email", "email_index", "token_hash"])
    JoinRequest.objects.filter(user=user).update(message="")


def _require_no_open_appointment(people: list[Person]) -> None:
    running = Q(end_date__isnull=True) | Q(end_date__gt=clock.today())
    if Appointment.objects.filter(running, person__in=people, voided_at__isnull=True).exists():
        raise DomainError("still_appointed")
