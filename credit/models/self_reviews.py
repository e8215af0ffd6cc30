"""复核: the review of what a body decided by its own rules, by other people of that body."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.models import User
from core import clock
from credit.models.case_phases import by_whom
from credit.models.self_cases import OUTCOMES, SelfCaseQuerySet, SelfRegulatoryCase, firm
from credit.rules.self_regulation import Result
from credit.workflow.self_regulation import MEASURES, Activity, SelfReviewState

V = SelfReviewState


class SelfReviewQuerySet(SelfCaseQuerySet):
    scope_paths: ClassVar = {"user": "case__person__user"}
    case_path: ClassVar = "case__"


class SelfReview(models.Model):
    """Asked for by whom it concerns, once, decided by others than those before; never worse than before.

    What was decided, and by whom, stands here a second time, so that the database can compare.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(SelfRegulatoryCase, on_delete=models.PROTECT, related_name="reviews")
    state = models.CharField(max_length=12, choices=V.choices, default=V.ASKED)
    grounds = models.TextField()
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=clock.now)
    asked_on = models.DateField()
    due_on = models.DateField()
    is_provisional = models.BooleanField(default=False)
    # Put down from paper by somebody of the body: by whom, under which reference it is kept, and the day it came.
    # As long as it is not decided, whom it concerns can add own words.
    recorded_by = by_whom()
    paper = models.CharField(max_length=200, blank=True)
    came_on = models.DateField(null=True)
    own_grounds = models.TextField(blank=True)
    own_grounds_at = models.DateTimeField(null=True)
    noticed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    first_decided_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    first_outcome = models.CharField(max_length=12, choices=OUTCOMES)
    first_firmness = models.PositiveSmallIntegerField()
    first_until = models.DateField(null=True)
    outcome = models.CharField(max_length=12, choices=OUTCOMES, blank=True)
    firmness = models.PositiveSmallIntegerField(default=0)
    activity = models.CharField(max_length=12, choices=Activity.choices, blank=True)
    excluded_until = models.DateField(null=True)
    correct_by = models.DateField(null=True)
    considered = models.TextField(blank=True)
    decided_by = by_whom()
    decided_at = models.DateTimeField(null=True)
    decided_on = models.DateField(null=True)

    objects = SelfReviewQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["case"], condition=~Q(state="withdrawn"), name="self_review_once"),
            models.CheckConstraint(name="self_review_says_why", condition=~Q(grounds="")),
            models.CheckConstraint(
                name="self_review_from_paper_whole",
                condition=Q(recorded_by__isnull=True, paper="", came_on__isnull=True)
                | Q(recorded_by__isnull=False, came_on__isnull=False, came_on=F("asked_on")) & ~Q(paper=""),
            ),
            models.CheckConstraint(
                name="self_review_own_words_beside_paper",
                condition=Q(own_grounds="", own_grounds_at__isnull=True)
                | Q(recorded_by__isnull=False, own_grounds_at__isnull=False) & ~Q(own_grounds=""),
            ),
            models.CheckConstraint(
                name="self_review_decided_whole",
                condition=Q(state__in=[V.ASKED, V.WITHDRAWN], decided_by__isnull=True, decided_on__isnull=True)
                | (
                    Q(state__in=[V.MAINTAINED, V.CHANGED, V.SET_ASIDE])
                    & Q(decided_by__isnull=False, decided_at__isnull=False, decided_on__isnull=False)
                    & ~Q(considered="")
                ),
            ),
            models.CheckConstraint(
                name="self_review_decided_by_another",
                condition=Q(decided_by__isnull=True)
                | (
                    ~Q(decided_by=F("noticed_by")) & ~Q(decided_by=F("first_decided_by")) & ~Q(decided_by=F("asked_by"))
                ),
            ),
            models.CheckConstraint(
                name="self_review_firmness_of_its_outcome",
                condition=firm("outcome", "firmness") & firm("first_outcome", "first_firmness"),
            ),
            models.CheckConstraint(
                name="self_review_never_worse",
                condition=Q(~Q(state=V.CHANGED), outcome="", excluded_until__isnull=True, correct_by__isnull=True)
                | Q(state=V.CHANGED, outcome__in=[str(one) for one in MEASURES])
                & (
                    Q(firmness__lt=F("first_firmness"))
                    | Q(
                        firmness=F("first_firmness"),
                        excluded_until__isnull=False,
                        first_until__isnull=False,
                        excluded_until__lt=F("first_until"),
                    )
                ),
            ),
        ]
        indexes = [models.Index(fields=["state", "due_on"], name="self_reviews_by_day")]

    def __str__(self) -> str:
        return f"{self.case_id}: {self.state}"

    @property
    def waits_for_own_words(self) -> bool:
        """Put down from paper, and whom it concerns has added nothing so far."""
        return self.state == V.ASKED and self.recorded_by_id is not None and not self.own_grounds

    @property
    def all_grounds(self) -> str:
        return f"{self.grounds}\n\n{self.own_grounds}".strip()

    @property
    def heard(self) -> str:
        """Which own words were known: a review is decided on what its page showed."""
        return self.own_grounds_at.isoformat() if self.own_grounds_at else ""

    @property
    def result(self) -> Result:
        return Result(self.outcome, self.activity, self.excluded_until, self.correct_by)
