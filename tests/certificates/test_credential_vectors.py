"""Published vectors: 120 inputs of the data model, the signed credentials of eddsa-rdfc-2022, Open Badges contexts."""

import hashlib
import json
from datetime import datetime
from importlib import import_module

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from certificates.credentials import keys, library
from certificates.credentials.checks import problems
from tests.certificates.vectors import vectors

INPUTS = vectors("vcdm2_inputs")
EDDSA = vectors("eddsa_rdfc_2022")
BADGES = vectors("openbadges3")
# Three inputs of the suite bear no verdict: they compare a presentation's holder with an unsigned credential's issuer.
JUDGED = [name for name in INPUTS if name.endswith("-ok.json") or "-fail" in name]
DAYS = {"FUTURE DATE": "2999-01-01T00:00:00Z", "PAST DATE": "2001-01-01T00:00:00Z"}


def prepared(name):
    """As the suite hands it to an issuer: with days for its placeholders, and an issuer where it leaves him out."""
    text = json.dumps(INPUTS[name])
    for placeholder, day in DAYS.items():
        text = text.replace(placeholder, day)
    document = json.loads(text)
    if not name.startswith("presentation"):
        given = document.setdefault("issuer", "did:example:issuer")
        if isinstance(given, dict):
            given.setdefault("id", "did:example:issuer")
    return document


@pytest.mark.parametrize("name", JUDGED)
def test_input_of_the_data_model_is_judged_as_its_name_says(name):
    found = problems(prepared(name))

    assert (not found) == name.endswith("-ok.json"), found


def test_what_a_stub_that_refuses_everything_would_score():
    """The count beside ours (117 of 117): how little refusing alone proves. Accepting everything would score 65."""
    refusing = sum("-fail" in name for name in JUDGED)

    assert (len(INPUTS), len(JUDGED), refusing) == (120, 117, 52)


# --- signatures -------------------------------------------------------------------------------------------------------
def decoded(multibase):
    """A private key of the vectors: base58 with two bytes of multicodec."""
    number = 0
    for character in multibase[1:]:
        number = number * 58 + keys._ALPHABET.index(character)
    return number.to_bytes(34, "big")[2:]


PUBLIC = EDDSA["keyPair.json"]["publicKeyMultibase"]
EXAMPLES = {
    "https://www.w3.org/ns/credentials/examples/v2": {
        "@context": {"@vocab": "https://www.w3.org/ns/credentials/examples#"}
    }
}


@pytest.fixture
def _examples(monkeypatch):
    """The context of the example, which no credential of ours may name."""
    monkeypatch.setattr(library, "_contexts", lambda _document: EXAMPLES)


@pytest.mark.usefixtures("_examples")
def test_published_signature_is_accepted():
    library.check_signature(EDDSA["eddsa-rdfc-2022/signedDataInt.json"], keys.public_pem(PUBLIC))


@pytest.mark.usefixtures("_examples")
def test_published_signature_is_made_again():
    private = Ed25519PrivateKey.from_private_bytes(decoded(EDDSA["keyPair.json"]["privateKeyMultibase"]))
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    wanted = EDDSA["eddsa-rdfc-2022/signedDataInt.json"]
    proof = wanted["proof"]

    signed = library._ldp().add_data_integrity_proof(
        EDDSA["unsigned.json"],
        pem,
        proof["verificationMethod"],
        created=datetime.fromisoformat(proof["created"]),
        extra_contexts=EXAMPLES,
    )

    assert signed == wanted


@pytest.mark.usefixtures("_examples")
@pytest.mark.parametrize("member", ["name", "issuer", "validFrom", "id"])
def test_published_signature_is_refused_when_a_word_is_another(member):
    document = json.loads(json.dumps(EDDSA["eddsa-rdfc-2022/signedDataInt.json"]))
    document[member] = "https://example.org/other" if member in ("issuer", "id") else "2020-01-01T00:00:00Z"

    with pytest.raises(library.NotGenuine):
        library.check_signature(document, keys.public_pem(PUBLIC))


@pytest.mark.parametrize("folder", ["eddsa-rdfc-2022", "eddsa-rdfc-2022/employ"])
def test_published_hashes_are_those_of_the_published_canonical_texts(folder):
    proof = hashlib.sha256(EDDSA[f"{folder}/proofCanonDataInt.txt"].encode()).hexdigest()
    document = hashlib.sha256(EDDSA[f"{folder}/canonDocDataInt.txt"].encode()).hexdigest()

    assert proof == EDDSA[f"{folder}/proofHashDataInt.txt"].strip()
    assert document == EDDSA[f"{folder}/docHashDataInt.txt"].strip()
    assert EDDSA[f"{folder}/combinedHashDataInt.txt"].strip() == proof + document


@pytest.mark.parametrize("folder", ["eddsa-rdfc-2022", "eddsa-rdfc-2022/employ"])
def test_published_signature_is_of_the_published_hash(folder):
    """Our Ed25519 by itself, where the context of the example is not carried by the library."""
    signature = bytes.fromhex(EDDSA[f"{folder}/sigHexDataInt.txt"].strip())
    message = bytes.fromhex(EDDSA[f"{folder}/combinedHashDataInt.txt"].strip())

    assert keys.signed_by(PUBLIC, signature, message)
    assert not keys.signed_by(PUBLIC, signature, message[:-1] + b"\0")


# --- Open Badges ------------------------------------------------------------------------------------------------------
def test_context_of_open_badges_says_what_the_published_one_says():
    """The library carries a later edition: two words more, which no credential of ours uses."""
    carried = import_module("openbadgeslib.ob3.contexts").load_context(
        "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
    )["@context"]
    published = BADGES["context-3.0.3.json"]["@context"]

    assert {word: carried[word] for word in published} == published
    assert set(carried) - set(published) == {"endorsementJwt", "jti"}


@pytest.mark.parametrize("kind", ["obv3p0", "clrv2p0"])
@pytest.mark.parametrize("part", ["document", "proof"])
def test_published_canonical_text_stays_as_it_is_when_it_is_made_canonical_again(kind, part):
    """The inputs are not published with the texts; a canonical text is a fixed point of the algorithm."""
    jsonld = import_module("pyld.jsonld")
    text = BADGES[f"test-vectors/{kind}/{part}-canon.txt"].strip() + "\n"

    again = jsonld.normalize(
        text, {"algorithm": "URDNA2015", "inputFormat": "application/n-quads", "format": "application/n-quads"}
    )

    assert again == text
