"""The hat one wears: which membership counts in this request, and for staff without a choice, the first one."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

SESSION_KEY = "worn_membership"
# Chosen on purpose: nobody's hat, only one's own records.
AS_MYSELF = "self"


class HatMiddleware:
    """Sets `request.user.worn` (a list of at most one membership) and `request.hat` (it, or None)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.hat, request.hats = None, []  # type: ignore[attr-defined]
        if request.user.is_authenticated:
            request.hats = request.user.valid_memberships()  # type: ignore[attr-defined]
            request.hat = _worn(request)  # type: ignore[attr-defined]
            request.user.worn = [request.hat] if request.hat else []  # type: ignore[attr-defined, union-attr]
        return self.get_response(request)


def _worn(request: HttpRequest) -> object | None:
    chosen = request.session.get(SESSION_KEY)
    if chosen == AS_MYSELF:
        return None
    hats = request.hats  # type: ignore[attr-defined]
    return next((hat for hat in hats if hat.pk == chosen), hats[0] if hats else None)
