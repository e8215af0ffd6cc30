"""The two dates a ratio is asked for."""

from datetime import date, datetime, time
from typing import Any

from django import forms
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from core.clock import SHANGHAI, end_of_day

# What a register of this trade can be asked about; beyond it date arithmetic itself ends.
YEARS = range(1950, 2201)


class RatioDateForm(forms.Form):
    """`as_of`: a day, its end counts. `known_at`: a day (its end) or a moment of RFC 3339."""

    as_of = forms.DateField(
        label=_("As of"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        input_formats=["%Y-%m-%d"],
    )
    known_at = forms.CharField(label=_("As known at"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def clean_as_of(self) -> date | None:
        day = self.cleaned_data["as_of"]
        if day and day.year not in YEARS:
            raise forms.ValidationError(_("Give a year between 1950 and 2200."))
        return day

    def clean_known_at(self) -> datetime | None:
        return read_moment(self.cleaned_data["known_at"])

    def moments(self) -> dict[str, Any]:
        """What the selectors take; faulty input falls back to the defaults after its error was shown."""
        cleaned = getattr(self, "cleaned_data", {})
        return {"as_of": cleaned.get("as_of") or None, "known_at": cleaned.get("known_at") or None}


def read_moment(text: str) -> datetime | None:
    """A date (the end of that day in Shanghai) or an RFC 3339 moment. Raises ValidationError."""
    if not text:
        return None
    try:
        if len(text) == 10:
            day = date.fromisoformat(text)
            moment = end_of_day(day) if day.year in YEARS else None
        else:
            # A "+" of an unquoted query string arrives as a blank; RFC 3339 lets T and Z be small.
            moment = parse_datetime(text.replace(" ", "+").upper())
    except ValueError:
        moment = None
    if moment is None or moment.year not in YEARS:
        raise forms.ValidationError(_("Give a date like 2026-11-20 or a moment like 2026-11-20T09:00:00+08:00."))
    return moment if moment.tzinfo else datetime.combine(moment.date(), time(moment.hour, moment.minute), SHANGHAI)
