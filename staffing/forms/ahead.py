"""Questions about the days to come: one day, and an experiment that is asked by address and never stored."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, ClassVar

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from staffing.forms.dates import YEARS
from staffing.ratio import Experiment

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
MOST = 999


def not_past(day: date | None, today: date) -> date | None:
    if day and (day < today or day.year not in YEARS):
        raise forms.ValidationError(_("Choose a day from today on."))
    return day


class DayAheadForm(forms.Form):
    """The day for which the plan is made."""

    on = forms.DateField(label=_("On which day"), required=False, widget=DAY)

    def __init__(self, data: Mapping[str, Any], *, today: date) -> None:
        super().__init__(data)
        self.today = today

    def clean_on(self) -> date | None:
        return not_past(self.cleaned_data["on"], self.today)

    def day(self, default: date) -> date:
        """The default also where another day was refused."""
        return (self.cleaned_data.get("on") if self.is_valid() else None) or default


class ExperimentForm(forms.Form):
    """`people`: whom the actor may name; a made-up person has no name."""

    QUESTIONS: ClassVar = ("when", "trained", "untrained", "leave", "train")

    when = forms.DateField(label=_("From which day"), required=False, widget=DAY)
    trained = forms.IntegerField(label=_("Trained people who join"), min_value=0, max_value=MOST, required=False)
    untrained = forms.IntegerField(label=_("Untrained people who join"), min_value=0, max_value=MOST, required=False)

    def __init__(self, data: QueryDict, *, today: date, people: Mapping[int, str]) -> None:
        asked = data if any(name in data for name in self.QUESTIONS) else None
        tomorrow = today + timedelta(days=1)
        if asked is not None and not asked.get("when"):
            # What is tried out without a day is tried out from this one: the form says so.
            asked = asked.copy()
            asked["when"] = tomorrow.isoformat()
        super().__init__(asked, initial={"when": tomorrow})
        self.today = today
        # Whoever sees figures only names nobody.
        for name, label in (("leave", _("leaves")), ("train", _("is trained"))) if people else ():
            self.fields[name] = forms.TypedMultipleChoiceField(
                label=label, coerce=int, required=False, choices=list(people.items())
            )

    def clean_when(self) -> date | None:
        return not_past(self.cleaned_data["when"], self.today)

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
