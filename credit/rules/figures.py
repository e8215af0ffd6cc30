"""Figures that change with the rules: days of an objection, classes of amounts."""

from datetime import date
from functools import cache
from typing import Any

import yaml
from django.conf import settings

FIGURES = "demo/reference/credit_figures.yaml"


@cache
def _figures() -> tuple[dict[str, Any], ...]:
    entries = yaml.safe_load((settings.ROOT / FIGURES).read_text(encoding="utf-8"))
    return tuple(sorted(entries, key=lambda entry: entry["valid_from"]))


def figure(code: str, *, on: date) -> Any:
    """The figure that holds on a day. Raises LookupError for a code, or a day, that no entry covers."""
    held = [entry["value"] for entry in _figures() if entry["code"] == code and entry["valid_from"] <= on]
    if not held:
        raise LookupError(f"{FIGURES} has no {code} for {on}")
    return held[-1]


def amount_classes(*, on: date) -> dict[str, dict[str, str]]:
    """The classes of a contract's amount by their code, each in zh, en and ja."""
    return {one["code"]: {key: one[key] for key in ("zh", "en", "ja")} for one in figure("deal_amount_classes", on=on)}
