"""Print every state table as Markdown: what docs/architecture.md shows between its marks (a test compares).

With --drawn ROOM: the tables of one room as diagrams (Mermaid), as docs/due-process.md shows them.
"""

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandParser

from core.workflow import Steps


class Command(BaseCommand):
    help = "The state tables of all rooms, drawn from the code."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--drawn", metavar="ROOM", default="")

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(state_diagrams(options["drawn"]) if options["drawn"] else state_tables())


def state_tables() -> str:
    """One Markdown table per `*_STEPS` of a room's workflow module, in the order of the rooms."""
    parts = []
    for config in reversed(list(apps.get_app_configs())):
        if find_spec(f"{config.name}.workflow") is None:
            continue
        module = import_module(f"{config.name}.workflow")
        tables = {name: steps for name, steps in vars(module).items() if name.endswith("_STEPS")}
        parts += [_table(f"{config.label}: {name.removesuffix('_STEPS').lower()}", tables[name]) for name in tables]
    return "\n\n".join(parts)


def state_diagrams(room: str) -> str:
    """One diagram per table of a room; an arrow says the step."""
    module = import_module(f"{apps.get_app_config(room).name}.workflow")
    tables = {name: steps for name, steps in vars(module).items() if name.endswith("_STEPS")}
    return "\n\n".join(_diagram(name.removesuffix("_STEPS").lower(), tables[name]) for name in tables)


def _diagram(title: str, steps: Steps) -> str:
    arrows = [
        f"    {source} --> {step.target}: {name}" for name, step in steps.items() for source in sorted(step.sources)
    ]
    return "\n".join([f"#### {title}", "", "```mermaid", "stateDiagram-v2", *arrows, "```"])


def _table(title: str, steps: Steps) -> str:
    rows = [
        f"| {name} | {', '.join(sorted(step.sources))} | {step.target} | {step.who} |"
        f" {', '.join(sorted(step.apart_from))} |"
        for name, step in steps.items()
    ]
    return "\n".join([f"#### {title}", "", "| step | from | to | who | apart from |", "|---|---|---|---|---|", *rows])
