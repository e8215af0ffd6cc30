"""Plain files of the website: the first page's texts."""

from pathlib import Path
from typing import Any

import yaml


def read_home(folder: Path) -> dict[str, dict[str, str]]:
    """{language: {title, headline, lead, notice?}} from home.<language>.yaml."""
    return {path.name.split(".")[1]: _yaml(path) for path in sorted(folder.glob("home.*.yaml"))}


def _yaml(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))
