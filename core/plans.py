"""What a file will do before it does it: rows with action, changes and remarks; the same for every importer."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import partial
from typing import Any

from core import audit
from core.tables import Cell


class Action(StrEnum):
    CREATE = "create"
    UPDATE = "update"
    UNCHANGED = "unchanged"
    ERROR = "error"


class Stage(StrEnum):
    """What is done with the rows of a file, one after the other; a preview ends before the writing."""

    READ = "read"
    PLAN = "plan"
    WRITE = "write"


# Hears how many rows have come through a stage.
Told = Callable[[Stage, int], None]


def told_of(progress: Told | None, stage: Stage) -> Callable[[int], None] | None:
    return partial(progress, stage) if progress else None


@dataclass(frozen=True)
class Problem:
    """`column` is the head as written in the file; `message` is for people, `code` for programs."""

    column: str
    code: str
    message: str


@dataclass
class PlannedRow:
    """One data row. `changes` holds what may be shown: numbers masked, dates as dates."""

    row: int
    action: Action = Action.ERROR
    id: int | None = None
    changes: dict[str, list[Any]] = field(default_factory=dict)
    errors: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    # For people only, not part of the JSON: what follows from the row, e.g. the last day counted; whom it concerns;
    # and of a row with errors its own cells, for whoever uploaded them.
    notes: dict[str, Any] = field(default_factory=dict)
    label: str = ""
    cells: Sequence[Cell] = ()

    def as_json(self) -> dict[str, Any]:
        return {
            "row": self.row,
            "id": self.id,
            "action": str(self.action),
            "changes": self.changes_as_json(),
            "errors": [vars(problem) for problem in self.errors],
            "warnings": [vars(problem) for problem in self.warnings],
        }

    def changes_as_json(self) -> dict[str, list[Any]]:
        return {name: [_plain(value) for value in pair] for name, pair in self.changes.items()}


def row_to_keep(row: PlannedRow) -> dict[str, Any]:
    """The row as it is kept while somebody looks at it: what is shown, and a wrong row's own cells."""
    cells = [[cell.text, cell.number, cell.day and cell.day.isoformat()] for cell in row.cells] if row.errors else []
    notes = {name: _plain(value) for name, value in row.notes.items()}
    return row.as_json() | {"label": row.label, "notes": notes, "cells": cells}


def kept_row(kept: dict[str, Any]) -> PlannedRow:
    cells = [Cell(text, number, day and date.fromisoformat(day)) for text, number, day in kept["cells"]]
    return PlannedRow(
        kept["row"],
        Action(kept["action"]),
        kept["id"],
        kept["changes"],
        [Problem(**one) for one in kept["errors"]],
        [Problem(**one) for one in kept["warnings"]],
        kept["notes"],
        kept["label"],
        cells,
    )


@dataclass
class Plan:
    """`rows` in file order; `ignored` are the heads that nobody knows; `sha256` is that of the file.

    `remarks` tell people how the file was read; no part of the JSON.
    """

    rows: Sequence[PlannedRow]
    ignored: list[str]
    sha256: str
    remarks: list[str] = field(default_factory=list)
    head_texts: list[str] = field(default_factory=list)

    @property
    def fingerprint(self) -> str:
        """The same as long as the file would do the same: what was looked at is what is confirmed."""
        told = [[row.row, row.id, str(row.action), row.changes_as_json(), len(row.errors)] for row in self.rows]
        return hashlib.sha256(json.dumps([self.sha256, told]).encode()).hexdigest()[:32]

    @property
    def counts(self) -> dict[str, int]:
        found = Counter(row.action for row in self.rows)
        return {str(action): found[action] for action in Action}

    @property
    def has_errors(self) -> bool:
        return any(row.action == Action.ERROR for row in self.rows)

    @property
    def changes_something(self) -> bool:
        return any(row.action in (Action.CREATE, Action.UPDATE) for row in self.rows)

    def as_json(self) -> dict[str, Any]:
        return {"counts": self.counts, "rows": [row.as_json() for row in self.rows]}

    def as_audit_lines(self, *, personal: Collection[str] = ()) -> list[dict[str, Any]]:
        """One line per changed row. A new record holds its own first wording, so its line only names it; of `personal`
        fields the line says that they changed and no more."""
        return [
            {"row": row.row, "id": row.id, "action": str(row.action)}
            | ({"changes": audit.without_words(row.changes_as_json(), personal)} if row.action == Action.UPDATE else {})
            for row in self.rows
            if row.action in (Action.CREATE, Action.UPDATE)
        ]


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, bool | int) else str(value)
