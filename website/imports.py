"""Plain files of the website: the first page's texts, the cast of the demo."""

from pathlib import Path
from typing import Any

import yaml


def read_home(folder: Path) -> dict[str, dict[str, str]]:
    """{language: {title, headline, lead, notice?}} from home.<language>.yaml."""
    return {path.name.split(".")[1]: _yaml(path) for path in sorted(folder.glob("home.*.yaml"))}


def read_cast(file: Path) -> list[dict[str, Any]]:
    """The demo's people: {key, email, hat, name: {language: …}, what: {language: …}}; none without the file."""
    if not file.exists():
        return []
    content = _yaml(file)
    return list(content["cast"] if isinstance(content, dict) else content)


def _yaml(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))
