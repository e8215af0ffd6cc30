"""The identity service over HTTPS, really asked on this machine: what counts as an answer, and what never does."""

import hashlib
import hmac
import json
import logging
import socket
import ssl
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from socketserver import BaseRequestHandler, ThreadingTCPServer
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from django.core.exceptions import ImproperlyConfigured
from django.test import Client

from accounts.models import IdentityCheck
from accounts.selectors import is_checked
from accounts.services.identity_https import HttpsIdentityService, IdentityServiceSilent
from accounts.services.identity_provider import check_by_service, provider
from accounts.workflow import Standing
from core.errors import DomainError
from core.models import AuditEntry
from tests.builders import make_person, make_user, resident_number

pytestmark = pytest.mark.django_db
KEY = "0f" * 31 + "a7"
NAME = "测试核验服务"
WHO = {"name": "林知夏", "document_type": "resident_id", "number": "110105199003071234"}


def signed(kind: str, body: bytes, key: str = KEY) -> str:
    return hmac.new(key.encode(), kind.encode() + body, hashlib.sha256).hexdigest()


# Dripped whole it would take a hundred seconds and more; within the limit of one second come a few bytes.
LONG, FEW = 500, 100
dripped: list[int] = []


def drip(content: bytes, write: Callable[[bytes], object]) -> None:
    dripped.append(0)
    for place in range(len(content)):
        try:
            write(content[place : place + 1])
        except OSError:
            return
        dripped[-1] += 1
        time.sleep(0.2)


class Service(BaseHTTPRequestHandler):
    """Answers as the first of `modes` says, the last one for good; notes what was asked."""

    modes: list[str] = ["match"]
    asked: list[tuple[dict[str, Any], bool]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.asked.append((json.loads(body), self.headers["X-Signature"] == signed("ask.", body)))
        mode = self.modes.pop(0) if len(self.modes) > 1 else self.modes[0]
        getattr(self, f"say_{mode}", self.say_word)(mode)

    def say_word(self, word: str) -> None:
        self.answer({"nonce": self.asked[-1][0]["nonce"], "result": word})

    def say_replay(self, _mode: str) -> None:
        self.answer({"nonce": "00" * 16, "result": "match"})

    def say_list(self, _mode: str) -> None:
        self.answer(["match"])

    def say_500(self, _mode: str) -> None:
        self.send(b"{}", 500)

    def say_403(self, _mode: str) -> None:
        self.send(b"{}", 403)

    def say_redirect(self, _mode: str) -> None:
        self.send(b"", 302, Location=f"https://127.0.0.1:{self.server.server_address[1]}/elsewhere")

    def say_no_json(self, _mode: str) -> None:
        self.send(b"match", 200)

    def say_unsigned(self, _mode: str) -> None:
        body = json.dumps({"nonce": self.asked[-1][0]["nonce"], "result": "match"}).encode()
        self.send(body, 200, **{"X-Signature": ""})

    def say_other_key(self, _mode: str) -> None:
        body = json.dumps({"nonce": self.asked[-1][0]["nonce"], "result": "match"}).encode()
        self.send(body, 200, **{"X-Signature": signed("answer.", body, "1e" * 32)})

    def say_echo(self, _mode: str) -> None:
        """The question itself, with its own signature, sent back."""
        body = json.dumps(self.asked[-1][0] | {"result": "match"}, ensure_ascii=False, sort_keys=True).encode()
        self.send(body, 200, **{"X-Signature": signed("ask.", body)})

    def say_endless(self, _mode: str) -> None:
        self.send(b" " * 100_000, 200)

    def say_slow(self, _mode: str) -> None:
        time.sleep(3)
        self.say_word("match")

    def say_drip_header(self, _mode: str) -> None:
        self.drip(b"HTTP/1.1 200 OK\r\nX-Long: " + b"a" * LONG)

    def say_drip_body(self, _mode: str) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % LONG)
        self.drip(b" " * LONG)

    def drip(self, content: bytes) -> None:
        """Never silent for long, and not done for a long time."""
        drip(content, self.wfile.write)

    def say_cut_off(self, _mode: str) -> None:
        body = json.dumps({"nonce": self.asked[-1][0]["nonce"], "result": "match"}).encode()
        self.send_response(200)
        self.send_header("X-Signature", signed("answer.", body))
        self.send_header("Content-Length", str(len(body) + 1))
        self.end_headers()
        self.wfile.write(body)

    def say_hang_up(self, _mode: str) -> None:
        self.close_connection = True

    def answer(self, words: object) -> None:
        self.send(json.dumps(words).encode(), 200)

    def send(self, body: bytes, status: int, **headers: str) -> None:
        try:
            self.send_response(status)
            for name, value in ({"X-Signature": signed("answer.", body)} | headers).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        except OSError:
            """Whoever asked has hung up."""

    def log_message(self, *_words: object) -> None: ...


