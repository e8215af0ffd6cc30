"""Is this file a credential that this platform issued, unaltered, and what does the register say now? No network.

Cheap questions come first: what is no credential of ours costs no cryptography. Nothing is taken from the file before
its signature stands but the name of the key and the number of the certificate that it claims to be.
"""

import hashlib
import json
import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import InterfaceError, OperationalError

from certificates.credentials import jose, keys, library
from certificates.credentials.checks import as_list, problems, stamp
from certificates.credentials.library import NotGenuine
from certificates.credentials.ring import key_of
from certificates.models import Certificate, CertificateCredential, CredentialIntent
from certificates.rules import Outcome, outcome
from certificates.selectors.credentials import credential_of
from certificates.selectors.status_log import UNSURE, status_of
from certificates.workflow import StatusPurpose
from core import clock

PASSED, FAILED, NOT_REACHED = "passed", "failed", "not reached"
CHECKS = ("form", "data model", "key", "signature", "register", "status", "log")
# What anybody may hand in: ten times a credential of ours.
LARGEST = 48 * 1024
_UUID = re.compile(r"urn:uuid:([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})")


@dataclass(frozen=True)
class CredentialAnswer:
    """What came of each question, in order; after a failed one the rest are not asked."""

    outcome: Outcome
    checked_at: datetime
    checks: dict[str, str] = field(default_factory=lambda: dict.fromkeys(CHECKS, NOT_REACHED))
    certificate: Certificate | None = None
    reason: str = ""

    @property
    def is_genuine(self) -> bool:
        """We issued exactly this. Whether it still holds is the outcome."""
        return self.certificate is not None


class _Disagreement(Exception):
    """Register and public log tell of different states."""


@dataclass
class _Reading:
    """The file while it is looked at."""

    body: bytes
    now: datetime
    document: dict[str, Any] = field(default_factory=dict)
    token: str = ""
    method: str = ""
    created: datetime | None = None
    public_key: str = ""
    stored: CertificateCredential | None = None


def verify_credential(body: bytes) -> CredentialAnswer:
    """Of a credential as a document with its proof or as a token. What could not be asked is never "valid"."""
    reading, checks = _Reading(body, clock.now()), dict.fromkeys(CHECKS, NOT_REACHED)
    for name, ask in zip(CHECKS, (_form, _data_model, _key, _signature, _register, _status, _log), strict=True):
        try:
            ask(reading)
        except NotGenuine as refusal:
            checks[name] = FAILED
            return CredentialAnswer(Outcome.NEVER_ISSUED, reading.now, checks, reason=str(refusal.facts["reason"]))
        except _Disagreement:
            checks[name] = FAILED
            return CredentialAnswer(Outcome.COULD_NOT_CHECK, reading.now, checks, reason="public log")
        except (OperationalError, InterfaceError):
            return CredentialAnswer(Outcome.COULD_NOT_CHECK, reading.now, checks, reason="database")
        checks[name] = PASSED
    certificate = reading.stored.certificate  # type: ignore[union-attr]
    found = outcome(certificate.state, certificate.valid_until, on=clock.day_of(reading.now))
    return CredentialAnswer(found, reading.now, checks, certificate)


def check_proof(body: bytes) -> dict[str, Any]:
    """The document, if a key of ours signed it as it is: the questions that need no register. Raises NotGenuine."""
    reading = _Reading(body, clock.now())
    for ask in (_form, _data_model, _key, _signature):
        ask(reading)
    return reading.document


def _form(reading: _Reading) -> None:
    if len(reading.body) > LARGEST:
        raise NotGenuine(reason="too large")
    try:
        text = reading.body.decode("utf-8").strip()
        reading.document = {} if _is_token(text) else _parsed(text)
    except (ValueError, RecursionError) as error:
        raise NotGenuine(reason="no JSON") from error
    if _is_token(text):
        reading.token, reading.method = text, jose.method_of(text)
    else:
        _read_proof(reading)


def _is_token(text: str) -> bool:
    return not text.startswith("{")


def _parsed(text: str) -> dict[str, Any]:
    """JSON that says everything once: of two members of one name readers take different ones."""
    document = json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)
    return dict(document)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise ValueError("a member stands twice")
    return made


def _no_number(name: str) -> Any:
    raise ValueError(name)


def _read_proof(reading: _Reading) -> None:
    proof = reading.document.get("proof")
    if not isinstance(proof, dict) or proof.get("cryptosuite") != library.SUITE:
        raise NotGenuine(reason="no proof of a known kind")
    reading.method, reading.created = str(proof.get("verificationMethod", "")), stamp(proof.get("created"))
    if reading.created is None:
        raise NotGenuine(reason="no moment of signing")


def _data_model(reading: _Reading) -> None:
    """Of a token that can be asked only once it is opened."""
    if not reading.token and (found := problems(reading.document)):
        raise NotGenuine(reason=found[0])


def _key(reading: _Reading) -> None:
    """One of ours, and the one that signed at that moment; of a token the moment is known once it is opened."""
    key = key_of(reading.method, at=reading.created)
    if key is None:
        raise NotGenuine(reason="no key of ours at that time")
    reading.public_key = key.public_key


def _signature(reading: _Reading) -> None:
    if reading.token:
        reading.document, reading.created = jose.opened(reading.token, reading.public_key)
        _key(reading)
        if found := problems(reading.document):
            raise NotGenuine(reason=found[0])
    else:
        library.check_signature(reading.document, keys.public_pem(reading.public_key))
        library.check_form(reading.document)
    issuer = reading.document["issuer"]
    named = issuer.get("id") if isinstance(issuer, dict) else issuer
    if named != reading.method.partition("#")[0]:
        raise NotGenuine(reason="another issuer")


def _register(reading: _Reading) -> None:
    """What our key signed and the register does not know is not ours: keys can be stolen."""
    found = _UUID.fullmatch(str(reading.document.get("id", "")))
    stored = credential_of(UUID(found[1])) if found else None
    if stored is None or not _is_stored(reading, stored):
        raise NotGenuine(reason="not in the register")
    reading.stored = stored


def _is_stored(reading: _Reading, stored: CertificateCredential) -> bool:
    """Of an erased holder the hashes are left: the file as issued is known by them, in no other spelling."""
    if reading.token:
        return hashlib.sha256(reading.token.encode()).hexdigest() == stored.jwt_sha256
    if not stored.json_form:
        return hashlib.sha256(reading.body).hexdigest() == stored.sha256
    return bool(json.loads(stored.json_form) == reading.document)


def _status(reading: _Reading) -> None:
    """The places that the file names are those that were given to it."""
    intent: CredentialIntent = reading.stored.certificate.credential_intent  # type: ignore[union-attr]
    # Under whatever name the site had then.
    wanted = {(f"{p}-{intent.status_list}", str(intent.status_index), str(p)) for p in StatusPurpose}
    entries = [one for one in as_list(reading.document.get("credentialStatus")) if isinstance(one, dict)]
    named = {
        (str(one.get("statusListCredential")).rpartition("/")[2], one.get("statusListIndex"), one.get("statusPurpose"))
        for one in entries
    }
    if named != wanted:
        raise NotGenuine(reason="other places in the lists")


def _log(reading: _Reading) -> None:
    """The state that the register tells of is the one that was put down in the public log."""
    if status_of(reading.stored.certificate) in UNSURE:  # type: ignore[union-attr]
        raise _Disagreement
