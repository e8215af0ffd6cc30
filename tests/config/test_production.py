"""Production refuses to start on anything unsafe, in a process of its own, and says what to do; else it starts."""

import os
import secrets
import subprocess
import sys
from pathlib import Path

import pytest

from config import env
from tools.environment import ROOT

KEYS = {
    "PLATFORM_KEY_DJANGO": secrets.token_hex(32),
    "PLATFORM_KEY_FIELDS_1": secrets.token_hex(32),
    "PLATFORM_KEY_BLIND_INDEX": secrets.token_hex(32),
    "PLATFORM_KEY_ISSUER_1": secrets.token_hex(32),
}
GOOD = {**KEYS, "PLATFORM_SITE_URL": "https://platform.example.test", "PLATFORM_SEAL_SELF_MADE": "1"}
IDENTITY = {
    "PLATFORM_IDENTITY_URL": "https://identity.example.test/check",
    "PLATFORM_IDENTITY_KEY": secrets.token_hex(32),
    "PLATFORM_IDENTITY_NAME": "某身份核验服务",
}
SHORT, DEFAULT = "0123456789abcdef", "changeme" * 8


def start(folder: Path, variables: dict[str, str], *command: str) -> subprocess.CompletedProcess[str]:
    """A process that knows these variables and nothing else of ours."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PLATFORM_", "DJANGO_"))}
    settings = {"DJANGO_SETTINGS_MODULE": "config.settings.production", "PLATFORM_DATA": str(folder / "var")}
    return subprocess.run(
        [sys.executable, *(command or ("-c", "import config.settings.production"))],
        cwd=ROOT,
        env=clean | settings | variables,
        capture_output=True,
        text=True,
        check=False,
    )


def without(name: str) -> dict[str, str]:
    return {key: value for key, value in GOOD.items() if key != name}


REFUSED = {
    "codes in clear": (
        GOOD | {"PLATFORM_SMS_GATEWAY_URL": "http://sms.example.test/"},
        "PLATFORM_SMS_GATEWAY_URL must begin with https://",
    ),
    "identity service in clear": (
        GOOD | IDENTITY | {"PLATFORM_IDENTITY_URL": "http://identity.example.test/"},
        "PLATFORM_IDENTITY_URL must begin with https://",
    ),
    "identity service with a password": (
        GOOD | IDENTITY | {"PLATFORM_IDENTITY_URL": "https://us:er@identity.example.test/"},
        "hold no password",
    ),
    "identity service on this machine": (
        GOOD | IDENTITY | {"PLATFORM_IDENTITY_URL": "https://127.0.0.1:8443/"},
        "this machine or a bare private address",
    ),
    "identity service at a private address": (
        GOOD | IDENTITY | {"PLATFORM_IDENTITY_URL": "https://[fd00::1]/"},
        "this machine or a bare private address",
    ),
    "identity service called localhost": (
        GOOD | IDENTITY | {"PLATFORM_IDENTITY_URL": "https://localhost/"},
        "this machine or a bare private address",
    ),
    "identity service unsigned": (GOOD | IDENTITY | {"PLATFORM_IDENTITY_KEY": ""}, "PLATFORM_IDENTITY_KEY must be 64"),
    "identity service with a guessable key": (
        GOOD | IDENTITY | {"PLATFORM_IDENTITY_KEY": "1" * 64},
        "PLATFORM_IDENTITY_KEY must be 64",
    ),
    "identity service with another key": (
        GOOD | IDENTITY | {"PLATFORM_IDENTITY_KEY": KEYS["PLATFORM_KEY_DJANGO"]},
        "of its own",
    ),
    "identity service without a name": (
        GOOD | IDENTITY | {"PLATFORM_IDENTITY_NAME": ""},
        "PLATFORM_IDENTITY_NAME is not set",
    ),
    "identity service without an end": (
        GOOD | IDENTITY | {"PLATFORM_IDENTITY_TIMEOUT": "600"},
        "PLATFORM_IDENTITY_TIMEOUT is 1 to 30",
    ),
    "identity service of an absent authority": (
        GOOD | IDENTITY | {"PLATFORM_IDENTITY_CA": "/nowhere/ca.pem"},
        "PLATFORM_IDENTITY_CA names no file",
    ),
    "no seal": (without("PLATFORM_SEAL_SELF_MADE"), "PLATFORM_SEAL_KEY is not set"),
    "seal service in clear": (
        GOOD | {"PLATFORM_SEAL_PROVIDER": "http", "PLATFORM_SEAL_URL": "http://seal.example.test/"},
        "PLATFORM_SEAL_URL must begin with https://",
    ),
    "time stamps in clear": (
        GOOD | {"PLATFORM_SEAL_TSA": "http://tsa.example.test/"},
        "PLATFORM_SEAL_TSA must begin with https://",
    ),
    "no django key": (without("PLATFORM_KEY_DJANGO"), "PLATFORM_KEY_DJANGO is not set"),
    "no field key": (without("PLATFORM_KEY_FIELDS_1"), "PLATFORM_KEY_FIELDS_1 is not set"),
    "no index key": (without("PLATFORM_KEY_BLIND_INDEX"), "PLATFORM_KEY_BLIND_INDEX is not set"),
    "no issuer key": (without("PLATFORM_KEY_ISSUER_1"), "PLATFORM_KEY_ISSUER_1 is not set"),
    "issuer key is no key": (
        GOOD | {"PLATFORM_KEY_ISSUER_1": KEYS["PLATFORM_KEY_ISSUER_1"][:40]},
        "issuer-1 must be 64",
    ),
    "empty key": (GOOD | {"PLATFORM_KEY_DJANGO": ""}, "PLATFORM_KEY_DJANGO is not set"),
    "debug": (GOOD | {"PLATFORM_DEBUG": "1"}, "PLATFORM_DEBUG is set"),
    "debug said to be off": (GOOD | {"PLATFORM_DEBUG": "0"}, "PLATFORM_DEBUG is set"),
    "no second factor": (GOOD | {"PLATFORM_SECOND_FACTOR_EXEMPT": "1"}, "PLATFORM_SECOND_FACTOR_EXEMPT is set"),
    "second factor said to be on": (
        GOOD | {"PLATFORM_SECOND_FACTOR_EXEMPT": "0"},
        "PLATFORM_SECOND_FACTOR_EXEMPT is set",
    ),
    "short key": (GOOD | {"PLATFORM_KEY_DJANGO": SHORT}, "django are short"),
    "default key": (GOOD | {"PLATFORM_KEY_DJANGO": DEFAULT}, "django are short or look like defaults"),
    "one letter": (GOOD | {"PLATFORM_KEY_FIELDS_1": "1" * 64}, "fields-1 are short or look like defaults"),
    "field key is no key": (
        GOOD | {"PLATFORM_KEY_FIELDS_1": KEYS["PLATFORM_KEY_FIELDS_1"][:40]},
        "fields-1 must be 64",
    ),
    "index key is no key": (GOOD | {"PLATFORM_KEY_BLIND_INDEX": "abcdefghijklmnop" * 4}, "blind-index must be 64"),
    "same keys": (GOOD | {"PLATFORM_KEY_FIELDS_1": KEYS["PLATFORM_KEY_BLIND_INDEX"]}, "Two keys are the same"),
    "http": (GOOD | {"PLATFORM_SITE_URL": "http://platform.example.test"}, "must begin with https://"),
    "no address": (without("PLATFORM_SITE_URL"), "must begin with https://"),
    "address without scheme": (GOOD | {"PLATFORM_SITE_URL": "platform.example.test"}, "must begin with https://"),
    "SQLite with two processes": (GOOD | {"PLATFORM_WEB_PROCESSES": "2"}, "SQLite serves one web process"),
    "processes in words": (GOOD | {"PLATFORM_WEB_PROCESSES": "two"}, "PLATFORM_WEB_PROCESSES must be a whole number"),
    "bucket without endpoint": (GOOD | {"PLATFORM_S3_BUCKET": "files"}, "PLATFORM_S3_ENDPOINT is not set"),
    "secrets nowhere": (GOOD | {"PLATFORM_SECRETS": "/nowhere/keys"}, "PLATFORM_SECRETS cannot be read"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_unsafe_start_is_refused_with_one_sentence(name, tmp_path):
    variables, sentence = REFUSED[name]

    done = start(tmp_path, variables)

    last = done.stderr.strip().splitlines()[-1]
    assert done.returncode == 1
    assert last.startswith("config.env.ConfigurationError: ")
    assert sentence in last
    assert [
        key for key in variables if key.startswith("PLATFORM_KEY") and variables[key] and variables[key] in last
    ] == []


@pytest.mark.parametrize(
    "variables",
    [
        GOOD,
        GOOD | {"PLATFORM_WEB_PROCESSES": "1"},
        GOOD | {"PLATFORM_WEB_PROCESSES": "4", "PLATFORM_DB_HOST": "/run/postgresql"},
        GOOD | IDENTITY,
    ],
    ids=["SQLite", "SQLite with one process", "PostgreSQL with four", "identity service"],
)
def test_safe_start_goes_through(variables, tmp_path):
    """The twin: nothing but the unsafe value stood in the way."""
    assert start(tmp_path, variables).stderr == ""


@pytest.mark.parametrize(("proxies", "believed"), [("0", "None"), ("1", "('HTTP_X_FORWARDED_PROTO', 'https')")])
def test_header_of_a_proxy_is_believed_only_where_there_is_one(proxies, believed, tmp_path):
    said = "from config.settings import production; print(production.SECURE_PROXY_SSL_HEADER)"

    started = start(tmp_path, GOOD | {"PLATFORM_PROXIES": proxies}, "-c", said)

    assert (started.returncode, started.stdout.strip()) == (0, believed), started.stderr


def test_whole_platform_checks_itself_on_production_settings(tmp_path):
    done = start(tmp_path, GOOD, "manage.py", "check")

    assert (done.returncode, done.stdout) == (0, "System check identified no issues (0 silenced).\n")


def test_management_commands_are_refused_too(tmp_path):
    done = start(tmp_path, GOOD | {"PLATFORM_DEBUG": "1"}, "manage.py", "check")

    assert done.returncode == 1
    assert "PLATFORM_DEBUG is set" in done.stderr


SHOWN = """
import django; django.setup()
from django.conf import settings as s
from django.urls import NoReverseMatch, reverse
def there(name):
    try: return reverse(name)
    except NoReverseMatch: return None
