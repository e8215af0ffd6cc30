"""Lines of a credit file as they leave the platform: one form for papers and machines, a table for open data."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from core.exports import csv_table
from credit.rules.publication import FIELDS
from credit.selectors.lines import Line, spelled


def canonical(content: Any) -> str:
    """The one spelling: sorted keys, no blanks, no escapes."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def entries_of(lines: Iterable[Line]) -> list[dict[str, Any]]:
    """For papers and the interface."""
    return [spelled(line) for line in lines]


def interface_entries(lines: Iterable[Line]) -> list[dict[str, Any]]:
    """For machines: as papers have them; empty texts are left out."""
    return [{name: value for name, value in spelled(line).items() if value != ""} for line in lines]


def open_table(lines: Sequence[Line]) -> bytes:
    """Open data as CSV: the number of an entry, whose it is, and every field that anybody is shown."""
    heads = ("id", "uscc", *FIELDS)
    return csv_table(heads, [[line.record.pk, _uscc(line), *_cells(spelled(line))] for line in lines])


def _uscc(line: Line) -> str | None:
    return line.record.institution.uscc if line.record.institution else None


def _cells(entry: dict[str, Any]) -> list[str | None]:
    return [{True: "yes", False: None, "": None}.get(entry.get(name), entry.get(name)) for name in FIELDS]
