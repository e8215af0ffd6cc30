"""The only place that reads the environment. Meaning of every variable: docs/operations.md."""

import os
import re
import secrets
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
_FIELDS = re.compile(r"fields-[1-9][0-9]{0,3}")
_FORMER = re.compile(r"blind-index-former(-[2-9])?")
_ISSUER = re.compile(r"issuer-[1-9][0-9]{0,3}")
_FIELD_VARIABLE = "PLATFORM_KEY_FIELDS_1".removesuffix("1")
_ISSUER_VARIABLE = "PLATFORM_KEY_ISSUER_1".removesuffix("1")


class ConfigurationError(RuntimeError):
    """A setting is missing or unsafe; the text says which one and what to do."""


def text(name: str, default: str = "") -> str:
    return os.environ.get(name, default)


def number(name: str, default: int) -> int:
    value = os.environ.get(name) or str(default)
    if not re.fullmatch(r"[0-9]{1,9}", value):
        raise ConfigurationError(f"{name} must be a whole number; it is {value!r}.")
    return int(value)


def required(name: str) -> str:
    if value := os.environ.get(name):
        return value
    raise ConfigurationError(f"{name} is not set. Production needs it; see docs/operations.md.")


def data_directory() -> Path:
    """Where run-time files lie (database, media, mails, messages, secrets); made when missing."""
    path = Path(os.environ.get("PLATFORM_DATA") or ROOT / "var").resolve()
    path.mkdir(parents=True, exist_ok=True)
    return path


def random_keys(folder: Path) -> dict[str, str]:
    """Four different random keys, written once per data directory, readable by the owner alone; and further versions
    of the field key and of the issuer's key that somebody has laid beside them (fields-2, issuer-2 …)."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    laid = [path.name for path in sorted(folder.glob("*-*"))]
    further = [name for name in laid if any(kind.fullmatch(name) for kind in (_FIELDS, _FORMER, _ISSUER))]
    return {name: _key_file(folder / name) for name in ("django", "fields-1", "blind-index", "issuer-1", *further)}


def keys_from_environment() -> dict[str, str]:
    """Production's keys: from variables, or from one NAME=value file outside the data directory."""
    if file := file_outside_data("PLATFORM_SECRETS"):
        return _read_secrets(file)
    return {
        "django": required("PLATFORM_KEY_DJANGO"),
        "blind-index": required("PLATFORM_KEY_BLIND_INDEX"),
        # PLATFORM_KEY_FIELDS_2 and so on: while a rotation lasts, two versions are known.
        **_versions("fields", _FIELD_VARIABLE),
        **_versions("issuer", _ISSUER_VARIABLE),
        **({"blind-index-former": former} if (former := text("PLATFORM_KEY_BLIND_INDEX_FORMER")) else {}),
    }


def _versions(kind: str, variable: str) -> dict[str, str]:
    return {
        f"{kind}-{name.removeprefix(variable)}": value
        for name, value in os.environ.items()
        if name.startswith(variable) and name.removeprefix(variable).isdecimal()
    }


def issuer_keys(keys: dict[str, str]) -> dict[int, str]:
    """Version -> key: what signs credentials. The database says which one does since when."""
    return {int(name.removeprefix("issuer-")): key for name, key in keys.items() if _ISSUER.fullmatch(name)}


def field_keys(keys: dict[str, str]) -> dict[int, str]:
    """Version -> key, of every version that is known: any of them opens."""
    return {int(name.removeprefix("fields-")): key for name, key in keys.items() if _FIELDS.fullmatch(name)}


def former_index_keys(keys: dict[str, str]) -> list[str]:
    """Keys of the blind indexes from before: links and certificates that were made under them are still known."""
    return [key for name, key in sorted(keys.items()) if _FORMER.fullmatch(name)]


def sealing_version(keys: dict[int, str]) -> int:
    """The version that seals: the newest, unless the operator still holds it back until every process knows it."""
    version = number("PLATFORM_FIELDS_VERSION", max(keys))
    if version not in keys:
        raise ConfigurationError(f"PLATFORM_FIELDS_VERSION is {version}, but there is no key fields-{version}.")
    return version


