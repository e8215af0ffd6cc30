"""Seals: the key of the site's own, the three providers and what is refused of their answers, time stamps."""

import asyncio
import base64
import hashlib
import json
import stat
import subprocess
import sys
import threading
from datetime import timedelta
from io import BytesIO
from types import SimpleNamespace

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, utils
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.signers.pdf_cms import CAdESSignedAttributeProviderSpec, PdfCMSSignedAttributes

from certificates import seals
from certificates.pdf.renderer import draw
from certificates.seals.options import Options
from certificates.seals.pkcs11 import SHA256_PREFIX, Pkcs11SealProvider, open_token
from certificates.seals.providers import FileSealProvider, checked_signature
from certificates.seals.self_made import make_seal
from certificates.selectors.loops import run
from certificates.selectors.signatures import seal_is_whole
from core import clock
from core.errors import DomainError
from tests.certificates.authority import Authority, service
from tests.certificates.builders import drawn_certificate

DIGEST = hashlib.sha256(b"a file").digest()
JSON, STAMP = "application/json", "application/timestamp-reply"


@pytest.fixture(scope="module")
def drawn():
    return draw(drawn_certificate()).body


@pytest.fixture
def authority(tmp_path):
    return Authority(tmp_path)


@pytest.fixture
def trusted(tmp_path, monkeypatch):
    """requests knows the certificate of the services of this test."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "tls.pem"))


def refused(work, reason):
    with pytest.raises(DomainError) as refusal:
        work()
    assert (refusal.value.code, refusal.value.facts["reason"]) == ("seal_failed", reason)


def as_file(sealed):
    """A file of the register, as far as the check of its seal needs one."""
    seal = SimpleNamespace(certificate=sealed.identity.certificate)
    return SimpleNamespace(seal=seal, stored_at=clock.now())


# --- the key of one's own ---------------------------------------------------------------------------------------------
def test_self_made_seal_is_made_once_and_readable_by_the_owner_alone(tmp_path):
    path = tmp_path / "secrets" / "seal.pem"
    threads = [threading.Thread(target=make_seal, args=[path]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    before = path.read_bytes()
    make_seal(path)

    assert (stat.S_IMODE(path.stat().st_mode), path.read_bytes() == before) == (0o600, True)
    assert [one.name for one in path.parent.iterdir()] == ["seal.pem"]
    made = FileSealProvider(Options(key=str(path)))
    assert (len(made.chain), made.chain[0].public_key().curve.name) == (1, "secp256r1")


def test_self_made_seal_is_refused_unless_the_operator_says_so(tmp_path, settings):
    path = tmp_path / "seal.pem"
    make_seal(path)
    settings.SEAL = {"provider": "file", "key": str(path)}
    refused(seals.provider, "self_made")
    settings.SEAL = {"provider": "file", "key": str(path), "self_made": "1"}
    assert seals.seal_identity().self_made is True
    assert seals.drawn_identity() is None


def test_missing_key_is_not_made_up_where_a_real_one_is_wanted(tmp_path, settings):
    settings.SEAL = {"provider": "file", "key": str(tmp_path / "none.pem")}
    refused(seals.provider, "key_unreadable")
    assert list(tmp_path.iterdir()) == []


def test_key_of_another_certificate_is_refused(authority, tmp_path, settings):
    (tmp_path / "other").mkdir()
    other = Authority(tmp_path / "other")
    mixed = tmp_path / "mixed.pem"
    own_key = (tmp_path / "key.pem").read_bytes().split(b"-----BEGIN CERT")[0]
    mixed.write_bytes(own_key + (other.folder / "seal.pem").read_bytes())
    settings.SEAL = {"provider": "file", "key": str(mixed)}
    refused(seals.provider, "key_of_another_certificate")


def test_seal_signs_what_pyhanko_itself_would_have_signed_for_pades(drawn):
    """Digest, kind of content and the signer's certificate; the last is taken from the certificate once only."""
    sealed = PdfFileReader(BytesIO(seals.seal_file(drawn).body)).embedded_signatures[0]
    own = CAdESSignedAttributeProviderSpec(PdfCMSSignedAttributes(), sealed.signer_cert, True, None)
    wanted = [run(one.get_attribute()) for one in own.signed_attr_providers(b"", "sha256")]

    signed = {one["type"].native: one for one in sealed.signer_info["signed_attrs"]}

    assert sorted(signed) == ["content_type", "message_digest", "signing_certificate_v2"]
    assert [signed[one["type"].native].dump() for one in wanted] == [one.dump() for one in wanted]
    assert len(wanted) == 1


def test_options_hide_what_is_secret():
    assert "geheim" not in repr(Options(token="geheim", pin="geheim"))


