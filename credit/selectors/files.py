"""Credit files: of a person, of an entity; and which of its facts are no longer in force where they came from."""

from collections.abc import Iterable

from django.db.models import Q

from accounts.models import Institution, Person, User
from accounts.permissions import Permission
from accounts.selectors import reached_institution, same_person
from certificates.models import Certificate
from certificates.workflow import CertificateState
from core.errors import NotAllowed
from courses.models import TrainingRecord
from credit.models import CreditRecord, CreditRecordQuerySet, EntityLook, PublicationLink

CONSENT_GIVEN = "accounts.consent_given"
TRAINING_RECORD_ADDED = "courses.training_record_added"
CERTIFICATE_ISSUED = "certificates.issued"


def person_in_reach(actor: User, pk: int, permission: Permission = Permission.CREDIT_FILE_VIEW) -> Person:
    """Whose file the actor may ask for; says nothing of what is in it. Raises NotAllowed."""
    reach = Person.objects.allowed(actor, permission).prefetch_related("documents")
    if (person := reach.filter(pk=pk).first()) is None:
        raise NotAllowed(permission=permission.value)
    return person


def records_about(actor: User, person: Person) -> CreditRecordQuerySet:
    """The file of a person, of merged doubles too, newest first."""
    rows = CreditRecord.objects.allowed(actor, Permission.CREDIT_FILE_VIEW)
    return rows.filter(same_person(person.merged_into_id or person.pk)).order_by("-occurred_on", "-pk")


def entity_in_reach(actor: User, pk: int, permission: Permission = Permission.CREDIT_FILE_VIEW) -> Institution:
    """Whose file the actor may ask for: an entity with a credit code. Raises NotAllowed."""
    reach = Institution.objects.allowed(actor, permission).exclude(uscc=None).select_related("region")
    if (entity := reach.filter(pk=pk).first()) is None:
        raise NotAllowed(permission=permission.value)
    return entity


def own_entity(actor: User) -> Institution | None:
    """Of the worn hat; None for a department: the file is the parent's. Raises NotAllowed."""
    place = reached_institution(actor, Permission.CREDIT_OBJECT)
    return place if place.uscc else None


def records_of_entity(
    actor: User, entity: Institution, permission: Permission = Permission.CREDIT_FILE_VIEW
) -> CreditRecordQuerySet:
    """With what concerns its departments and bases, newest first."""
    rows = CreditRecord.objects.allowed(actor, permission).filter(institution=entity)
    return rows.order_by("-occurred_on", "-pk")


def public_entity(pk: int) -> Institution:
    """Institutions are public; a department has no file. Raises NotAllowed."""
    if (entity := Institution.objects.exclude(uscc=None).select_related("region").filter(pk=pk).first()) is None:
        raise NotAllowed(permission=Permission.INSTITUTION_VIEW.value)
    return entity


def public_records_of(entity: Institution) -> CreditRecordQuerySet:
    """For everybody; the matrix says which fields, and of adverse ones none."""
    return CreditRecord.objects.filter(institution=entity).order_by("-occurred_on", "-pk")


def links_of(entity: Institution) -> list[PublicationLink]:
    """Where competent departments have published something about the entity."""
    return list(PublicationLink.objects.filter(institution=entity, ended_on=None).order_by("-linked_on", "-pk"))


def looks_into_entity(actor: User, entity: Institution) -> list[EntityLook]:
    rows = EntityLook.objects.allowed(actor, Permission.CREDIT_OBJECT).filter(institution=entity)
    return list(rows.order_by("-at", "-pk")[:200])


def entry_in_reach(actor: User, pk: int, permission: Permission) -> CreditRecord:
    """One entry, for whoever may do this with it. Raises NotAllowed, also when there is none."""
    rows = CreditRecord.objects.allowed(actor, permission).select_related(
        "person__merged_into", "institution__region", "corrected_by", "entered_by"
    )
    if (found := rows.filter(pk=pk).first()) is None:
        raise NotAllowed(permission=permission.value)
    return found


def no_longer_in_force(records: Iterable[CreditRecord]) -> frozenset[int]:
    """Ids of those whose training record was annulled or replaced, or whose certificate has ended for good.

    A suspended certificate is under check and nobody's fault: it is not marked.
    """
    rows = list(records)
    undone = TrainingRecord.objects.filter(Q(annulment__isnull=False) | Q(replaced_by__isnull=False))
    trainings = _sources(undone.filter(pk__in=_keys(rows, TRAINING_RECORD_ADDED)), TRAINING_RECORD_ADDED)
    ended = Certificate.objects.filter(state__in=_ENDED)
    certificates = _sources(ended.filter(pk__in=_keys(rows, CERTIFICATE_ISSUED)), CERTIFICATE_ISSUED)
    return frozenset(row.pk for row in rows if row.source in trainings | certificates)


_ENDED = (CertificateState.REVOKED, CertificateState.SUPERSEDED, CertificateState.DEREGISTERED)


def source_of(kind: str, key: object) -> str:
    return f"{kind}:{key}"


def _keys(rows: list[CreditRecord], kind: str) -> list[int]:
    return [int(row.source.rpartition(":")[2]) for row in rows if row.source.startswith(f"{kind}:")]


def _sources(rows: Iterable, kind: str) -> frozenset[str]:
    return frozenset(source_of(kind, row.pk) for row in rows)
