"""Forms of the login door: mobile number and mail address are equal, and no answer tells which of them are known."""

from typing import Any

from allauth.account import forms as allauth_forms
from allauth.account.adapter import get_adapter
from allauth.account.authentication import get_authentication_records
from allauth.core import context, ratelimit
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from core import clock, sms
from core.text import phone_number


class PhoneField(forms.CharField):
    """As people write it (spaces, full-width digits, +86 or not); cleaned to E.164."""

    default_error_messages = {
        "invalid": _(
            "This is not a mobile number. Numbers from outside the mainland begin with + and the country code."
        )
    }

    def __init__(self, **options: Any) -> None:
        options["label"] = _("Mobile number")
        options.setdefault("widget", forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}))
        super().__init__(**options)

    def clean(self, value: Any) -> str:
        typed = super().clean(value)
        if not typed:
            return ""
        if not (phone := phone_number(typed)):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return phone


class LoginForm(allauth_forms.LoginForm):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        widget = forms.TextInput(attrs={"autocomplete": "username"})
        self.fields["login"] = forms.CharField(label=_("Mobile number or e-mail address"), widget=widget)
        self.order_fields(["login", "password"])

    def clean_login(self) -> str:
        typed: str = super().clean_login()
        return phone_number(typed) or typed


class SignupForm(allauth_forms.SignupForm):
    """One of the two addresses; the other can be added later."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["email"].label = _("E-mail address")
        if not sms.can_send():
            del self.fields["phone"]
            return
        self.fields["phone"].help_text = _(
            "We send a code to it. No mobile number? Fill in the e-mail address instead."
        )
        self.fields["email"].required = self.fields["email"].widget.is_required = False
        _one_of_these(self, "phone", "email")
        self.order_fields(["phone", "email", "password1", "password2"])

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        given = [name for name in ("phone", "email") if cleaned.get(name) or name in self.errors]
        if len(given) != 1:
            self.add_error(
                "phone" if "phone" in self.fields else "email",
                _("Fill in one of the two, mobile number or e-mail address. You can add the other one later."),
            )
        return cleaned


class RequestLoginCodeForm(allauth_forms.RequestLoginCodeForm):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["email"].label = _("E-mail address")
        if not sms.can_send():
            del self.fields["phone"]
            self.fields["email"].required = True
            return
        _one_of_these(self, "phone", "email")
        self.order_fields(["phone", "email"])

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        if not self.errors and not (cleaned.get("phone") or cleaned.get("email")):
            raise get_adapter().validation_error("select_only_one")
        return cleaned


class ResetPasswordForm(allauth_forms.ResetPasswordForm):
    """A link to the address, or a code to the number. A number is counted with the codes for signing in: it is the
    same message to the same telephone."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["email"].label = _("E-mail address")
        if not sms.can_send():
            return
        self.fields["phone"] = PhoneField(required=False)
        self.fields["email"].required = self.fields["email"].widget.is_required = False
        _one_of_these(self, "phone", "email")
        self.order_fields(["phone", "email"])

    def clean_phone(self) -> str:
        phone: str = self.cleaned_data["phone"]
        if phone and not ratelimit.consume(context.request, action="request_login_code", key=phone):
            raise get_adapter().validation_error("too_many_login_attempts")
        return phone

    def clean_email(self) -> str:
        return super().clean_email() if self.cleaned_data["email"] else ""

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        given = bool(cleaned.get("phone")) + bool(cleaned.get("email"))
        if not self.errors and given != 1:
            raise get_adapter().validation_error("select_only_one")
        return cleaned


class ChangePasswordForm(allauth_forms.ChangePasswordForm):
    """Whoever has just come in by a code sets a new password without the old one: a forgotten password is mended so,
    also where a login has no mail address to send a link to."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if came_by_code(context.request):
            del self.fields["oldpassword"]


def came_by_code(request: HttpRequest) -> bool:
    since = clock.now().timestamp() - settings.CONFIRM_AGAIN_AFTER
    records = get_authentication_records(request, request.user)
    return any(one["method"] == "code" and one["at"] > since for one in records)


def _one_of_these(form: forms.Form, *names: str) -> None:
    """Neither field is needed by itself, and yet they are not optional: the label says so."""
    for name in names:
        form.fields[name].one_of = True  # type: ignore[attr-defined]
