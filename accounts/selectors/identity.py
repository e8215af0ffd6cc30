"""Which ways to a checked identity are open to somebody: what pages name where one is needed."""

from dataclasses import dataclass, field

from accounts.models import Appointment, Institution, Membership, Person, User
from accounts.permissions import Role
from accounts.selectors import is_checked, open_claim, own_person, same_person
from accounts.selectors.staff import running_on
from core import clock


@dataclass(frozen=True)
class IdentityWays:
    """`waits`: a record waits to be claimed first, and nothing of it is known here. The base's desk is open to all."""

    person: Person | None = None
    waits: bool = False
    checked: bool = False
    # That name the person today and where somebody else than the person can record a document as seen.
    institutions: list[Institution] = field(default_factory=list)


def identity_ways(actor: User) -> IdentityWays:
    person = own_person(actor)
    if person is None:
        return IdentityWays(waits=open_claim(actor) is not None)
    return IdentityWays(person, checked=is_checked(person), institutions=_vouching(person, actor))


def _vouching(person: Person, actor: User) -> list[Institution]:
    today = clock.today()
    posts = Appointment.objects.holding().filter(running_on(today), same_person(person.merged_into_id or person.pk))
    officers = Membership.objects.running(today).filter(role=Role.INSTITUTION_OFFICER).exclude(user=actor)
    found = Institution.objects.filter(pk__in=posts.values("institution")).filter(pk__in=officers.values("institution"))
    return list(found.order_by("name", "pk"))
