"""Questions about the days to come: one day, and an experiment that is asked by address and never stored."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from staffing.forms.dates import YEARS
from staffing.ratio import Experiment

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
MOST = 999


class ComingDay(forms.DateField):
    """A day from today on."""

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, widget=DAY, input_formats=["%Y-%m-%d"], **options)

    def after(self, today: date, value: date | None) -> date | None:
        if value and (value < today or value.year not in YEARS):
            raise forms.ValidationError(_("Choose a day from today on."))
        return value


class DayAheadForm(forms.Form):
    on = ComingDay(label=_("On which day"))

    def __init__(self, data: Mapping[str, Any], *, today: date) -> None:
        super().__init__(data)
        self.today = today

    def clean_on(self) -> date | None:
        return self.fields["on"].after(self.today, self.cleaned_data["on"])

    def day(self, default: date) -> date:
        """The default also where another day was refused."""
        return (self.cleaned_data.get("on") if self.is_valid() else None) or default


class ExperimentForm(forms.Form):
    """`people`: whom the actor may name; a made-up person has no name."""

    when = ComingDay(label=_("From which day"))
    trained = forms.IntegerField(label=_("Trained people who join"), min_value=0, max_value=MOST, required=False)
    untrained = forms.IntegerField(label=_("Untrained people who join"), min_value=0, max_value=MOST, required=False)
    leave = forms.TypedMultipleChoiceField(label=_("leaves"), coerce=int, required=False)
    train = forms.TypedMultipleChoiceField(label=_("is trained"), coerce=int, required=False)

    def __init__(self, data: Mapping[str, Any], *, today: date, people: Mapping[int, str]) -> None:
        super().__init__(data, initial={"when": today + timedelta(days=1)})
        self.today = today
        for name in ("leave", "train"):
            self.fields[name].choices = list(people.items())

    def clean_when(self) -> date | None:
        return self.fields["when"].after(self.today, self.cleaned_data["when"])

    def experiment(self) -> Experiment:
        """Empty where nothing is asked or something is wrong."""
        asked = self.cleaned_data if self.is_valid() else {}
        return Experiment(
            day=asked.get("when") or self.today + timedelta(days=1),
            trained=asked.get("trained") or 0,
            untrained=asked.get("untrained") or 0,
            leave=frozenset(asked.get("leave") or ()),
            train=frozenset(asked.get("train") or ()),
        )
