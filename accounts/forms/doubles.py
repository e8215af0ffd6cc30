"""What an office says about two records that look alike, and why it parts two that were joined."""

from django import forms
from django.utils.translation import gettext_lazy as _

FIRST, SECOND, APART = "first", "second", "apart"


def _reason() -> forms.CharField:
    return forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


class PairForm(forms.Form):
    verdict = forms.ChoiceField(
        label=_("Finding"),
        choices=[
            (FIRST, _("One person: the left record stands for both")),
            (SECOND, _("One person: the right record stands for both")),
            (APART, _("Two people: do not show this pair again")),
        ],
        widget=forms.RadioSelect,
    )
    reason = _reason()


class UndoForm(forms.Form):
    reason = _reason()
