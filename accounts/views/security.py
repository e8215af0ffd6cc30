"""One's own sign-in (登录与安全): addresses, password, second factor, sessions."""

from datetime import timedelta

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.middleware import SignedInRequest
from accounts.middleware.sign_in import ROW, is_staff
from accounts.models import User
from accounts.selectors.sign_in import open_sign_ins, second_factors
from accounts.services.letters import language_of
from accounts.services.sign_in import choose_language, end_other_sessions, keep_this_session
from core import clock
from core.errors import DomainError
from core.text import mask_phone

MAX_SHOWN = 20


@require_safe
def security(request: SignedInRequest) -> HttpResponse:
    user, staff = request.user, is_staff(request)
    idle = (settings.STAFF_SESSION if staff else settings.OTHER_SESSION)[0]
    context = {
        "phone": mask_phone(user.phone) if user.phone_verified else "",
        "factors": second_factors(user),
        "must": staff and not settings.SECOND_FACTOR_EXEMPT,
        "sign_ins": open_sign_ins(user, since=clock.now() - timedelta(seconds=idle))[:MAX_SHOWN],
        "languages_of_letters": settings.LANGUAGES,
        "language_of_letters": language_of(user),
        "this_one": request.session.get(ROW, 0),
    }
    return render(request, "accounts/security.html", context)


@require_POST
def language(request: SignedInRequest) -> HttpResponse:
    """From the page of security, which stays in its own language; or from the switch of every page, which leads to that
    page in the language chosen."""
    target = safe_path(request, request.GET.get("next", ""))
    try:
        choose_language(actor=request.user, language=request.POST.get("language", ""))
    except DomainError:
        messages.error(request, _("Choose one of the languages."))
    else:
        if not target:
            messages.success(request, _("Letters and text messages come in this language from now on."))
    return redirect(target or "accounts:security")


def safe_path(request: HttpRequest, target: str) -> str:
    """Where a form asks to be led back to, if that is a page of this site; else nothing."""
    # A bare word would be taken for the name of a page.
    safe = target.startswith("/") and url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()})
    return target if safe else ""


@require_POST
def end_sessions(request: SignedInRequest) -> HttpResponse:
    """All but the one that asks."""
    end_sessions_but_this(request, request.user)
    messages.success(request, _("All other sessions have ended. Whoever used them has to sign in again."))
    return redirect("accounts:security")


def end_sessions_but_this(request: HttpRequest, user: User) -> None:
    user = end_other_sessions(actor=user, user=user)
    keep_this_session(actor=user, sign_in_id=request.session.get(ROW, 0))
    update_session_auth_hash(request, user)
