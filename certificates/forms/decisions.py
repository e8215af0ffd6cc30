"""What a decision about a certificate is asked for."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from certificates.workflow import GROUNDS, Ground
from core import clock

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
LONG = {"rows": 4}


class DecideForm(forms.Form):
    """Ground, day and note of one step."""

    ground = forms.ChoiceField(label=_("Ground"))
    on = forms.DateField(label=_("Day of the decision"), widget=DAY)
    note = forms.CharField(
        label=_("Note for the file"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs=LONG),
        help_text=_("The holder and whoever verifies see the ground and the day, never this note."),
    )

    def __init__(self, *args: Any, step: str, without: frozenset[str] = frozenset(), **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"on": clock.today()})
        super().__init__(*args, **kwargs)
        allowed = GROUNDS[step] - without
        self.fields["ground"].choices = [(one.value, one.label) for one in Ground if one in allowed]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """A court's order can be looked up: the file names it."""
        said = super().clean() or {}
        if said.get("ground") == Ground.COURT_ORDER and not said.get("note"):
            self.add_error("note", _("Name the court and the number of its order."))
        return said


class SuspendForm(DecideForm):
    field_order = ("ground", "on", "until", "note")
    until = forms.DateField(
        label=_("Last day of the suspension"),
        widget=DAY,
        required=False,
        help_text=_("Thirty days at most; only an order of a court may run longer or name no day."),
    )


class SupersedeForm(forms.Form):
    note = forms.CharField(
        label=_("What was wrong"),
        max_length=1000,
        widget=forms.Textarea(attrs=LONG),
        help_text=_("For the file; the new certificate and verification say: information was corrected."),
    )
