"""The hat one wears: which membership counts in this request, and for staff without a choice, the first one."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _

from accounts.models import Membership, User, Viewing
from accounts.permissions import Role

SESSION_KEY = "worn_membership"
# Chosen on purpose: nobody's hat, only one's own records.
AS_MYSELF = "self"
EDITORS_ROOM = "/cms/"


class SignedInRequest(HttpRequest):
    """What a view behind the login wall gets, as a type."""

    user: User
    hat: Membership | None
    hats: list[Membership]
    viewing: Viewing | None


class HatMiddleware:
    """Sets `request.user.worn` (a list of at most one membership) and `request.hat` (it, or None)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: SignedInRequest) -> HttpResponseBase:
        request.hat, request.hats, request.viewing = None, [], None
        if request.user.is_authenticated:
            request.hats = request.user.valid_memberships()
            request.hat = _worn(request)
            request.user.worn = [request.hat] if request.hat else []
        return self.get_response(request)

    def process_view(self, request: SignedInRequest, *view: Any) -> None:
        """Tell somebody whose chosen hat has expired; below the message middleware, hence not in __call__."""
        if request.user.is_authenticated:
            _check_doors(request)


def _check_doors(request: SignedInRequest) -> None:
    if request.path_info.startswith(EDITORS_ROOM) and not _may_edit(request):
        raise Http404
    if _has_expired(request):
        request.session[SESSION_KEY] = AS_MYSELF
        messages.warning(
            request,
            _("The hat you wore is no longer valid. You now act as yourself; choose another hat if you have one."),
        )


def _may_edit(request: SignedInRequest) -> bool:
    """Wagtail's own group lasts for ever; its room is open only while an editor's hat is worn."""
    return request.user.is_superuser or (request.hat is not None and request.hat.role == Role.EDITOR)


def _has_expired(request: SignedInRequest) -> bool:
    chosen = request.session.get(SESSION_KEY)
    return chosen not in (None, AS_MYSELF) and all(hat.pk != chosen for hat in request.hats)


def _worn(request: SignedInRequest) -> Membership | None:
    chosen = request.session.get(SESSION_KEY)
    if chosen is None:
        return request.hats[0] if request.hats else None
    # A hat that is no longer valid is not replaced by one that nobody chose.
    return next((hat for hat in request.hats if hat.pk == chosen), None)