def authority(folder: Path, name: str) -> tuple[Path, Path]:
    """An authority of the test's own, and a certificate of this machine that it has signed."""
    now, key, own = datetime.now(UTC), ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root, leaf = (x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, one)]) for one in (f"CA {name}", "127.0.0.1"))
    days = (now - timedelta(days=1), now + timedelta(days=1))
    made = x509.CertificateBuilder(root, root, key.public_key(), x509.random_serial_number(), *days)
    made = made.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    mine = x509.CertificateBuilder(root, leaf, own.public_key(), x509.random_serial_number(), *days)
    here = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    mine = mine.add_extension(here, critical=False)
    ca, pem = folder / f"{name}-ca.pem", folder / f"{name}.pem"
    ca.write_bytes(made.sign(key, SHA256()).public_bytes(Encoding.PEM))
    private = own.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    pem.write_bytes(private + mine.sign(key, SHA256()).public_bytes(Encoding.PEM))
    return ca, pem


@pytest.fixture
def service(settings, tmp_path):
    ca, pem = authority(tmp_path, "known")
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(pem)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
    server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    url = f"https://127.0.0.1:{server.server_port}/check"
    settings.IDENTITY_SERVICE = {"url": url, "key": KEY, "name": NAME, "timeout": "20", "ca": str(ca)}
    settings.IDENTITY_PROVIDER = "accounts.services.identity_https.HttpsIdentityService"
    Service.modes, Service.asked = ["match"], []
    dripped.clear()
    yield Service
    server.shutdown()
    thread.join()
    server.server_close()


def asker():
    return make_person(user=make_user(), number=resident_number())


# --- answers --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("word", "fits"), [("match", True), ("no_match", False)])
def test_answer_is_taken_as_it_was_signed(service, word, fits):
    service.modes = [word]

    assert HttpsIdentityService().matches(**WHO) is fits

    [(question, was_signed)] = service.asked
    assert was_signed
    assert {name: question[name] for name in WHO} == WHO
    assert (sorted(question), len(question["nonce"])) == (["at", "document_type", "name", "nonce", "number"], 32)


def test_every_question_has_a_salt_of_its_own(service):
    for _time in range(3):
        HttpsIdentityService().matches(**WHO)

    assert len({question["nonce"] for question, _signed in service.asked}) == 3


def test_match_sets_the_standing_and_names_the_service(service):
    person = asker()

    check_by_service(actor=person.user, person=person)

    made = IdentityCheck.objects.get()
    assert (made.person, made.standing, made.body_name) == (person, Standing.CHECKED_BY_SERVICE, NAME)
    assert is_checked(person)


def test_no_match_sets_nothing_and_counts_as_a_try(service):
    service.modes, person = ["no_match"], asker()

    with pytest.raises(DomainError, match="no_match"):
        check_by_service(actor=person.user, person=person)

    assert not IdentityCheck.objects.exists()
    assert AuditEntry.objects.filter(verb="accounts.identity_not_matched").count() == 1


# --- what is no answer ----------------------------------------------------------------------------------------------
FAILURES = {
    "unavailable": ("unavailable", 1),
    "perhaps": ("unknown result", 1),
    "replay": ("answer to another question", 1),
    "list": ("answer to another question", 1),
    "500": ("status 500", 2),
    "403": ("status 403", 1),
    "redirect": ("status 302", 1),
    "no_json": ("no JSON", 1),
    "unsigned": ("signature wrong", 1),
    "other_key": ("signature wrong", 1),
    "echo": ("signature wrong", 1),
    "endless": ("answer too long", 1),
    "slow": ("too slow", 2),
    "drip_header": ("too slow", 2),
    "drip_body": ("too slow", 2),
    "cut_off": ("ConnectionError", 2),
    "hang_up": ("ConnectionError", 2),
}


@pytest.mark.parametrize("mode", FAILURES)
def test_failure_leaves_the_standing_and_tells_nothing_of_the_person(service, settings, caplog, mode):
    service.modes, person = [mode], asker()
    if FAILURES[mode][0] == "too slow":
        settings.IDENTITY_SERVICE = settings.IDENTITY_SERVICE | {"timeout": "1"}
    number = person.documents.get().number

    with caplog.at_level(logging.DEBUG), pytest.raises(DomainError, match="service_silent"):
        check_by_service(actor=person.user, person=person)

    word, times = FAILURES[mode]
    assert not IdentityCheck.objects.exists()
    assert not AuditEntry.objects.filter(verb="accounts.identity_not_matched").exists()
    assert caplog.text.count(f"no answer that counts: {word}") == len(service.asked) == times
    assert number not in caplog.text
    assert person.name not in caplog.text


