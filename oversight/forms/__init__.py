"""What a region page is asked for: the day, and which of its institutions to list."""

from datetime import date
from typing import Any

from django import forms
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from staffing.ratio import Outcome
from staffing.selectors.kept import Wanted


class Order(TextChoices):
    NAME = "name", _("by name")
    SHORTFALL = "shortfall", _("most people short first")
    STAFF = "staff", _("largest staff first")


class DateForm(forms.Form):
    as_of = forms.DateField(
        label=_("As of"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        input_formats=["%Y-%m-%d"],
        error_messages={"invalid": _("Give the day like 2026-11-20; today is shown instead.")},
    )

    def day(self) -> date | None:
        return self._said("as_of")

    def _said(self, name: str) -> Any:
        """A faulty value counts as none: the page shows its error and everything."""
        self.is_valid()
        return self.cleaned_data.get(name) or None


class InstitutionsForm(DateForm):
    """Filters live in the address, so that a list can be sent on."""

    q = forms.CharField(label=_("Name or credit code"), required=False, max_length=150)
    outcome = forms.ChoiceField(
        label=_("Outcome"), required=False, choices=[("", _("every outcome")), *Outcome.choices]
    )
    binding = forms.ChoiceField(
        label=_("Requirement"),
        required=False,
        choices=[("", _("all")), ("yes", _("applies")), ("no", _("reference only"))],
    )
    order = forms.ChoiceField(label=_("Order"), required=False, choices=Order.choices)

    def asked(self) -> Wanted:
        """What passes every filter, in the order asked for."""
        text, outcome, binding, order = (self._said(name) for name in ("q", "outcome", "binding", "order"))
        return Wanted(
            text=text or "",
            outcome=outcome or "",
            binding=binding == "yes" if binding else None,
            order=order if order in (Order.SHORTFALL, Order.STAFF) else "",
        )
