"""What people type to verify a certificate, and the filter of the base's list."""

from django import forms
from django.utils.translation import gettext_lazy as _

from certificates.workflow import CertificateState


class CodeForm(forms.Form):
    """Number and code, as they stand on the paper; blanks and small letters do not matter."""

    number = forms.CharField(
        label=_("Certificate number"),
        max_length=60,
        help_text=_("As printed, for example TM-J-2026-9901-000123-P."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    code = forms.CharField(
        label=_("Verification code"),
        max_length=60,
        help_text=_("Sixteen characters in groups of four, printed below the number."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


class NameForm(forms.Form):
    """Without the code: number, full name, end of the document number. Sent by POST: logs hold no names."""

    number = forms.CharField(
        label=_("Certificate number"), max_length=60, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    name = forms.CharField(
        label=_("Full name of the holder"),
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    tail = forms.CharField(
        label=_("Last four characters of the identity document"),
        min_length=4,
        max_length=4,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class IssuedFilterForm(forms.Form):
    q = forms.CharField(label=_("Number or name"), required=False, max_length=100)
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[
            ("", _("All")),
            *((value, label) for value, label in CertificateState.choices if value != CertificateState.DRAFT),
        ],
    )
