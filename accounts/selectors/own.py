"""The legal persons that somebody belongs to: in their affairs nobody acts as an authority."""

from django.db.models import Q

from accounts.models import Appointment, Institution, Membership, User
from accounts.selectors.staff import running_on
from core import clock


def own_legal_persons(actor: User) -> frozenset[int]:
    """Where the actor works or acts today, in any department."""
    today = clock.today()
    hats = Membership.objects.running(today).filter(user=actor, institution__isnull=False)
    posts = Appointment.objects.holding().filter(
        running_on(today), Q(person__user=actor) | Q(person__merged_into__user=actor)
    )
    columns = ("institution__parent", "institution")
    places = hats.order_by().values_list(*columns).union(posts.order_by().values_list(*columns))
    return frozenset(parent or place for parent, place in places)


def is_own(actor: User, institution: Institution) -> bool:
    return institution.legal_person_id in own_legal_persons(actor)
