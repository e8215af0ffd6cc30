"""A name that is wrong in the register, found where somebody lays the original document on the desk of a base."""

from django.db import transaction

from accounts.access import require
from accounts.models import Person, TrainingBase, User
from accounts.permissions import Permission
from accounts.services.identity import record_identity_check
from accounts.services.places import write_name
from accounts.workflow import Standing
from core import audit, clock
from core.errors import DomainError
from core.text import mask_name, normal_name

NAME_LENGTH = 100


@transaction.atomic
def correct_name_at_desk(
    *, actor: User, person: Person, base: TrainingBase, name: str, latin_name: str, reason: str
) -> Person:
    """The register says from now on what the document says, and the look at the document is a check of identity.

    Callers have checked that the person is one of this base. Raises `own_record`, `name_missing`, `name_same`.
    """
    require(actor, Permission.ENROLMENT_ADMIT, base)
    locked = Person.objects.select_for_update().get(pk=person.pk)
    everybody = [locked] if locked.merged_into_id is None else [locked, Person.objects.get(pk=locked.merged_into_id)]
    if actor.pk in {one.user_id for one in everybody}:
        raise DomainError("own_record")
    wanted, latin = normal_name(name)[:NAME_LENGTH], " ".join(latin_name.split())[:NAME_LENGTH]
    if not wanted:
        raise DomainError("name_missing")
    if (wanted, latin) == (locked.name, locked.latin_name):
        raise DomainError("name_same")
    changed = {"before": mask_name(locked.name), "after": mask_name(wanted), "latin": latin != locked.latin_name}
    for one in everybody:
        write_name(one, wanted)
        one.latin_name = latin
        one.save(update_fields=["latin_name"])
    record_identity_check(
        actor=actor,
        person=locked,
        standing=Standing.CHECKED_AT_DESK,
        seen_on=clock.today(),
        body_name=base.name,
    )
    audit.record(actor, "accounts.name_corrected", locked, reason=reason, base=base.pk, **changed)
    return locked
