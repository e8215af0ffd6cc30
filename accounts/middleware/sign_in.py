"""How long a session lasts, and that staff do nothing without their second factor. Both below the hats."""

from collections.abc import Callable
from urllib.parse import urlencode

from allauth.account.authentication import get_authentication_records
from allauth.core.exceptions import RateLimited
from allauth.core.ratelimit import respond_429
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.urls import Resolver404, resolve, reverse
from django.utils.translation import gettext as _

from accounts.middleware.hats import SignedInRequest
from accounts.services.sign_in import note_seen
from core import clock

Answer = Callable[[HttpRequest], HttpResponseBase]
STARTED, SEEN, ROW = "signed_in_at", "seen_at", "sign_in"
# The session remembers its last use to the minute: not one write for every page.
GRAIN = 60
FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
# With a second factor that this session has not answered yet; the page that asks for it may be read in any language.
TO_ANSWER = frozenset(
    {"mfa_reauthenticate", "mfa_reauthenticate_webauthn", "account_logout", "accounts:choose_language"}
)
# Without one: setting it up, and what somebody must do before that.
TO_SET_UP = TO_ANSWER | {
    "mfa_index",
    "mfa_activate_totp",
    "mfa_list_webauthn",
    "mfa_add_webauthn",
    "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes",
    "mfa_download_recovery_codes",
    "account_reauthenticate",
    "account_change_password",
    "account_set_password",
    "account_email",
    "account_email_verification_sent",
    "account_change_phone",
    "account_verify_phone",
    "accounts:security",
    "accounts:end_sessions",
}


class SessionAgeMiddleware:
    """Ends a session that was idle too long or is too old; staff's limits are shorter."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: SignedInRequest) -> HttpResponseBase:
        if request.user.is_authenticated:
            if _is_over(request):
                logout(request)
                request.hat, request.hats = None, []
                messages.info(request, _("You were signed out, because the session was idle or old. Please sign in."))
            else:
                _touch(request)
        return self.get_response(request)


class TooManyTriesMiddleware:
    """allauth raises in the middle of a sign-up when a number gets too many messages: an answer, not an error."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponseBase | None:
        return respond_429(request) if isinstance(exception, RateLimited) else None


class SecondFactorMiddleware:
    """Staff (any hat) reach nothing but the set-up before their session has answered a second factor."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: SignedInRequest) -> HttpResponseBase:
        if not _needs_second_factor(request) or _has_answered(request):
            return self.get_response(request)
        enrolled = is_mfa_enabled(request.user, FACTORS)
        if _address_name(request) in (TO_ANSWER if enrolled else TO_SET_UP):
            return self.get_response(request)
        return _refusal(request, enrolled)


def new_session(sign_in_id: int) -> dict[str, float]:
    """What a session knows of itself from its first moment on."""
    now = clock.now().timestamp()
    return {STARTED: now, SEEN: now, ROW: sign_in_id}


def is_staff(request: SignedInRequest) -> bool:
    return bool(request.hats) or request.user.is_superuser


def _is_over(request: SignedInRequest) -> bool:
    now = clock.now().timestamp()
    idle, absolute = settings.STAFF_SESSION if is_staff(request) else settings.OTHER_SESSION
    started, seen = request.session.get(STARTED, now), request.session.get(SEEN, now)
    return now - seen > idle or now - started > absolute


def _touch(request: SignedInRequest) -> None:
    """A page that asks by itself how a job is going is no sign of anybody being there."""
    now = clock.now().timestamp()
    request.session.setdefault(STARTED, now)
    if now - request.session.get(SEEN, 0) > GRAIN and "fragment" not in request.GET:
        request.session[SEEN] = now
        note_seen(request.session.get(ROW, 0))


def _needs_second_factor(request: SignedInRequest) -> bool:
    return not settings.SECOND_FACTOR_EXEMPT and request.user.is_authenticated and is_staff(request)


def _has_answered(request: SignedInRequest) -> bool:
    return any(record["method"] == "mfa" for record in get_authentication_records(request, request.user))


def _address_name(request: HttpRequest) -> str:
    try:
        return resolve(request.path_info).view_name
    except Resolver404:
        return ""


def _refusal(request: SignedInRequest, enrolled: bool) -> HttpResponseBase:
    if request.path_info.startswith("/api/"):
        return JsonResponse({"detail": "second factor required"}, status=403)
    if not enrolled:
        messages.warning(request, _("Who acts for an institution, a base or an authority needs a second factor first."))
        return redirect("accounts:security")
    target = request.get_full_path() if request.method == "GET" else reverse("accounts:home")
    way = "mfa_reauthenticate" if is_mfa_enabled(request.user, FACTORS[:1]) else "mfa_reauthenticate_webauthn"
    return redirect(f"{reverse(way)}?{urlencode({'next': target})}")
