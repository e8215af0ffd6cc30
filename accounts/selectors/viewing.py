"""Reads about viewings: the running one, and what a place is told of those who looked as it."""

from django.db.models import Count, QuerySet

from accounts.models import Institution, TrainingBase, User
from accounts.models.viewing import ViewedPage, Viewing
from accounts.permissions import GRANTS, Permission
from accounts.selectors.hats import KINDS, Place
from core.errors import NotAllowed


def running_viewing(viewer: User, pk: object) -> Viewing | None:
    rows = Viewing.objects.filter(viewer=viewer.pk, ended_at__isnull=True)
    related = ("hat__admin_body", "institution__region", "institution__parent", "base__region", "base__host")
    return rows.select_related(*related).filter(pk=pk).first() if isinstance(pk, int) else None


def place_to_view(actor: User, kind: str, pk: int) -> Institution | TrainingBase:
    """A place that the actor may look as. Raises NotAllowed."""
    model = KINDS[kind] if kind in ("institution", "base") else None
    found = model.objects.allowed(actor, Permission.PLACE_VIEW_AS).filter(pk=pk).first() if model else None
    if found is None:
        raise NotAllowed(permission=Permission.PLACE_VIEW_AS.value)
    place: Institution | TrainingBase = found
    return place


def viewings_of(actor: User, place: Place) -> list[Viewing]:
    """Who looked as this place, newest first, with the number of `requests`; none for a body, as which nobody looks."""
    if not isinstance(place, Institution | TrainingBase):
        return []
    rows = Viewing.objects.allowed(actor, Permission.MEMBER_VIEW).at(place).select_related("hat__admin_body")
    return list(rows.annotate(requests=Count("pages")).order_by("-started_at", "-pk")[:50])


def viewed_pages(actor: User, pk: int) -> tuple[Viewing, QuerySet[ViewedPage]]:
    """One viewing and its pages, in order. Raises NotAllowed."""
    rows = Viewing.objects.allowed(actor, Permission.MEMBER_VIEW).select_related(
        "hat__admin_body", "institution", "base"
    )
    viewing = rows.filter(pk=pk).first()
    if viewing is None or not _is_told(actor):
        raise NotAllowed(permission=Permission.MEMBER_VIEW.value)
    return viewing, ViewedPage.objects.filter(viewing=viewing).order_by("at", "pk")


def _is_told(actor: User) -> bool:
    """The place's own people, and authorities that may look so themselves: not administrators who see members."""
    hats = actor.worn_memberships()
    return any(hat.admin_body_id is None or Permission.PLACE_VIEW_AS in GRANTS[hat.role] for hat in hats)
