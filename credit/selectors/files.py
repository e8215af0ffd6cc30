"""Reads of the credit room: a person's file, and which of its facts are no longer in force where they came from."""

from collections.abc import Iterable

from django.db.models import Q

from accounts.models import Person, User
from accounts.permissions import Permission
from accounts.selectors import surviving
from certificates.models import Certificate
from certificates.workflow import CertificateState
from core.errors import NotAllowed
from courses.models import TrainingRecord
from credit.models import CreditRecord, CreditRecordQuerySet

CONSENT_GIVEN = "accounts.consent_given"
TRAINING_RECORD_ADDED = "courses.training_record_added"
CERTIFICATE_ISSUED = "certificates.issued"


def person_in_reach(actor: User, pk: int) -> Person:
    """Whose file the actor may ask for; says nothing of what is in it. Raises NotAllowed."""
    reach = Person.objects.allowed(actor, Permission.CREDIT_FILE_VIEW).prefetch_related("documents")
    if (person := reach.filter(pk=pk).first()) is None:
        raise NotAllowed(permission=Permission.CREDIT_FILE_VIEW.value)
    return person


def records_about(actor: User, person: Person) -> CreditRecordQuerySet:
    """The file of a person, of merged doubles too, newest first."""
    rows = CreditRecord.objects.allowed(actor, Permission.CREDIT_FILE_VIEW).annotate(survivor=surviving("person__"))
    return rows.filter(survivor=person.merged_into_id or person.pk).order_by("-occurred_on", "-pk")


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
