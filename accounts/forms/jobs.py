"""Which background jobs are shown."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms.audit import DAY
from accounts.selectors.audit import Period
from accounts.selectors.jobs import FAILING, JobsQuestion, kind_choices
from core.models import Job


class JobsFilter(forms.Form):
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[("", _("all")), *Job.State.choices, (FAILING, _("with something that failed"))],
    )
    kind = forms.ChoiceField(label=_("Work"), required=False, choices=lambda: [("", _("every kind")), *kind_choices()])
    first = forms.DateField(label=_("From"), required=False, widget=DAY, input_formats=["%Y-%m-%d"])
    last = forms.DateField(label=_("Until"), required=False, widget=DAY, input_formats=["%Y-%m-%d"])

    def chosen(self) -> JobsQuestion:
        """A faulty value counts as none."""
        self.is_valid()
        said: dict[str, Any] = self.cleaned_data
        period = Period(said.get("first"), said.get("last"))
        return JobsQuestion(state=said.get("state", ""), kind=said.get("kind", ""), period=period)
