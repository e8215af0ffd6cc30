"""Reads about viewings: the running one, what a place is told of those who looked as it, what the auditors read."""

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from accounts.access import require_everywhere
from accounts.models import Institution, TrainingBase, User
from accounts.models.viewing import ViewedPage, Viewing
from accounts.permissions import GRANTS, Permission
from accounts.selectors.audit import LedgerQuestion, shown_login
from accounts.selectors.hats import KINDS, Place
from core.errors import NotAllowed
from core.text import mask_numbers_in

# The newest ones stand beside the ledger; all of them in the audit trail.
SHOWN = 20


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


@dataclass(frozen=True)
class ViewingLine:
    """One look as another place: masked who, and how many requests it made and was refused."""

    viewing: Viewing
    who: str
    reason: str
    requests: int
    refused: int


def looks_as_places(actor: User, asked: LedgerQuestion) -> list[ViewingLine]:
    """For the audit administrator, the newest first. A question about one person's record, or about one sort of it, is
    not about places and finds none. Raises NotAllowed."""
    require_everywhere(actor, Permission.ACCESS_LEDGER_VIEW)
    if asked.persons or asked.what or asked.granted is not None:
        return []
    rows = Viewing.objects.filter(**asked.period.lookups("started_at"))
    if asked.actors:
        rows = rows.filter(viewer__in=asked.actors)
    related = rows.select_related("viewer__person", "hat__admin_body", "institution", "base")
    counted = related.annotate(requests=Count("pages"), refused=Count("pages", filter=Q(pages__refused=True)))
    return [
        ViewingLine(one, shown_login(one.viewer), mask_numbers_in(one.reason), one.requests, one.refused)
        for one in counted.order_by("-started_at", "-pk")[:SHOWN]
    ]


def _is_told(actor: User) -> bool:
    """The place's own people, and authorities that may look so themselves: not administrators who see members."""
    hats = actor.worn_memberships()
    return any(hat.admin_body_id is None or Permission.PLACE_VIEW_AS in GRANTS[hat.role] for hat in hats)
