"""What may lie in the checkout: no machine's paths, no package index, no heavy migrations; variables are documented."""

import re
from pathlib import Path

import pytest
from django.apps import apps

from tests.architecture.sources import PYTHON, ROOMS, ROOT, modules, name_of, tracked
from tools import check

# Put together here, so that this file does not contain them.
FOREIGN = {
    "home of a machine": "/ro" + "ot/",
    "folder of a machine": "/wo" + "rk/",
    "package index": "pypi" + ".org",
    "its files": "files.python" + "hosted",
}
MEGABYTE = 1024 * 1024


def foreign(text: str) -> list[str]:
    return [what for what, words in FOREIGN.items() if words in text]


def readable(path: Path) -> str:
    """The text of a file; nothing for pictures and other bytes."""
    content = path.read_bytes()
    return "" if b"\0" in content[:1000] else content.decode("utf-8", errors="replace")


def test_no_file_names_a_machine_or_a_package_index():
    found = [f"{name_of(path)}: {what}" for path in tracked() for what in foreign(readable(path))]

    assert found == [], "\n".join(found)


def test_foreign_words_are_noticed():
    assert foreign("see /ro" + "ot/x and https://pypi" + ".org/simple") == ["home of a machine", "package index"]


def test_no_secret_and_no_run_time_file_is_kept():
    wrong = re.compile(r"(^|/)(var|\.venv|secrets|__pycache__)/|\.(sqlite3|log|pyc|pem|key)$|(^|/)\.env$")
    names = [name_of(path) for path in tracked()]

    assert [name for name in names if wrong.search(name)] == []
    assert [name for name in ("var/x", "a/secrets/b", "x.sqlite3", "deploy/.env") if not wrong.search(name)] == []


# --- migrations -----------------------------------------------------------------------------------------------------
def weight(paths: list[Path]) -> int:
    return sum(path.stat().st_size for path in paths)


def test_migrations_weigh_less_than_a_megabyte():
    paths = [path for path in modules("core", *ROOMS, migrations=True) if "migrations" in path.parts]

    assert len(paths) > 10
    assert weight(paths) < MEGABYTE


def test_weight_adds_up(tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).write_bytes(b"x" * MEGABYTE)

    assert weight([tmp_path / "a", tmp_path / "b"]) == 2 * MEGABYTE


# --- append-only lists ----------------------------------------------------------------------------------------------
def unknown_tables(lists: dict[str, list[str]]) -> list[str]:
    """Tables that an app's list names and that are not its own."""
    own = {config.name: {model._meta.db_table for model in config.get_models()} for config in apps.get_app_configs()}
    return [f"{app}: {table}" for app, tables in lists.items() for table in tables if table not in own[app]]


def test_append_only_lists_name_tables_of_their_own_app():
    lists = {config.name: list(getattr(config, "append_only", ())) for config in apps.get_app_configs()}

    assert unknown_tables(lists) == []
    assert sum(map(len, lists.values())) > 10


def test_unknown_table_is_noticed():
    assert unknown_tables({"core": ["core_auditentry", "accounts_consent"]}) == ["core: accounts_consent"]


# --- variables of the environment -----------------------------------------------------------------------------------
def variables(text: str) -> set[str]:
    return set(re.findall(r"\bPLATFORM_[A-Z0-9_]*[A-Z0-9]\b", text))


def test_every_variable_is_documented_and_every_documented_one_is_read():
    code = set().union(*(variables(path.read_text()) for path in modules("config", "core", *ROOMS)))
    documented = variables((ROOT / "docs" / "operations.md").read_text(encoding="utf-8"))

    assert code == documented


def test_variables_are_found_in_code_and_words():
    assert variables('env.text("PLATFORM_A_1") or `PLATFORM_B`: PLATFORM_') == {"PLATFORM_A_1", "PLATFORM_B"}


# --- messages -------------------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def texts() -> dict[str, set[str]]:
    return check.extracted()


def test_every_text_has_a_finished_translation(texts, monkeypatch):
    monkeypatch.setattr(check, "extracted", lambda: texts)

    assert check.missing_messages() == ""


def test_missing_translation_is_noticed(texts, monkeypatch):
    more = texts["django"] | {"A text that nobody has translated"}
    monkeypatch.setattr(check, "extracted", lambda: {**texts, "django": more})

    missing = check.missing_messages()

    assert missing.count("A text that nobody has translated") == 2


def test_messages_are_written_in_english(texts):
    """Chinese domain words come from data and catalogues, never from code."""
    han = re.compile("[\u3400-\u9fff]")

    assert sorted(text for domain in texts.values() for text in domain if han.search(text)) == []


# --- the test suite itself ------------------------------------------------------------------------------------------
def test_every_test_module_is_found_by_name():
    """A file that is not called test_*.py would never run."""
    folder = ROOT / "tests"
    holding = [path for path in folder.rglob("*.py") if re.search(r"^(async )?def test_", path.read_text(), re.M)]

    assert [name_of(path) for path in holding if not path.name.startswith("test_")] == []
    assert [name_of(path) for path in holding if not (path.parent / "__init__.py").exists()] == []


def test_no_test_is_switched_off():
    """A skip has a condition that names a size or a database; nothing is expected to fail."""
    switched = re.compile(r"mark\.skip\b|mark\.xfail|pytest\.xfail\(")
    paths = [path for path in modules(*PYTHON) if path != Path(__file__)]

    assert [name_of(path) for path in paths if switched.search(path.read_text())] == []
