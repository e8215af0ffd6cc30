"""A version of a ratio rule as its author fills it in: what it asks for, of whom, and its words in three languages."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import Designation, Institution, LeaveKind, Region
from accounts.models.positions import EmploymentType
from core.errors import NotAllowed
from courses.models import Level
from courses.models.records import Track
from staffing.models import RatioRule
from staffing.ratio import Comparator
from staffing.rules import WORDS
from staffing.workflow import RuleState

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
LANGUAGES = {"zh-hans": "中文", "en": "English", "ja": "日本語"}
TEXTS = {
    "title": _("Requirement"),
    "source": _("Source"),
    "quote": _("Words of the source"),
    "explanation": _("How it is counted"),
    "scope_note": _("For whom"),
    "period_note": _("Note while no later document is entered"),
}
# Without these two nobody can read the rule; the others may stay empty.
NEEDED = frozenset({"title", "source"})
BASES = [
    (kind.value, kind.label) for kind in (Designation.Kind.NATIONAL_BASE, Designation.Kind.PROVINCIAL_BASE)
]  # fmt: skip
INSTITUTIONS = [
    (kind.value, kind.label) for kind in Designation.Kind if kind.value not in dict(BASES)
]  # fmt: skip


def _several(label: Any, choices: Iterable[tuple[str, Any]], *, hint: Any = "", required: bool = False) -> Any:
    return forms.MultipleChoiceField(
        label=label, choices=list(choices), required=required, help_text=hint, widget=forms.CheckboxSelectMultiple
    )


class RuleForm(forms.Form):
    """`words()` answers staffing.rules.WORDS without the version's own name."""

    code = forms.RegexField(
        r"^[A-Z][A-Z0-9_]{2,39}$",
        label=_("Short name of the requirement"),
        help_text=_("Capital letters, digits and _; all versions of a requirement share it."),
    )
    region = forms.CharField(label=_("Region (code or name)"), max_length=60)
    value = forms.IntegerField(label=_("Threshold in percent"), min_value=1, max_value=100)
    comparator = forms.ChoiceField(label=pgettext_lazy("of a threshold", "Comparison"), choices=Comparator.choices)
    binds = forms.ChoiceField(label=_("Binding for"), choices=RatioRule.Binds.choices)
    binding_designation = forms.ChoiceField(
        label=_("Designation"),
        choices=[("", "–"), *INSTITUTIONS],
        required=False,
        help_text=_("Where it binds those that hold one."),
    )
    categories = _several(_("Kinds of institutions"), Institution.Category.choices, hint=_("None chosen: all of them."))
    staff_counted = forms.ChoiceField(label=_("Who counts as staff"), choices=RatioRule.StaffCounted.choices)
    employment_types = _several(_("Employment that counts"), EmploymentType.choices, required=True)
    leaves_left_out = _several(
        _("Not counted while on leave"),
        LeaveKind.choices,
        hint=_("None chosen: whoever is on leave goes on counting."),
    )
    tracks = _several(_("Training that counts"), Track.choices, required=True)
    levels = _several(_("Of these levels only"), [], hint=_("None chosen: any training, also one without a level."))
    providers = _several(
        _("At bases with this designation only"), BASES, hint=_("None chosen: any recognised provider.")
    )
    reference_only = forms.BooleanField(label=_("For comparison only: no outcome is drawn from it"), required=False)
    valid_from = forms.DateField(label=_("In force from"), widget=DAY)
    valid_to = forms.DateField(
        label=_("Last day"), widget=DAY, required=False, help_text=_("Leave empty while it goes on.")
    )
    document_number = forms.CharField(label=_("Document number"), max_length=60)
    source_period_end = forms.DateField(label=_("The plan's period ends on"), widget=DAY, required=False)
    continued_by = forms.CharField(
        label=_("Continued by"),
        max_length=60,
        required=False,
        help_text=_("The later document, or “assumption” while none is known."),
    )

    def __init__(
        self,
        *args: Any,
        levels: list[Level],
        region_of: Callable[[str], Region],
        begun_value: int | None = None,
        **kwargs: Any,
    ) -> None:
        """`region_of`: the one of the author's reach by code or name; raises NotAllowed.

        `begun_value`: the threshold of the version whose words it began with.
        """
        super().__init__(*args, **kwargs)
        self._begun_value = begun_value
        self._region_of = region_of
        self.fields["levels"].choices = [(one.code, one.title) for one in levels]  # type: ignore[attr-defined]
        for language, spoken in LANGUAGES.items():
            for name, label in TEXTS.items():
                self.fields[f"{name}_{language}"] = _text_field(name, f"{label} ({spoken})")

    def plain_fields(self) -> list[forms.BoundField]:
        """What is the same in every language."""
        texts = {f"{name}_{language}" for language in LANGUAGES for name in TEXTS}
        return [field for field in self.visible_fields() if field.name not in texts]

    def folds(self) -> list[tuple[str, bool, list[forms.BoundField]]]:
        """The words language by language: its name, whether it stands open, its fields. The reader's language does,
        and every one in which something is wrong."""
        here = get_language()
        found = []
        for language, spoken in LANGUAGES.items():
            fields = [self[f"{name}_{language}"] for name in TEXTS]
            found.append((spoken, language == here or any(field.errors for field in fields), fields))
        return found

    def clean_region(self) -> str:
        try:
            return self._region_of(self.cleaned_data["region"]).path
        except NotAllowed:
            raise forms.ValidationError(_("There is no such region, or it is not yours.")) from None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        by_designation = cleaned.get("binds") == RatioRule.Binds.DESIGNATED
        if by_designation and not cleaned.get("binding_designation"):
            self.add_error("binding_designation", _("Say which designation."))
        if not by_designation and cleaned.get("binding_designation"):
            self.add_error("binding_designation", _("Leave it empty, or let the rule bind those that hold one."))
        if by_designation and cleaned.get("reference_only"):
            self.add_error("reference_only", _("A rule that binds is not for comparison only."))
        first, last = cleaned.get("valid_from"), cleaned.get("valid_to")
        if first and last and last < first:
            self.add_error("valid_to", _("This day must not lie before the first one."))
        if cleaned.get("comparator") == Comparator.MORE_THAN and cleaned.get("value") == 100:
            self.add_error("value", _("Nobody can be above 100 percent."))
        self._check_titles(cleaned)
        return cleaned

    def _check_titles(self, cleaned: dict[str, Any]) -> None:
        """Another threshold under the old words would be read by everybody."""
        old = f"{self._begun_value}%"
        if self._begun_value is None or cleaned.get("value") in (None, self._begun_value):
            return
        for name in (f"title_{language}" for language in LANGUAGES):
            if old in cleaned.get(name, ""):
                self.add_error(name, _("It still says %(percent)s.") % {"percent": old})

    def words(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        texts = {language: {name: cleaned[f"{name}_{language}"] for name in TEXTS} for language in LANGUAGES}
        plain = {name: cleaned[name] for name in WORDS if name in cleaned}
        return plain | {"region_path": cleaned["region"], "texts": texts}


class RefuseForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


class CompareForm(forms.Form):
    """Any two versions that its reader may see; the one before the newest with the newest, until somebody chooses."""

    before = forms.ChoiceField(label=_("Version"))
    after = forms.ChoiceField(label=_("compared with"))

    def __init__(self, *args: Any, rules: list[RatioRule], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(str(one.pk), _offered(one)) for one in rules]
        for field in self.fields.values():
            field.choices = choices  # type: ignore[attr-defined]
        self.fields["before"].initial = choices[min(1, len(choices) - 1)][0]


def _offered(rule: RatioRule) -> str:
    """With its state where it is no law yet."""
    named = f"{rule.code} {rule.version}"
    return named if rule.state == RuleState.ADOPTED else f"{named} · {rule.get_state_display()}"


class EffectForm(forms.Form):
    on = forms.DateField(label=_("Day of the figures"), widget=DAY)


def filled(words: Mapping[str, Any], region: str) -> dict[str, Any]:
    """What a form shows of a version; `region`: the code of its region."""
    texts = words["texts"]
    plain = {name: words[name] for name in WORDS if name not in ("version", "texts")} | {"region": region}
    return plain | {
        f"{name}_{language}": texts.get(language, {}).get(name, "") for language in LANGUAGES for name in TEXTS
    }


def _text_field(name: str, label: str) -> forms.CharField:
    short = name in ("title", "source")
    return forms.CharField(
        label=label,
        required=name in NEEDED,
        max_length=200 if short else 1500,
        widget=forms.TextInput() if short else forms.Textarea(attrs={"rows": 3}),
    )