@pytest.mark.parametrize("kind", ["ec", "rsa"])
def test_file_key_of_either_kind_seals(tmp_path, settings, drawn, kind):
    settings.SEAL = Authority(tmp_path, kind=kind).options(name="证书专用章", kind="业务专用章", owner="岚江大学")

    sealed = seals.seal_file(drawn)

    assert seal_is_whole(as_file(sealed), sealed.body) is True
    whose = sealed.identity
    assert (whose.name, whose.kind, whose.owner, whose.self_made) == ("证书专用章", "业务专用章", "岚江大学", False)
    assert seals.drawn_identity() == whose


def test_seal_names_owner_and_name_from_the_certificate_and_is_then_not_drawn(authority, settings):
    settings.SEAL = authority.options()
    whose = seals.seal_identity()
    assert (whose.name, whose.kind, whose.owner) == ("证书专用章", "", "岚江大学培训基地")
    assert seals.drawn_identity() is None


def test_seal_out_of_its_validity_is_not_used(authority, settings, drawn):
    settings.SEAL = authority.options()
    with clock.travel(timedelta(days=3001)):
        refused(lambda: seals.seal_file(drawn), "certificate_not_in_force")


# --- a service elsewhere ----------------------------------------------------------------------------------------------
def over_http(authority, url):
    return authority.options(provider="http", url=url, token="abc")


def test_service_seals_and_sees_a_digest_alone(authority, trusted, settings, drawn, tmp_path):
    with service(tmp_path, authority.answer_seal, JSON) as (url, asked):
        settings.SEAL = over_http(authority, url)
        sealed = seals.seal_file(drawn)

    assert seal_is_whole(as_file(sealed), sealed.body) is True
    ((heads, body),) = asked
    question = json.loads(body)
    assert question.keys() == {"algorithm", "digest", "certificate"}
    assert (len(base64.b64decode(question["digest"])), question["certificate"]) == (32, sealed.identity.fingerprint)
    assert heads["Authorization"] == "Bearer abc"


def wrong_signature(authority, body):
    return authority.answer_seal(json.dumps({"digest": base64.b64encode(bytes(32)).decode()}).encode())


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (wrong_signature, "wrong_answer"),
        (lambda *_: b'{"signature": "AAAA"}', "wrong_answer"),
        (lambda *_: b'{"signature": "not base64!"}', "no_answer"),
        (lambda *_: b'{"signature": 5}', "no_answer"),
        (lambda *_: b"[]", "no_answer"),
        (lambda *_: b"<html>", "no_answer"),
        (lambda *_: b'{"signature": "' + b"A" * 200_000 + b'"}', "no_answer"),
        (lambda *_: (500, b"{}"), "no_answer"),
        (lambda *_: (302, b"{}"), "no_answer"),
    ],
)
def test_service_that_answers_something_else_seals_nothing(
    authority, trusted, settings, drawn, tmp_path, answer, reason
):
    with service(tmp_path, lambda body: answer(authority, body), JSON) as (url, _asked):
        settings.SEAL = over_http(authority, url)
        refused(lambda: seals.seal_file(drawn), reason)


def test_service_without_tls_or_with_an_unknown_certificate_is_not_asked(authority, settings, drawn, tmp_path):
    settings.SEAL = over_http(authority, "http://127.0.0.1:1/")
    refused(seals.provider, "url_not_https")
    with service(tmp_path, authority.answer_seal, JSON) as (url, asked):
        settings.SEAL = over_http(authority, url)
        refused(lambda: seals.seal_file(drawn), "no_answer")
    assert asked == []


# --- a token ----------------------------------------------------------------------------------------------------------
class TokenInMemory:
    """Answers as a token does: r and s side by side, RSA over what it is given."""

    def __init__(self, key):
        self.key, self.broken = key, False

    def ecdsa(self, digest):
        if self.broken:
            raise RuntimeError("CKR_DEVICE_REMOVED")
        r, s = utils.decode_dss_signature(self.key.sign(digest, ec.ECDSA(utils.Prehashed(hashes.SHA256()))))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    def rsa_pkcs(self, prefixed):
        assert prefixed.startswith(SHA256_PREFIX)
        return self.key.sign(prefixed[-32:], padding.PKCS1v15(), utils.Prehashed(hashes.SHA256()))


@pytest.mark.parametrize("kind", ["ec", "rsa"])
def test_token_signs_what_its_certificate_verifies(tmp_path, kind):
    authority = Authority(tmp_path, kind=kind)
    made = Pkcs11SealProvider(Options(**authority.options()), TokenInMemory(authority.seal_key))

    assert len(checked_signature(made, DIGEST)) > 60
    (tmp_path / "other").mkdir()
    stranger = TokenInMemory(Authority(tmp_path / "other", kind=kind).seal_key)
    other = Pkcs11SealProvider(Options(**authority.options()), stranger)
    refused(lambda: checked_signature(other, DIGEST), "wrong_answer")


