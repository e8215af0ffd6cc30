"""Reads of the accounts room. Every list and figure uses the surviving person of a merge through one expression."""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce

from accounts.models import (
    AccessEntry,
    Appointment,
    Claim,
    ClaimTry,
    IdentityCheck,
    IdentityDocument,
    Institution,
    Person,
    PersonMerge,
    Region,
    User,
)
from accounts.permissions import Permission
from accounts.workflow import CHECKED, ClaimState
from core import clock
from core.compiled import Many, compiled
from core.errors import NotAllowed
from core.fields import blind_index
from core.text import compact, narrow

SYSTEM_EMAIL = "system@platform.invalid"


def system_user() -> User:
    """Whom commands and the demo loader act as; made by a migration, can never log in."""
    return User.objects.get(email=SYSTEM_EMAIL)


def surviving(prefix: str = "", known_at: datetime | None = None) -> Coalesce:
    """The id of the person who stands for a merged one; `prefix` is the path to Person, e.g. "person__".

    As known at a moment (default now): records joined later were two people then, and a figure of then stays.
    """
    own = f"{prefix}id" if prefix else "pk"
    if known_at is None:
        return Coalesce(F(f"{prefix}merged_into_id"), F(own))
    last = PersonMerge.objects.filter(merged=OuterRef(own), at__lte=known_at).order_by("-at", "-pk")
    stood = last.annotate(stood=Case(When(undoes__isnull=True, then=F("into")), default=F("merged"))).values("stood")
    return Coalesce(Subquery(stood[:1]), F(own))


def document_index(kind: str, number: str) -> str:
    """The blind index of a normalised number. Without the issuing country: rosters do not name it, and a person has
    to be found by what the roster says. The name must match too before anything is linked."""
    return blind_index("identity_document", f"{kind}:{number}")


def find_document(kind: str, number: str) -> IdentityDocument | None:
    """The document with this normalised number, whoever's it is. For services; never for pages."""
    index = document_index(kind, number)
    return IdentityDocument.objects.select_related("person__merged_into").filter(number_index=index).first()


def identity_standing(person: Person) -> IdentityCheck | None:
    """The latest check of the identity; None is the same as never declared. Of joined records the checked one holds."""
    return _standing_of(_checks_by_record(person))


def _standing_of(checks: dict[int, list[IdentityCheck]]) -> IdentityCheck | None:
    found = [rows[0] for rows in checks.values()]
    return max(found, key=lambda one: (one.standing in CHECKED, one.checked_at, one.pk), default=None)


def is_checked(person: Person) -> bool:
    latest = identity_standing(person)
    return latest is not None and latest.standing in CHECKED


def has_document(person: Person) -> bool:
    """Of the person or of a joined double; a number that was released is nobody's."""
    return IdentityDocument.objects.filter(same_person(person.merged_into_id or person.pk)).exists()


def identity_history(person: Person) -> list[IdentityCheck]:
    """Every standing of the person and of doubles that were joined, newest first."""
    return _history_of(_checks_by_record(person))


def _history_of(checks: dict[int, list[IdentityCheck]]) -> list[IdentityCheck]:
    rows = [one for found in checks.values() for one in found]
    return sorted(rows, key=lambda one: (one.checked_at, one.pk), reverse=True)


def _checks_by_record(person: Person) -> dict[int, list[IdentityCheck]]:
    survivor = person.merged_into_id or person.pk
    rows = IdentityCheck.objects.filter(same_person(survivor)).select_related("checked_by")
    found: dict[int, list[IdentityCheck]] = {}
    for one in rows.order_by("-checked_at", "-pk"):
        found.setdefault(one.person_id, []).append(one)
    return found


def numbers_of(people: Iterable[int], known_at: datetime | None = None) -> QuerySet[Any]:
    """Under which numbers surviving people stand, theirs and their doubles', for `person__in`.

    Whoever looks for survivors instead reads the rows of the whole country: no index knows who survives.
    """
    own = Person.objects.filter(pk__among=people).order_by().values("pk")
    if known_at is not None:
        return own.union(PersonMerge.objects.filter(into__pk__among=people).order_by().values("merged"))
    return own.union(Person.objects.filter(merged_into__pk__among=people).order_by().values("pk"))


def same_person(survivor: int | Combinable, prefix: str = "person") -> Q:
    """Rows of a person or of the doubles merged into them; `prefix` is the way to Person."""
    if isinstance(survivor, int):
        return Q(**{f"{prefix}__in": numbers_of([survivor])})
    return Q(**{prefix: survivor}) | Q(**{f"{prefix}__merged_into": survivor})


