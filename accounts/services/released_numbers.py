"""A number that a login has declared under another name, taken away by whoever has seen the original document.

Without it, whoever typed a foreign number first would keep its owner out of every profile and roster for good.
"""

from datetime import date, timedelta
from typing import Any

from django.db import transaction

from accounts.access import require
from accounts.identifiers import check_document
from accounts.models import Appointment, IdentityCheck, IdentityDocument, Institution, Person, TrainingBase, User
from accounts.permissions import Permission
from accounts.selectors import find_document, known_areas, same_person
from accounts.services.letters import write_to
from accounts.workflow import CHECKED
from core import audit, clock, outbox
from core.errors import DomainError
from core.models import AuditEntry
from core.text import name_key

TELL = "accounts.tell_number_released"
ASKED = "accounts.number_asked"
# So many numbers one login asks about within a day, wherever it does and whether or not one of them was there.
A_DAY = 10

# Who looks at original documents: an institution at those of its staff, a base's desk at those of its trainees.
Desk = Institution | TrainingBase
SEEING: dict[type[Desk], Permission] = {
    Institution: Permission.IDENTITY_VOUCH,
    TrainingBase: Permission.ENROLMENT_ADMIT,
}


@transaction.atomic
def release_number(
    *, actor: User, place: Desk, name: str, document_type: str, number: str, seen_on: date, **facts: int
) -> bool:
    """The place has seen the original, and it says another name than the login that declared the number did.
    Says whether something was taken away; nothing else is told of whose it was.

    Only what nobody has checked goes: no roster names that person, and no desk or institution has seen its document.
    `facts` say what for. Raises `document_wrong`, `day_wrong`, `too_many_tries`, NotAllowed.
    """
    require(actor, SEEING[type(place)], place)
    checked = check_document(document_type, number, on=clock.today(), known_areas=known_areas())
    if not checked.ok:
        raise DomainError("document_wrong", reasons=checked.errors)
    if seen_on > clock.today():
        raise DomainError("day_wrong")
    _count(actor, place)
    found = _self_declared(document_type, checked.value, name)
    if found is None:
        return False
    person = found.person
    found.delete()
    seen: dict[str, Any] = {"document_type": document_type, "seen_on": seen_on.isoformat(), **facts}
    seen["institution" if isinstance(place, Institution) else "base"] = place.pk
    audit.record(actor, "accounts.number_released", person, **seen)
    outbox.add(TELL, person.pk)
    return True


def tell_declarer(*, person_id: int) -> None:
    """The login that had declared it reads that it is gone, and may declare its own document."""
    user = User.objects.filter(person=person_id, is_active=True).first()
    if user is not None:
        write_to(user, "number_released", "accounts:profile")


def _count(actor: User, place: Desk) -> None:
    User.objects.select_for_update().get(pk=actor.pk)
    since = clock.now() - timedelta(days=1)
    if AuditEntry.objects.filter(actor=actor.pk, verb=ASKED, at__gt=since).count() >= A_DAY:
        raise DomainError("too_many_tries")
    audit.record(actor, ASKED, place)


def _self_declared(kind: str, number: str, name: str) -> IdentityDocument | None:
    found = find_document(kind, number)
    if found is None or found.person.user_id is None or found.person.merged_into_id:
        return None
    person = Person.objects.select_for_update().get(pk=found.person_id)
    standing = IdentityCheck.objects.filter(same_person(person.pk), standing__in=CHECKED)
    named = Appointment.objects.holding().filter(same_person(person.pk))
    if person.name_key == name_key(name) or standing.exists() or named.exists():
        return None
    return found