def seal_options(folder: Path) -> dict[str, str]:
    """What seals the files of certificates, as strings; `certificates.seals` reads them. Words: docs/operations.md."""
    return {
        "provider": text("PLATFORM_SEAL_PROVIDER", "file"),
        "key": text("PLATFORM_SEAL_KEY") or str(folder / "seal.pem"),
        "self_made": text("PLATFORM_SEAL_SELF_MADE"),
        "certificate": text("PLATFORM_SEAL_CERTIFICATE"),
        "url": text("PLATFORM_SEAL_URL"),
        "token": text("PLATFORM_SEAL_TOKEN"),
        "module": text("PLATFORM_SEAL_MODULE"),
        "slot": text("PLATFORM_SEAL_SLOT"),
        "label": text("PLATFORM_SEAL_LABEL"),
        "pin": text("PLATFORM_SEAL_PIN"),
        "name": text("PLATFORM_SEAL_NAME"),
        "kind": text("PLATFORM_SEAL_KIND"),
        "owner": text("PLATFORM_SEAL_OWNER"),
        "profile": text("PLATFORM_SEAL_PROFILE"),
        "tsa": text("PLATFORM_SEAL_TSA"),
        "roots": text("PLATFORM_SEAL_ROOTS"),
        "lists": text("PLATFORM_SEAL_LISTS"),
    }


def identity_options() -> dict[str, str]:
    """The outside identity service asked over HTTPS, as strings. Words: docs/operations.md."""
    return {
        "url": text("PLATFORM_IDENTITY_URL"),
        "key": text("PLATFORM_IDENTITY_KEY"),
        "name": text("PLATFORM_IDENTITY_NAME"),
        "timeout": str(number("PLATFORM_IDENTITY_TIMEOUT", 5)),
        "ca": text("PLATFORM_IDENTITY_CA"),
    }


def file_outside_data(name: str) -> Path | None:
    """Secrets that a variable names, in a file that backups of the data do not take along."""
    if not (value := text(name)):
        return None
    if data_directory() in (path := Path(value).resolve()).parents:
        raise ConfigurationError(f"{name} lies inside the data directory; keep keys apart from data.")
    return path


def _read_secrets(file: Path) -> dict[str, str]:
    try:
        lines = file.read_text().splitlines()
    except OSError as error:
        raise ConfigurationError(f"PLATFORM_SECRETS cannot be read: {error.strerror}.") from error
    pairs = (line.split("=", 1) for line in lines if "=" in line)
    keys = {name.strip(): value.strip() for name, value in pairs}
    needed = {"django", "blind-index"} | (set() if field_keys(keys) else {"fields-1"})
    needed |= set() if issuer_keys(keys) else {"issuer-1"}
    if missing := needed - keys.keys():
        raise ConfigurationError(f"PLATFORM_SECRETS lacks {', '.join(sorted(missing))}.")
    return keys


def _key_file(path: Path) -> str:
    if not path.exists():
        # Site and worker may start at once: the key appears whole under its name, and whoever is first has made it.
        part = path.with_name(f".{path.name}-{secrets.token_hex(4)}")
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_hex(32))
        try:
            os.link(part, path)
        except FileExistsError:
            pass
        finally:
            part.unlink()
    return path.read_text().strip()


def refuse_unsafe_production(
    *,
    keys: dict[str, str],
    debug: str,
    second_factor_exempt: str,
    site_url: str,
    sqlite: bool,
    web_processes: int,
    sms_gateway: str = "",
    seal: dict[str, str] | None = None,
    identity: dict[str, str] | None = None,
) -> None:
    """Stop a production start that would be unsafe; each sentence says what to do."""
    if debug:
        raise ConfigurationError("PLATFORM_DEBUG is set. Production never runs with DEBUG; unset it.")
    if second_factor_exempt:
        raise ConfigurationError("PLATFORM_SECOND_FACTOR_EXEMPT is set. It is for the demo alone; unset it.")
    _refuse_weak(keys)
    if not site_url.startswith("https://"):
        raise ConfigurationError("PLATFORM_SITE_URL must begin with https:// in production.")
    if sms_gateway and not sms_gateway.startswith("https://"):
        raise ConfigurationError("PLATFORM_SMS_GATEWAY_URL must begin with https://: codes and its token go there.")
    _refuse_unsafe_seal(seal or {})
    _refuse_unsafe_identity(identity or {}, keys)
    if sqlite and web_processes > 1:
        raise ConfigurationError("SQLite serves one web process; set PLATFORM_DB_HOST or PLATFORM_WEB_PROCESSES=1.")


