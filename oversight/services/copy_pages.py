"""The readable page in the copy of one's data: one file that needs no other, in words, in its owner's language."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.template.loader import render_to_string
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.timezone import localtime
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core import audit, clock
from oversight.services.copy_words import FACTS, SECTIONS

STYLE = settings.ROOT / "static" / "css" / "copy.css"
Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Section:
    """One kind of entry. `heads` are those facts that at least one entry has; every line has a cell for each."""

    anchor: str
    title: Promise
    heads: list[Promise]
    lines: list[list[str]]


def readable_page(held: dict[str, Rows], certificates: list[str]) -> str:
    """`certificates`: the names of the files beside it."""
    context = {
        # Opened from a disk there is no other file to ask for.
        "style": format_html("<{0}>{1}</{0}>", mark_safe("style"), mark_safe(STYLE.read_text(encoding="utf-8"))),  # noqa: S308 - our own file
        "language": get_language(),
        "moment": date_format(localtime(clock.now(), clock.SHANGHAI), "DATETIME_FORMAT"),
        "sections": [_section(label, held[label]) for label in SECTIONS if held.get(label)],
        "others": sum(len(rows) for label, rows in held.items() if label not in SECTIONS),
        "certificates": certificates,
    }
    return render_to_string("oversight/copy.html", context)


def _section(label: str, rows: Rows) -> Section:
    title, wanted = SECTIONS[label]
    model = apps.get_model(label)
    said = [name for name in wanted.split() if any(row.get(name) not in (None, "", [], {}) for row in rows)]
    return Section(
        anchor=label.replace(".", "-").lower(),
        title=title,
        heads=[FACTS[name] for name in said],
        lines=[[_said(model, name, row.get(name)) for name in said] for row in rows],
    )


def _said(model: type[models.Model], name: str, value: Any) -> str:
    """A fact as people write it: days and times of here, choices in words, yes and no."""
    if value in (None, "", [], {}):
        return "—"
    if name == "verb":
        return audit.sentence(str(value))
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    try:
        field = model._meta.get_field(name)
    except FieldDoesNotExist:
        return str(value)
    return _of_field(field, value)


def _of_field(field: Any, value: Any) -> str:
    if isinstance(field, models.DateTimeField):
        moment: datetime = field.to_python(value)
        return date_format(localtime(moment, clock.SHANGHAI), "DATETIME_FORMAT")
    if isinstance(field, models.DateField):
        return date_format(field.to_python(value), "DATE_FORMAT")
    words = dict(field.flatchoices) if getattr(field, "choices", None) else {}
    return str(words.get(value, value))
