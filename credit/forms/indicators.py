"""One indicator of a draft of an evaluation scheme, with its words in three languages."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from credit.forms.schemes import SPOKEN
from credit.models.schemes import in_language
from credit.rules.evaluation import COMPUTED, LANGUAGES, WHOLE, Source
from credit.services.indicators import IndicatorWords

MOST = 1_000_000
FEW = forms.Textarea(attrs={"rows": 2})
SOURCES = {
    Source.RATIO: _("share of trained staff, computed"),
    Source.TRAINED: _("confirmed trainings, computed"),
    Source.PASS_RATE: _("share of those who passed, computed"),
    Source.HOURS: _("class hours, computed"),
    Source.FILED_ON_TIME: _("share of returns filed on time, computed"),
    Source.ENTERED: _("scored by evaluators, with evidence"),
}
TEXTS = {
    "titles": pgettext_lazy("an evaluation", "Name"),
    "definition": _("How it is counted"),
    "evidence": _("Evidence"),
}
LENGTHS = {"titles": 120, "definition": 500, "evidence": 300, "group_titles": 120}


class IndicatorForm(forms.Form):
    code = forms.RegexField(
        r"^[a-z][a-z0-9_]{1,39}$",
        label=_("Short name"),
        help_text=_("Small Latin letters, digits and underscores; once in the scheme."),
    )
    group = forms.ChoiceField(label=_("Group"), required=False)
    source = forms.ChoiceField(label=_("Where the value comes from"))
    unit = forms.ChoiceField(
        label=_("What evaluators enter"),
        choices=[("score", _("a score")), ("count", _("a count"))],
        help_text=_("What the platform computes has a unit of its own."),
    )
    weight = forms.IntegerField(label=_("Points of 100"), min_value=1, max_value=WHOLE)
    begins = forms.IntegerField(label=_("Value of the first point"), min_value=0, max_value=MOST)
    full = forms.IntegerField(label=_("Value of all points"), min_value=1, max_value=MOST)

    def __init__(
        self,
        *args: Any,
        kind: str,
        tree: Sequence[Mapping[str, Any]],
        leaf: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        """`leaf`: the one that is changed."""
        super().__init__(*args, **{"initial": _initial(tree, leaf) if leaf else {}, **kwargs})
        known = [*sorted(COMPUTED[kind]), Source.ENTERED]
        self.fields["source"].choices = [(str(one), SOURCES[Source(one)]) for one in known]  # type: ignore[attr-defined]
        groups = [(one["code"], in_language(one["titles"])) for one in tree]
        self.fields["group"].choices = [*groups, ("", _("a new group, named below"))]  # type: ignore[attr-defined]
        for name, label in TEXTS.items():
            self._add_texts(name, label, required=True)
        self._add_texts("group_titles", _("Name of a new group"), required=False)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        begins, full = given.get("begins"), given.get("full")
        if begins is not None and full is not None and full <= begins:
            self.add_error("full", _("All points have to be reached at a higher value than the first one."))
        if not given.get("group") and not given.get("group_titles_zh-hans"):
            self.add_error("group_titles_zh-hans", _("Name the new group, or choose one."))
        return given

    def words(self) -> IndicatorWords:
        given = self.cleaned_data
        texts: dict[str, Any] = {name: self._texts(name) for name in (*TEXTS, "group_titles")}
        own: dict[str, Any] = {
            name: given[name] for name in ("code", "group", "source", "unit", "weight", "begins", "full")
        }
        return IndicatorWords(**own | texts)

    def _add_texts(self, name: str, label: Any, *, required: bool) -> None:
        widget = FEW if name == "definition" else forms.TextInput()
        for language in LANGUAGES:
            self.fields[f"{name}_{language}"] = forms.CharField(
                label=f"{label} ({SPOKEN[language]})", max_length=LENGTHS[name], required=required, widget=widget
            )

    def _texts(self, name: str) -> dict[str, str]:
        return {language: self.cleaned_data[f"{name}_{language}"] for language in LANGUAGES}


def _initial(tree: Sequence[Mapping[str, Any]], leaf: Mapping[str, Any]) -> dict[str, Any]:
    group = next(one["code"] for one in tree if leaf in one["indicators"])
    own = {name: leaf[name] for name in ("code", "source", "weight", "begins", "full")}
    texts = {f"{name}_{language}": leaf[name].get(language, "") for name in TEXTS for language in LANGUAGES}
    return own | texts | {"group": group, "unit": "count" if leaf["unit"] == "count" else "score"}
