"""An authority of the tests' own: a root, seals, a time-stamp authority, a revocation list, and services over TLS."""

import base64
import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from asn1crypto import keys, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.sign.timestamps import DummyTimeStamper

from core import clock

SHA256 = utils.Prehashed(hashes.SHA256())
PEM, DER = serialization.Encoding.PEM, serialization.Encoding.DER
SIGNS = x509.KeyUsage(True, True, False, False, False, False, False, False, False)
ISSUES = x509.KeyUsage(True, False, False, False, False, True, True, False, False)


class Authority:
    """Certificates are valid from a year ago on; of the time stamps, as long as `stamp_days` says."""

    def __init__(self, folder: Path, *, stamp_days: int = 400, kind: str = "ec") -> None:
        self.folder = folder
        self.now = clock.now()
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.root = self._certificate("Test root", self.key.public_key(), days=9000, usage=ISSUES, ca=True)
        self.seal_key = private_key(kind)
        self.seal = self._certificate("证书专用章", self.seal_key.public_key(), organization="岚江大学培训基地")
        self.stamp_days = stamp_days
        self.new_stamper()
        self.pem("roots.pem", self.root)
        self.pem("seal.pem", self.seal, self.root)
        (folder / "key.pem").write_bytes(
            private(self.seal_key) + self.seal.public_bytes(PEM) + self.root.public_bytes(PEM)
        )
        self.renew_list()

    def new_stamper(self) -> None:
        """A fresh certificate of the time-stamp authority, from the clock's now."""
        self.stamp_key = rsa.generate_private_key(65537, 2048)
        usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
        self.stamp = self._certificate("Test TSA", self.stamp_key.public_key(), days=self.stamp_days, extended=usage)

    def renew_list(self) -> None:
        """The revocation list, empty, as the operator would fetch it today."""
        now = clock.now()
        made = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self.root.subject)
            .last_update(now - timedelta(hours=1))
            .next_update(now + timedelta(days=7))
            .sign(self.key, hashes.SHA256())
        )
        (self.folder / "lists").mkdir(exist_ok=True)
        (self.folder / "lists" / "root.crl").write_bytes(made.public_bytes(DER))

    def pem(self, name: str, *certificates: x509.Certificate) -> None:
        (self.folder / name).write_bytes(b"".join(one.public_bytes(PEM) for one in certificates))

    def options(self, **more: str) -> dict[str, str]:
        """Settings of a file provider with this authority's seal."""
        files = {"key": "key.pem", "certificate": "seal.pem", "roots": "roots.pem", "lists": "lists"}
        return {"provider": "file", **{name: str(self.folder / file) for name, file in files.items()}, **more}

    def answer_stamp(self, body: bytes) -> bytes:
        stamper = DummyTimeStamper(
            asn1_x509.Certificate.load(self.stamp.public_bytes(DER)),
            keys.PrivateKeyInfo.load(private(self.stamp_key, DER)),
            fixed_dt=clock.now(),
        )
        answer: bytes = stamper.request_tsa_response(tsp.TimeStampReq.load(body)).dump()
        return answer

    def answer_seal(self, body: bytes) -> bytes:
        digest = base64.b64decode(json.loads(body)["digest"])
        return json.dumps({"signature": base64.b64encode(signed(self.seal_key, digest)).decode()}).encode()

    def _certificate(
        self,
        name: str,
        key: Any,
        *,
        days: int = 3000,
        usage: x509.KeyUsage = SIGNS,
        ca: bool = False,
        organization: str = "",
        extended: x509.ExtendedKeyUsage | None = None,
    ) -> x509.Certificate:
        parts = [x509.NameAttribute(NameOID.COMMON_NAME, name)]
        parts += [x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization)] if organization else []
        subject = x509.Name(parts)
        now = clock.now()
        built = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject if ca else self.root.subject)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=365))
            .not_valid_after(now + timedelta(days=days))
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
            .add_extension(usage, critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), critical=False)
        )
        if extended:
            built = built.add_extension(extended, critical=True)
        return built.sign(self.key, hashes.SHA256())


def private_key(kind: str) -> Any:
    return rsa.generate_private_key(65537, 2048) if kind == "rsa" else ec.generate_private_key(ec.SECP256R1())


def private(key: Any, encoding: serialization.Encoding = PEM) -> bytes:
    body: bytes = key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return body


def signed(key: Any, digest: bytes) -> bytes:
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(digest, padding.PKCS1v15(), SHA256)
    body: bytes = key.sign(digest, ec.ECDSA(SHA256))
    return body


@contextmanager
def service(folder: Path, answer: Any, kind: str) -> Iterator[tuple[str, list[Any]]]:
    """A service over TLS on this machine: its address, and the questions that came. `answer(body)` gives the bytes, or
    (status, bytes). The caller lets requests trust tls.pem."""
    asked: list[Any] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            asked.append((dict(self.headers), body))
            made = answer(body)
            status, out = made if isinstance(made, tuple) else (200, made)
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(out)))
            if status == 302:
                self.send_header("Location", "https://127.0.0.1/elsewhere")
            self.end_headers()
            self.wfile.write(out)

        def log_message(self, *args: Any) -> None: ...

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_tls(folder))
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"https://127.0.0.1:{server.server_port}/", asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _tls(folder: Path) -> Path:
    path = folder / "tls.pem"
    key, name = (
        ec.generate_private_key(ec.SECP256R1()),
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")]),
    )
    real = datetime.now(tz=clock.SHANGHAI)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(real - timedelta(days=1))
        .not_valid_after(real + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path.write_bytes(private(key) + made.public_bytes(PEM))
    return path
