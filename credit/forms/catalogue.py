"""Items of the catalogues and measures of the list, as the department in charge has published them."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Region
from accounts.models.restrictions import RestrictionKind
from core import clock
from core.errors import NotAllowed
from credit.forms.case_steps import DAY
from credit.services.catalogue import Listed, ListedMeasure
from credit.workflow.cases import SEVERITIES

SEVERITY_CHOICES = [(str(one), one.label) for one in SEVERITIES]


class ItemForm(forms.Form):
    """`region_of`: the region of a code or name within the actor's reach. Raises NotAllowed."""

    region = forms.CharField(
        label=_("Region of a local catalogue (code or name)"),
        max_length=60,
        required=False,
        help_text=_("Empty: an item of the national basic catalogue, which a nationwide body enters."),
    )
    catalogue = forms.CharField(label=_("Catalogue"), max_length=200)
    edition = forms.CharField(label=_("Edition"), max_length=40)
    number = forms.CharField(label=_("Number of the item"), max_length=40)
    conduct = forms.CharField(label=_("Conduct"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))
    basis = forms.CharField(
        label=_("Legal basis"), max_length=300, help_text=_("Title and article of the law or regulation.")
    )
    highest = forms.ChoiceField(label=_("Highest severity"), choices=SEVERITY_CHOICES)
    valid_from = forms.DateField(label=_("In force from"), widget=DAY)

    def __init__(self, *args: Any, region_of: Callable[[str], Region], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.region_of = region_of

    def clean_region(self) -> Region | None:
        typed = self.cleaned_data["region"].strip()
        try:
            return self.region_of(typed) if typed else None
        except NotAllowed as refusal:
            raise forms.ValidationError(_("No region of this code or name lies within your jurisdiction.")) from refusal

    def listed(self) -> Listed:
        return Listed(**self.cleaned_data)


class MeasureForm(forms.Form):
    code = forms.SlugField(label=_("Short name"), max_length=40, help_text=_("Latin letters, digits and hyphens."))
    title_zh = forms.CharField(label=_("Title in Chinese"), max_length=120)
    title_en = forms.CharField(label=_("Title in English"), max_length=200, required=False)
    title_ja = forms.CharField(label=_("Title in Japanese"), max_length=200, required=False)
    listed_in = forms.CharField(label=_("List and edition"), max_length=200)
    basis = forms.CharField(
        label=_("Legal basis"), max_length=300, help_text=_("Title and article of the law or regulation.")
    )
    severities = forms.MultipleChoiceField(
        label=_("May follow from"), choices=SEVERITY_CHOICES, widget=forms.CheckboxSelectMultiple
    )
    restricts = forms.ChoiceField(
        label=_("What it restricts here"), choices=[("", "—"), *RestrictionKind.choices], required=False
    )
    valid_from = forms.DateField(label=_("In force from"), widget=DAY)

    def listed(self) -> ListedMeasure:
        said = self.cleaned_data
        kept = ("code", "listed_in", "basis", "severities", "restricts", "valid_from")
        title = {language: said[f"title_{language}"] for language in ("zh", "en", "ja")}
        return ListedMeasure(title=title, **{name: said[name] for name in kept})


class EndForm(forms.Form):
    last_day = forms.DateField(
        label=_("Last day in force"), widget=DAY, help_text=_("Cases and decisions until this day keep it.")
    )
    reason = forms.CharField(label=_("Reason"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"initial": {"last_day": clock.today()}, **kwargs})