def identity_is_checked(prefix: str = "person__") -> Q:
    """For rows that lead to a person: does the latest check of the person, or of a joined double, hold?"""
    survivor = Coalesce(OuterRef(f"{prefix}merged_into"), OuterRef(f"{prefix}id"))
    later = IdentityCheck.objects.filter(person=OuterRef("person")).order_by("-checked_at", "-pk")
    latest = IdentityCheck.objects.filter(pk=Subquery(later.values("pk")[:1]), standing__in=CHECKED)
    directly = latest.filter(person=survivor)
    return Q(Exists(directly)) | Q(Exists(latest.filter(person__merged_into=survivor)))


def known_areas() -> frozenset[str]:
    """Every code of the region table, retired ones too: what an area inside a number is compared with."""
    return frozenset(Region.objects.exclude(code="000000").values_list("code", flat=True))


def looks_into(actor: User) -> "list[AccessEntry]":
    """Who looked into the actor's own record, newest first."""
    rows = AccessEntry.objects.allowed(actor, Permission.PERSON_VIEW).select_related("actor")
    return list(rows.order_by("-at", "-pk")[:200])


def own_person(actor: User) -> Person | None:
    return Person.objects.filter(user=actor.pk).prefetch_related("documents", "identity_checks").first()


def open_claim(actor: User) -> Claim | None:
    return Claim.objects.filter(user=actor.pk, state=ClaimState.OPEN).first()


def person_card(actor: User, pk: int) -> dict[str, Any]:
    """A person and the appointments that reach the actor. Raises NotAllowed."""
    reach = Person.objects.allowed(actor, Permission.PERSON_VIEW).select_related("merged_into")
    person = reach.prefetch_related("documents", "merged_into__documents").filter(pk=pk).first()
    if person is None:
        raise NotAllowed(permission=Permission.PERSON_VIEW.value)
    person = person.merged_into or person
    rows = Appointment.objects.allowed(actor, Permission.ROSTER_VIEW).filter(same_person(person.pk))
    rows = rows.annotate(may_be_main=_may_be_chosen(actor))
    appointments = list(rows.select_related("institution").order_by("-start_date", "pk"))
    checks = _checks_by_record(person)
    return {
        "person": person,
        "appointments": appointments,
        "standing": _standing_of(checks),
        "checks": _history_of(checks),
        "tries": wrong_tries(person),
    }


def _may_be_chosen(actor: User) -> Exists:
    """May the actor decide that it is the main one? Not of one that has ended or was voided."""
    rows = Appointment.objects.allowed(actor, Permission.APPOINTMENT_CHOOSE_PRIMARY).holding()
    lasting = Q(end_date__isnull=True) | Q(end_date__gt=clock.today())
    return Exists(rows.filter(lasting, pk=OuterRef("pk")))


def wrong_tries(person: Person) -> list[ClaimTry]:
    """When somebody tried to claim the record and was wrong; never who. For readers who may see the person."""
    return list(ClaimTry.objects.filter(same_person(person.pk)).order_by("-at", "-pk")[:20])


def find_institution(identifier: str) -> Institution | None:
    """By unified social credit code (18 characters) or by the platform's id; for commands and services."""
    return Institution.objects.filter(identified_as(identifier)).first()


def identified_as(identifier: str) -> Q:
    """18 characters are read as a code, in any case and width; everything else as the platform's id."""
    if len(code := compact(identifier)) == 18:
        return Q(uscc=code)
    # A longer figure than any id would not fit the column.
    known_form = re.fullmatch(r"[0-9]{1,17}", narrow(identifier))
    return Q(pk=int(known_form[0]) if known_form else 0)


def reached_institution(actor: User, permission: Permission, identifier: str = "") -> Institution:
    """The named institution, or that of the worn hat. Raises NotAllowed when it does not reach the actor."""
    own = next((hat.institution for hat in actor.worn_memberships() if hat.institution), None)
    asked = find_institution(identifier) if identifier else own
    found = next(iter(Institution.objects.allowed(actor, permission).filter(pk=asked.pk)), None) if asked else None
    if found is None:
        raise NotAllowed(permission=permission.value)
    return found


def masked_numbers(people: Iterable[int]) -> dict[int, str]:
    """One masked document number per person: what lists show. For people whom the caller may already see."""
    # The oldest last, so that it stands.
    oldest_last = sorted(_numbers_of_documents(people=people), reverse=True)
    return {person: IdentityDocument.masked_of(row, token) for _pk, person, row, token in oldest_last}


@compiled(people=Many())
def _numbers_of_documents(*, people: Any) -> QuerySet[Any]:
    return IdentityDocument.objects.filter(person__pk__among=people).values_list("pk", "person", "uuid", "number")
