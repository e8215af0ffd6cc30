"""Forms of a base's work with cohorts: a new cohort, times of sessions and exam, a step with its reason."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from courses.models import Cohort, Programme
from courses.selectors.cohorts import programmes

DATE = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
MOMENT = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


class CohortForm(forms.Form):
    """Eight fields; with a cohort to copy from, only the dates are left to change."""

    programme = forms.ModelChoiceField(Programme.objects.none(), label=_("Programme"))
    starts_on = forms.DateField(label=_("First day"), widget=DATE)
    ends_on = forms.DateField(
        label=_("Last day"),
        widget=DATE,
        help_text=_("The sessions proposed for the level are spread over these days; you can move each of them."),
    )
    capacity = forms.IntegerField(label=_("Seats"), min_value=1, max_value=1000, initial=30)
    place = forms.CharField(label=_("Place"), max_length=150, required=False)
    fee_note = forms.CharField(
        label=_("Fee"),
        max_length=200,
        required=False,
        help_text=_("Amount, what it covers and who pays. There is no online payment."),
    )

    def __init__(self, *args: Any, copy_from: Cohort | None = None, **kwargs: Any) -> None:
        if copy_from:
            kept = ("programme", "capacity", "place", "fee_note")
            kwargs["initial"] = {name: getattr(copy_from, name) for name in kept}
        super().__init__(*args, **kwargs)
        self.fields["programme"].queryset = programmes()  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("starts_on"), cleaned.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", _("The last day lies before the first one."))
        return cleaned


class SpanForm(forms.Form):
    """From one moment to a later one, in Beijing time."""

    first: str
    last: str

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        start: datetime | None = cleaned.get(self.first)
        end: datetime | None = cleaned.get(self.last)
        if start and end and end <= start:
            self.add_error(self.last, _("The end must lie after the beginning."))
        return cleaned


class SessionForm(SpanForm):
    first, last = "starts_at", "ends_at"
    starts_at = forms.DateTimeField(label=_("Begins (Beijing time)"), widget=MOMENT)
    ends_at = forms.DateTimeField(label=_("Ends (Beijing time)"), widget=MOMENT)
    place = forms.CharField(label=_("Place"), max_length=150, required=False)


class ExamForm(SpanForm):
    first, last = "opens_at", "closes_at"
    opens_at = forms.DateTimeField(label=_("Opens (Beijing time)"), widget=MOMENT)
    closes_at = forms.DateTimeField(label=_("Closes (Beijing time)"), widget=MOMENT)


class ReasonForm(forms.Form):
    """A step that needs a reason."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The people concerned can read it."),
    )
