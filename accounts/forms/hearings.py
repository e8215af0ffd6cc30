"""A notice before a decision, the answer to it, and what was made of that."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.workflow import AnswerCame, ServedHow
from core import clock

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class NoticeForm(forms.Form):
    said = forms.CharField(
        label=_("What is said to be false, and what shows it"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("Whom it concerns reads these words. They cannot be changed afterwards."),
    )
    served_how = forms.ChoiceField(label=_("How the notice was handed over"), choices=ServedHow.choices)
    served_on = forms.DateField(label=_("Handed over on"), widget=DAY)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"served_on": clock.today()})
        super().__init__(*args, **kwargs)


class ConsideredForm(forms.Form):
    # What of the hearing the page showed on which the decision is taken.
    heard = forms.CharField(widget=forms.HiddenInput, required=False)
    considered = forms.CharField(
        label=_("What was made of the answer, and why it is decided so"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("Whom it concerns reads it."),
    )


class PaperAnswerForm(forms.Form):
    answer = forms.CharField(
        label=_("What was answered"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("Word for word; the paper goes into the file. Whom it concerns reads it here."),
    )
    came = forms.ChoiceField(label=_("How the answer came"), choices=AnswerCame.choices)
    came_on = forms.DateField(label=_("Came on"), widget=DAY)


class AnswerForm(forms.Form):
    answer = forms.CharField(
        label=_("Your answer"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("In your own words; name papers that show it and hand them in where the notice comes from."),
    )
