"""View as: while it lasts, the hat is that of the place below, nothing can be changed, and every request is noted."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import Resolver404, ResolverMatch, resolve
from django.utils.translation import gettext as _

from accounts.middleware.hats import SignedInRequest
from accounts.models.viewing import Viewing
from accounts.selectors.viewing import running_viewing
from accounts.services.viewing import may_still_view, note_page

VIEWING_KEY = "viewing"
SAFE = frozenset({"GET", "HEAD"})
# Where sending something is right even while looking.
ENDINGS = frozenset({"accounts:stop_viewing", "account_logout"})
# What a place sees of itself and of its people. Everything else is refused: files that leave the house, full numbers,
# forms of one's own, and whatever page is added without being thought of here. Public pages are open as always.
SHOWN = frozenset(
    {
        "accounts:home",
        "accounts:powers",
        "accounts:own_members",
        "accounts:members",
        "accounts:viewed_pages",
        "accounts:roster",
        "accounts:person",
        "accounts:import_roster",
        "accounts:stop_viewing",
        "staffing:people",
        "exams:sittings",
        "exams:room",
        "staffing:cockpit",
        "staffing:ratio",
        "staffing:changes",
        "courses:cohorts",
        "courses:cohort",
        "courses:session",
        "courses:attendance",
        "courses:training_records",
        "courses:import_training_records",
        "certificates:issued",
        "certificates:certificate",
    }
)


class ViewAsMiddleware:
    """Sets `request.viewing`. Stands below the hats and the second factor, above the guard of reading requests."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: SignedInRequest) -> HttpResponseBase:
        viewing = _running(request)
        if viewing is None:
            return self.get_response(request)
        match = _match(request)
        refused = not _is_shown(request, match)
        note_page(viewing=viewing, method=str(request.method), path=request.path, refused=refused)
        _put_on(request, viewing)
        return _refusal(request, viewing) if refused else self.get_response(request)


def _running(request: SignedInRequest) -> Viewing | None:
    """The viewing of this session; one that is over, or no longer allowed, is taken off with a word."""
    if not request.user.is_authenticated or VIEWING_KEY not in request.session:
        return None
    viewing = running_viewing(request.user, request.session[VIEWING_KEY])
    worn = request.user.worn
    if viewing is not None and may_still_view(request.user, viewing):
        return viewing
    request.user.worn = worn
    del request.session[VIEWING_KEY]
    messages.info(request, _("Viewing as another place is over. You act under your own hat again."))
    return None


def _put_on(request: SignedInRequest, viewing: Viewing) -> None:
    request.viewing, request.hat = viewing, viewing.worn_hat()
    request.user.worn, request.user.looks_as_a_place = [request.hat], True


def _is_shown(request: SignedInRequest, match: ResolverMatch | None) -> bool:
    if match is None:
        # There is nothing at this address: the ordinary answer says so.
        return request.method in SAFE
    if request.method not in SAFE:
        return request.method == "POST" and match.view_name in ENDINGS
    return match.view_name in SHOWN or not getattr(match.func, "login_required", True)


def _match(request: HttpRequest) -> ResolverMatch | None:
    try:
        return resolve(request.path_info)
    except Resolver404:
        return None


def _refusal(request: SignedInRequest, viewing: Viewing) -> HttpResponse:
    return render(request, "accounts/viewing_refused.html", {"changing": request.method not in SAFE}, status=403)
