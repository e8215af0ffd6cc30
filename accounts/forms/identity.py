"""What an institution says about a colleague's document, and the code of an invitation."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.identifiers import DocumentType
from core import clock


class CheckForm(forms.Form):
    """The original lay on the table: the day, and a tick that says so."""

    seen_on = forms.DateField(
        label=_("Day on which the original was seen"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        initial=clock.today,
    )
    original = forms.BooleanField(
        label=_("I have seen the original document, and its number and name are those on file.")
    )


class ReleaseForm(CheckForm):
    """What the original says, typed off it."""

    field_order = ("name", "document_type", "number", "seen_on", "original")
    name = forms.CharField(label=_("Full name"), max_length=100)
    document_type = forms.ChoiceField(label=_("Kind of document"), choices=DocumentType.choices)
    number = forms.CharField(
        label=_("Number of the document"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    original = forms.BooleanField(label=_("I have seen the original document; it bears this name and this number."))


class InvitationCodeForm(forms.Form):
    """Twelve characters as the institution handed them out."""

    invitation = forms.CharField(
        label=_("Code of the invitation"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
