"""Forms about one institution or one base: entering, putting right, moving."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.forms.bodies import DAY, DocumentField
from accounts.models import Institution
from accounts.models.places import Rank


class InstitutionForm(forms.Form):
    name = forms.CharField(label=pgettext_lazy("an organisation", "Name"), max_length=150)
    category = forms.ChoiceField(label=_("Category"), choices=Institution.Category.choices)
    level = forms.ChoiceField(label=_("Level"), choices=Rank.choices)
    uscc = forms.CharField(
        label=_("Unified social credit code"),
        max_length=40,
        required=False,
        help_text=_("An internal department has none; name the institution it belongs to instead."),
    )
    parent = forms.CharField(
        label=_("Belongs to (credit code)"), max_length=40, required=False, help_text=_("18 characters.")
    )


class NewInstitutionForm(InstitutionForm):
    region = forms.CharField(label=_("Region (code or name)"), max_length=60)


class InstitutionCorrectionForm(InstitutionForm):
    reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))


class BaseForm(forms.Form):
    name = forms.CharField(label=pgettext_lazy("an organisation", "Name"), max_length=150)
    name_en = forms.CharField(label=_("Name in English"), max_length=200, required=False)
    name_ja = forms.CharField(label=_("Name in Japanese"), max_length=200, required=False)
    host = forms.CharField(
        label=_("Host organisation (credit code)"),
        max_length=40,
        required=False,
        help_text=_("A legal person; a department cannot host a base."),
    )
    qualification = forms.CharField(
        label=_("Training qualification"),
        max_length=200,
        required=False,
        help_text=_("The licence or approval that allows the host to train, with its number."),
    )
    training_scope = forms.CharField(
        label=_("Scope of the qualification"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    qualified_from = forms.DateField(label=_("Qualified from"), widget=DAY, required=False)
    qualified_to = forms.DateField(
        label=_("First day on which the qualification no longer holds"), widget=DAY, required=False
    )


class NewBaseForm(BaseForm):
    """A base without a host is one from before: whoever enters a new one names it."""

    field_order = ("code", "name")
    host = forms.CharField(
        label=_("Host organisation (credit code)"),
        max_length=40,
        help_text=_("A legal person; a department cannot host a base."),
    )
    code = forms.RegexField(
        label=_("Code of the base"),
        regex=r"^[0-9]{4}$",
        help_text=_("Four digits; they stand in every certificate number of the base and never change."),
    )
    region = forms.CharField(label=_("Region (code or name)"), max_length=60)


class BaseCorrectionForm(BaseForm):
    reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))


class MoveForm(forms.Form):
    region = forms.CharField(
        label=_("New region (code or name)"),
        max_length=60,
        help_text=_("You oversee both regions; otherwise the body above records the move."),
    )
    on = forms.DateField(
        label=_("Moves on"),
        widget=DAY,
        help_text=_("Today. The powers over it change at this moment, so no other day can be recorded."),
    )
    document = DocumentField()

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].initial = today
