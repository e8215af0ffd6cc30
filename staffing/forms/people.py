"""What the list of the people behind a ratio is asked for."""

from urllib.parse import urlencode

from django import forms
from django.utils.translation import gettext_lazy as _

from staffing.forms.dates import RatioDateForm
from staffing.selectors.people import StaffStanding


class PeopleForm(RatioDateForm):
    q = forms.CharField(label=_("Search by name"), required=False, max_length=100)
    standing = forms.ChoiceField(label=_("Training"), required=False, choices=[("", ""), *StaffStanding.choices])

    def chosen(self) -> dict[str, str]:
        """The filters that were given; faulty ones were told and do not count."""
        cleaned = getattr(self, "cleaned_data", {})
        return {name: cleaned[name] for name in ("q", "standing") if cleaned.get(name)}

    def dates(self) -> str:
        """The dates asked for as the end of an address."""
        given = {name: self.data[name] for name in ("as_of", "known_at") if self.data.get(name)}
        return f"?{urlencode(given)}" if given else ""
