"""What cases may rest on, for everybody to read: items of the catalogues, and measures of the list."""

from collections.abc import Iterable

from django.db.models import QuerySet

from accounts.models import Region
from core.errors import NotAllowed
from credit.models import CatalogueItem, Measure


def listed_items() -> QuerySet[CatalogueItem]:
    """National ones first; those that are over stay to be read."""
    return CatalogueItem.objects.order_by("-scope", "catalogue", "edition", "number", "pk")


def listed_measures() -> QuerySet[Measure]:
    return Measure.objects.order_by("listed_in", "code")


def names_of_regions(items: Iterable[CatalogueItem]) -> dict[str, str]:
    """Of the local catalogues, by path."""
    paths = {one.region_path for one in items if one.region_path}
    return dict(Region.objects.filter(path__in=paths).values_list("path", "name"))


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
