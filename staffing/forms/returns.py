"""Forms of returns: words and names. There is no field for a figure: figures are computed."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from staffing.rules.anomalies import Judgement

ROWS = forms.Textarea(attrs={"rows": 4})


class AnswerForm(forms.Form):
    answer = forms.CharField(
        label=_("What happened"),
        max_length=2000,
        widget=ROWS,
        help_text=_("In your words; the authority reads it. Answering changes no figure."),
    )


class ReopenForm(forms.Form):
    reason = forms.CharField(label=_("Why it has to be corrected"), max_length=1000, widget=ROWS)


class AttestForm(forms.Form):
    """`check`: the check whose figures stand above the form; another one since then is not attested by it."""

    check = forms.IntegerField(widget=forms.HiddenInput)
    name = forms.CharField(label=_("Your name"), max_length=60, help_text=_("It stands on the receipt."))
    post = forms.CharField(label=_("Your post"), max_length=60)
    reason = forms.CharField(
        label=_("Your answer to what was asked, and what is different from the version before"),
        max_length=1000,
        widget=ROWS,
    )
    attests = forms.BooleanField(label=_("I attest that the roster and the evidence behind these figures are true."))

    def __init__(self, *args: Any, first: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if first:
            del self.fields["reason"]


class JudgeForm(forms.Form):
    judgement = forms.ChoiceField(label=_("Judgement"), choices=Judgement.choices, widget=forms.RadioSelect)
    because = forms.CharField(label=_("Reason"), max_length=1000, widget=ROWS)


class ReturnDecisionForm(forms.Form):
    """Which fields are needed depends on the step; `version`: the one that stands above the form."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    step = forms.ChoiceField(label=_("Decision"), widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("Questions, or reason of the correction"),
        max_length=2000,
        required=False,
        widget=ROWS,
        help_text=_("The institution reads it. Accepting needs none."),
    )
    name = forms.CharField(
        label=_("Your name"), max_length=60, required=False, help_text=_("For a correction: it stands on the receipt.")
    )
    post = forms.CharField(label=_("Your post"), max_length=60, required=False, help_text=_("For a correction."))
    NEEDS = {"accept": (), "return": ("reason",), "correct": ("reason", "name", "post")}

    def __init__(self, *args: Any, steps: list[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["step"].choices = steps  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for name in self.NEEDS.get(cleaned.get("step", ""), ()):
            if not (cleaned.get(name) or "").strip() and name not in self.errors:
                self.add_error(name, _("This is needed for the decision."))
        return cleaned
