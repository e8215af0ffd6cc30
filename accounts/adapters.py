"""allauth's joints: numbers beside mail addresses, one rule to confirm again, sealed secrets, links from SITE_URL."""

import logging
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY, get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from allauth.account.models import EmailAddress
from allauth.account.signals import (
    authentication_step_completed,
    email_confirmed,
    password_changed,
    password_reset,
    password_set,
)
from allauth.account.stages import EmailVerificationStage, LoginByCodeStage, LoginStageController
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset
from allauth.mfa.utils import is_mfa_enabled
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.dispatch import Signal, receiver
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import get_language, gettext_lazy, override
from django.utils.translation import gettext as _

from accounts.forms.sign_in import PhoneField, came_by_code
from accounts.middleware.sign_in import ROW, new_session
from accounts.models import User
from accounts.selectors.sign_in import user_by_phone, user_of_session
from accounts.services.letters import language_of
from accounts.services.sign_in import (
    drop_unproven_password,
    note_new_password,
    note_sign_in,
    note_sign_out,
    put_phone,
    set_login_phone,
)
from accounts.views.again import recently_confirmed
from accounts.views.security import end_sessions_but_this
from core import audit, rotation, sms
from core.fields import Sealed, seal, unseal
from core.templatetags.ui import home_url

log = logging.getLogger(__name__)
SECRET = "mfa_authenticator:data"  # noqa: S105 - what the sealed secrets are bound to
rotation.register(rotation.JsonColumn(Authenticator, "data", SECRET))
WRONG = gettext_lazy("Mobile number or e-mail address and password do not fit together.")


class SignInBackend(AuthenticationBackend):
    """allauth's; whose session it is, is asked for by every request (core/compiled.py)."""

    def get_user(self, user_id: int) -> User | None:
        user = user_of_session(user_id)
        return user if user and self.user_can_authenticate(user) else None


class AccountAdapter(DefaultAccountAdapter):
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        # One text whatever was typed.
        "email_password_mismatch": WRONG,
        "phone_password_mismatch": WRONG,
        "username_password_mismatch": WRONG,
        "too_many_login_attempts": gettext_lazy(
            "Too many tries. Wait five minutes, or sign in with a code sent to your mobile number or e-mail address."
        ),
        "select_only_one": gettext_lazy("Fill in one of the two, mobile number or e-mail address."),
        "phone_taken": gettext_lazy("Another login has verified this number. Sign in with it instead."),
    }

    # --- mails and messages -----------------------------------------------------------------------------------------
    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Every mail passes here: to confirm, to reset, to say that an address is known or unknown."""
        links = {name: _from_site(value) for name, value in context.items() if name.endswith("_url") and value}
        super().send_mail(template_prefix, email, context | links)

    def send_verification_code_sms(self, user: AbstractBaseUser, phone: str, code: str, **options: Any) -> None:
        self._send_sms(phone, "emails/sms_code.txt", code=code)

    def send_unknown_account_sms(self, phone: str, **options: Any) -> None:
        """The same effort as for a known number, so that neither page nor time tells the two apart."""
        self._send_sms(phone, "emails/sms_unknown.txt")

    def send_account_already_exists_sms(self, phone: str) -> None:
        self._send_sms(phone, "emails/sms_known.txt")

    def _send_sms(self, phone: str, template: str, **context: Any) -> None:
        try:
            sms.send(phone, render_to_string(template, {**context, "site_url": settings.SITE_URL}).strip())
        except sms.SmsNotSent as problem:
            log.error("a message was not sent: %s", problem)
            told = _("The message could not be sent at the moment. Try again later, or use your e-mail address.")
            messages.error(self.request, told)

    # --- numbers ----------------------------------------------------------------------------------------------------
    def phone_form_field(self, **options: Any) -> forms.Field:
        return PhoneField(required=options["required"])

    def save_user(
        self, request: HttpRequest, user: AbstractBaseUser, form: forms.Form, commit: bool = True
    ) -> AbstractBaseUser:
        if phone := form.cleaned_data.get("phone"):
            put_phone(user, phone)  # type: ignore[arg-type]
        return super().save_user(request, user, form, commit)

    def set_phone(self, user: AbstractBaseUser, phone: str, verified: bool) -> None:
        _take_over(user, set_login_phone(actor=user, phone=phone, verified=verified))  # type: ignore[arg-type]

    def set_phone_verified(self, user: AbstractBaseUser, phone: str) -> None:
        self.set_phone(user, phone, True)

    def get_phone(self, user: AbstractBaseUser) -> tuple[str, bool] | None:
        login: User = user  # type: ignore[assignment]
        return (login.phone, login.phone_verified) if login.phone else None

    def get_user_by_phone(self, phone: str) -> User | None:
        return user_by_phone(phone)

    def can_delete_email(self, email_address: Any) -> bool:
        """A login without any address could never be entered again."""
        others = email_address.user.emailaddress_set.exclude(pk=email_address.pk)
        way_in = others.filter(verified=True).exists() or email_address.user.phone_verified
        return way_in and super().can_delete_email(email_address)

    # --- doors ------------------------------------------------------------------------------------------------------
    def get_login_stages(self) -> list[str]:
        ours = {"allauth.account.stages.EmailVerificationStage": "accounts.adapters.MailStage"}
        return [ours.get(stage, stage) for stage in super().get_login_stages()]

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """On in the language of the login. The site's own says nothing, every address begins so; a page in another one
        was chosen just now."""
        user: Any = request.user
        here = get_language() or settings.LANGUAGE_CODE
        with override(language_of(user) if here == settings.LANGUAGE_CODE else here):
            return super().get_login_redirect_url(request)

    def get_logout_redirect_url(self, request: HttpRequest) -> str:
        """The first page in the language in which somebody signed out."""
        return home_url()

    def is_reauthentication_required(self, *, app: str, **options: Any) -> bool:
        """allauth's own pages (password, second factor, numbers) ask by the same rule as ours."""
        return not recently_confirmed(self.request)

    def get_reauthentication_methods(self, user: AbstractBaseUser | AnonymousUser) -> list[dict[str, Any]]:
        """Whoever has a second factor confirms with it: a password that was read over a shoulder is not enough."""
        ways = super().get_reauthentication_methods(user)
        return [way for way in ways if way["id"].startswith("mfa_")] or ways

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """allauth counts tries by mail address alone; all numbers would share one counter."""
        if phone := credentials.get("phone"):
            return f"phone:{phone}"
        return super()._get_login_attempts_cache_key(request, **credentials)


