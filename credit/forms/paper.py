"""What came on paper, of whoever has no login: the same fields in every form that puts some down."""

from django import forms
from django.utils.translation import gettext_lazy as _

from credit.services import Paper


class PaperFields(forms.Form):
    """Where it is kept, and when it came."""

    reference = forms.CharField(
        label=_("Reference of the paper"), max_length=200, help_text=_("Under which it is kept in the file.")
    )
    came_on = forms.DateField(
        label=_("Came on"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("The day it came counts, not the day it is put down."),
    )

    def paper(self) -> Paper:
        return Paper(self.cleaned_data["reference"], self.cleaned_data["came_on"])
