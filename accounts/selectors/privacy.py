"""Reads about personal data: whose number may be asked for, and who has agreed to what."""

from datetime import datetime

from allauth.account.models import EmailAddress
from django.db.models import Exists, OuterRef, QuerySet

from accounts.models import Appointment, Person, User
from accounts.models.positions import not_voided
from accounts.permissions import Permission
from accounts.selectors.consents import SHARE_WITH_INSTITUTION, agrees
from accounts.selectors.staff import running_on
from core import clock
from core.errors import NotAllowed


def person_to_reveal(actor: User, pk: int) -> Person:
    """Somebody whose full number the actor may ask for; shows nothing of it. Raises NotAllowed."""
    reach = Person.objects.allowed(actor, Permission.PERSON_REVEAL).prefetch_related("documents")
    if (person := reach.filter(pk=pk).first()) is None:
        raise NotAllowed(permission=Permission.PERSON_REVEAL.value)
    return person


def shared_contact(actor: User, person: Person) -> str:
    """The mail address that a person lets the institutions read where they work now; empty for everybody else."""
    places = [hat.institution_id for hat in actor.worn_memberships() if hat.institution_id]
    if not places or person.user is None or not agrees(person.user, SHARE_WITH_INSTITUTION):
        return ""
    here = Appointment.objects.filter(not_voided(), running_on(clock.today()), person=person, institution__in=places)
    return person.user.email or "" if here.exists() else ""


def unconfirmed_logins(before: datetime) -> QuerySet[User]:
    """Begun before a moment and never used: no address was confirmed, nobody ever signed in, nothing hangs on it."""
    confirmed = EmailAddress.objects.filter(user=OuterRef("pk"), verified=True)
    rows = User.objects.filter(
        is_active=True, date_joined__lt=before, last_login__isnull=True, phone_verified=False,
        person__isnull=True, memberships__isnull=True,
    )  # fmt: skip
    return rows.exclude(Exists(confirmed)).order_by("pk")
