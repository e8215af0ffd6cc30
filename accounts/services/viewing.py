"""View as: looking at the site as a place below, read-only, for half an hour at most, every page written down."""

from datetime import timedelta

from django.db import transaction

from accounts.access import can, require
from accounts.models import Institution, Membership, TrainingBase, User
from accounts.models.positions import FIELD_OF
from accounts.models.viewing import ViewedPage, Viewing
from accounts.permissions import GRANTS, PLACE_OF, Permission, Role
from core import audit, clock
from core.errors import DomainError, NotAllowed

AT_MOST = timedelta(minutes=30)


def roles_to_view(place: Institution | TrainingBase) -> list[Role]:
    kind = FIELD_OF[type(place)]
    return [role for role in Role if PLACE_OF[role] == kind]


@transaction.atomic
def start_viewing(*, actor: User, role: str, place: Institution | TrainingBase, reason: str) -> Viewing:
    """Look as this role of this place; the place lies inside the jurisdiction today. Raises `needs_reason`."""
    require(actor, Permission.PLACE_VIEW_AS, place)
    if role not in roles_to_view(place):
        raise NotAllowed(role=role)
    if not reason.strip():
        raise DomainError("needs_reason")
    now = clock.now()
    viewing = Viewing.objects.create(
        viewer=actor,
        hat=_viewing_hat(actor),
        role=role,
        reason=reason.strip(),
        started_at=now,
        ends_at=now + AT_MOST,
        **{FIELD_OF[type(place)]: place},
    )
    audit.record(actor, "accounts.viewing_started", viewing, reason=viewing.reason, role=role)
    return viewing


@transaction.atomic
def stop_viewing(*, actor: User, viewing: Viewing) -> Viewing:
    """By the one who looks; twice is the same as once."""
    stopped = Viewing.objects.select_for_update().get(pk=viewing.pk)
    if stopped.viewer_id != actor.pk:
        raise NotAllowed(permission=Permission.PLACE_VIEW_AS.value)
    if stopped.ended_at is None:
        stopped.ended_at = clock.now()
        stopped.save(update_fields=["ended_at"])
        audit.record(actor, "accounts.viewing_stopped", stopped)
    return stopped


def note_page(*, viewing: Viewing, method: str, path: str, refused: bool) -> ViewedPage:
    """Before the page is shown. Without the query, which may hold a name that was searched for."""
    return ViewedPage.objects.create(viewing=viewing, at=clock.now(), method=method, path=path[:300], refused=refused)


def may_still_view(viewer: User, viewing: Viewing) -> bool:
    """Time is left, the hat is still valid, and the place still lies inside its jurisdiction today."""
    if viewing.viewer_id != viewer.pk or not viewing.runs_at(clock.now()):
        return False
    hats = [hat for hat in viewer.valid_memberships() if hat.pk == viewing.hat_id]
    viewer.worn = hats
    return bool(hats) and can(viewer, Permission.PLACE_VIEW_AS, viewing.place)


def _viewing_hat(actor: User) -> Membership:
    hats = (hat for hat in actor.worn_memberships() if Permission.PLACE_VIEW_AS in GRANTS[hat.role])
    found = next(hats, None)
    if found is None:
        raise NotAllowed(permission=Permission.PLACE_VIEW_AS.value)
    return found
