"""Reports as somebody makes them, as they are accepted, and what the subject of a case sends."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import Region, User
from core import clock
from credit.forms.case_steps import DAY, long_text
from credit.models import CaseReport, CatalogueItem, Ground
from credit.selectors.subjects import Candidate, Concerned, concerned
from credit.services import Filing, Said

# From the widest place to the narrowest.
# Digits of the greatest number of a row.
LONGEST_KEY = 18
PLACES = ("region", "city", "county")
# Digits of the greatest number that a row has.
LONGEST_KEY = 18
NOT_THERE = {"invalid_choice": _("This place does not lie in the one above it. Please choose again.")}


class ReportForm(forms.Form):
    """What happened, in the reporter's own words. Places within the chosen one are offered as soon as it is known."""

    said_of = forms.CharField(
        label=_("Who it is about"), max_length=200, help_text=_("Name of a person or institution.")
    )
    said_at = forms.CharField(label=_("Where that person works"), max_length=200, required=False)
    region = forms.ModelChoiceField(
        label=_("Province"), queryset=Region.objects.filter(level="provincial").order_by("code")
    )
    city = forms.ModelChoiceField(
        label=_("City, prefecture or district within it"),
        queryset=Region.objects.none(),
        required=False,
        error_messages=NOT_THERE,
    )
    county = forms.ModelChoiceField(
        label=_("County or district within it"),
        queryset=Region.objects.none(),
        required=False,
        error_messages=NOT_THERE,
    )
    ground = forms.ChoiceField(label=_("What kind of conduct"), choices=Ground.choices)
    happened_on = forms.DateField(label=_("When it happened"), widget=DAY, help_text=_("The last day, if it went on."))
    said = long_text(_("What happened, and what shows it"), help_text=_("No secrets of state may be entered here."))
    reach_me = forms.CharField(
        label=_("How we may reach you"),
        max_length=200,
        required=False,
        help_text=_("Kept sealed; shown to the officer who accepts the report alone, for a stated purpose."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for above, name in pairwise(PLACES):
            within = self._within(above)
            if name in self.fields and not within.exists():
                # Nothing lies in it, or nobody knows yet in what.
                self.fields.pop(name)
            elif name in self.fields:
                self.fields[name].queryset = within  # type: ignore[attr-defined]

    @property
    def last_place(self) -> str:
        """The narrowest place that is offered."""
        return next(name for name in reversed(PLACES) if name in self.fields)

    def told(self) -> Said:
        said = dict(self.cleaned_data)
        places = [said.pop(name, None) for name in PLACES]
        return Said(region=next(one for one in reversed(places) if one), **said)

    def _within(self, above: str) -> QuerySet[Region]:
        """What lies in the place chosen above, if that one is offered itself."""
        typed = str((self.data if self.is_bound else self.initial).get(above) or "")
        if above not in self.fields or not typed.isdecimal() or len(typed) > LONGEST_KEY:
            return Region.objects.none()
        chosen = self.fields[above].queryset.filter(pk=int(typed))  # type: ignore[attr-defined]
        return Region.objects.filter(parent__in=chosen, statistical=False, valid_to=None).order_by("code")


class RefuseReportForm(forms.Form):
    reason = long_text(_("Reason"), help_text=_("Whoever reported reads it."))


class ItemField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj}: {obj.conduct}"


class FileCaseForm(forms.Form):
    """立案: whose case it is, for which item, within which limit."""

    number = forms.CharField(label=_("Case number"), max_length=60)
    about = forms.ChoiceField(label=_("Whose case it is"), widget=forms.RadioSelect)
    item: forms.ModelChoiceField = ItemField(label=_("Item of the catalogue"), queryset=CatalogueItem.objects.none())
    conduct_ended_on = forms.DateField(label=_("The conduct ended on"), widget=DAY)
    discovered_on = forms.DateField(label=_("It was found out on"), widget=DAY)

    def __init__(
        self, *args: Any, report: CaseReport, items: Any, found: Sequence[Candidate], actor: User, **kwargs: Any
    ) -> None:
        known: dict[str, Any] = {
            "conduct_ended_on": report.happened_on,
            "discovered_on": clock.day_of(report.reported_at),
        }
        if len(found) == 1:
            known["about"] = found[0].key
        kwargs["initial"] = {**known, **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        self.actor = actor
        self.fields["item"].queryset = items  # type: ignore[attr-defined]
        self.fields["about"].choices = [(one.key, _in_words(one)) for one in found]  # type: ignore[attr-defined]

    def clean_about(self) -> Concerned:
        if (chosen := concerned(self.actor, self.cleaned_data["about"])) is None:
            raise forms.ValidationError(_("This person or place is no longer within your reach."))
        return chosen

    def filing(self) -> Filing:
        said = self.cleaned_data
        words = {name: said[name] for name in ("number", "item", "conduct_ended_on", "discovered_on")}
        return Filing(**words, subject=said["about"].subject, unit=said["about"].unit)


def _in_words(one: Candidate) -> str:
    return " · ".join(part for part in (one.name, one.beside, one.works_at) if part)


class OwnAnswerForm(forms.Form):
    answer = long_text(_("Your answer, point by point"))
    complete = forms.BooleanField(
        label=_("This is all, and I ask for no hearing"),
        required=False,
        help_text=_(
            "Then the authority need not wait for the last day. Without this tick you can add to it until then."
        ),
    )

    def __init__(self, *args: Any, hearing_asked: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if hearing_asked:
            # It is held all the same.
            self.fields["complete"].label = _("This is all")


class RepairForm(forms.Form):
    corrected = long_text(_("What you put right, and what shows it"))
    commitment = long_text(_("Your credit commitment"))
    committed = forms.BooleanField(label=_("I give this commitment publicly."))


class RecusalForm(forms.Form):
    officer = forms.ChoiceField(label=_("Officer"))
    reason = long_text(_("Why this officer should step aside"))


class RecusalAnswerForm(forms.Form):
    uphold = forms.ChoiceField(
        label=_("Decision"), choices=[("yes", _("The officer steps aside")), ("no", _("The officer goes on"))]
    )
    answer = long_text(_("Reasons"))


class RepairAnswerForm(forms.Form):
    grant = forms.ChoiceField(label=_("Decision"), choices=[("yes", _("Grant the repair")), ("no", _("Refuse it"))])
    answer = long_text(_("Reasons"), required=False, help_text=_("Needed for a refusal."))