def test_token_that_is_pulled_out_is_opened_anew(tmp_path):
    authority = Authority(tmp_path)
    token = TokenInMemory(authority.seal_key)
    made = Pkcs11SealProvider(Options(**authority.options()), token)
    token.broken = True

    refused(lambda: checked_signature(made, DIGEST), "no_answer")

    assert made._token is None


def test_token_without_its_binding_says_what_is_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, "pkcs11", None)
    refused(lambda: open_token(Options()), "pkcs11_not_installed")


# --- time stamps ------------------------------------------------------------------------------------------------------
def stamped(authority, url, profile):
    return authority.options(profile=profile, tsa=url)


def test_stamped_seal_carries_a_time_that_a_root_vouches_for(authority, trusted, settings, drawn, tmp_path):
    with service(tmp_path, authority.answer_stamp, STAMP) as (url, asked):
        settings.SEAL = stamped(authority, url, "B-T")
        sealed = seals.seal_file(drawn)

    assert (len(asked), sealed.stamped_until) == (1, None)
    assert seal_is_whole(as_file(sealed), sealed.body) is True
    assert len(sealed.body) <= 260 * 1024


def test_stamp_of_an_unknown_authority_seals_nothing(authority, trusted, settings, drawn, tmp_path):
    (tmp_path / "other").mkdir()
    other = Authority(tmp_path / "other")
    with service(tmp_path, other.answer_stamp, STAMP) as (url, _asked):
        settings.SEAL = stamped(authority, url, "B-T")
        refused(lambda: seals.seal_file(drawn), "stamp_not_trusted")


def test_authority_that_is_silent_seals_nothing(authority, trusted, settings, drawn, tmp_path):
    with service(tmp_path, lambda body: (503, b""), STAMP) as (url, _asked):
        settings.SEAL = stamped(authority, url, "B-T")
        with pytest.raises(DomainError, match="seal_failed"):
            seals.seal_file(drawn)


def test_archive_seal_is_renewed_and_holds_after_the_first_stamp_has_ended(
    authority, trusted, settings, drawn, tmp_path
):
    with service(tmp_path, authority.answer_stamp, STAMP) as (url, _asked):
        settings.SEAL = stamped(authority, url, "B-LTA")
        sealed = seals.seal_file(drawn)
        assert sealed.stamped_until == authority.stamp.not_valid_after_utc
        with clock.travel(timedelta(days=380)):
            authority.new_stamper()
            authority.renew_list()
            body, until = seals.renew_stamp(sealed.body)
            assert until == authority.stamp.not_valid_after_utc
    assert (body[: len(sealed.body)] == sealed.body, len(body) <= 260 * 1024) == (True, True)
    assert len(PdfFileReader(BytesIO(body)).embedded_timestamp_signatures) == 2
    file = as_file(sealed)
    with clock.travel(timedelta(days=500)):
        assert (seal_is_whole(file, sealed.body), seal_is_whole(file, body)) == (True, True)
        flipped = bytearray(body)
        flipped[len(sealed.body) + 40] ^= 1
        assert seal_is_whole(file, bytes(flipped)) is False


def test_archive_seal_without_revocation_lists_is_refused(authority, trusted, settings, drawn, tmp_path):
    with service(tmp_path, authority.answer_stamp, STAMP) as (url, _asked):
        settings.SEAL = {**stamped(authority, url, "B-LTA"), "lists": ""}
        with pytest.raises(DomainError, match="seal_failed"):
            seals.seal_file(drawn)


def test_sealing_works_inside_a_running_loop(authority, settings, drawn):
    """Browser tests and some servers hold a loop in the thread that asks."""
    settings.SEAL = authority.options()

    async def ask():
        return seals.seal_file(drawn)

    sealed = asyncio.run(ask())

    assert seal_is_whole(as_file(sealed), sealed.body) is True


def test_work_inside_a_running_loop_goes_by_the_clock_of_its_caller():
    async def day():
        return clock.now()

    async def program():
        with clock.travel(timedelta(days=90)):
            return run(day())

    assert asyncio.run(program()) - clock.now() > timedelta(days=89)


def test_second_program_finds_the_seal_valid(authority, settings, drawn, tmp_path):
    settings.SEAL = authority.options()
    path = tmp_path / "sealed.pdf"
    path.write_bytes(seals.seal_file(drawn).body)

    command = ["/usr/bin/env", "pdfsig", path]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout

    assert "Signature Validation: Signature is Valid." in said
    assert "Total document signed" in said
    assert "ETSI.CAdES.detached" in said
