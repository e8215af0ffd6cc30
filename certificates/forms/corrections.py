"""The corrected name, as the document on the desk says it."""

from django import forms
from django.utils.translation import gettext_lazy as _


class NameForm(forms.Form):
    name = forms.CharField(label=_("Name as the original document says it"), max_length=100)
    latin_name = forms.CharField(label=_("Latin spelling"), max_length=100, required=False)
    seen = forms.BooleanField(
        label=_("I have the original document before me, and it says this name."),
        error_messages={"required": _("Without a look at the original document no name is changed.")},
    )
    paper_back = forms.BooleanField(label=_("The wrong paper is back at the desk."), required=False, initial=True)
