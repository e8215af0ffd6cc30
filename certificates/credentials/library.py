"""The one door to the libraries of JSON-LD and Open Badges: nothing else imports them.

They are imported at the first signature, not at the start: together they take one to three seconds and 33 MB, which a
process that shows pages would pay for nothing. Contexts are those that the library carries; the network is never asked.
"""

from datetime import datetime
from functools import cache
from importlib import import_module
from typing import Any

from core.errors import DomainError

SUITE = "eddsa-rdfc-2022"
# A credential of ours has 3 to 5 KB, a transcript of fifty has 200.
LARGEST = 256 * 1024


class NotGenuine(DomainError):
    """A document does not stand up: its signature is wrong, or it says something that was not signed."""

    code = "not_genuine"


@cache
def _ldp() -> Any:
    return import_module("openbadgeslib.ob3.ldp")


@cache
def _part(name: str) -> Any:
    return import_module(f"openbadgeslib.ob3.{name}")


def sign(document: dict[str, Any], *, private_pem: bytes, method: str, created: datetime) -> dict[str, Any]:
    """The document with its proof. Ed25519 and a given `created` make the same bytes every time.

    What the proof would not cover is refused here, before anybody has the file. Of a transcript that cannot be asked:
    its credentials speak in contexts of their own; each was asked when it was signed, and a test names every member.
    """
    signed = _ldp().add_data_integrity_proof(
        document, private_pem, method, created=created, extra_contexts=_contexts(document)
    )
    if not _contexts(document):
        check_form(signed)
    return dict(signed)


def check_signature(document: dict[str, Any], public_pem: bytes) -> None:
    """Raises NotGenuine unless this key signed what the document says in RDF."""
    try:
        _ldp().verify_data_integrity_proof(document, public_pem, extra_contexts=_contexts(document))
    except Exception as error:
        raise NotGenuine(reason=_brief(error)) from error


def check_form(document: dict[str, Any]) -> None:
    """Raises NotGenuine when the JSON says more, or otherwise, than what was signed: a term that no context knows, a
    member under another name. Part of the library's own verifier, which also judges dates and cannot be asked for this
    alone; the version is pinned, and a test of ours fails when it moves."""
    try:
        loader = _part("contexts").document_loader(_contexts(document))
        _ldp()._check_json_ld_form(document, document["proof"], loader)
    except Exception as error:
        raise NotGenuine(reason=_brief(error)) from error


def encode_bits(indices: list[int], size: int) -> str:
    return str(_part("status_list").encode_bitstring(indices, size))


def decode_bits(encoded: str) -> frozenset[int]:
    """Which bits of a list are set."""
    status = _part("status")
    return frozenset(status.set_indices(status.decode_encoded_list(encoded)))


def transcript(
    *, issuer: dict[str, Any], identifier: list[dict[str, Any]], members: list[dict[str, Any]], uri: str, at: datetime
) -> dict[str, Any]:
    """An unsigned Comprehensive Learner Record 2.0 around signed credentials."""
    built = _part("clr").build_clr_credential(issuer, identifier, members, credential_id=uri, valid_from=at)
    return dict(built)


def _contexts(document: dict[str, Any]) -> dict[str, Any] | None:
    """The one context that the library hands out on demand alone."""
    clr = _part("clr")
    named = document.get("@context")
    wanted = isinstance(named, list) and clr.CLR_CONTEXT_URL in named
    return dict(clr.bundled_clr_contexts()) if wanted else None


def _brief(error: Exception) -> str:
    """The library's words may repeat pieces of the document."""
    return str(error).partition(":")[0][:120]
