"""The command behind every importer: preview by default, --confirm writes, --json prints the plan alone on stdout.

Exit status: 0 clean, 1 rows with errors (nothing written), 2 the file or the place cannot be used.
"""

import json
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, OutputWrapper
from django.utils.translation import gettext as _

from core.columns import Column, masked
from core.errors import DomainError
from core.heads import HEAD_LINES, HeadMap, HeadsUnsure
from core.plans import Plan, PlannedRow
from core.tables import MAX_BYTES, TableUnreadable, head_key

# So many lines of a file whose heads are unclear are shown.
MAX_HINTS = 3


class PlanCommand(BaseCommand):
    """Subclasses say in `plan` which service previews and which one writes."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help=_("XLSX or CSV"))
        parser.add_argument("--confirm", action="store_true", help=_("write; without it, only a preview"))
        parser.add_argument("--json", action="store_true", help=_("print the plan as JSON"))

    def plan(self, content: bytes, *, confirm: bool, file_name: str, **options: Any) -> Plan:
        raise NotImplementedError

    def tell(self, plan: Plan, *, confirm: bool) -> None:
        """What an importer has to say besides its rows, on standard error."""

    def handle(self, *args: Any, **options: Any) -> None:
        file_name = options.pop("file")
        content = _read(file_name)
        as_json, confirm = options.pop("json"), options.pop("confirm")
        try:
            plan = self.plan(content, confirm=confirm, file_name=Path(file_name).name, **options)
        except HeadsUnsure as error:
            raise unusable(f"{error.sentence}\n{_heads_of(error)}".strip()) from error
        except TableUnreadable as error:
            raise unusable(error.sentence) from error
        except DomainError as error:
            sentence = _("The file was not taken over: %(code)s. Nothing was written; try again.")
            raise unusable(sentence % {"code": error.code}) from error
        for remark in plan.remarks:
            self.stderr.write(remark)
        if plan.ignored:
            self.stderr.write(_("Ignored columns: %(heads)s") % {"heads": ", ".join(plan.ignored)})
        self.tell(plan, confirm=confirm)
        if as_json:
            print_json(self.stdout, plan.as_json())
        else:
            self._print(plan, confirm)
        if plan.has_errors:
            raise SystemExit(1)

    def _print(self, plan: Plan, confirm: bool) -> None:
        for row in plan.rows:
            self.stdout.write(_line(row))
            for problem in (*row.errors, *row.warnings):
                self.stdout.write(f"      {problem.column}: {problem.message}")
        self.stdout.write(", ".join(f"{action} {count}" for action, count in plan.counts.items()))
        self.stdout.write(_outcome(plan, confirm))


def print_json(stdout: OutputWrapper, value: dict[str, Any]) -> None:
    """One line for programs. Chinese is written as it is only where that is UTF-8, which JSON has to be."""
    encoding = (getattr(stdout, "encoding", None) or "utf-8").lower().replace("-", "")
    stdout.write(json.dumps(value, ensure_ascii=encoding != "utf8"))


def unusable(sentence: str) -> CommandError:
    """What the command was told to work on cannot be used."""
    return CommandError(sentence, returncode=2)


def head_map(said: list[str], sheet: str, columns: Sequence[Column]) -> HeadMap | None:
    """What `--map HEAD=field` and `--sheet` say; the field may be written as any head of its column."""
    names = {key: column.field for column in columns for key in column.keys}
    fields = {}
    for one in said:
        head, _equals, meaning = one.rpartition("=") if "+" not in one else one.partition("=")
        name, _plus, fact = meaning.partition("+")
        if not head or (name and head_key(name) not in names):
            raise unusable(
                _("Write --map as HEAD=field; a field is one of: %(fields)s.") % {"fields": ", ".join(names)}
            )
        fields[head_key(head)] = names.get(head_key(name), "") + (f"+{fact}" if fact else "")
    return HeadMap(fields, sheet) if fields or sheet else None


def _heads_of(error: HeadsUnsure) -> str:
    """The lines in which heads may stand, so that --map can name them; numbers masked, for they may be rows."""
    lines = [
        f"{sheet.title} {number}: " + " | ".join(masked(cell.text) for cell in cells if cell.text)
        for sheet in error.beginnings
        for number, cells in sheet.lines[:HEAD_LINES]
        if sum(bool(cell.text) for cell in cells) > 1
    ][:MAX_HINTS]
    return "\n".join([*lines, _("Say what a column means with --map HEAD=field.")]) if lines else ""


def _read(name: str) -> bytes:
    try:
        with Path(name).open("rb") as file:
            # One byte more than allowed is enough to see that the file is too large.
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        sentence = _("The file %(name)s cannot be opened: %(reason)s.")
        raise unusable(sentence % {"name": name, "reason": error.strerror}) from error


def _line(row: PlannedRow) -> str:
    pairs = row.changes_as_json()
    told = [f"{name}: {new}" if old is None else f"{name}: {old} -> {new}" for name, (old, new) in pairs.items()]
    told += [f"{name}: {value}" for name, value in row.notes.items()]
    return f"{row.row:>5} {row.action:<9} {row.id or '-':>8}  {'; '.join(told)}"


def _outcome(plan: Plan, confirm: bool) -> str:
    if plan.has_errors:
        return _("Nothing was written: correct the rows with errors first.")
    if confirm:
        return _("Written.") if plan.changes_something else _("There was nothing to change.")
    return _("Preview only. Add --confirm to write.")
