"""Finding one login, and saying why something is done to it."""

from django import forms
from django.utils.translation import gettext_lazy as _


class FindForm(forms.Form):
    who = forms.CharField(
        label=_("E-mail address or mobile number of the login"),
        max_length=200,
        help_text=_("The whole of it, as in name@example.cn or 13800000000; a part finds nothing."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        help_text=_("Who asked for it and how you made sure; it stays in the audit trail."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
