"""Confirm again: what weighs heavily runs only within 15 minutes of saying who one is; what was begun is kept."""

import json
from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from allauth.account.authentication import get_authentication_records
from allauth.mfa.utils import is_mfa_enabled
from cryptography.exceptions import InvalidTag
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.middleware import SignedInRequest
from core import clock, rotation
from core.fields import seal, unseal

View = Callable[..., HttpResponseBase]
STOPPED_KEY = "stopped_post"
# A function view answers OPTIONS as it answers GET.
READING = frozenset({"GET", "HEAD", "OPTIONS"})
# A form that is larger is not kept in the session; nobody types so much.
MAX_KEPT = 500_000


def recently_confirmed(request: HttpRequest) -> bool:
    """Password or code within the time; with a second factor only that one counts."""
    if settings.SECOND_FACTOR_EXEMPT:
        return True
    user = request.user
    records = get_authentication_records(request, user) if user.is_authenticated else []
    if is_mfa_enabled(user):
        records = [record for record in records if record["method"] == "mfa"]
    since = clock.now().timestamp() - settings.CONFIRM_AGAIN_AFTER
    return any(record["at"] > since for record in records)


def confirm_again(view: View | None = None, *, reading_is_free: bool = False) -> Any:
    """Decorator: the view runs for whoever has confirmed lately; others are led to do so and come back.

    `reading_is_free`: the page itself opens at once, only what it sends is stopped. A POST that was stopped is kept
    in the session, encrypted, and offered again after the confirmation; files must be chosen again.
    """

    def decorate(guarded: View) -> View:
        @wraps(guarded)
        def answer(request: SignedInRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if (reading_is_free and request.method in READING) or recently_confirmed(request):
                _forget_if_sent(request)
                return guarded(request, *args, **kwargs)
            return _led_to_confirm(request)

        answer.confirms_again = True  # type: ignore[attr-defined]
        return never_cache(answer)

    return decorate(view) if view else decorate


@never_cache
@require_safe
def resume(request: SignedInRequest) -> HttpResponse:
    """What was stopped, in hidden fields, with one button that sends it on; kept until it is sent or time is over."""
    stopped = _kept(request)
    if stopped is None:
        messages.warning(request, _("There is nothing to go on with, or it lay too long. Please begin again."))
        return redirect("accounts:home")
    if not recently_confirmed(request):
        return _to_confirmation(request, reverse("accounts:resume"))
    fields = [(name, value) for name, values in QueryDict(stopped["data"]).lists() for value in values]
    context = {"action": stopped["path"], "fields": fields, "lacks_files": stopped["lacks_files"]}
    return render(request, "accounts/resume.html", context)


def _led_to_confirm(request: SignedInRequest) -> HttpResponse:
    if request.method in READING:
        return _to_confirmation(request, request.get_full_path())
    _keep(request)
    return _to_confirmation(request, reverse("accounts:resume"))


def _to_confirmation(request: HttpRequest, target: str) -> HttpResponse:
    ways = get_adapter(request).get_reauthentication_methods(request.user)
    if not ways:
        messages.warning(request, _("Set a password first: with it you confirm that it is you."))
        return redirect("account_reset_password")
    messages.info(request, _("This step asks you to confirm that it is you. Nothing you entered is lost."))
    return redirect(f"{ways[0]['url']}?{urlencode({'next': target})}")


def _keep(request: SignedInRequest) -> None:
    """Encrypted and bound to the login: sessions lie in the database."""
    fields = request.POST.copy()
    fields.pop("csrfmiddlewaretoken", None)
    data = fields.urlencode()
    kept = {
        "path": request.get_full_path(),
        "data": data if len(data) <= MAX_KEPT else "",
        "lacks_files": bool(request.FILES) or len(data) > MAX_KEPT,
        "at": clock.now().timestamp(),
    }
    request.session[STOPPED_KEY] = seal(json.dumps(kept), _binding(str(request.user.pk)))


def _kept(request: SignedInRequest) -> dict[str, Any] | None:
    token = request.session.get(STOPPED_KEY)
    if not token:
        return None
    try:
        kept: dict[str, Any] = json.loads(unseal(token, _binding(str(request.user.pk))))
    except (InvalidTag, KeyError):
        # Under a key that has been taken out since: older than the quarter of an hour for which it would count.
        return None
    return kept if kept["at"] > clock.now().timestamp() - settings.CONFIRM_AGAIN_AFTER else None


def _forget_if_sent(request: SignedInRequest) -> None:
    """What was kept has arrived: it is not offered a second time."""
    if request.method not in READING and (kept := _kept(request)) and kept["path"] == request.get_full_path():
        del request.session[STOPPED_KEY]


def _binding(login: str) -> str:
    return f"session:{STOPPED_KEY}:{login}"


def _binding_in(session: dict[str, Any]) -> str:
    return _binding(session.get(SESSION_KEY, ""))


rotation.register(rotation.in_sessions(STOPPED_KEY, _binding_in))
