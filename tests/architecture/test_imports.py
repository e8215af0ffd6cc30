"""The order of the rooms and of the files inside them, kept by import-linter; and that it would notice a breach."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.sources import ROOMS, ROOT
from tools.check import IMPORT_LINTER
from tools.environment import child_environment

CONTRACT = """
[importlinter]
root_packages =
    accounts
    core
    courses
exclude_type_checking_imports = True

[importlinter:contract:breach]
name = breach
"""
UPSIDE_DOWN = """
type = layers
layers =
    core
    accounts
"""
UNKNOWN_FILE = """
type = layers
containers =
    core
layers =
    (workflow)
    (audit)
exhaustive = True
"""
RIGHT = """
type = layers
layers =
    courses
    accounts
    core
"""


def lint(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", IMPORT_LINTER, "--no-cache", *arguments],
        cwd=ROOT,
        env=child_environment("test"),
        capture_output=True,
        text=True,
        check=False,
    )


def test_contracts_of_the_house_are_kept():
    done = lint()

    assert done.returncode == 0, done.stdout
    assert "Contracts: 3 kept, 0 broken." in done.stdout


@pytest.mark.parametrize(("contract", "status"), [(UPSIDE_DOWN, 1), (UNKNOWN_FILE, 1), (RIGHT, 0)])
def test_a_breach_would_be_noticed(contract, status, tmp_path):
    file = tmp_path / "contract.ini"
    file.write_text(CONTRACT + contract.lstrip())

    done = lint("--config", str(file))

    assert done.returncode == status, done.stdout


def test_every_room_stands_in_the_contracts():
    """A new room that nobody names in the contract could import anything."""
    text = (ROOT / "pyproject.toml").read_text().split("[tool.importlinter]")[1]
    contracts = {part.split('"')[1]: part for part in text.split("[[tool.importlinter.contracts]]")[1:]}

    assert set(contracts) == {"rooms", "files", "log"}
    missing = [room for room in (*ROOMS, "core", "config") if f'"{room}"' not in contracts["rooms"]]
    assert missing == []
    assert [
        room for room in (*ROOMS, "courses.exams", "certificates.tlog") if f'"{room}"' not in contracts["files"]
    ] == []
    assert "exhaustive = true" in contracts["files"]


def test_every_package_of_the_checkout_is_a_room_or_known():
    """Code in a new folder would stand outside every contract."""
    known = {*ROOMS, "core", "config", "tests", "tools", "benchmarks"}
    packages = {path.parent.name for path in Path(ROOT).glob("*/__init__.py")}

    assert packages - known == set()
