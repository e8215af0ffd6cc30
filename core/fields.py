"""Sensitive values at rest: encrypted columns bound to their row, and keyed blind indexes to find them again.

AES-256-GCM; the associated data is table:column:row uuid, so that a value moved to another row no longer opens.
Token form: `v<key version>:<base64 of nonce + ciphertext>`.
"""

import base64
import hashlib
import hmac
import os
from functools import lru_cache
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import FieldError
from django.db import models


class Sealed(str):
    """A token as it came from the database; reading the attribute opens it."""

    __slots__ = ()


class _SealedValue:
    """Opens the token when the attribute is read; the plain text never reaches the column."""

    def __init__(self, field: "SealedField") -> None:
        self.field = field

    def __get__(self, instance: models.Model | None, owner: type | None = None) -> Any:
        if instance is None:
            return self
        if self.field.attname not in instance.__dict__ and not instance._state.adding:
            # Left out by only() or defer(): fetched, as of any other field; never taken for an empty value.
            instance.refresh_from_db(fields=[self.field.attname])
        value = instance.__dict__.get(self.field.attname, "")
        return unseal(value, self.field.binding(instance)) if isinstance(value, Sealed) else value

    def __set__(self, instance: models.Model, value: str) -> None:
        instance.__dict__[self.field.attname] = value


class SealedField(models.TextField):
    """Text encrypted at rest. The model must have a `uuid` set before the insert; no lookups: use a blind index."""

    def contribute_to_class(self, cls: type[models.Model], name: str, private_only: bool = False) -> None:
        super().contribute_to_class(cls, name, private_only)
        setattr(cls, self.attname, _SealedValue(self))

    def binding(self, instance: models.Model) -> str:
        return self.binding_to(instance.uuid)  # type: ignore[attr-defined]

    def binding_to(self, row: UUID) -> str:
        return f"{self.model._meta.db_table}:{self.column}:{row}"

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str | None:
        return Sealed(value) if value else value

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        value = model_instance.__dict__.get(self.attname) or ""
        if value and not isinstance(value, Sealed):
            value = model_instance.__dict__[self.attname] = seal(value, self.binding(model_instance))
        return value

    def get_prep_value(self, value: Any) -> Any:
        if value and not isinstance(value, Sealed):
            # bulk_update and update() pass by pre_save: refuse, or the plain text would be stored.
            raise FieldError(f"{self.name} can be written only through the instance.")
        return str(value) if value else ""

    def get_lookup(self, lookup_name: str) -> Any:
        raise FieldError(f"{self.name} is encrypted; look up its blind index.")


def sealing_version() -> int:
    """The key version that seals now; every known version opens."""
    return settings.FIELD_KEY_VERSION or max(settings.FIELD_KEYS)


def seal(plain: str, binding: str) -> Sealed:
    version = sealing_version()
    nonce = os.urandom(12)
    body = _cipher(version).encrypt(nonce, plain.encode(), binding.encode())
    return Sealed(f"v{version}:{base64.b64encode(nonce + body).decode()}")


def unseal(token: str, binding: str) -> str:
    version, _, body = token.partition(":")
    raw = base64.b64decode(body)
    return _cipher(int(version[1:])).decrypt(raw[:12], raw[12:], binding.encode()).decode()


def blind_index(purpose: str, value: str) -> str:
    """Equal values have equal indexes within one purpose; without the key nothing can be tried out. 64 hex digits."""
    return _index(settings.BLIND_INDEX_KEY, purpose, value)


def blind_indexes(purpose: str, value: str) -> list[str]:
    """Under the present key and under those from before it: for what was issued and cannot be made anew."""
    return [_index(key, purpose, value) for key in (settings.BLIND_INDEX_KEY, *settings.FORMER_INDEX_KEYS)]


def _index(key: str, purpose: str, value: str) -> str:
    return hmac.new(bytes.fromhex(key), f"{purpose}\x00{value}".encode(), hashlib.sha256).hexdigest()


def _cipher(version: int) -> AESGCM:
    return _keyed(settings.FIELD_KEYS[version])


@lru_cache(maxsize=16)
def _keyed(key: str) -> AESGCM:
    return AESGCM(bytes.fromhex(key))