def _refuse_unsafe_seal(seal: dict[str, str]) -> None:
    if seal.get("provider") == "file" and not text("PLATFORM_SEAL_KEY") and not seal["self_made"]:
        raise ConfigurationError(
            "PLATFORM_SEAL_KEY is not set. A seal that the site makes for itself proves that a file is unchanged, not "
            "whose it is; if that is what you want, set PLATFORM_SEAL_SELF_MADE=1."
        )
    for name, variable in (("url", "PLATFORM_SEAL_URL"), ("tsa", "PLATFORM_SEAL_TSA")):
        if seal.get(name) and not seal[name].startswith("https://"):
            raise ConfigurationError(f"{variable} must begin with https:// in production.")


def _refuse_unsafe_identity(identity: dict[str, str], keys: dict[str, str]) -> None:
    """Names and numbers of people go there: in the clear, to this machine or unsigned they do not."""
    if not (url := identity.get("url")):
        return
    address = urlsplit(url)
    if address.scheme != "https" or address.username or not address.hostname:
        raise ConfigurationError("PLATFORM_IDENTITY_URL must begin with https:// and hold no password.")
    if not _is_public(address.hostname):
        raise ConfigurationError("PLATFORM_IDENTITY_URL names this machine or a bare private address; name the host.")
    key = identity["key"]
    if not re.fullmatch(r"[0-9a-fA-F]{64}", key) or len(set(key)) < 8 or key in keys.values():
        raise ConfigurationError(
            "PLATFORM_IDENTITY_KEY must be 64 random hexadecimal digits of its own: openssl rand -hex 32."
        )
    if not identity["name"]:
        raise ConfigurationError("PLATFORM_IDENTITY_NAME is not set. People read who checked their identity.")
    if not 1 <= int(identity["timeout"]) <= 30:
        raise ConfigurationError("PLATFORM_IDENTITY_TIMEOUT is 1 to 30 seconds.")
    if identity["ca"] and not Path(identity["ca"]).is_file():
        raise ConfigurationError("PLATFORM_IDENTITY_CA names no file.")


def _is_public(host: str) -> bool:
    if host == "localhost" or host.endswith((".localhost", ".local")):
        return False
    try:
        return ip_address(host).is_global
    except ValueError:
        return True


def _refuse_weak(keys: dict[str, str]) -> None:
    if not field_keys(keys):
        raise ConfigurationError(
            "PLATFORM_KEY_FIELDS_1 is not set, nor a later version. Production needs one; see docs/operations.md."
        )
    if not issuer_keys(keys):
        raise ConfigurationError(
            "PLATFORM_KEY_ISSUER_1 is not set, nor a later version. Certificates are signed with it; see"
            " docs/operations.md."
        )
    if weak := [name for name, value in keys.items() if len(value) < 32 or len(set(value)) < 8]:
        raise ConfigurationError(f"The keys {', '.join(weak)} are short or look like defaults; make random ones.")
    kinds = (_FIELDS, _ISSUER)
    hexadecimal = [
        name for name in keys if name.startswith("blind-index") or any(kind.fullmatch(name) for kind in kinds)
    ]
    if wrong := [name for name in hexadecimal if not re.fullmatch(r"[0-9a-fA-F]{64}", keys[name])]:
        raise ConfigurationError(f"The keys {', '.join(wrong)} must be 64 hexadecimal digits: openssl rand -hex 32.")
    if len(set(keys.values())) < len(keys):
        raise ConfigurationError("Two keys are the same; Django, field encryption and blind index need their own.")


def refuse_dev_away_from_home(*, site_host: str) -> None:
    """Stop a real site that started with the settings of the demo: keys made up anew, one-click entry, open mails."""
    away = site_host not in ("127.0.0.1", "localhost", "::1")
    if away or os.environ.get("PLATFORM_REDIS_URL") or os.environ.get("PLATFORM_S3_BUCKET"):
        raise ConfigurationError(
            "These are the demo's settings, which serve this machine only. For a real site set "
            "DJANGO_SETTINGS_MODULE=config.settings.production; see docs/operations.md."
        )
