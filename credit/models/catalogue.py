"""What may be entered at all, and what may follow from it: items of the catalogues, and measures with their own basis.

Which conduct is minor, general or serious is for the department in charge to set; the national body fills these tables.
"""

from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models.restrictions import RestrictionKind
from credit.models.records import in_reader_language
from credit.workflow.cases import SEVERITIES


class Dated:
    """`valid_to` is the first day on which it no longer holds."""

    if TYPE_CHECKING:
        valid_to: date | None

    @property
    def last_day(self) -> date | None:
        return self.valid_to - timedelta(days=1) if self.valid_to else None


class CatalogueItem(Dated, models.Model):
    """An item of the national basic catalogue or of a local one (Order 36 art. 4); frozen but for its end.

    Without such an item an administrative case has no severity, no publicity and no measure.
    """

    class Scope(models.TextChoices):
        NATIONAL = "national", _("national basic catalogue")
        LOCAL = "local", _("local supplementary catalogue")

    scope = models.CharField(max_length=8, choices=Scope.choices)
    catalogue = models.CharField(max_length=200)
    edition = models.CharField(max_length=40)
    number = models.CharField(max_length=40)
    conduct = models.CharField(max_length=300)
    basis = models.CharField(max_length=300)
    # The highest severity that this conduct can have.
    highest = models.CharField(max_length=16, choices=[(str(one), one.label) for one in SEVERITIES])
    region_path = models.CharField(max_length=30, blank=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    recorded_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["catalogue", "edition", "number"], name="catalogue_item_once"),
            models.CheckConstraint(
                name="catalogue_item_is_named", condition=~Q(catalogue="") & ~Q(edition="") & ~Q(number="")
            ),
            models.CheckConstraint(name="catalogue_item_has_a_basis", condition=~Q(basis="")),
            models.CheckConstraint(
                name="catalogue_item_ends_not_before_start",
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
            ),
            models.CheckConstraint(
                name="catalogue_item_of_its_region",
                condition=Q(scope="national", region_path="") | (Q(scope="local") & ~Q(region_path="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.catalogue} {self.edition} {self.number}"


class Measure(Dated, models.Model):
    """A measure of the national list, with its own basis; frozen but for its end.

    There is no measure that enters anybody in a list of serious dishonesty: such lists are made by law (2020 No. 49).
    """

    code = models.CharField(max_length=40, unique=True)
    # {zh, en, ja}
    title = models.JSONField()
    title_zh = models.CharField(max_length=120)
    listed_in = models.CharField(max_length=200)
    basis = models.CharField(max_length=300)
    severities = models.JSONField(default=list)
    restricts = models.CharField(max_length=16, choices=RestrictionKind.choices, blank=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(name="measure_has_its_own_basis", condition=~Q(basis="") & ~Q(listed_in="")),
            models.CheckConstraint(name="measure_is_no_list", condition=~Q(title_zh__contains="名单")),
            models.CheckConstraint(
                name="measure_ends_not_before_start",
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
            ),
        ]

    def __str__(self) -> str:
        return in_reader_language(self.title)
