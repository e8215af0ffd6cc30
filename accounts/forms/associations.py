"""Forms of associations: the filter of the members, whom to propose, why one declines, when a membership ends."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms.bodies import DAY
from accounts.workflow import MemberState


class MembersFilter(forms.Form):
    q = forms.CharField(label=_("Name or credit code"), required=False, max_length=100)
    state = forms.ChoiceField(label=_("State"), required=False, choices=[("", _("every state")), *MemberState.choices])

    def chosen(self) -> dict[str, str]:
        """A faulty value counts as none."""
        self.is_valid()
        return {name: value.strip() for name, value in self.cleaned_data.items() if value.strip()}


class ProposeForm(forms.Form):
    code = forms.CharField(
        label=_("Unified social credit code"),
        max_length=40,
        help_text=_("18 characters. A department without a code applies itself."),
    )


class YesForm(forms.Form):
    """Nothing to say beside the button."""


class DeclineForm(forms.Form):
    """`must`: the side that refuses says why."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The other side reads it."),
    )

    def __init__(self, *args: Any, must: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = must


class EndForm(DeclineForm):
    field_order = ["valid_to", "reason"]
    valid_to = forms.DateField(
        label=_("First day on which it no longer counts"), widget=DAY, help_text=_("Today or a later day.")
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["valid_to"].initial = today
