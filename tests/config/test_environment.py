"""What a first start makes by itself: a data directory and four different keys that only the owner reads."""

import re
import stat
import threading
from pathlib import Path

import pytest

from config import env
from tests.config.test_production import start

NAMES = {"django", "fields-1", "blind-index", "issuer-1"}


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_first_start_of_dev_makes_four_different_keys(tmp_path):
    done = start(tmp_path, {}, "-c", "import config.settings.dev")

    folder = tmp_path / "var" / "secrets"
    keys = {path.name: path.read_text() for path in folder.iterdir()}
    assert done.stderr == ""
    assert set(keys) == NAMES
    assert len(set(keys.values())) == 4
    assert [key for key in keys.values() if not re.fullmatch(r"[0-9a-f]{64}", key)] == []
    assert {path.name: mode(path) for path in folder.iterdir()} == dict.fromkeys(NAMES, 0o600)
    assert mode(folder) == 0o700


def test_second_start_keeps_the_keys(tmp_path):
    first = env.random_keys(tmp_path / "secrets")

    assert env.random_keys(tmp_path / "secrets") == first


def test_two_data_directories_have_different_keys(tmp_path):
    one, other = env.random_keys(tmp_path / "one"), env.random_keys(tmp_path / "other")

    assert set(one.values()) & set(other.values()) == set()


def test_processes_that_start_at_once_agree_on_the_keys(tmp_path):
    together, found = threading.Barrier(8), []

    def begin() -> None:
        together.wait()
        found.append(env.random_keys(tmp_path / "secrets"))

    threads = [threading.Thread(target=begin) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(found) == 8
    assert {tuple(sorted(keys.items())) for keys in found} == {tuple(sorted(found[0].items()))}
    assert {path.name for path in (tmp_path / "secrets").iterdir()} == NAMES


def test_data_directory_is_made_where_it_is_told(tmp_path, monkeypatch):
    monkeypatch.setenv("PLATFORM_DATA", str(tmp_path / "a" / "b"))

    assert env.data_directory() == tmp_path / "a" / "b"
    assert (tmp_path / "a" / "b").is_dir()


@pytest.mark.parametrize(("value", "expected"), [("7", 7), ("", 5), (None, 5)])
def test_number_from_the_environment(value, expected, monkeypatch):
    monkeypatch.delenv("PLATFORM_TEST", raising=False)
    if value is not None:
        monkeypatch.setenv("PLATFORM_TEST", value)

    assert env.number("PLATFORM_TEST", 5) == expected


@pytest.mark.parametrize("value", ["x", "-1", "1.5", " 7", "\u0667"])
def test_what_is_no_number_is_refused(value, monkeypatch):
    monkeypatch.setenv("PLATFORM_TEST", value)

    with pytest.raises(env.ConfigurationError, match="PLATFORM_TEST must be a whole number"):
        env.number("PLATFORM_TEST", 5)


def test_text_from_the_environment(monkeypatch):
    monkeypatch.setenv("PLATFORM_TEST", "value")

    assert (env.text("PLATFORM_TEST"), env.text("PLATFORM_OTHER_TEST", "default")) == ("value", "default")


@pytest.mark.parametrize(
    "variables",
    [
        {"PLATFORM_SITE_URL": "https://platform.example"},
        {"PLATFORM_REDIS_URL": "redis://127.0.0.1:1/0"},
        {"PLATFORM_S3_BUCKET": "certificates"},
    ],
)
def test_demo_settings_serve_this_machine_only(tmp_path, variables):
    refused = start(tmp_path, variables, "-c", "import config.settings.dev")

    assert refused.returncode == 1
    assert "config.settings.production" in refused.stderr


# --- versions of the field key --------------------------------------------------------------------------------------
def test_further_field_keys_are_read_from_the_folder(tmp_path):
    env.random_keys(tmp_path / "secrets")
    (tmp_path / "secrets" / "fields-2").write_text("ab" * 32 + "\n")
    (tmp_path / "secrets" / "fields-2.old").write_text("cd" * 32)

    keys = env.random_keys(tmp_path / "secrets")

    assert set(keys) == {*NAMES, "fields-2"}
    assert env.field_keys(keys)[2] == "ab" * 32
    assert set(env.field_keys(keys)) == {1, 2}


def test_further_field_keys_are_read_from_variables(monkeypatch):
    for name, value in {"DJANGO": "a", "BLIND_INDEX": "b", "FIELDS_3": "c" * 64, "FIELDS_2": "d" * 64}.items():
        monkeypatch.setenv(f"PLATFORM_KEY_{name}", value)
    monkeypatch.delenv("PLATFORM_SECRETS", raising=False)
    monkeypatch.delenv("PLATFORM_KEY_FIELDS_1", raising=False)

    assert env.field_keys(env.keys_from_environment()) == {3: "c" * 64, 2: "d" * 64}


def test_further_issuer_keys_are_read_from_the_folder_and_from_variables(tmp_path, monkeypatch):
    env.random_keys(tmp_path / "secrets")
    (tmp_path / "secrets" / "issuer-2").write_text("ab" * 32 + "\n")
    monkeypatch.setenv("PLATFORM_KEY_ISSUER_4", "cd" * 32)
    monkeypatch.setenv("PLATFORM_KEY_DJANGO", "a")
    monkeypatch.setenv("PLATFORM_KEY_BLIND_INDEX", "b")
    monkeypatch.delenv("PLATFORM_SECRETS", raising=False)

    assert set(env.issuer_keys(env.random_keys(tmp_path / "secrets"))) == {1, 2}
    assert env.issuer_keys(env.keys_from_environment())[4] == "cd" * 32


def test_newest_key_seals_unless_it_is_held_back(monkeypatch):
    keys = {1: "a", 2: "b"}

    assert env.sealing_version(keys) == 2
    monkeypatch.setenv("PLATFORM_FIELDS_VERSION", "1")
    assert env.sealing_version(keys) == 1
    monkeypatch.setenv("PLATFORM_FIELDS_VERSION", "3")
    with pytest.raises(env.ConfigurationError, match="no key fields-3"):
        env.sealing_version(keys)
