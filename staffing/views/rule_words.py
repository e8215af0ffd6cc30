"""Columns of a ratio rule in plain words: one line each, and what two versions say differently."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, pgettext
from django.utils.translation import gettext as _

from accounts.models import Designation, Institution, LeaveKind
from accounts.models.positions import EmploymentType
from courses.models.records import Track
from courses.selectors.content import levels
from staffing.forms.versions import LANGUAGES, TEXTS
from staffing.models import RatioRule
from staffing.ratio import Comparator
from staffing.rules import WORDS, differing
from staffing.selectors.versions import region_at

# The comparator is told with the value, the designation with whom it binds.
TOLD_WITH = {"comparator": "value", "binding_designation": "binds"}
LABELS: dict[str, str | Promise] = {
    "code": gettext_lazy("Short name of the requirement"),
    "value": gettext_lazy("Threshold"),
    "binds": gettext_lazy("Binding for"),
    "categories": gettext_lazy("Kinds of institutions"),
    "region_path": gettext_lazy("Region"),
    "staff_counted": gettext_lazy("Who counts as staff"),
    "employment_types": gettext_lazy("Employment that counts"),
    "leaves_left_out": gettext_lazy("Not counted while on leave"),
    "tracks": gettext_lazy("Training that counts"),
    "levels": gettext_lazy("Of these levels only"),
    "providers": gettext_lazy("At bases with this designation only"),
    "reference_only": gettext_lazy("Use"),
    "valid_from": gettext_lazy("In force from"),
    "valid_to": gettext_lazy("Last day"),
    "document_number": gettext_lazy("Document number"),
    "source_period_end": gettext_lazy("The plan's period ends on"),
    "continued_by": gettext_lazy("Continued by"),
    "texts": gettext_lazy("Wording"),
}


@dataclass(frozen=True)
class Line:
    """`added`, `gone`: what a list of kinds has more or less."""

    label: str
    before: str
    after: str
    added: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()


@dataclass(frozen=True)
class Differences:
    """`here`: what every reader must know, and the words in the reader's language. `elsewhere`: the words in the other
    languages, each with its code and its own name."""

    here: list[Line]
    elsewhere: list[tuple[str, str, list[Line]]]


def told(rule: RatioRule) -> list[tuple[str, str]]:
    """The whole rule, line by line; its texts stand on the page as they are."""
    names = [name for name in WORDS if name in LABELS and name not in ("code", "texts")]
    return [(str(LABELS[name]), _told(name, rule.words)) for name in names]


def differences(before: RatioRule, after: RatioRule) -> Differences:
    names = dict.fromkeys(TOLD_WITH.get(name, name) for name in differing(before.words, after.words))
    lines = [_line(name, before, after) for name in names if name != "texts"]
    texts = {language: _text_lines(language, before, after) for language in LANGUAGES}
    here = texts.pop(get_language() or "", [])
    elsewhere = [(language, LANGUAGES[language], told) for language, told in texts.items() if told]
    return Differences(lines + here, elsewhere)


def _line(name: str, before: RatioRule, after: RatioRule) -> Line:
    old, new = before.words, after.words
    line = Line(str(LABELS[name]), _told(name, old), _told(name, new))
    if isinstance(old[name], list) and old[name] and new[name]:
        gone, added = (
            tuple(_kinds(name, set(one[name]) - set(other[name]))) for one, other in ((old, new), (new, old))
        )
        line = Line(line.label, line.before, line.after, added, gone)
    return line


def _text_lines(language: str, before: RatioRule, after: RatioRule) -> list[Line]:
    old, new = before.texts.get(language, {}), after.texts.get(language, {})
    return [
        Line(str(TEXTS[name]), old.get(name) or "–", new.get(name) or "–")
        for name in TEXTS
        if (old.get(name) or "") != (new.get(name) or "")
    ]


# As the column says it while nobody knows of a later document.
ASSUMPTION = "assumption"


def _told(name: str, words: Mapping[str, Any]) -> str:
    value = words[name]
    if name in SAID:
        return SAID[name](words)
    if isinstance(value, list):
        return pgettext("in a list", ", ").join(_kinds(name, value)) or str(ANY.get(name, "–"))
    return date_format(value, "DATE_FORMAT") if isinstance(value, date) else str(value or "–")


def _threshold(words: Mapping[str, Any]) -> str:
    if words["comparator"] == Comparator.MORE_THAN:
        return _("above %(value)s%%") % words
    return _("not below %(value)s%%") % words


def _binds(words: Mapping[str, Any]) -> str:
    label = str(RatioRule.Binds(words["binds"]).label)
    if not words["binding_designation"]:
        return label
    kinds = dict(Designation.Kind.choices)
    return f"{label}: {kinds.get(words['binding_designation'], words['binding_designation'])}"


def _region(words: Mapping[str, Any]) -> str:
    return region_at(words["region_path"]).local_name


def _kinds(name: str, values: Any) -> list[str]:
    labels = dict(KINDS[name]())
    return [str(labels.get(one, one)) for one in sorted(values, key=lambda one: _place(labels, one))]


def _place(labels: Mapping[str, Any], one: str) -> int:
    return list(labels).index(one) if one in labels else len(labels)


KINDS: dict[str, Callable[[], list[tuple[str, Any]]]] = {
    "categories": lambda: Institution.Category.choices,
    "employment_types": lambda: EmploymentType.choices,
    "leaves_left_out": lambda: LeaveKind.choices,
    "tracks": lambda: Track.choices,
    "levels": lambda: [(one.code, one.title) for one in levels()],
    "providers": lambda: Designation.Kind.choices,
}
ANY: dict[str, Promise] = {
    "categories": gettext_lazy("all of them"),
    "leaves_left_out": gettext_lazy("nobody: whoever is on leave goes on counting"),
    "levels": gettext_lazy("any training, also one without a level"),
    "providers": gettext_lazy("any recognised provider"),
}
SAID: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "continued_by": lambda words: (
        _("an assumption: no later document is known yet")
        if words["continued_by"] == ASSUMPTION
        else words["continued_by"] or "–"
    ),
    "value": _threshold,
    "binds": _binds,
    "region_path": _region,
    "staff_counted": lambda words: str(RatioRule.StaffCounted(words["staff_counted"]).label),
    "reference_only": lambda words: (
        _("for comparison only") if words["reference_only"] else _("outcomes are drawn from it")
    ),
}
