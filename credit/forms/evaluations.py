"""Forms of evaluations: rounds, who takes part, values with evidence, objections, what follows."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Region
from core.errors import NotAllowed
from credit.models import EvaluationConsequence, EvaluationRound
from credit.models.schemes import in_language
from credit.rules.evaluation import WHOLE, Value
from credit.selectors.evaluations import Unscored

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
ROWS = forms.Textarea(attrs={"rows": 4})
FEW = forms.Textarea(attrs={"rows": 2})
YES_NO = [("no", pgettext_lazy("a conflict of interest", "None")), ("yes", _("There is one"))]


class RoundForm(forms.Form):
    scheme = forms.ChoiceField(label=_("Evaluation scheme"))
    kind = forms.ChoiceField(label=_("Kind of evaluation"), choices=EvaluationRound.Kind.choices)
    region = forms.CharField(label=_("Region (code or name)"), max_length=60)
    period_from = forms.DateField(label=_("First day that is looked at"), widget=DAY)
    period_to = forms.DateField(label=_("Last day that is looked at"), widget=DAY)

    def __init__(
        self, *args: Any, schemes: Iterable[tuple[int, str]], region_of: Callable[[str], Region], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._region_of = region_of
        self.fields["scheme"].choices = list(schemes)  # type: ignore[attr-defined]

    def clean_region(self) -> Region:
        try:
            return self._region_of(self.cleaned_data["region"])
        except NotAllowed:
            raise forms.ValidationError(_("There is no such region, or it is not yours.")) from None


class SubjectsForm(forms.Form):
    """`named` answers (found, lines that name nobody)."""

    designated = forms.BooleanField(label=_("All that hold a designation in the region"), required=False)
    lines = forms.CharField(
        label=_("One a line: code or full name"),
        required=False,
        widget=ROWS,
        max_length=20_000,
    )

    def __init__(
        self,
        *args: Any,
        named: Callable[[list[str]], tuple[list[Any], list[str]]],
        persons: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self._named = named
        if persons:
            del self.fields["designated"]

    def clean_lines(self) -> list[Any]:
        found, unknown = self._named(self.cleaned_data["lines"].splitlines())
        if unknown:
            told = _("Nobody or more than one in your reach: %(lines)s") % {"lines": "; ".join(unknown)}
            raise forms.ValidationError(told)
        return found


class AssignForm(forms.Form):
    evaluator = forms.ChoiceField(label=_("Evaluator"))

    def __init__(self, *args: Any, choices: Iterable[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["evaluator"].choices = list(choices)  # type: ignore[attr-defined]


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=1000, widget=ROWS)


class UnratedForm(forms.Form):
    """Whom nobody scored: each is scored first, or left without a grade for a reason that stands with the result."""

    def __init__(self, *args: Any, missing: Iterable[Unscored], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._missing = list(missing)
        for one in self._missing:
            said = {"name": one.subject.name, "what": ", ".join(in_language(leaf["titles"]) for leaf in one.leaves)}
            self.fields[f"leave_{one.subject.pk}"] = forms.BooleanField(
                label=_("Leave %(name)s unrated: nobody scored %(what)s") % said, required=False
            )
            self.fields[f"reason_{one.subject.pk}"] = forms.CharField(
                label=_("Why %(name)s is left unrated") % said, max_length=1000, required=False, widget=FEW
            )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        for key in (one.subject.pk for one in self._missing):
            if given.get(f"leave_{key}") and not given.get(f"reason_{key}"):
                self.add_error(f"reason_{key}", _("Please give the reason. Nothing was changed."))
        return given

    def unrated(self) -> dict[int, str]:
        keys = [one.subject.pk for one in self._missing]
        return {key: self.cleaned_data[f"reason_{key}"] for key in keys if self.cleaned_data[f"leave_{key}"]}


class ConflictForm(forms.Form):
    conflict = forms.ChoiceField(label=_("Conflict of interest"), choices=YES_NO, widget=forms.RadioSelect)
    words = forms.CharField(
        label=_("Which one"),
        max_length=1000,
        required=False,
        widget=FEW,
        help_text=_("Employment, teaching, kinship, common business, in the last three years."),
    )


class ValuesForm(forms.Form):
    """One value and its evidence for every indicator that is entered; an empty value says nothing about it."""

    def __init__(self, *args: Any, leaves: Iterable[Mapping[str, Any]], needs_evidence: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._leaves, self._needs_evidence = list(leaves), needs_evidence
        for leaf in self._leaves:
            title = in_language(leaf["titles"])
            self.fields[f"value_{leaf['code']}"] = forms.IntegerField(
                label=title,
                min_value=0,
                max_value=None if leaf["unit"] == "count" else WHOLE,
                required=False,
                help_text=in_language(leaf["definition"]),
            )
            self.fields[f"evidence_{leaf['code']}"] = forms.CharField(
                label=_("Evidence for: %(title)s") % {"title": title},
                max_length=1000,
                required=False,
                widget=FEW,
                help_text=in_language(leaf["evidence"]),
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for leaf in self._leaves:
            value, evidence = (cleaned.get(f"{name}_{leaf['code']}") for name in ("value", "evidence"))
            if self._needs_evidence and value is not None and not evidence:
                self.add_error(f"evidence_{leaf['code']}", _("Say what shows this value."))
        return cleaned

    def values(self) -> dict[str, tuple[Value, str]]:
        codes = [leaf["code"] for leaf in self._leaves]
        given = {code: self.cleaned_data[f"value_{code}"] for code in codes}
        return {
            code: (Value(value), self.cleaned_data[f"evidence_{code}"])
            for code, value in given.items()
            if value is not None
        }


class ObjectionForm(forms.Form):
    words = forms.CharField(
        label=_("What is wrong, and what shows it"),
        max_length=2000,
        widget=ROWS,
        help_text=_("Objecting costs nothing and cannot make the result worse by itself."),
    )


class ObjectionAnswerForm(forms.Form):
    outcome = forms.ChoiceField(
        label=_("Answer"),
        choices=[("uphold", _("Right: the result is worked out again")), ("reject", _("The result stays"))],
        widget=forms.RadioSelect,
    )
    answer = forms.CharField(label=_("Reasons, point by point"), max_length=2000, widget=ROWS)


class ConsequenceForm(forms.Form):
    """`kinds`: what the scheme's ladder allows for the grade; `designations`: those a step could change."""

    kind = forms.ChoiceField(label=_("What follows"), widget=forms.RadioSelect)
    designation = forms.ChoiceField(
        label=_("Designation that changes by it"),
        required=False,
        help_text=_("Only for a rectification or a removal, by the steps of designations."),
    )
    working_days = forms.IntegerField(
        label=_("Working days to put it right"), min_value=1, max_value=250, required=False
    )
    document = forms.CharField(label=_("Document number"), max_length=200)
    reason = forms.CharField(label=_("Reason"), max_length=1000, widget=ROWS)

    def __init__(
        self, *args: Any, kinds: Iterable[str], designations: Iterable[tuple[int, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        labels = dict(EvaluationConsequence.Kind.choices)
        self.fields["kind"].choices = [(kind, labels[kind]) for kind in kinds]  # type: ignore[attr-defined]
        offered = [("", "–"), *((str(pk), label) for pk, label in designations)]
        self.fields["designation"].choices = offered  # type: ignore[attr-defined]


class ItemForm(forms.Form):
    region = forms.CharField(label=_("Region (code or name)"), max_length=60)
    issue = forms.CharField(label=_("What has to be put right"), max_length=2000, widget=ROWS)
    owner = forms.CharField(label=_("Who sees to it"), max_length=150, help_text=_("A department or an office."))
    due_on = forms.DateField(label=_("Due on"), widget=DAY)

    def __init__(self, *args: Any, region_of: Callable[[str], Region], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._region_of = region_of

    def clean_region(self) -> Region:
        try:
            return self._region_of(self.cleaned_data["region"])
        except NotAllowed:
            raise forms.ValidationError(_("There is no such region, or it is not yours.")) from None


class CloseForm(forms.Form):
    evidence = forms.CharField(label=_("What shows that it is done"), max_length=2000, widget=ROWS)