# --- what allauth and Django tell ------------------------------------------------------------------------------------
@receiver(user_logged_in)
def remember_sign_in(request: HttpRequest, user: User, **_options: Any) -> None:
    browser, language = request.META.get("HTTP_USER_AGENT", ""), get_language() or ""
    row = note_sign_in(actor=user, browser=browser, language=language)
    request.session.update(new_session(row.pk))


@receiver(user_logged_out)
def remember_sign_out(request: HttpRequest, **_options: Any) -> None:
    note_sign_out(request.session.get(ROW, 0))


@receiver(authentication_step_completed)
def change_key(request: HttpRequest, **_options: Any) -> None:
    """A session that has confirmed more gets another key; at the login itself Django sees to it."""
    if request.user.is_authenticated:
        request.session.cycle_key()


@receiver(authenticator_added)
def count_as_answered(request: HttpRequest, user: User, authenticator: Authenticator, **_options: Any) -> None:
    """Whoever has just set it up has it in hand; sessions from before have not answered it and end."""
    audit.record(user, "accounts.second_factor_added", user, kind=authenticator.type)
    if authenticator.type != Authenticator.Type.RECOVERY_CODES:
        end_sessions_but_this(request, user)
        record_authentication(request, user, "mfa", type=authenticator.type, reauthenticated=True)


@receiver(authenticator_removed)
def forget_answer(request: HttpRequest, user: User, authenticator: Authenticator, **_options: Any) -> None:
    """Without any second factor left, what this session answered with it counts no more."""
    audit.record(user, "accounts.second_factor_removed", user, kind=authenticator.type)
    end_sessions_but_this(request, user)
    if not is_mfa_enabled(user):
        records = get_authentication_records(request, user)
        request.session[AUTHENTICATION_METHODS_SESSION_KEY] = [one for one in records if one["method"] != "mfa"]


@receiver(authenticator_reset)
def note_new_codes(user: User, authenticator: Authenticator, **_options: Any) -> None:
    audit.record(user, "accounts.second_factor_renewed", user, kind=authenticator.type)


@receiver(email_confirmed)
def distrust_password(request: HttpRequest, email_address: EmailAddress, **_options: Any) -> None:
    """A login whose first address is proven by a login code: somebody else may have typed the address at sign-up."""
    if LoginStageController.enter(request, LoginByCodeStage.key):
        drop_unproven_password(actor=email_address.user, proven=email_address.email)


@receiver(password_changed)
@receiver(password_set)
@receiver(password_reset)
def note_password(request: HttpRequest, user: User, signal: Signal, **_options: Any) -> None:
    """Other sessions end by the password itself; counted as ended, they leave the list of open ones too."""
    way = "link" if signal is password_reset else "code" if came_by_code(request) else "password"
    note_new_password(actor=user, way=way)
    end_sessions_but_this(request, user)


class MailStage(EmailVerificationStage):
    """Whoever signs in with a verified number need not confirm a mail address too."""

    def handle(self) -> tuple[Any, bool]:
        user = self.login.user
        if user is not None and user.phone_verified and not self.login.email:
            return None, True
        return super().handle()


class SecondFactorAdapter(DefaultMFAAdapter):
    """Secrets of the second factor lie encrypted in the database."""

    def encrypt(self, text: str) -> str:
        return str(seal(text, SECRET))

    def decrypt(self, encrypted_text: str) -> str:
        return unseal(Sealed(encrypted_text), SECRET)


def _take_over(user: AbstractBaseUser, saved: User) -> None:
    """allauth goes on with the instance it holds."""
    for name in ("phone", "phone_index", "phone_verified"):
        setattr(user, name, getattr(saved, name))


def _from_site(url: str) -> str:
    parts = urlsplit(url)
    return settings.SITE_URL + parts.path + (f"?{parts.query}" if parts.query else "")