@pytest.mark.parametrize("mode", ["drip_header", "drip_body"])
def test_answer_that_drips_ends_with_the_time_allowed(service, settings, mode):
    settings.IDENTITY_SERVICE = settings.IDENTITY_SERVICE | {"timeout": "1"}
    service.modes = [mode]

    with pytest.raises(IdentityServiceSilent, match="too slow"):
        HttpsIdentityService().matches(**WHO)

    assert len(dripped) == 2
    assert max(dripped) < FEW


def test_handshake_that_drips_ends_with_the_time_allowed(service, settings):
    """A record of TLS that is announced and comes byte by byte."""
    record = b"\x16\x03\x03\x10\x00\x02\x00\x0f\xfc" + b"\x03" * LONG

    class Silent(BaseRequestHandler):
        def handle(self) -> None:
            drip(record, self.request.sendall)

    with ThreadingTCPServer(("127.0.0.1", 0), Silent) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        url = f"https://127.0.0.1:{server.server_address[1]}/check"
        settings.IDENTITY_SERVICE = settings.IDENTITY_SERVICE | {"url": url, "timeout": "1"}
        with pytest.raises(IdentityServiceSilent, match="too slow"):
            HttpsIdentityService().matches(**WHO)
        server.shutdown()
        thread.join()

    assert max(dripped) < FEW


def test_second_address_of_a_name_is_tried(service, monkeypatch):
    port = int(HttpsIdentityService().url.split(":")[2].split("/")[0])
    known = socket.getaddrinfo("127.0.0.1", port, type=socket.SOCK_STREAM)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        # Nobody listens there.
        refused = [(*known[0][:4], silent.getsockname())]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_a, **_k: refused + known)

        assert HttpsIdentityService().matches(**WHO)


@pytest.mark.parametrize("first", ["500", "hang_up"])
def test_service_that_stumbles_once_is_asked_once_more(service, first):
    service.modes = [first, "match"]

    assert HttpsIdentityService().matches(**WHO)
    assert len(service.asked) == 2


def test_certificate_of_another_authority_is_not_trusted(service, settings, tmp_path):
    other, _pem = authority(tmp_path, "other")
    settings.IDENTITY_SERVICE = settings.IDENTITY_SERVICE | {"ca": str(other)}
    person = asker()

    with pytest.raises(IdentityServiceSilent, match="certificate not trusted"):
        HttpsIdentityService().matches(**WHO)
    with pytest.raises(DomainError, match="service_silent"):
        check_by_service(actor=person.user, person=person)

    assert (service.asked, IdentityCheck.objects.count()) == ([], 0)


def test_surroundings_do_not_vouch_for_a_service(service, settings, monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", settings.IDENTITY_SERVICE["ca"])
    settings.IDENTITY_SERVICE = settings.IDENTITY_SERVICE | {"ca": ""}

    with pytest.raises(IdentityServiceSilent, match="certificate not trusted"):
        HttpsIdentityService().matches(**WHO)


def test_authority_in_the_store_of_the_system_vouches_for_a_service(service, settings, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", settings.IDENTITY_SERVICE["ca"])
    settings.IDENTITY_SERVICE = settings.IDENTITY_SERVICE | {"ca": ""}

    assert HttpsIdentityService().matches(**WHO)


def test_absent_service_is_silent(settings, service):
    settings.IDENTITY_SERVICE = settings.IDENTITY_SERVICE | {"url": "https://127.0.0.1:9/"}

    with pytest.raises(IdentityServiceSilent, match="ConnectionError"):
        HttpsIdentityService().matches(**WHO)


def test_page_says_that_the_service_did_not_answer(service):
    service.modes, person = ["unavailable"], asker()
    client = Client()
    client.force_login(person.user)

    answer = client.post("/en/profile/identity/", follow=True)

    assert "The service does not answer" in answer.content.decode()
    assert not IdentityCheck.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"url": "http://127.0.0.1:9/"},
        {"url": "https://us:er@identity.example.test/"},
        {"url": "https:///check"},
        {"url": "identity.example.test"},
        {"key": "short"},
        {"key": ""},
        {"name": ""},
        {"timeout": "0"},
        {"timeout": "31"},
    ],
)
def test_wrongly_set_up_service_is_never_asked(service, settings, wrong):
    settings.IDENTITY_SERVICE = settings.IDENTITY_SERVICE | wrong

    with pytest.raises(ImproperlyConfigured):
        provider()

    assert service.asked == []
