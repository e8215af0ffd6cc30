"""Forms of designations: the application, and what each step is asked for."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms.bodies import DAY, DocumentField
from accounts.models import Designation
from accounts.selectors.designations import WAITING
from accounts.workflow import DesignationState


class DesignationsFilter(forms.Form):
    q = forms.CharField(label=_("Institution or base"), required=False, max_length=100)
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[("", _("every state")), (WAITING, _("waiting for you")), *DesignationState.choices],
    )
    kind = forms.ChoiceField(
        label=_("Kind of designation"), required=False, choices=[("", _("every kind")), *Designation.Kind.choices]
    )

    def chosen(self) -> dict[str, str]:
        """A faulty value counts as none."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class ApplicationForm(forms.Form):
    kind = forms.ChoiceField(label=_("Kind of designation"))
    statement = forms.CharField(
        label=_("Why the conditions are met"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("The competent body reads it. Do not enter anything that is a state secret."),
    )

    def __init__(self, *args: Any, kinds: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = dict(Designation.Kind.choices)
        self.fields["kind"].choices = [(kind, labels[kind]) for kind in kinds]  # type: ignore[attr-defined]


class NoteForm(forms.Form):
    note = forms.CharField(label=_("Note"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3}))


class ReasonForm(forms.Form):
    note = forms.CharField(
        label=_("Reason"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The institution or base can read it."),
    )


class DocumentForm(NoteForm):
    field_order = ["document", "note"]
    document = DocumentField()


class GrantForm(DocumentForm):
    field_order = ["document", "valid_from", "valid_to", "note"]
    valid_from = forms.DateField(label=_("Counts from"), widget=DAY)
    valid_to = forms.DateField(
        label=_("First day on which it no longer counts"),
        widget=DAY,
        required=False,
        help_text=_("Left empty, it has no end."),
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["valid_from"].initial = today


class RevokeForm(ReasonForm):
    field_order = ["document", "note"]
    document = DocumentField()


class RectifyForm(RevokeForm):
    field_order = ["document", "working_days", "note"]
    working_days = forms.IntegerField(label=_("Working days to put it right"), min_value=1, max_value=250, initial=30)
