"""Whom a case may be about: people and places of a name, told apart by document and workplace.

A department's matter stands in the file of its legal person, a base's in its host's: the place itself is chosen.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from accounts.models import Appointment, Institution, Person, TrainingBase, User
from accounts.permissions import Permission
from accounts.selectors import masked_numbers
from accounts.selectors.places import base_named
from accounts.selectors.staff import running_on
from core import clock
from core.text import name_key

MOST = 20


@dataclass(frozen=True)
class Candidate:
    """`key`: what a form sends back. `beside`: masked document, or credit code; `works_at`: places of today."""

    key: str
    name: str
    beside: str
    works_at: str = ""


@dataclass(frozen=True)
class Concerned:
    """In whose file it stands, and which part of it is concerned."""

    subject: Person | Institution
    unit: Institution | TrainingBase | None = None


def candidates(actor: User, words: str) -> list[Candidate]:
    """People of exactly this name within reach, and places whose name holds it or whose credit code it is."""
    key = name_key(words)
    return [*_people(actor, key), *_institutions(words, key), *_bases(words)] if key else []


def _people(actor: User, key: str) -> Iterator[Candidate]:
    found = list(_people_in_reach(actor).filter(name_key=key).order_by("pk")[:MOST])
    numbers, places = masked_numbers([one.pk for one in found]), _places_of(found)
    for person in found:
        yield Candidate(f"person:{person.pk}", person.name, numbers.get(person.pk, ""), places.get(person.pk, ""))


def _places_of(people: list[Person]) -> dict[int, str]:
    today = clock.today()
    rows = Appointment.objects.filter(running_on(today), person__in=people).select_related("institution")
    places: dict[int, list[str]] = {}
    for row in rows.order_by("pk"):
        places.setdefault(row.person_id, []).append(row.institution.name)
    return {person: ", ".join(dict.fromkeys(names)) for person, names in places.items()}


def _institutions(words: str, key: str) -> Iterator[Candidate]:
    of_name = Q(name_key__contains=key) | Q(uscc=words.strip().upper())
    for place in Institution.objects.filter(of_name).select_related("parent").order_by("pk")[:MOST]:
        above = place.parent.name if place.parent else ""
        yield Candidate(f"institution:{place.pk}", place.name, place.uscc or "", above)


def _bases(words: str) -> Iterator[Candidate]:
    rows = TrainingBase.objects.filter(base_named(words.strip()), host__isnull=False).select_related("host")
    for base in rows.order_by("pk")[:MOST]:
        yield Candidate(f"base:{base.pk}", base.name, "", base.host.name if base.host else "")


def concerned(actor: User, key: str) -> Concerned | None:
    """What a key stands for; None where it is out of reach or no such thing."""
    kind, _, number = key.partition(":")
    if not number.isdecimal():
        return None
    return {"person": _person, "institution": _institution, "base": _base}.get(kind, _nobody)(actor, int(number))


def _person(actor: User, pk: int) -> Concerned | None:
    found = _people_in_reach(actor).filter(pk=pk).first()
    return Concerned(found) if found else None


def _institution(actor: User, pk: int) -> Concerned | None:
    found = Institution.objects.filter(pk=pk).select_related("parent").first()
    if found is None or found.uscc:
        return Concerned(found) if found else None
    return Concerned(found.parent, found) if found.parent else None


def _base(actor: User, pk: int) -> Concerned | None:
    found = TrainingBase.objects.filter(pk=pk).select_related("host").first()
    return Concerned(found.host, found) if found and found.host else None


def _nobody(actor: User, pk: int) -> None:
    return None


def _people_in_reach(actor: User) -> QuerySet[Person]:
    """Of whom the actor may file a case."""
    return Person.objects.allowed(actor, Permission.CREDIT_FILE_VIEW).filter(merged_into__isnull=True)
