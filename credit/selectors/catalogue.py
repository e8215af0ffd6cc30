"""What cases may rest on, for everybody to read: items of the catalogues, and measures of the list.

What is proposed for them is for the bodies that keep them alone.
"""

from collections.abc import Iterable

from django.db.models import QuerySet

from accounts.models import Region, User
from accounts.permissions import Permission
from core.errors import NotAllowed
from credit.models import CatalogueItem, CatalogueProposal, Measure
from credit.workflow import ProposalState

MANAGES = Permission.RULE_MANAGE


def listed_items() -> QuerySet[CatalogueItem]:
    """National ones first; those that are over stay to be read."""
    return CatalogueItem.objects.order_by("-scope", "catalogue", "edition", "number", "pk")


def listed_measures() -> QuerySet[Measure]:
    return Measure.objects.order_by("listed_in", "code")


def names_of_regions(items: Iterable[CatalogueItem | CatalogueProposal]) -> dict[str, str]:
    """Of the local catalogues, by path."""
    paths = {one.region_path for one in items if one.region_path}
    return {one.path: one.local_name for one in Region.objects.filter(path__in=paths)}


def item_at(pk: int) -> CatalogueItem:
    """Raises NotAllowed."""
    if (found := CatalogueItem.objects.filter(pk=pk).first()) is None:
        raise NotAllowed(permission="catalogue")
    return found


def measure_at(pk: int) -> Measure:
    """Raises NotAllowed."""
    if (found := Measure.objects.filter(pk=pk).first()) is None:
        raise NotAllowed(permission="catalogue")
    return found


def waiting_proposals(actor: User) -> QuerySet[CatalogueProposal]:
    """The oldest first, one's own too."""
    return _proposals(actor).filter(state=ProposalState.PROPOSED).order_by("proposed_at", "pk")


def decided_proposals(actor: User) -> QuerySet[CatalogueProposal]:
    return _proposals(actor).exclude(state=ProposalState.PROPOSED).order_by("-decided_at", "-pk")


def proposals_to_decide(actor: User) -> QuerySet[CatalogueProposal]:
    """Of others: whoever proposed it decides nothing."""
    return waiting_proposals(actor).exclude(proposed_by=actor)


def proposal_for(actor: User, pk: int) -> CatalogueProposal:
    """Raises NotAllowed."""
    if (found := _proposals(actor).filter(pk=pk).first()) is None:
        raise NotAllowed(permission=MANAGES.value)
    return found


def _proposals(actor: User) -> QuerySet[CatalogueProposal]:
    people = ("proposed_by__person", "decided_by__person")
    return CatalogueProposal.objects.allowed(actor, MANAGES).select_related("item", "measure", *people)
