"""The port of text messages: which way the settings choose, what goes over the wire, what a failure tells."""

import json
import ssl
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from django.core import mail
from django.core.exceptions import ImproperlyConfigured

from core import sms

PHONE = "+8613800000018"


class Gateway(BaseHTTPRequestHandler):
    """Takes messages and answers with the status of its class."""

    status = 200
    taken: list[tuple[str, dict[str, str]]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.taken.append((self.headers["Authorization"], json.loads(body)))
        self.send_response(self.status)
        self.end_headers()

    def log_message(self, *_words: object) -> None: ...


def certificate(folder: Path) -> Path:
    """Of the machine itself, signed by itself; key and certificate in one file."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "gateway")])
    now, addresses = datetime.now(UTC), [x509.IPAddress(ip_address("127.0.0.1"))]
    made = x509.CertificateBuilder(
        name, name, key.public_key(), x509.random_serial_number(), now - timedelta(days=1), now + timedelta(days=1)
    ).add_extension(x509.SubjectAlternativeName(addresses), critical=False)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path = folder / "gateway.pem"
    path.write_bytes(private + made.sign(key, SHA256()).public_bytes(Encoding.PEM))
    return path


@pytest.fixture
def gateway(settings, tmp_path, monkeypatch):
    server, path = HTTPServer(("127.0.0.1", 0), Gateway), certificate(tmp_path)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(path)
    server.socket = tls.wrap_socket(server.socket, server_side=True)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(path))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    settings.SMS_GATEWAY_URL, settings.SMS_GATEWAY_TOKEN = f"https://127.0.0.1:{server.server_port}/send", "t0ken"
    Gateway.taken, Gateway.status = [], 200
    yield Gateway
    server.shutdown()
    thread.join()
    server.server_close()


def test_message_goes_to_the_gateway_as_json_with_its_token(gateway):
    sms.send(PHONE, "123456 是您的验证码")

    assert gateway.taken == [("Bearer t0ken", {"to": PHONE, "text": "123456 是您的验证码"})]
    assert mail.outbox == []


@pytest.mark.parametrize("status", [302, 400, 500])
def test_refusing_gateway_is_told_without_number_or_text(gateway, status):
    gateway.status = status

    with pytest.raises(sms.SmsNotSent) as told:
        sms.send(PHONE, "123456")

    assert str(told.value) == f"status {status}"


def test_absent_gateway_is_told_without_number_or_text(settings):
    settings.SMS_GATEWAY_URL = "https://127.0.0.1:9/"

    with pytest.raises(sms.SmsNotSent) as told:
        sms.send(PHONE, "123456")

    assert str(told.value) == "ConnectionError"


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/", "http://sms.example.test/", "sms.example.test", "ftp://x/"])
def test_gateway_in_the_clear_is_refused_before_it_is_asked(settings, url):
    settings.SMS_GATEWAY_URL = url

    with pytest.raises(ImproperlyConfigured):
        sms.send(PHONE, "123456")
    with pytest.raises(ImproperlyConfigured):
        sms.HttpsGateway(url, "t0ken")


def test_gateway_with_a_certificate_of_nobody_is_not_trusted(gateway, monkeypatch):
    monkeypatch.delenv("REQUESTS_CA_BUNDLE")

    with pytest.raises(sms.SmsNotSent) as told:
        sms.send(PHONE, "123456")

    assert (str(told.value), gateway.taken) == ("SSLError", [])


def test_mail_gateway_gets_the_number_as_its_address(settings):
    settings.SMS_MAIL_DOMAIN = "sms.example.test"

    sms.send(PHONE, "123456")

    assert [(message.to, message.body) for message in mail.outbox] == [(["8613800000018@sms.example.test"], "123456")]


def test_without_a_gateway_nothing_is_promised(settings):
    settings.SMS_MAIL_DOMAIN = settings.SMS_GATEWAY_URL = ""

    assert not sms.can_send()
    with pytest.raises(sms.SmsNotSent):
        sms.send(PHONE, "123456")
