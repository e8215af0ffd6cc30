"""Reserving seats of a class: how many, until when."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core import clock
from courses.models import Cohort
from courses.selectors.seats import last_day, most_held


class ReserveForm(forms.Form):
    seats = forms.IntegerField(label=_("Seats without a name"), min_value=1, initial=1)
    held_until = forms.DateField(
        label=_("Held to the end of"), widget=forms.DateInput(attrs={"type": "date"}), input_formats=["%Y-%m-%d"]
    )
    # How many the institution held without a name when this page was made: sent twice, the form holds once.
    held = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0)

    def __init__(self, *args: Any, cohort: Cohort, held: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["held"].initial = held
        day = last_day(cohort)
        self.fields["seats"].max_value = most_held(cohort)  # type: ignore[attr-defined]
        self.fields["seats"].widget.attrs["max"] = most_held(cohort)
        self.fields["held_until"].initial = day.isoformat()
        self.fields["held_until"].widget.attrs |= {"min": clock.today().isoformat(), "max": day.isoformat()}

    def values(self) -> dict[str, Any]:
        """As the service takes them."""
        given = self.cleaned_data
        return {"unnamed": given["seats"], "held_until": given["held_until"], "seen": given["held"]}

    def refuse(self, words: str, *, held: int) -> None:
        """Say why, and show what was typed in with the number that is held now: the next click is meant."""
        self.add_error(None, words)
        self.data = {**self.data.dict(), "held": str(held)}  # type: ignore[attr-defined]  # a QueryDict: it was posted
