"""Figures that change with the rules: days of an objection, classes of amounts."""

from datetime import date
from typing import Any

from core.figures import figure_in

FIGURES = "demo/reference/credit_figures.yaml"


def figure(code: str, *, on: date) -> Any:
    """The figure that holds on a day. Raises LookupError for a code, or a day, that no entry covers."""
    return figure_in(FIGURES, code, on=on)


def amount_classes(*, on: date) -> dict[str, dict[str, str]]:
    """The classes of a contract's amount by their code, each in zh, en and ja."""
    return {one["code"]: {key: one[key] for key in ("zh", "en", "ja")} for one in figure("deal_amount_classes", on=on)}
