"""The documents say what the code says."""

from pathlib import Path

import pytest

from core.management.commands.state_tables import state_diagrams, state_tables

ROOT = Path(__file__).resolve().parents[2]


def test_architecture_page_shows_the_state_tables_of_the_code():
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")

    shown = page.split("<!-- states -->")[1].split("<!-- /states -->")[0].strip()

    assert shown == state_tables().strip(), "run: ./run manage state_tables, and paste it between the marks"


@pytest.mark.parametrize("path", sorted((ROOT / "docs" / "decisions").glob("*.md")), ids=lambda path: path.name)
def test_decision_says_what_was_chosen_and_how_to_leave(path):
    text = path.read_text(encoding="utf-8")

    assert text.startswith("# ")
    assert "## Decision" in text
    assert "## Consequences" in text


def test_due_process_page_shows_the_diagrams_of_the_code():
    page = (ROOT / "docs" / "due-process.md").read_text(encoding="utf-8")
    shown = page.partition("<!-- diagrams -->")[2].partition("<!-- /diagrams -->")[0].strip()

    assert shown == state_diagrams("credit").strip(), "run: ./run manage state_tables --drawn credit, and paste it"
    assert "noticed --> answered: answer" in shown
