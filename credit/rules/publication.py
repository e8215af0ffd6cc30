"""The publication matrix: which field of which category whom is shown. Pages, reports and the interface ask here."""

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import yaml
from django.conf import settings
from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

MATRIX = "demo/reference/publication_matrix.yaml"


class Audience(TextChoices):
    PUBLIC = "public", _("everybody")
    INSTITUTION = "institution", _("another institution, an employer")
    PARTNER = "partner", _("a partner department")
    REGION = "region", _("the authority of the region, for a stated purpose")
    SUBJECT = "subject", _("whom it is about")


class Subject(TextChoices):
    PERSON = "person", _("natural persons")
    ENTITY = "entity", _("entities with a credit code")


# In the order in which they are shown.
FIELDS: dict[str, Promise] = {
    "kind": _("What"),
    "about": _("About"),
    "unit": _("Unit concerned"),
    "occurred_on": _("On"),
    "category": _("Kind of record"),
    "publisher": _("Published by"),
    "document": _("Document"),
    "standing": _("Standing"),
    "disputed": _("Disputed"),
    "statement": _("Statement of the subject"),
    "recorded_at": _("Recorded"),
}
CATEGORIES = ("basic", "positive", "adverse", "other")


@dataclass(frozen=True)
class Matrix:
    """One dated version: (subject, category, audience) -> the names of the fields."""

    version: str
    valid_from: date
    source: str
    cells: dict[tuple[str, str, str], frozenset[str]]


def shown_fields(audience: str, category: str, *, subject: str, on: date) -> tuple[str, ...]:
    """The fields of an entry that an audience is shown, in their order; none: not even that there is one."""
    allowed = matrix_on(on).cells.get((subject, category, audience), frozenset())
    return tuple(name for name in FIELDS if name in allowed)


def matrix_on(day: date) -> Matrix:
    """Raises LookupError for a day that no version covers: nothing is shown by a matrix that is not there."""
    held = [one for one in _matrices() if one.valid_from <= day]
    if not held:
        raise LookupError(f"{MATRIX} has no version for {day}")
    return held[-1]


@cache
def _matrices() -> tuple[Matrix, ...]:
    entries = yaml.safe_load((settings.ROOT / MATRIX).read_text(encoding="utf-8"))
    return tuple(sorted((read(entry) for entry in entries), key=lambda one: one.valid_from))


def read(entry: dict[str, Any]) -> Matrix:
    """Raises ValueError for unknown names, and for a version that would publish what law keeps from the public."""
    cells = {
        (subject, category, audience): frozenset(names)
        for subject in Subject.values
        for category, audiences in entry[subject].items()
        for audience, names in audiences.items()
    }
    for (subject, category, audience), names in cells.items():
        known = category in CATEGORIES and audience in Audience.values and names <= set(FIELDS)
        if not known:
            raise ValueError(f"{MATRIX}: unknown name at {subject}, {category}, {audience}")
        if audience == Audience.PUBLIC and names and (subject == Subject.PERSON or category == "adverse"):
            raise ValueError(f"{MATRIX}: {category} about a {subject} is never public")
    return Matrix(entry["version"], entry["valid_from"], entry["source"], cells)
