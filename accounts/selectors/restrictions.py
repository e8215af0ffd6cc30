"""Reads of restrictions: may somebody teach or mark at a base today, and may a base issue?

A restriction holds everywhere, or within the activities of the body that made it: those of the base, or of the
institution that hosts it.
"""

from django.db.models import Exists, OuterRef, Q

from accounts.models import Person, Restriction, RestrictionKind, TrainingBase, User
from core import clock


def restricted(kind: str, *, person: Person, at: TrainingBase) -> bool:
    """Is the person kept from this at the base today? What stands with a double holds for the survivor, too."""
    one = person.merged_into_id or person.pk
    rows = Restriction.objects.holding(clock.today()).filter(_within(at.pk, at.host_id), kind=kind)
    return rows.filter(Q(person=one) | Q(person__merged_into=one)).exists()


def restricted_login(kind: str, *, user: User, at: TrainingBase) -> bool:
    """The same of whoever a login belongs to; one without a profile is nobody's yet."""
    person = Person.objects.filter(user=user.pk).first()
    return person is not None and restricted(kind, person=person, at=at)


def may_not_issue(base: str = "base") -> Exists:
    """For a query: is the base at this path (empty: the row itself), or its host, kept from issuing today?"""
    pk, host = OuterRef(base or "pk"), OuterRef(f"{base}__host" if base else "host")
    rows = Restriction.objects.holding(clock.today()).filter(kind=RestrictionKind.NO_ISSUING)
    return Exists(rows.filter(_within(pk, host), Q(base=pk) | Q(institution=host)))


def _within(base: object, host: object) -> Q:
    everywhere = Q(within_institution__isnull=True, within_base__isnull=True)
    return everywhere | Q(within_base=base) | (Q(within_institution=host) if host else Q())
