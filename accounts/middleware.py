"""The hat one wears: which membership counts in this request, and for staff without a choice, the first one."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

from accounts.models import Membership, User

SESSION_KEY = "worn_membership"
# Chosen on purpose: nobody's hat, only one's own records.
AS_MYSELF = "self"


class SignedInRequest(HttpRequest):
    """What a view behind the login wall gets, as a type."""

    user: User
    hat: Membership | None
    hats: list[Membership]


class HatMiddleware:
    """Sets `request.user.worn` (a list of at most one membership) and `request.hat` (it, or None)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: SignedInRequest) -> HttpResponseBase:
        request.hat, request.hats = None, []
        if request.user.is_authenticated:
            request.hats = request.user.valid_memberships()
            request.hat = _worn(request)
            request.user.worn = [request.hat] if request.hat else []
        return self.get_response(request)


def _worn(request: SignedInRequest) -> Membership | None:
    chosen = request.session.get(SESSION_KEY)
    if chosen == AS_MYSELF:
        return None
    hats = request.hats
    return next((hat for hat in hats if hat.pk == chosen), hats[0] if hats else None)
