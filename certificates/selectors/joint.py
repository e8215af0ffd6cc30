"""Who issues the certificates of a class together with its base, and whether that can still be changed."""

from collections.abc import Iterable, Iterator

from django.db.models import OuterRef, Subquery
from django.db.models.functions import Coalesce

from accounts.models import User
from accounts.permissions import Permission
from certificates.models import Certificate, CoIssuers, IssueBatch, IssueBatchItem
from certificates.rules import LONGEST_NAMES
from certificates.workflow import BatchState
from courses.models import Cohort, TrainingRecord

Body = dict[str, str]
# A second person looks at what is asked for, or has: what it says does not change under his eyes.
DECIDED = (BatchState.ASKED, BatchState.APPROVED)


def newest_of(cohort: int) -> CoIssuers | None:
    return CoIssuers.objects.filter(cohort=cohort).order_by("-pk").first()


def co_issuers(actor: User, cohort: Cohort) -> CoIssuers | None:
    """What holds for a class, for whoever issues for it."""
    rows = CoIssuers.objects.allowed(actor, Permission.CERTIFICATE_ISSUE)
    return rows.filter(cohort=cohort).order_by("-pk").first()


def hold_classes(record_ids: Iterable[int]) -> None:
    """Until the transaction ends nobody names others for the classes of these records. Taken before the lock of a base
    and of a record."""
    classes = set(_classes_of(record_ids))
    list(Cohort.objects.select_for_update(no_key=True).filter(pk__in=classes).order_by("pk").values_list("pk"))


def _classes_of(record_ids: Iterable[int]) -> Iterator[int]:
    """A corrected record is of the class of what it replaces, however often that was corrected itself."""
    rows = TrainingRecord.objects.values_list("enrolment__cohort", "replaces")
    found = list(rows.filter(pk__in=record_ids))
    while found:
        yield from (cohort for cohort, _replaced in found if cohort)
        earlier = {replaced for cohort, replaced in found if replaced and not cohort}
        found = list(rows.filter(pk__in=earlier)) if earlier else []


def bodies_in_batch(batch: IssueBatch) -> list[tuple[Cohort, list[str]]]:
    """The classes of a batch whose certificates others issue, too, with what will be printed."""
    cohorts = set(_classes_of(batch.items.filter(gets=True).values_list("record", flat=True)))
    rows = CoIssuers.objects.filter(cohort__in=cohorts).select_related("cohort__programme__level")
    newest = {row.cohort_id: row for row in rows.order_by("cohort", "pk")}
    return [(row.cohort, in_words(row)) for row in newest.values() if row.bodies]


def in_words(named: CoIssuers | None) -> list[str]:
    """Each body in its three languages, in the order of the page: a database may keep the keys in another."""
    bodies = named.bodies if named else []
    return [" / ".join(dict.fromkeys(one[language] for language in LONGEST_NAMES)) for one in bodies]


def named_bodies() -> Subquery:
    """For rows of training records: the list of their class; a corrected record is of the class of the one before."""
    own = Coalesce(OuterRef("enrolment__cohort"), OuterRef("replaces__enrolment__cohort"))
    return Subquery(CoIssuers.objects.filter(cohort=own).order_by("-pk").values("bodies")[:1])


def bodies_of(record: TrainingRecord, cohort: Cohort) -> list[Body]:
    """Of a record as `awards` delivers it nothing is asked; one that was corrected more than once asks for itself."""
    near = (record, record.replaces)
    if hasattr(record, "issued_with") and any(one is not None and one.enrolment_id for one in near):
        return record.issued_with or []
    newest = newest_of(cohort.pk)
    return newest.bodies if newest else []


def is_settled(cohort: Cohort) -> bool:
    """A certificate of this class has its number, or a batch with somebody of it waits or was approved."""
    records = _records_of(cohort)
    decided = IssueBatchItem.objects.filter(gets=True, batch__state__in=DECIDED, record__in=records)
    return Certificate.objects.filter(training_record__in=records).exists() or decided.exists()


def _records_of(cohort: Cohort) -> set[int]:
    """The records of a class with every correction of them."""
    found = {*TrainingRecord.objects.filter(enrolment__cohort=cohort).values_list("pk", flat=True)}
    newest = found
    while newest:
        newest = {*TrainingRecord.objects.filter(replaces__in=newest).values_list("pk", flat=True)} - found
        found |= newest
    return found
