"""Inviting, asking to join, and the reasons of those who answer or end."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms.sign_in import PhoneField
from accounts.permissions import Role
from core import sms


class InviteForm(forms.Form):
    """`roles`: what the actor may give at the place."""

    role = forms.ChoiceField(label=_("Role"))
    email = forms.EmailField(
        label=_("E-mail address"),
        help_text=_("The letter goes there; only a login that has confirmed this address can accept."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    phone = PhoneField(
        required=False,
        help_text=_("Instead of an e-mail address: the link comes by text message, for a login with this number."),
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, roles: Sequence[Role], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [(role.value, role.label) for role in roles]  # type: ignore[attr-defined]
        self.by_message = sms.can_send()
        self.fields["email"].required = not self.by_message
        if not self.by_message:
            del self.fields["phone"]

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if not self.errors and bool(found.get("email")) == bool(found.get("phone")):
            self.add_error("email", _("Fill in one of the two, mobile number or e-mail address."))
        return found

    def address(self) -> str:
        return str(self.cleaned_data["email"] or self.cleaned_data["phone"])


class JoinForm(forms.Form):
    """`roles`: what may be asked for at such a place."""

    role = forms.ChoiceField(label=_("Role"))
    message = forms.CharField(
        label=_("Message"),
        max_length=300,
        required=False,
        help_text=_("Who you are there; those who answer read it."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, roles: Sequence[Role], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [(role.value, role.label) for role in roles]  # type: ignore[attr-defined]


class WhyForm(forms.Form):
    """A reason that somebody else will read."""

    reason = forms.CharField(label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))


class ViewAsForm(forms.Form):
    """`roles`: as what the place may be looked at."""

    role = forms.ChoiceField(label=_("Role"))
    reason = forms.CharField(
        label=_("Reason"),
        max_length=200,
        help_text=_("The members of the place read it."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, roles: Sequence[Role], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [(role.value, role.label) for role in roles]  # type: ignore[attr-defined]
