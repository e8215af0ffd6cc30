"""What an institution says about a colleague's document, and the code of an invitation."""

from django import forms
from django.utils.translation import gettext_lazy as _

from core import clock


class CheckForm(forms.Form):
    """The original lay on the table: the day, and a tick that says so."""

    seen_on = forms.DateField(
        label=_("Day on which the original was seen"),
        widget=forms.DateInput(attrs={"type": "date"}),
        initial=clock.today,
    )
    original = forms.BooleanField(
        label=_("I have seen the original document, and its number and name are those on file.")
    )


class InvitationCodeForm(forms.Form):
    """Twelve characters as the institution handed them out."""

    invitation = forms.CharField(
        label=_("Code of the invitation"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
