"""Reads about personal data: whose number may be asked for, and who has agreed to what."""

from accounts.models import Person, User
from accounts.permissions import Permission
from core.errors import NotAllowed


def person_to_reveal(actor: User, pk: int) -> Person:
    """Somebody whose full number the actor may ask for; shows nothing of it. Raises NotAllowed."""
    reach = Person.objects.allowed(actor, Permission.PERSON_REVEAL).prefetch_related("documents")
    if (person := reach.filter(pk=pk).first()) is None:
        raise NotAllowed(permission=Permission.PERSON_REVEAL.value)
    return person
