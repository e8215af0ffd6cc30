"""Who issues the certificates of a class together with its base, and whether that can still be changed."""

from collections.abc import Iterable, Iterator

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from accounts.models import User
from accounts.permissions import Permission
from certificates.models import Certificate, CoIssuers, IssueBatch, IssueBatchItem
from certificates.rules import LONGEST_NAMES
from certificates.workflow import BatchState
from core.models import Job
from courses.models import Cohort, TrainingRecord

Body = dict[str, str]
# A second person looks at what is asked for, or has, and its job goes on: what it says does not change meanwhile.
DECIDED = Q(batch__state=BatchState.ASKED) | (
    Q(batch__state=BatchState.APPROVED) & (Q(batch__job=None) | ~Q(batch__job__state__in=Job.OVER))
)


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


def lists_of_batch(batch: IssueBatch) -> list[CoIssuers]:
    """Who else issues what this batch asked for, one list per class, as they were when it was asked for."""
    named = CoIssuers.objects.filter(recorded_at__lte=batch.asked_at).select_related("cohort__programme__level")
    newest = _newest_per_class(batch, named.select_related("recorded_by__person"))
    return [row for row in newest.values() if row.bodies]


def named_since(batch: IssueBatch) -> bool:
    """Others were named for one of its classes after somebody had asked for it, and agreed to what was named then."""
    newest = _newest_per_class(batch, CoIssuers.objects.all())
    return any(row.recorded_at > batch.asked_at for row in newest.values())


def _newest_per_class(batch: IssueBatch, rows: QuerySet[CoIssuers]) -> dict[int, CoIssuers]:
    cohorts = set(_classes_of(batch.items.filter(gets=True).values_list("record", flat=True)))
    return {row.cohort_id: row for row in rows.filter(cohort__in=cohorts).order_by("cohort", "pk")}


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
    """A certificate of this class has its number, or a batch with somebody of it waits or is being issued."""
    records = _records_of(cohort)
    decided = IssueBatchItem.objects.filter(DECIDED, gets=True, record__in=records)
    return Certificate.objects.filter(training_record__in=records).exists() or decided.exists()


def _records_of(cohort: Cohort) -> set[int]:
    """The records of a class with every correction of them."""
    found = {*TrainingRecord.objects.filter(enrolment__cohort=cohort).values_list("pk", flat=True)}
    newest = found
    while newest:
        newest = {*TrainingRecord.objects.filter(replaces__in=newest).values_list("pk", flat=True)} - found
        found |= newest
    return found
