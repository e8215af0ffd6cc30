"""The ratio of today, kept per institution and per region; and the marks of what was touched since.

Nothing here is a fact: it all follows from the records, and whatever is marked is computed from them.
"""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.models import Institution, Person, Region
from staffing.models.versions import RatioRule
from staffing.ratio import Outcome


class FigureMark(models.Model):
    """Something about this key changed after the figures were computed; written by triggers alone, see `core.marks`.

    Goes in the transaction that writes the figures. A migration that alters this table removes the triggers first.
    """

    kind = models.CharField(max_length=12)
    key = models.BigIntegerField()

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["kind", "key"], name="figure_mark")]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class FigureRound(models.Model):
    """The one row that says by which rule the figures are; every round takes its lock, and `turn` counts them."""

    turn = models.PositiveBigIntegerField(default=0)
    rule = models.ForeignKey(RatioRule, null=True, on_delete=models.PROTECT, related_name="+")
    day = models.DateField(null=True)
    computed_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [models.CheckConstraint(name="figure_round_is_one", condition=Q(pk=1))]

    def __str__(self) -> str:
        return f"{self.turn}: {self.day}"


class InstitutionFigure(models.Model):
    """One institution by the rule of the round, people in secret posts among the numbers.

    Right for the days from `day` to the day before `until`, as long as nothing marks it. `answers`: it has a ratio of
    its own (see selectors.ratios.answering_for). `region_path`: where it was counted.
    """

    institution = models.OneToOneField(Institution, primary_key=True, on_delete=models.CASCADE, related_name="figure")
    region_path = models.CharField(max_length=30)
    answers = models.BooleanField()
    binding = models.BooleanField()
    staff = models.PositiveIntegerField()
    trained = models.PositiveIntegerField()
    sealed_staff = models.PositiveIntegerField()
    sealed_trained = models.PositiveIntegerField()
    # What lists are filtered and ordered by; both follow from the numbers and the rule.
    outcome = models.CharField(max_length=16, choices=Outcome.choices)
    shortfall = models.PositiveIntegerField()
    day = models.DateField()
    until = models.DateField(null=True, db_index=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                name="institution_figure_trained_among_staff",
                condition=Q(trained__lte=F("staff")),
            ),
            models.CheckConstraint(
                name="institution_figure_holds_a_day", condition=Q(until__isnull=True) | Q(until__gt=F("day"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.institution_id}: {self.trained}/{self.staff}"


class CountedStay(models.Model):
    """A surviving person counts at an institution from a day to the day before another, by the rule of the round.

    However many posts and records stand behind it: no two of one person and institution share a day, so whoever counts
    rows counts people. `trained_from`: the first day on which the person counts as trained. Holds for every day, as
    known at the round; dates only, no clock.
    """

    institution = models.ForeignKey(Institution, on_delete=models.CASCADE, related_name="+", db_index=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    start = models.DateField()
    end = models.DateField(null=True)
    trained_from = models.DateField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["institution", "person", "start"], name="counted_stay_once"),
            models.CheckConstraint(
                name="counted_stay_ends_after_start", condition=Q(end__isnull=True) | Q(end__gt=F("start"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} @ {self.institution_id} {self.start}"


class SharedMember(models.Model):
    """A surviving person who counts at this institution and at another one, too: once in a region that holds both."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    institution = models.ForeignKey(Institution, on_delete=models.CASCADE, related_name="+")
    trained = models.BooleanField()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["person", "institution"], name="shared_member_once"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} @ {self.institution_id}"


class RegionFigure(models.Model):
    """A region's sum, everybody once: all institutions below it, or (`own`) those at its own level.

    No row: no institution that has a ratio.
    """

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="figures")
    own = models.BooleanField()
    staff = models.PositiveIntegerField()
    trained = models.PositiveIntegerField()
    institutions = models.PositiveIntegerField()
    binding = models.PositiveIntegerField()
    binding_met = models.PositiveIntegerField()
    not_applicable = models.PositiveIntegerField()

    COUNTED: ClassVar = ("staff", "trained", "institutions", "binding", "binding_met", "not_applicable")

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["region", "own"], name="region_figure_once"),
            models.CheckConstraint(
                name="region_figure_adds_up",
                condition=Q(
                    trained__lte=F("staff"),
                    binding_met__lte=F("binding"),
                    binding__lte=F("institutions"),
                    not_applicable__lte=F("institutions"),
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.region_id}: {self.trained}/{self.staff}"
