"""No altered credential is accepted: flips, swaps, stolen keys, foreign contexts, bombs."""

import base64
import json
import random
import socket

import pytest

from certificates.credentials import documents, jose, keys, library, verify_credential
from certificates.credentials.verify import LARGEST, check_proof
from tests.certificates.builders import make_certificate

pytestmark = pytest.mark.django_db

# Each flip is asked of the signature alone (check_proof): the register would refuse it before any cryptography.
FLIPS_OF_DOCUMENT, FLIPS_OF_TOKEN = 400, 1_000


@pytest.fixture
def certificate(db):
    return make_certificate()


def flipped(body, rng):
    """One bit of one byte is another."""
    place = rng.randrange(len(body))
    return body[:place] + bytes([body[place] ^ 1 << rng.randrange(8)]) + body[place + 1 :]


def accepted(body):
    try:
        check_proof(body)
    except library.NotGenuine:
        return False
    return True


@pytest.mark.parametrize("seed", range(2))
def test_no_flip_of_a_document_is_accepted(certificate, seed):
    body, rng = certificate.credential.json_form.encode(), random.Random(seed)
    assert accepted(body)

    assert [one for one in (flipped(body, rng) for _flip in range(FLIPS_OF_DOCUMENT)) if accepted(one)] == []


def test_no_flip_of_a_token_is_accepted(certificate):
    body, rng = certificate.credential.jwt_form.encode(), random.Random(3)
    assert accepted(body)

    assert [one for one in (flipped(body, rng) for _flip in range(FLIPS_OF_TOKEN)) if accepted(one)] == []


def test_no_flip_is_called_genuine_by_the_site(certificate):
    rng = random.Random(4)
    for body in (certificate.credential.json_form.encode(), certificate.credential.jwt_form.encode()):
        answers = [verify_credential(flipped(body, rng)) for _flip in range(50)]
        assert [one for one in answers if one.is_genuine or one.outcome == "valid"] == []


def test_flips_are_noticed_by_the_signature(certificate, monkeypatch):
    """The control: with the signature unasked a changed word goes through."""
    body = certificate.credential.json_form.replace(certificate.number, "TM-J-2026-9999-000001-1").encode()
    assert not accepted(body)

    monkeypatch.setattr(library, "check_signature", lambda _document, _key: None)
    assert accepted(body)


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d | {"expirationDate": "2020-01-01T00:00:00Z"},
        lambda d: d | {"unknownWord": "x"},
        lambda d: {**{k: v for k, v in d.items() if k != "name"}, "https://schema.org/name": d["name"]},
        lambda d: d | {"credentialStatus": d["credentialStatus"][:1]},
        lambda d: {k: v for k, v in d.items() if k != "credentialStatus"},
        lambda d: d | {"proof": d["proof"] | {"created": "2020-01-01T00:00:00Z"}},
        lambda d: d | {"proof": d["proof"] | {"proofPurpose": "authentication"}},
        lambda d: d | {"proof": [d["proof"], d["proof"]]},
        lambda d: d | {"@context": [*d["@context"], {"name": "https://example.org/other"}]},
        lambda d: d | {"issuer": d["issuer"] | {"id": "did:web:example.org"}},
    ],
)
def test_document_that_says_something_else_is_refused(certificate, change):
    body = documents.as_bytes(change(json.loads(certificate.credential.json_form)))

    assert not accepted(body)
    assert verify_credential(body).outcome == "never_issued"


def test_a_member_that_stands_twice_is_refused(certificate):
    body = certificate.credential.json_form
    assert not accepted((body[:-1] + ',"name":"x"}').encode())


def test_the_same_json_in_another_spelling_is_the_same_credential(certificate):
    pretty = json.dumps(json.loads(certificate.credential.json_form), indent=2, sort_keys=True)

    assert verify_credential(pretty.encode()).outcome == "valid"


def test_token_in_another_spelling_of_base64_is_refused(certificate):
    token = certificate.credential.jwt_form
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    last = alphabet[alphabet.index(token[-1]) ^ 1]

    assert not accepted((token[:-1] + last).encode())
    assert not accepted((token + "=").encode())


@pytest.mark.parametrize(
    "header", [{"alg": "none"}, {"alg": "HS256"}, {"alg": "EdDSA", "typ": "vc+jwt", "crit": ["x"]}]
)
def test_token_with_another_algorithm_is_refused(certificate, header):
    _old, payload, signature = certificate.credential.jwt_form.split(".")
    head = base64.urlsafe_b64encode(json.dumps(header).encode()).rstrip(b"=").decode()

    assert not accepted(f"{head}.{payload}.{signature}".encode())


def test_what_our_key_signs_without_the_register_is_not_ours(certificate):
    """A stolen key makes a credential that nobody issued."""
    document = json.loads(certificate.credential.json_form)
    proof = document.pop("proof")
    document["credentialSubject"]["licenseNumber"] = "TM-J-2026-9999-000001-1"
    created = certificate.credential_intent.created_at
    forged = library.sign(
        document, private_pem=keys.private_pem(1), method=proof["verificationMethod"], created=created
    )
    token = jose.sign(document, version=1, method=proof["verificationMethod"], created=created)

    for body in (documents.as_bytes(forged), token.encode()):
        assert accepted(body)
        answer = verify_credential(body)
        assert (answer.outcome, answer.checks["register"], answer.is_genuine) == ("never_issued", "failed", False)


# --- the network, bombs -----------------------------------------------------------------------------------------------
@pytest.fixture
def _no_network(monkeypatch):
    def refuse(*_args, **_kwargs):
        pytest.fail("the network was asked")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)


@pytest.mark.usefixtures("_no_network")
@pytest.mark.parametrize("address", ["https://example.org/context", "http://127.0.0.1:1/x", "file:///etc/passwd"])
def test_foreign_contexts_are_refused_unread(certificate, address):
    document = json.loads(certificate.credential.json_form)
    document["@context"].append(address)

    assert not accepted(documents.as_bytes(document))


def bombs():
    deep = "".join('{"a":' for _level in range(4_000)) + "1" + "}" * 4_000
    ring = [{"id": f"_:b{n}", "evidence": [{"id": f"_:b{m}"} for m in range(12) if m != n]} for n in range(12)]
    nested = {"@context": [{f"t{n}": {"@id": f"urn:t{n}", "@context": {"x": f"urn:x{n}"}} for n in range(300)}] * 20}
    return {"deep": deep, "ring": {"evidence": ring}, "contexts": nested, "large": "x" * LARGEST}


@pytest.mark.usefixtures("_no_network")
@pytest.mark.parametrize("name", ["deep", "ring", "contexts", "large"])
def test_bombs_are_refused_in_a_bounded_time(certificate, name):
    document, bomb = json.loads(certificate.credential.json_form), bombs()[name]
    if isinstance(bomb, dict):
        extra = bomb.pop("@context", [])
        body = documents.as_bytes(document | {"@context": document["@context"] + extra} | bomb)
    else:
        body = bomb.encode() if name == "deep" else documents.as_bytes(document | {"description": bomb})

    assert not accepted(body)


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"null", b"a.b.c", b"\xff\xfe", b'{"proof":{}}', b"1e999"])
def test_what_is_no_credential_is_no_error(body):
    assert verify_credential(body).outcome == "never_issued"
