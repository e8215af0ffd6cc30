"""An annulment as it is prepared: what is said of a training record, how whom it concerns was told and answered, who
decided."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.access import NOTHING
from accounts.models import Membership
from accounts.models.hearings import Hearing, hearing_constraints
from courses.models.records import TrainingRecord, TrainingRecordQuerySet
from courses.workflow import AnnulmentState

DECIDED = (AnnulmentState.ANNULLED, AnnulmentState.DROPPED)


class AnnulmentCaseQuerySet(TrainingRecordQuerySet):
    """As the record is reached; an employer reads what was decided, and never the case."""

    scope_paths: ClassVar = {"user": "record__person__user", "base": "record__base", "region": "record__person"}
    to_record: ClassVar = "record__"

    def _within(self, membership: Membership) -> Q:
        return NOTHING if membership.institution_id else super()._within(membership)


class AnnulmentCase(Hearing):
    """The base or the authority says that a training record rests on a false fact. It counts until somebody else has
    heard the person and decided."""

    record = models.ForeignKey(TrainingRecord, on_delete=models.PROTECT, related_name="annulment_cases")
    state = models.CharField(max_length=12, choices=AnnulmentState.choices, default=AnnulmentState.NOTICED)
    # Why it is decided so; of an annulled record these words stand with the record.
    reason = models.TextField(blank=True)
    # When the words of an erased person were taken out; days and steps stay.
    words_erased_at = models.DateTimeField(null=True, blank=True)

    objects = AnnulmentCaseQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            *hearing_constraints("annulment", about="record", done=AnnulmentState.ANNULLED),
            models.CheckConstraint(
                name="annulment_says_something", condition=~Q(said="") | Q(words_erased_at__isnull=False)
            ),
            models.CheckConstraint(
                name="annulment_answer_has_words",
                condition=Q(answered_at__isnull=True) | ~Q(answer="") | Q(words_erased_at__isnull=False),
            ),
            models.CheckConstraint(
                name="annulment_decision_says_why",
                condition=~Q(state__in=DECIDED) | ~Q(reason="") | Q(words_erased_at__isnull=False),
            ),
            # No answer goes unread.
            models.CheckConstraint(
                name="annulment_considers_the_answer",
                condition=~Q(state__in=DECIDED)
                | Q(answered_at__isnull=True)
                | ~Q(considered="")
                | Q(words_erased_at__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["state", "answer_until"], name="annulments_by_day")]

    def __str__(self) -> str:
        return f"{self.record_id}: {self.state}"
