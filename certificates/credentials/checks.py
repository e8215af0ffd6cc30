"""What the data model of verifiable credentials 2.0 demands of a document, beyond its signature. Pure, no JSON-LD.

Every finding is one sentence in English for whoever reads a log; an empty list says that nothing was found.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

BASE_CONTEXT = "https://www.w3.org/ns/credentials/v2"
# Types that the base context defines and that stand in the `type` of a credential or a presentation.
BASE_TYPES = frozenset(
    {
        "VerifiableCredential",
        "VerifiablePresentation",
        "EnvelopedVerifiableCredential",
        "EnvelopedVerifiablePresentation",
        "BitstringStatusListCredential",
        "JsonSchemaCredential",
    }
)
# Members that are objects with a type; those in the second set need an id as well.
TYPED = ("credentialStatus", "credentialSchema", "evidence", "refreshService", "termsOfUse", "proof")
IDENTIFIED = frozenset({"credentialSchema"})
TEXTS = ("name", "description")
TEXT_KEYS = frozenset({"@value", "@language", "@direction"})

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:[^\s<>\"{}|\\^`]+")
_STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")


def problems(document: Any) -> list[str]:
    """Of a credential or of a presentation, by its type."""
    if not isinstance(document, dict):
        return ["it is no object"]
    types = as_list(document.get("type"))
    if "VerifiablePresentation" in types:
        return [*_common(document), *_presentation(document)]
    if "VerifiableCredential" in types:
        return [*_common(document), *_credential(document)]
    return ["its type is neither VerifiableCredential nor VerifiablePresentation"]


def as_list(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def is_url(value: Any) -> bool:
    return isinstance(value, str) and bool(_URL.fullmatch(value))


def stamp(value: Any) -> datetime | None:
    """An XSD dateTimeStamp: it names its zone."""
    if not isinstance(value, str) or not _STAMP.fullmatch(value):
        return None
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        return None


def _common(document: dict[str, Any]) -> Iterator[str]:
    yield from _contexts(document.get("@context"))
    yield from _types(document)
    if "id" in document and not is_url(document["id"]):
        yield "id is not one URL"
    for name in TYPED:
        yield from _typed(name, document)


def _credential(document: dict[str, Any]) -> Iterator[str]:
    yield from _issuer(document.get("issuer"))
    yield from _subjects(document.get("credentialSubject"))
    yield from _dates(document)
    yield from _texts(document, "the credential")


def _contexts(context: Any) -> Iterator[str]:
    contexts = as_list(context)
    if not contexts or contexts[0] != BASE_CONTEXT:
        yield "the first context is not that of verifiable credentials 2.0"
    fixed = set(BASE_TYPES)
    for one in contexts:
        if isinstance(one, str):
            if not is_url(one):
                yield "a context is no URL"
        elif isinstance(one, dict):
            yield from _inline(one, fixed)
        else:
            yield "a context is neither a URL nor an object"


def _inline(context: dict[str, Any], fixed: set[str]) -> Iterator[str]:
    """Terms of a context that stands in the document itself; `fixed` are those that nobody may define again."""
    for term, meaning in context.items():
        if term.startswith("@"):
            continue
        if term in fixed:
            yield f"a context defines the protected term {term[:40]} anew"
        if context.get("@protected") is True:
            fixed.add(term)
        iri = meaning.get("@id") if isinstance(meaning, dict) else meaning
        if iri is not None and not is_url(iri):
            yield f"the term {term[:40]} stands for no URL"


def _types(document: dict[str, Any]) -> Iterator[str]:
    contexts = as_list(document.get("@context"))
    inline = [one for one in contexts if isinstance(one, dict)]
    # What other contexts define is known to a JSON-LD processor alone.
    closed = all(one == BASE_CONTEXT for one in contexts if isinstance(one, str))
    for name in as_list(document.get("type")):
        if not isinstance(name, str):
            yield "a type is no text"
        elif closed and not is_url(name) and name not in BASE_TYPES and not any(name in one for one in inline):
            yield "a type is neither a URL nor a term of a context"


def _typed(name: str, document: dict[str, Any]) -> Iterator[str]:
    if name not in document:
        return
    for entry in as_list(document[name]) or [None]:
        types = as_list(entry.get("type")) if isinstance(entry, dict) else []
        if not types or not all(isinstance(one, str) and one for one in types):
            yield f"{name} has an entry without a type"
        elif ("id" in entry or name in IDENTIFIED) and not is_url(entry.get("id")):
            yield f"the id of {name} is not one URL"


def _issuer(issuer: Any) -> Iterator[str]:
    named = issuer.get("id") if isinstance(issuer, dict) else issuer
    if not is_url(named):
        yield "the issuer is named by no URL"
    if isinstance(issuer, dict):
        yield from _texts(issuer, "the issuer")


def _subjects(subject: Any) -> Iterator[str]:
    subjects = as_list(subject)
    if not subjects:
        yield "it has no subject"
    for one in subjects:
        if not isinstance(one, dict) or not one:
            yield "a subject claims nothing"
        elif "id" in one and not is_url(one["id"]):
            yield "the id of a subject is not one URL"


def _dates(document: dict[str, Any]) -> Iterator[str]:
    found = {name: stamp(document[name]) for name in ("validFrom", "validUntil") if name in document}
    for name, moment in found.items():
        if moment is None:
            yield f"{name} is no moment with a time zone"
    since, until = found.get("validFrom"), found.get("validUntil")
    if since and until and until < since:
        yield "it ends before it begins"


def _texts(holder: dict[str, Any], whose: str) -> Iterator[str]:
    for name in TEXTS:
        for text in as_list(holder.get(name)):
            words = text.get("@value") if isinstance(text, dict) else text
            if not isinstance(words, str) or (isinstance(text, dict) and text.keys() - TEXT_KEYS):
                yield f"{name} of {whose} is no text in a language"


def _presentation(document: dict[str, Any]) -> Iterator[str]:
    if "holder" in document:
        holder = document["holder"]
        if not is_url(holder.get("id") if isinstance(holder, dict) else holder):
            yield "the holder is named by no URL"
    for credential in as_list(document.get("verifiableCredential")):
        yield from _presented(credential)


def _presented(credential: Any) -> Iterator[str]:
    if not isinstance(credential, dict):
        yield "a credential in it is no object"
    elif "EnvelopedVerifiableCredential" in as_list(credential.get("type")):
        if not str(credential.get("id")).startswith("data:"):
            yield "an enveloped credential carries no data"
    elif "VerifiableCredential" not in as_list(credential.get("type")):
        yield "a credential in it has another type"
    else:
        yield from problems(credential)
