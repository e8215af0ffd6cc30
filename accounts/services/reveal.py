"""Seeing a full number: its own act, for one person and one purpose, counted, written down, read of by the person.

Who may: authorities, for people of their region. An institution entered the numbers of its staff itself, and a base
reads the original at its desk: neither needs them from here.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from accounts.access import can, holds
from accounts.models import AccessEntry, Appointment, IdentityDocument, Person, User
from accounts.permissions import Permission
from accounts.selectors import same_person
from accounts.services.access import note_access
from core import audit, clock
from core.errors import DomainError, NotAllowed

What = AccessEntry.What
SHOWN = (What.IDENTITY_NUMBER, What.PHONE)
# So many refused tries of one login are written down within an hour.
REFUSED_AN_HOUR = 20


@dataclass(frozen=True)
class Revealed:
    """What was shown, to be drawn once and kept nowhere: (kind, value). Refused: no values, and `refusal` says why."""

    person: Person
    values: list[tuple[str, str]] = field(default_factory=list, repr=False)
    refusal: str = ""


@transaction.atomic
def reveal(*, actor: User, person_id: int, what: str, purpose: str) -> Revealed:
    """Write the look down, then open the value. Raises NotAllowed when there is no such person.

    A refusal ("out_of_reach", "too_many") is returned, not raised: an error would roll its entry back.
    """
    if what not in SHOWN or not purpose.strip():
        raise DomainError("purpose_missing")
    # Whoever asks twenty-one times at once is counted one after the other.
    User.objects.select_for_update().get(pk=actor.pk)
    person = Person.objects.select_related("merged_into").filter(pk=person_id).first()
    if person is None:
        raise NotAllowed(permission=Permission.PERSON_REVEAL.value)
    concerned = person.merged_into or person
    if refusal := _refusal(actor, person):
        _note_refused(actor, concerned, what, purpose, refusal)
        return Revealed(concerned, refusal=refusal)
    values = _values(actor, concerned, what)
    if not values:
        # Nobody has seen anything: no look is used up, and the person is not told of one.
        return Revealed(concerned)
    note_access(actor=actor, person=concerned, what=what, purpose=purpose)
    audit.record(actor, "accounts.number_revealed", concerned, what=what, purpose=purpose)
    return Revealed(concerned, values)


def _refusal(actor: User, person: Person) -> str:
    if not can(actor, Permission.PERSON_REVEAL, person):
        return "out_of_reach"
    seen = AccessEntry.objects.filter(actor=actor, what__in=SHOWN, granted=True, at__gt=_an_hour_ago())
    return "too_many" if seen.count() >= settings.REVEALS_AN_HOUR else ""


def _note_refused(actor: User, person: Person, what: str, purpose: str, refusal: str) -> None:
    """Once an hour and person, and for a few: a script does not fill the lists. The words of somebody whose office
    sees no numbers at all are not kept."""
    lately = AccessEntry.objects.filter(actor=actor, what__in=SHOWN, granted=False, at__gt=_an_hour_ago())
    if lately.filter(person=person).exists() or lately.count() >= REFUSED_AN_HOUR:
        return
    words = purpose if holds(actor, Permission.PERSON_REVEAL) else ""
    note_access(actor=actor, person=person, what=what, purpose=words, granted=False)
    audit.record(actor, "accounts.reveal_refused", person, what=what, purpose=words, refusal=refusal)


def _values(actor: User, person: Person, what: str) -> list[tuple[str, str]]:
    if what == What.PHONE:
        return _phones(actor, person)
    rows = IdentityDocument.objects.filter(person=person).order_by("pk")
    return [(row.get_type_display(), row.number) for row in rows]


def _phones(actor: User, person: Person) -> list[tuple[str, str]]:
    """What rosters name, of those institutions alone that the actor reaches; each number once."""
    rows = Appointment.objects.allowed(actor, Permission.PERSON_REVEAL).holding().filter(same_person(person.pk))
    named = {row.phone: row.institution.name for row in rows.select_related("institution").order_by("pk") if row.phone}
    return [(institution, phone) for phone, institution in named.items()]


def _an_hour_ago() -> datetime:
    return clock.now() - timedelta(hours=1)
