"""Papers that came in time and reached the officer after the defence was considered, and what was made of them."""

from django.db import models
from django.db.models import F, Q

from accounts.models import User
from core import clock
from credit.models.case_parts import OfCaseQuerySet
from credit.models.cases import AdministrativeCase
from credit.workflow.cases import CameAs


class CaseReopening(models.Model):
    """The earlier consideration stands as it was written, in the case or with the paper before; the new one stands here
    (Penalty Law art. 45: what is brought forward is heard in full). Several papers may be answered with the last."""

    case = models.ForeignKey(AdministrativeCase, on_delete=models.PROTECT, related_name="reopenings")
    came_as = models.CharField(max_length=8, choices=CameAs.choices)
    document = models.CharField(max_length=200)
    came_on = models.DateField()
    # The last day that was in time, as it was counted when the paper was put down.
    until = models.DateField()
    until_is_provisional = models.BooleanField(default=False)
    words = models.TextField(blank=True)
    # Why it reached the officer so late.
    why = models.TextField()
    reopened_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    reopened_at = models.DateTimeField(default=clock.now)
    considered = models.TextField(blank=True)
    considered_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    considered_on = models.DateField(null=True)
    discussion = models.TextField(blank=True)
    discussed_on = models.DateField(null=True)

    objects = OfCaseQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["case"], condition=Q(came_as="hearing"), name="reopening_one_hearing"),
            models.CheckConstraint(
                name="reopening_in_time", condition=Q(came_on__lte=F("until")) | Q(until_is_provisional=True)
            ),
            models.CheckConstraint(name="reopening_says_where_and_why", condition=~Q(document="") & ~Q(why="")),
            models.CheckConstraint(
                name="reopening_by_an_answer_has_words",
                condition=(Q(came_as="answer") & ~Q(words="")) | Q(came_as="hearing", words=""),
            ),
            models.CheckConstraint(
                name="reopening_considered_whole",
                condition=Q(considered="", considered_by__isnull=True, considered_on__isnull=True)
                | (~Q(considered="") & Q(considered_by__isnull=False, considered_on__isnull=False)),
            ),
            models.CheckConstraint(
                name="reopening_discussed_after_it_was_considered",
                condition=Q(discussion="", discussed_on__isnull=True)
                | (
                    ~Q(discussion="")
                    & Q(discussed_on__isnull=False, considered_on__isnull=False)
                    & Q(discussed_on__gte=F("considered_on"))
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}: {self.document}"
