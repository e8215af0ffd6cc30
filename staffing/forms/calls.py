"""A call of a region for returns, as its authority enters it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Institution, Region, User
from staffing.rules.calendar import Obliges
from staffing.selectors.calls import calling_regions
from staffing.services.calls import Wanted

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class CallForm(forms.Form):
    region = forms.ModelChoiceField(Region.objects.none(), label=_("Region"), empty_label=None)
    title = forms.CharField(
        label=_("Title"), max_length=100, help_text=_("As institutions read it, such as: half-year return.")
    )
    document = forms.CharField(label=_("Document"), max_length=200, help_text=_("By which you ask for it."))
    as_of = forms.DateField(label=_("Day of the figure"), widget=DAY)
    opens_on = forms.DateField(
        label=_("Opens on"),
        widget=DAY,
        help_text=_("From tomorrow on, and not after the day of the figure. Until then it can be withdrawn."),
    )
    due_working_days = forms.IntegerField(
        label=_("Working days to file"), min_value=1, max_value=250, help_text=_("Counted from the day of the figure.")
    )
    correct_working_days = forms.IntegerField(
        label=_("Working days to correct"),
        min_value=1,
        max_value=250,
        help_text=_("Counted from the day of the figure, too: not fewer than those to file."),
    )
    obliges = forms.ChoiceField(label=_("Who has to file"), choices=Obliges.choices, widget=forms.RadioSelect)
    categories = forms.MultipleChoiceField(
        label=_("Kinds of institutions"),
        choices=Institution.Category.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen: all of them."),
    )
    published = forms.BooleanField(
        label=_("Figures are published once they are accepted and the days to correct are over."), required=False
    )

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["region"].queryset = calling_regions(actor)  # type: ignore[attr-defined]

    def asks_for(self) -> Wanted:
        values = {name: self.cleaned_data[name] for name in Wanted.__dataclass_fields__}
        return Wanted(**{**values, "categories": tuple(values["categories"])})


class WithdrawCallForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))
