"""Training records with all that a decision to issue looks at, in a number of queries that does not grow with them."""

from django.db.models import BooleanField, ExpressionWrapper, OuterRef, Q, QuerySet, Subquery

from accounts.models import User
from accounts.permissions import Permission
from accounts.selectors import identity_is_checked
from accounts.selectors.restrictions import may_not_issue
from certificates.models import FilingLine
from certificates.selectors.joint import named_bodies
from courses.models import Cohort, Enrolment, TrainingRecord
from courses.workflow import EnrolmentState

# Who took part; the others never began.
TOOK_PART = (
    EnrolmentState.ADMITTED,
    EnrolmentState.ATTENDING,
    EnrolmentState.COMPLETED,
    EnrolmentState.FAILED,
)


def cohort_to_issue(actor: User, pk: int) -> Cohort | None:
    rows = Cohort.objects.allowed(actor, Permission.CERTIFICATE_ISSUE)
    return rows.select_related("base", "programme__level").filter(pk=pk).first()


def awards(actor: User) -> QuerySet[TrainingRecord]:
    """Records that the actor may issue for, with what is known beside them.

    `identity_checked`: somebody has seen the person's document; `filed_as`: the number that a receiving body gave;
    `issued_with`: the bodies that issue together with the base; `may_not_issue`: a decision keeps the base from it.
    """
    checked = ExpressionWrapper(identity_is_checked(), output_field=BooleanField())
    rows = TrainingRecord.objects.allowed(actor, Permission.CERTIFICATE_ISSUE)
    return (
        rows.select_related(
            "person__merged_into",
            "base",
            "level",
            "enrolment__cohort",
            "annulment",
            "replaced_by",
            "replaces__enrolment__cohort",
        )
        .prefetch_related("person__documents", "certificates", "replaces__certificates")
        .annotate(
            identity_checked=checked,
            filed_as=Subquery(line_of("pk", "replaces").values("filing_number")[:1]),
            issued_with=named_bodies(),
            may_not_issue=may_not_issue(),
        )
        .order_by("pk")
    )


def line_of(*wordings: str) -> QuerySet[FilingLine]:
    """The line of a filing list that counts, for the award of the row outside: of this wording or of the one before."""
    own = Q(*((("record", OuterRef(wording))) for wording in wordings), _connector=Q.OR)
    return FilingLine.objects.filter(own, set_aside_at=None)


def awards_of_cohort(actor: User, cohort: Cohort) -> QuerySet[TrainingRecord]:
    """The records of a class and their corrections, oldest first; a correction has no enrolment of its own."""
    return awards(actor).filter(Q(enrolment__cohort=cohort) | Q(replaces__enrolment__cohort=cohort))


def wordings(record: TrainingRecord) -> list[TrainingRecord]:
    """The record and what it replaced, newest first."""
    found = [record]
    while found[-1].replaces is not None:
        found.append(found[-1].replaces)
    return found


def latest_wording(record: TrainingRecord) -> int:
    """The record that corrected this one, or itself."""
    while (correction := TrainingRecord.objects.filter(replaces=record).first()) is not None:
        record = correction
    return record.pk


def enrolment_of(record: TrainingRecord) -> Enrolment | None:
    return next((wording.enrolment for wording in wordings(record) if wording.enrolment), None)


def enrolments_to_judge(actor: User, cohort: Cohort) -> QuerySet[Enrolment]:
    """Everybody who took part, completed or not: the dry run says something about each."""
    rows = Enrolment.objects.allowed(actor, Permission.CERTIFICATE_ISSUE)
    return rows.filter(cohort=cohort, state__in=TOOK_PART).select_related("person").order_by("person__name_key", "pk")