print(s.DEBUG, s.DEMO, s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_HSTS_SECONDS > 0, there("local_mail"))
"""


def test_production_is_closed(tmp_path):
    """No debug, no demo, cookies over TLS alone, no page with local mails."""
    assert start(tmp_path, GOOD, "-c", SHOWN).stdout.split() == ["False", "False", "True", "True", "True", "None"]


def test_demo_cannot_be_switched_on(tmp_path):
    assert start(tmp_path, GOOD | {"PLATFORM_DEMO": "1"}, "-c", SHOWN).stdout.split()[1] == "False"


# --- keys from a file -----------------------------------------------------------------------------------------------
def key_file(path: Path, *names: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{name} = {secrets.token_hex(32)}\n" for name in names))
    return path


def test_keys_may_come_from_a_file(tmp_path):
    file = key_file(tmp_path / "keys", "django", "fields-1", "blind-index", "issuer-1")
    kept = {name: GOOD[name] for name in ("PLATFORM_SITE_URL", "PLATFORM_SEAL_SELF_MADE")}
    address = kept | {"PLATFORM_SECRETS": str(file)}

    assert start(tmp_path, address).stderr == ""


def test_key_file_must_be_complete(tmp_path):
    file = key_file(tmp_path / "keys", "django")

    done = start(tmp_path, GOOD | {"PLATFORM_SECRETS": str(file)})

    assert done.stderr.strip().endswith("PLATFORM_SECRETS lacks blind-index, fields-1, issuer-1.")


def test_key_file_must_not_lie_among_the_data(tmp_path):
    file = key_file(tmp_path / "var" / "deep" / "keys", "django", "fields-1", "blind-index")

    assert "keep keys apart from data" in start(tmp_path, GOOD | {"PLATFORM_SECRETS": str(file)}).stderr


def test_key_file_must_not_lie_among_the_data_by_a_link(tmp_path):
    file = key_file(tmp_path / "var" / "keys", "django", "fields-1", "blind-index")
    link = tmp_path / "link"
    link.symlink_to(file)

    assert "keep keys apart from data" in start(tmp_path, GOOD | {"PLATFORM_SECRETS": str(link)}).stderr


def test_refusal_is_an_error_of_its_own():
    with pytest.raises(env.ConfigurationError, match="NO_SUCH_VARIABLE is not set"):
        env.required("NO_SUCH_VARIABLE")
