"""How sensitive every field is, and whose row it is: read from the data_classes.yaml beside each app's models.

C0 published rules and places; C1 facts about somebody's standing that verification shows, and machinery without a
person; C2 personal data; C3 what harms when it leaks: numbers, phones, keys. The copy of one's data, retention and
the tests of dumps ask here.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.apps import apps
from django.conf import settings
from django.db import models

FILE = "data_classes.yaml"
CLASSES = ("c0", "c1", "c2", "c3")
# Other people's models: their tables are classified in config/.
OTHERS = Path("config") / FILE
HERE = "self"


@dataclass(frozen=True)
class Classified:
    """One model's entry. `person` and `login` lead from a row to whose it is; `nobody` says why it is nobody's."""

    label: str
    fields: dict[str, str]
    person: str = ""
    login: str = ""
    nobody: str = ""
    # Fields that may speak of other people: not in the copy of one's data.
    about_others: frozenset[str] = frozenset()

    def of_class(self, *wanted: str) -> list[str]:
        return [name for name, found in self.fields.items() if found in wanted]


@dataclass(frozen=True)
class Sheet:
    """One file: when it was last looked through, and its models."""

    path: Path
    reviewed: Any
    models: list[Classified] = field(default_factory=list)


@cache
def classified() -> dict[str, Classified]:
    """Every entry by model label ("accounts.Person")."""
    return {entry.label: entry for sheet in sheets() for entry in sheet.models}


@cache
def sheets() -> tuple[Sheet, ...]:
    ours = [Path(config.path) / FILE for config in our_apps() if (Path(config.path) / FILE).exists()]
    return tuple(read(path) for path in [*ours, settings.ROOT / OTHERS])


def our_apps() -> Iterator[Any]:
    for config in apps.get_app_configs():
        if Path(config.path).is_relative_to(settings.ROOT) and "site-packages" not in config.path:
            yield config


def our_models() -> list[type[models.Model]]:
    labels = {config.label for config in our_apps()}
    return [model for model in apps.get_models(include_auto_created=True) if model._meta.app_label in labels]


def read(path: Path) -> Sheet:
    """A file of one app names its models alone; the file of config/ names them with their app."""
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    app = next((config.label for config in our_apps() if Path(config.path) == path.parent), "")
    entries = [_entry(f"{app}.{name}" if app else name, facts) for name, facts in content["models"].items()]
    return Sheet(path, content.get("reviewed"), entries)


def _entry(label: str, facts: dict[str, str]) -> Classified:
    fields = {name: cls for cls in CLASSES for name in str(facts.get(cls) or "").split()}
    ways = {way: str(facts.get(way) or "") for way in ("person", "login", "nobody")}
    others = frozenset(str(facts.get("about_others") or "").split())
    return Classified(label=label, fields=fields, about_others=others, **ways)


# --- complaints: what the tests and `check` read --------------------------------------------------------------------
def unclassified(model: type[models.Model], entry: Classified | None) -> list[str]:
    """Sentences about one model that say what to write where; none when all is well."""
    label, where = model._meta.label, _where(model)
    names = {one.name for one in model._meta.local_concrete_fields}
    if entry is None:
        return [
            f"{label} is not in {where}. Add an entry `{model._meta.object_name}:` with every field under one of c0"
            f" (published), c1 (standing, machinery), c2 (personal), c3 (numbers, keys): {' '.join(sorted(names))}."
        ]
    missing, gone = sorted(names - entry.fields.keys()), sorted(entry.fields.keys() - names)
    found = [f"{label}.{name} has no class: add it under c0, c1, c2 or c3 in {where}." for name in missing]
    return found + [f"{label}.{name} is in {where} but not in the model: take it out there." for name in gone]


def without_owner(entry: Classified) -> list[str]:
    """Personal data belongs to somebody, or the file says why not: the copy of one's data is made along this way."""
    if entry.of_class("c2", "c3") and not (entry.person or entry.login or entry.nobody):
        return [
            f"{entry.label} holds personal data ({' '.join(entry.of_class('c2', 'c3'))}) but says not whose: add"
            f" `person: <path to Person>`, `login: <path to User>`, or `nobody: <why it is about nobody>`."
        ]
    return []


def _where(model: type[models.Model]) -> str:
    config = model._meta.app_config
    ours = config is not None and config in list(our_apps())
    return f"{config.name.replace('.', '/')}/{FILE}" if ours and config else str(OTHERS)
