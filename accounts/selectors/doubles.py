"""Likely doubles, what would join, and what was joined: for the offices that decide about them."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Appointment, IdentityDocument, NotADouble, Person, PersonMerge, User
from accounts.permissions import Permission
from accounts.selectors import surviving
from core.errors import NotAllowed

# Groups of more people than this share a common name and a birthday; every pair of them would bury the others.
MOST_ALIKE = 5
MOST_GROUPS = 500
# What officers look for first; every other table that names a person is summed up under "other entries".
TOLD_APART: dict[str, Promise] = {
    "accounts.Appointment": _("Appointments"),
    "courses.TrainingRecord": _("Training records"),
    "certificates.Certificate": _("Certificates"),
    "courses.Enrolment": _("Enrolments"),
    "exams.Attempt": _("Exam attempts"),
    "credit.CreditRecord": _("Credit entries"),
    "accounts.IdentityDocument": _("Identity documents"),
}
OTHERS = _("Other entries")


@dataclass(frozen=True)
class Side:
    """One of the two records: masked, with what hangs on it."""

    person: Person
    documents: list[IdentityDocument]
    appointments: list[Appointment]
    counts: list[tuple[Promise, int]]


def likely_doubles(actor: User) -> list[tuple[Person, Person]]:
    """Pairs of people with the same name and birth date on other documents, not joined and not dismissed.

    No more than of MOST_GROUPS groups that hold one: whoever decides about them finds the next ones.
    """
    pairs = pairs_of_doubles(actor)
    reached = _people(actor).in_bulk({pk for pair in pairs for pk in pair})
    found = [(reached[low], reached[high]) for low, high in pairs]
    return sorted(found, key=lambda pair: (pair[0].name, pair[0].pk, pair[1].pk))


def pairs_of_doubles(actor: User) -> set[tuple[int, int]]:
    """Their keys alone: for whoever asks how many there are."""
    pairs, holding = set[tuple[int, int]](), 0
    dismissed = set(NotADouble.objects.values_list("first", "second"))
    for people in _alike(actor):
        waiting = set(combinations(sorted(people), 2)) - dismissed
        pairs |= waiting
        holding += bool(waiting)
        if holding >= MOST_GROUPS:
            break
    return pairs


def _alike(actor: User) -> Iterator[set[int]]:
    """Groups of reached people who share a name and a birth date."""
    rows = IdentityDocument.objects.exclude(twin_index__in=("", "-")).annotate(survivor=surviving("person__"))
    rows = rows.filter(survivor__in=_people(actor).values("pk"))
    counted = rows.values("twin_index").annotate(people=Count("survivor", distinct=True))
    shared = counted.filter(people__gt=1, people__lte=MOST_ALIKE).order_by("twin_index")
    last = ""
    while indexes := list(shared.filter(twin_index__gt=last).values_list("twin_index", flat=True)[:MOST_GROUPS]):
        last, groups = indexes[-1], defaultdict[str, set[int]](set)
        for index, survivor in rows.filter(twin_index__in=indexes).values_list("twin_index", "survivor"):
            groups[index].add(survivor)
        yield from groups.values()
        if len(indexes) < MOST_GROUPS:
            break


def side_of(actor: User, pk: int) -> Side:
    """Raises NotAllowed. What is counted is whatever table names the person: none is forgotten."""
    person = _people(actor).filter(pk=pk).first()
    if person is None:
        raise NotAllowed(permission=Permission.PERSON_MERGE.value)
    rows = Appointment.objects.allowed(actor, Permission.ROSTER_VIEW).filter(person=person)
    return Side(
        person=person,
        documents=list(person.documents.order_by("pk")),
        appointments=list(rows.select_related("institution").order_by("-start_date", "pk")),
        counts=_counts(person),
    )


def running_merges(actor: User) -> QuerySet[PersonMerge]:
    """Merges that hold, newest first."""
    reached = _people(actor).filter(pk=OuterRef("into"))
    rows = PersonMerge.objects.filter(Exists(reached), undoes__isnull=True, undone_by__isnull=True)
    return rows.select_related("merged", "into").order_by("-at", "-pk")


def merge_card(actor: User, pk: int) -> PersonMerge:
    """Raises NotAllowed."""
    found = running_merges(actor).filter(pk=pk).first()
    if found is None:
        raise NotAllowed(permission=Permission.PERSON_MERGE.value)
    return found


def _people(actor: User) -> QuerySet[Person]:
    return Person.objects.allowed(actor, Permission.PERSON_MERGE)


def _counts(person: Person) -> list[tuple[Promise, int]]:
    """How many rows of each table name the person."""
    found: dict[Any, int] = dict.fromkeys([*TOLD_APART.values(), OTHERS], 0)
    for relation in Person._meta.related_objects:
        label = TOLD_APART.get(relation.related_model._meta.label, OTHERS)
        named = Q(**{relation.field.name: person.pk})
        found[label] += relation.related_model._base_manager.filter(named).count()
    return list(found.items())
