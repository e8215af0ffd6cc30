"""Wrong tries to claim a person, counted per person over time, whoever tries: a limit that no new login escapes."""

from datetime import timedelta

from accounts.models import ClaimTry, Person
from core import clock
from core.errors import DomainError

WINDOW = timedelta(days=1)
MAX_WRONG = 10


def note_wrong_try(person: Person, what: str) -> None:
    """In the caller's transaction, which must not be undone by an error afterwards."""
    ClaimTry.objects.create(person=person, what=what, at=clock.now())


def is_besieged(person: Person) -> bool:
    """So many wrong tries lately that nobody may try for a while; the desk goes on."""
    lately = ClaimTry.objects.filter(person=person, at__gt=clock.now() - WINDOW)
    return lately.count() >= MAX_WRONG


def require_calm(person: Person) -> None:
    """Locks the person, so that many hands at once do not get one try each more. Raises `too_many_tries`."""
    Person.objects.select_for_update().get(pk=person.pk)
    if is_besieged(person):
        raise DomainError("too_many_tries")
