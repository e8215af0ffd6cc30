"""A POST over HTTPS that ends with its time, however slowly the other side speaks: handshake, headers and body.

A time limit of a client counts each read anew, so that a byte now and then goes on for ever. Here every read has only
what is left. Nothing of the surroundings counts: no proxy, no password of a file, and no redirect is followed.
"""

import io
import socket
import ssl
import time
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any, cast
from urllib.parse import urlsplit


class AnswerTooLong(HTTPException):
    """More bytes than an answer may have."""


@dataclass(frozen=True)
class Deadline:
    """One moment for everything."""

    until: float

    def left(self) -> float:
        """Raises TimeoutError: a limit of no seconds would be none."""
        left = self.until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left


@dataclass(frozen=True)
class Answer:
    """`content` is read of a 200 alone."""

    status: int
    signature: str
    content: bytes


def post(
    url: str, body: bytes, headers: dict[str, str], *, ca: str, seconds: float, most: int, signature: str
) -> Answer:
    """`ca` is a file with the one authority that vouches; without it the system's store does. `signature` names the
    header that is read. Raises OSError (TimeoutError, ssl.SSLError) and HTTPException."""
    deadline, context = Deadline(time.monotonic() + seconds), ssl.create_default_context(cafile=ca or None)
    address = urlsplit(url)
    host, port = address.hostname or "", address.port or 443
    with _connected(host, port, deadline) as plain:
        plain.settimeout(deadline.left())
        with context.wrap_socket(plain, server_hostname=host) as tls:
            connection: HTTPConnection = HTTPSConnection(host, port, context=context)
            connection.sock = cast(Any, _Line(tls, deadline))
            path = address._replace(scheme="", netloc="", fragment="").geturl() or "/"
            connection.request("POST", path, body, headers)
            with connection.getresponse() as answer:
                content = answer.read(most + 1) if answer.status == 200 else b""
                if len(content) > most:
                    raise AnswerTooLong
                if answer.status == 200 and answer.length:
                    raise ConnectionError
                return Answer(answer.status, answer.headers.get(signature, ""), content)


def _connected(host: str, port: int, deadline: Deadline) -> socket.socket:
    """The first address that answers; a silent one leaves time for the next."""
    places = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    problem: OSError = ConnectionError()
    for tried, (family, kind, protocol, _name, place) in enumerate(places):
        plain = socket.socket(family, kind, protocol)
        try:
            plain.settimeout(deadline.left() / (len(places) - tried))
            plain.connect(place)
        except OSError as error:
            plain.close()
            problem = error
        else:
            return plain
    raise problem


@dataclass(frozen=True)
class _Line:
    """As much of a socket as http.client uses."""

    tls: ssl.SSLSocket
    deadline: Deadline

    def sendall(self, content: bytes) -> None:
        rest = memoryview(content)
        while rest:
            self.tls.settimeout(self.deadline.left())
            rest = rest[self.tls.send(rest) :]

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Incoming(self.tls, self.deadline))

    def close(self) -> None:
        """Whoever opened it closes it, after the answer is read."""


class _Incoming(io.RawIOBase):
    def __init__(self, tls: ssl.SSLSocket, deadline: Deadline) -> None:
        self.tls, self.deadline = tls, deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self.tls.settimeout(self.deadline.left())
        return self.tls.recv_into(buffer)
