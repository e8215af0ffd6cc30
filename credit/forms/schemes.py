"""A version of an evaluation scheme as its author fills it in: weights and bounds of the version it begins with."""

import copy
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from credit.models import EvaluationScheme
from credit.models.schemes import in_language
from credit.rules.evaluation import LANGUAGES, WHOLE, leaves_of

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
SPOKEN = {"zh-hans": "中文", "en": "English", "ja": "日本語"}


class SchemeForm(forms.Form):
    """`words()` answers credit.rules.evaluation.WORDS without the version's own name."""

    code = forms.RegexField(r"^[A-Z][A-Z0-9_]{2,39}$", label=_("Short name of the scheme"))
    scored_by = forms.ChoiceField(label=_("Who scores"), choices=EvaluationScheme.ScoredBy.choices)
    publicity_days = forms.IntegerField(label=_("Working days open to objections"), min_value=1, max_value=60)
    least_measured = forms.IntegerField(
        label=_("Least share of the weight that is measured, in percent"),
        min_value=1,
        max_value=WHOLE,
        help_text=_("With less nothing is rated."),
    )
    valid_from = forms.DateField(label=_("In force from"), widget=DAY)
    document_number = forms.CharField(label=_("Document number"), max_length=60)

    def __init__(self, *args: Any, begun: Mapping[str, Any], **kwargs: Any) -> None:
        """`begun`: the words that it begins with."""
        super().__init__(*args, **{"initial": _initial(begun), **kwargs})
        self._begun = begun
        for language in LANGUAGES:
            title = _("Title (%(language)s)") % {"language": SPOKEN[language]}
            self.fields[f"title_{language}"] = forms.CharField(label=title, max_length=200)
            source = _("Source (%(language)s)") % {"language": SPOKEN[language]}
            self.fields[f"source_{language}"] = forms.CharField(label=source, max_length=500)
        for leaf in leaves_of(begun["tree"]):
            words = in_language(leaf["titles"])
            for name, label in _NUMBERS.items():
                self.fields[f"{name}_{leaf['code']}"] = forms.IntegerField(
                    label=f"{words}: {label}", min_value=0, max_value=WHOLE if name == "weight" else 1_000_000
                )
        for grade in _bounded(begun):
            bound = _("Grade %(grade)s from how many points") % {"grade": grade}
            self.fields[f"bound_{grade}"] = forms.IntegerField(label=bound, min_value=1, max_value=WHOLE)

    def words(self) -> dict[str, Any]:
        given = self.cleaned_data
        own = ("code", "scored_by", "publicity_days", "least_measured", "valid_from", "document_number")
        words = copy.deepcopy({name: value for name, value in self._begun.items() if name != "version"})
        words |= {name: given[name] for name in own}
        for leaf in leaves_of(words["tree"]):
            leaf.update({name: given[f"{name}_{leaf['code']}"] for name in _NUMBERS})  # type: ignore[attr-defined]
        for one in words["grades"]:
            if one["grade"] in _bounded(words):
                one["at_least"] = given[f"bound_{one['grade']}"]
        for language in LANGUAGES:
            texts = words["texts"].setdefault(language, {})
            texts |= {name: given[f"{name}_{language}"] for name in ("title", "source")}
        return words


_NUMBERS = {
    "weight": _("points of 100"),
    "begins": _("value of the first point"),
    "full": _("value of all points"),
}


def _bounded(words: Mapping[str, Any]) -> list[str]:
    """Grades whose bound can be chosen: the last one of the falling bounds is reached by everybody."""
    return [one["grade"] for one in words["grades"] if one["at_least"]]


def _initial(begun: Mapping[str, Any]) -> dict[str, Any]:
    found = {name: begun[name] for name in ("code", "scored_by", "publicity_days", "least_measured", "valid_from")}
    found["document_number"] = begun["document_number"]
    for leaf in leaves_of(begun["tree"]):
        found |= {f"{name}_{leaf['code']}": leaf[name] for name in _NUMBERS}
    found |= {f"bound_{one['grade']}": one["at_least"] for one in begun["grades"] if one["at_least"]}
    for language in LANGUAGES:
        texts = begun["texts"].get(language, {})
        found |= {f"{name}_{language}": texts.get(name, "") for name in ("title", "source")}
    return found
