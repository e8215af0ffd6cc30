"""Where things lie, and which variables a child process gets; config/env.py says what they mean."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VAR = ROOT / "var"
OURS = ("PLATFORM_", "DJANGO_")


def data_directory() -> Path:
    """The directory of database, keys, media, mails and messages: var/ unless the caller says otherwise."""
    return Path(os.environ.get("PLATFORM_DATA") or VAR).resolve()


def child_environment(size: str, **variables: str) -> dict[str, str]:
    """The environment of a child that runs on config.settings.<size>, whatever the shell holds."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    return kept | {
        "DJANGO_SETTINGS_MODULE": f"config.settings.{size}",
        "PLATFORM_DATA": str(data_directory()),
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
        **variables,
    }


def operator_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """For commands run by hand: dev settings, unless the operator names others."""
    return {"DJANGO_SETTINGS_MODULE": "config.settings.dev", **environment}


def python(*arguments: str) -> list[str]:
    """A command line for this environment's Python; module and script paths are the project's."""
    return [sys.executable, *arguments]


def manage(*arguments: str) -> list[str]:
    return python(str(ROOT / "manage.py"), *arguments)
