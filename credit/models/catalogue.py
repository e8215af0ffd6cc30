"""What may be entered at all, and what may follow from it: items of the catalogues, and measures with their own basis.

Which conduct is minor, general or serious is for the department in charge to set; the national body fills these tables.
"""

from datetime import date, timedelta
from typing import TYPE_CHECKING, ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.access import ScopedQuerySet
from accounts.models import User
from accounts.models.restrictions import RestrictionKind
from credit.models.records import in_reader_language
from credit.workflow.cases import SEVERITIES
from credit.workflow.catalogue import ProposalState

# Two people, or none of those entered before two were asked: these alone say so, and nothing new may (a migration said
# it of the rows that were there).
BY_TWO = Q(entered_alone=False, proposed_by__isnull=False, adopted_by__isnull=False) & ~Q(adopted_by=F("proposed_by"))
ALONE = Q(entered_alone=True, proposed_by__isnull=True, adopted_by__isnull=True)


class Dated:
    """`valid_to` is the first day on which it no longer holds."""

    if TYPE_CHECKING:
        valid_to: date | None

    @property
    def last_day(self) -> date | None:
        return self.valid_to - timedelta(days=1) if self.valid_to else None


class Adopted(models.Model):
    """Is there only once a second officer has adopted it: what is merely proposed is a CatalogueProposal."""

    proposed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    adopted_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    entered_alone = models.BooleanField(default=False, editable=False)

    class Meta:
        abstract = True


class CatalogueItem(Dated, Adopted):
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
            models.CheckConstraint(name="catalogue_item_by_two", condition=BY_TWO | ALONE),
        ]

    def __str__(self) -> str:
        return f"{self.catalogue} {self.edition} {self.number}"


class Measure(Dated, Adopted):
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
            models.CheckConstraint(name="measure_by_two", condition=BY_TWO | ALONE),
            models.CheckConstraint(
                name="measure_ends_not_before_start",
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
            ),
        ]

    def __str__(self) -> str:
        return in_reader_language(self.title)


class CatalogueProposalQuerySet(ScopedQuerySet):
    """Reached by the bodies that keep the catalogue of the region; what is the nation's by nationwide ones."""

    scope_paths: ClassVar = {"region": "region_path"}


class CatalogueProposal(models.Model):
    """What one officer proposes for the catalogues and another adopts: a new item or measure, or the end of one.

    `words`: what is to be entered, or the last day and why. Nothing can rest on it: the item, the measure or the end
    comes with the adoption.
    """

    class What(models.TextChoices):
        ITEM = "item", _("a new catalogue item")
        MEASURE = "measure", _("a new measure")
        ITEM_END = "item_end", _("the end of a catalogue item")
        MEASURE_END = "measure_end", _("the end of a measure")

    what = models.CharField(max_length=12, choices=What.choices)
    # Empty: of the nation, as every measure is.
    region_path = models.CharField(max_length=30, blank=True)
    words = models.JSONField()
    # What is to be ended; of a new one what came of it.
    item = models.ForeignKey(CatalogueItem, null=True, on_delete=models.PROTECT, related_name="proposals")
    measure = models.ForeignKey(Measure, null=True, on_delete=models.PROTECT, related_name="proposals")
    state = models.CharField(max_length=12, choices=ProposalState.choices, default=ProposalState.PROPOSED)
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    # Why it was refused.
    reason = models.CharField(max_length=1000, blank=True)

    objects = CatalogueProposalQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                name="catalogue_proposal_decided_by_somebody_else",
                condition=~Q(state__in=[ProposalState.ADOPTED, ProposalState.REFUSED])
                | Q(decided_by__isnull=False, decided_at__isnull=False) & ~Q(decided_by=F("proposed_by")),
            ),
            models.CheckConstraint(
                name="catalogue_proposal_refused_with_a_reason",
                condition=~Q(state=ProposalState.REFUSED) | ~Q(reason=""),
            ),
            models.CheckConstraint(
                name="catalogue_proposal_withdrawn_by_its_proposer",
                condition=~Q(state=ProposalState.WITHDRAWN) | Q(decided_by=F("proposed_by")),
            ),
            models.CheckConstraint(
                name="catalogue_proposal_names_what_came_of_it",
                condition=~Q(state=ProposalState.ADOPTED) | Q(item__isnull=False) | Q(measure__isnull=False),
            ),
            models.CheckConstraint(
                name="catalogue_proposal_of_its_kind",
                condition=Q(what="item", measure__isnull=True)
                | Q(what="measure", item__isnull=True, region_path="")
                | Q(what="item_end", item__isnull=False, measure__isnull=True)
                | Q(what="measure_end", item__isnull=True, measure__isnull=False, region_path=""),
            ),
            models.UniqueConstraint(
                name="catalogue_item_end_waits_once",
                fields=["item"],
                condition=Q(what="item_end", state=ProposalState.PROPOSED),
            ),
            models.UniqueConstraint(
                name="measure_end_waits_once",
                fields=["measure"],
                condition=Q(what="measure_end", state=ProposalState.PROPOSED),
            ),
        ]

    def __str__(self) -> str:
        if self.measure or self.what == self.What.MEASURE:
            return str(self.measure) if self.measure else in_reader_language(self.words["title"])
        return (
            str(self.item) if self.item else " ".join(self.words[name] for name in ("catalogue", "edition", "number"))
        )
