"""Figures that change with the rules: dated entries of a file, {code, value, valid_from, source}; a room says which."""

from datetime import date
from functools import cache
from typing import Any

import yaml
from django.conf import settings


@cache
def entries_of(file: str) -> tuple[dict[str, Any], ...]:
    """Oldest first."""
    found = yaml.safe_load((settings.ROOT / file).read_text(encoding="utf-8"))
    return tuple(sorted(found, key=lambda entry: entry["valid_from"]))


def figure_in(file: str, code: str, *, on: date) -> Any:
    """The figure that holds on a day. Raises LookupError for a code, or a day, that no entry covers."""
    held = [entry["value"] for entry in entries_of(file) if entry["code"] == code and entry["valid_from"] <= on]
    if not held:
        raise LookupError(f"{file} has no {code} for {on}")
    return held[-1]
