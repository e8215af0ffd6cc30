"""Filters and forms of the administration: bodies, their duties, who is competent for what."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import AdminBody, Region
from accounts.models.bodies import Line
from accounts.models.places import Rank
from accounts.selectors.bodies import bodies_over

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class DocumentField(forms.CharField):
    """The number and title of the paper that says so."""

    def __init__(self, **kwargs: Any) -> None:
        said: dict[str, Any] = {"label": _("Document"), "help_text": _("Number and title, as on the paper.")}
        super().__init__(max_length=200, **{**said, **kwargs})


class BodiesFilter(forms.Form):
    q = forms.CharField(label=_("Name or code"), required=False, max_length=120)
    rank = forms.ChoiceField(label=_("Rank"), required=False, choices=[("", _("every rank")), *Rank.choices])
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=[("", _("all")), *AdminBody.Kind.choices])
    line = forms.ChoiceField(label=_("Line of duty"), required=False, choices=[("", _("every line")), *Line.choices])

    def chosen(self) -> dict[str, str]:
        """A faulty value counts as none."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class PlaceAndDay(forms.Form):
    """A region by code or name, and a day; both may be left out."""

    region = forms.CharField(label=_("Region (code or name)"), required=False, max_length=60)
    on = forms.DateField(label=_("On"), required=False, widget=DAY, input_formats=["%Y-%m-%d"])

    def said(self, name: str) -> Any:
        self.is_valid()
        return self.cleaned_data.get(name)


class BodyNamesForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120)
    name_en = forms.CharField(label=_("Name in English"), max_length=200, required=False)
    name_ja = forms.CharField(label=_("Name in Japanese"), max_length=200, required=False)
    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=AdminBody.Kind.choices,
        help_text=_("Rank and region are two things: a separately planned city's bureau has provincial rank."),
    )


class BodyCorrectionForm(BodyNamesForm):
    reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))


class BodyForm(BodyNamesForm):
    """A new body; region and parent are given by code."""

    field_order = ("code", "name", "name_en", "name_ja", "kind", "rank", "region", "parent")
    code = forms.CharField(label=_("Code of the body"), max_length=30)
    rank = forms.ChoiceField(label=_("Rank"), choices=Rank.choices[1:])
    region = forms.CharField(
        label=_("Region (code or name)"), max_length=60, help_text=_("The jurisdiction: the region and all below it.")
    )
    parent = forms.CharField(
        label=_("Code of the body above"),
        max_length=30,
        required=False,
        help_text=_("Left empty, the national body stands above."),
    )


class DutyForm(forms.Form):
    line = forms.ChoiceField(label=_("Line of duty"), choices=Line.choices)
    valid_from = forms.DateField(label=_("From"), widget=DAY)
    document = DocumentField()


class EndForm(forms.Form):
    valid_to = forms.DateField(
        label=_("First day on which it no longer holds"), widget=DAY, help_text=_("Until the day before it holds.")
    )
    document = DocumentField()


class CompetenceEndForm(EndForm):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("It stands in the history and where people look for the body."),
    )


class CompetenceForm(forms.Form):
    """Who is competent from a day on; offered are the bodies over the region."""

    body = forms.ModelChoiceField(AdminBody.objects.none(), label=_("Competent body"))
    valid_from = forms.DateField(
        label=_("From"),
        widget=DAY,
        help_text=_("The entry that holds on this day ends with it and stays in the history."),
    )
    document = DocumentField()

    def __init__(self, *args: Any, over: Region, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["valid_from"].initial = today
        self.fields["body"].queryset = bodies_over(over)  # type: ignore[attr-defined]
