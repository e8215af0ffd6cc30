"""Counts of people in secret posts."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class SealedCountForm(forms.Form):
    """Two numbers and their days; there is no field in which a name could stand."""

    staff = forms.IntegerField(label=_("Professional staff in secret posts"), min_value=1, max_value=9999)
    trained = forms.IntegerField(label=_("of whom trained"), min_value=0, max_value=9999)
    valid_from = forms.DateField(label=_("Counts from"), widget=DAY)
    valid_to = forms.DateField(
        label=pgettext_lazy("a number of people", "No longer counted from"),
        widget=DAY,
        required=False,
        help_text=_("Leave empty while it goes on."),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if (cleaned.get("trained") or 0) > (cleaned.get("staff") or 9999):
            self.add_error("trained", _("No more than the staff in secret posts."))
        first, last = cleaned.get("valid_from"), cleaned.get("valid_to")
        if first and last and last <= first:
            self.add_error("valid_to", _("This day must lie after the first one."))
        return cleaned


class SealedDecisionForm(forms.Form):
    """What the authority does with a number: which fields are needed depends on the step."""

    step = forms.ChoiceField(label=_("Decision"), widget=forms.RadioSelect)
    document_number = forms.CharField(
        label=_("Number of the paper document"),
        max_length=60,
        required=False,
        help_text=_("For a confirmation: the paper on which the number was checked. The paper itself is not uploaded."),
    )
    ended_on = forms.DateField(
        label=pgettext_lazy("a number of people", "No longer counted from"),
        widget=DAY,
        required=False,
        help_text=_("For an end."),
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=200,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("For a refusal or an annulment; without any detail of the posts."),
    )
    NEEDS = {"confirm": "document_number", "refuse": "reason", "end": "ended_on", "annul": "reason"}

    def __init__(self, *args: Any, steps: list[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["step"].choices = steps  # type: ignore[attr-defined]
        needed = {self.NEEDS[step] for step, _label in steps}
        for name in {"document_number", "ended_on", "reason"} - needed:
            del self.fields[name]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        needed = self.NEEDS.get(cleaned.get("step", ""))
        if needed and not cleaned.get(needed) and needed not in self.errors:
            self.add_error(needed, _("This is needed for the decision."))
        return cleaned
