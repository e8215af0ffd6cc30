"""Checks a certificate without asking anybody: one file, Python's standard library alone, no network (3.8 or later).

    python3 verify_certificate.py --policy POLICY [--status LIST.jwt ...] [--name NAME] CERTIFICATE.pdf
    python3 verify_certificate.py --policy POLICY [...] --credential credential.json --token credential.jwt
                                  --salt salt --proof certificate.tlog-proof
    python3 verify_certificate.py --policy POLICY [--proof RATIO.tlog-proof] RATIO-PROOF.pdf | .json | SAMPLE.json

A proof of a trained-staff ratio, and a sample opened from one, are known by what is in the file. The proof of their
entry in the log is a file of its own; without it the answer is VALID AS OF the moment of the signature.

The first line says VALID, VALID AS OF <time> (revocation not checked since), or INVALID <reason>; exit codes 0, 2, 1.
Whom to believe is said by the policy file and by nothing else: a C2SP tlog-policy whose comments also name the issuer's
keys and the seals. Get it where you trust it, and keep it. Never VALID without both lists of states, younger than 24 h.

With the PDF every byte of it is checked: its seal covers the whole file, attachments and print alike. With the four
files taken out of it the facts of the credential are checked, and nothing that is printed.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import re
import sys
import unicodedata
import zlib
from datetime import datetime, timedelta, timezone
from typing import Any, Dict, Iterator, List, NamedTuple, NoReturn, Optional, Tuple

VALID, AS_OF, INVALID = 0, 2, 1
FRESH = timedelta(hours=24)
# Clocks differ a little.
AHEAD = timedelta(minutes=5)
LARGEST_FILE, LARGEST_PART = 2_000_000, 1_000_000
CREDENTIAL, TOKEN, SALT, PROOF, FACTS = (
    "credential.json", "credential.jwt", "salt", "certificate.tlog-proof", "certificate.json",
)  # fmt: skip


class Invalid(Exception):
    """Why the certificate does not stand."""


def fail(reason: str) -> NoReturn:
    raise Invalid(reason)


def need(holds: Any, reason: str) -> None:
    if not holds:
        fail(reason)


# --- Ed25519 (RFC 8032), strict: one spelling per key, point and number; no points of small order -------------------
P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
ROOT = pow(2, (P - 1) // 4, P)
Point = Tuple[int, int, int, int]
NEUTRAL: Point = (0, 1, 1, 0)


def _add(a: Point, b: Point) -> Point:
    m, n = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    c, d = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = n - m, d - c, d + c, n + m
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def _times(number: int, point: Point) -> Point:
    result = NEUTRAL
    while number:
        if number & 1:
            result = _add(result, point)
        point, number = _add(point, point), number >> 1
    return result


def _pack(point: Point) -> bytes:
    inverse = pow(point[2], -1, P)
    x, y = point[0] * inverse % P, point[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def _unpack(raw: bytes) -> Optional[Point]:
    """None for what is no point, is spelled otherwise, or has a small order."""
    number = int.from_bytes(raw, "little")
    y, sign = number & (2**255 - 1), number >> 255
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if x * x % P != square:
        x = x * ROOT % P
    if y >= P or x * x % P != square or (x == 0 and sign):
        return None
    x = P - x if x & 1 != sign else x
    point = (x, y, 1, x * y % P)
    return None if _pack(_times(8, point)) == _pack(NEUTRAL) else point


_Y = 4 * pow(5, -1, P) % P
BASE = _unpack(_Y.to_bytes(32, "little")) or NEUTRAL


def ed25519(public: bytes, signature: bytes, message: bytes) -> bool:
    if len(public) != 32 or len(signature) != 64:
        return False
    key, head, number = _unpack(public), _unpack(signature[:32]), int.from_bytes(signature[32:], "little")
    if key is None or head is None or number >= ORDER:
        return False
    hashed = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % ORDER
    against = (P - key[0], key[1], 1, P - key[3])
    return _pack(_add(_times(number, BASE), _times(hashed, against))) == signature[:32]


# --- ECDSA on P-256 and RSA with PKCS#1 v1.5, both over SHA-256: what seals are made with ---------------------------
Q = 2**256 - 2**224 + 2**192 + 2**96 - 1
CURVE_B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
CURVE_N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
CURVE_G = (
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)
Flat = Optional[Tuple[int, int]]
DIGEST_INFO = bytes.fromhex("3031300d060960864801650304020105000420")


def _join(a: Flat, b: Flat) -> Flat:
    if a is None or b is None:
        return a or b
    if a[0] == b[0]:
        if (a[1] + b[1]) % Q == 0:
            return None
        slope = (3 * a[0] * a[0] - 3) * pow(2 * a[1], -1, Q)
    else:
        slope = (b[1] - a[1]) * pow(b[0] - a[0], -1, Q)
    x = (slope * slope - a[0] - b[0]) % Q
    return (x, (slope * (a[0] - x) - a[1]) % Q)


def _multiple(number: int, point: Flat) -> Flat:
    result: Flat = None
    while number:
        if number & 1:
            result = _join(result, point)
        point, number = _join(point, point), number >> 1
    return result


def ecdsa(public: bytes, r: int, s: int, digest: bytes) -> bool:
    x, y = int.from_bytes(public[1:33], "big"), int.from_bytes(public[33:], "big")
    on_curve = len(public) == 65 and public[0] == 4 and x < Q and y < Q and (y * y - x**3 + 3 * x - CURVE_B) % Q == 0
    if not on_curve or not (0 < r < CURVE_N and 0 < s < CURVE_N):
        return False
    inverse = pow(s, -1, CURVE_N)
    first = _multiple(int.from_bytes(digest, "big") * inverse % CURVE_N, CURVE_G)
    point = _join(first, _multiple(r * inverse % CURVE_N, (x, y)))
    return point is not None and point[0] % CURVE_N == r


def rsa(modulus: int, exponent: int, signature: bytes, digest: bytes) -> bool:
    size, number = (modulus.bit_length() + 7) // 8, int.from_bytes(signature, "big")
    if modulus.bit_length() < 2048 or len(signature) != size or number >= modulus:
        return False
    padded = b"\0\1" + b"\xff" * (size - 54) + b"\0" + DIGEST_INFO + digest
    return pow(number, exponent, modulus).to_bytes(size, "big") == padded


# --- DER, and the signature in a seal (CMS, RFC 5652): every byte that nothing signs has one permitted form ---------
Der = NamedTuple("Der", [("tag", int), ("body", bytes), ("whole", bytes)])
SHA256_FORMS = (bytes.fromhex("300d06096086480165030402010500"), bytes.fromhex("300b0609608648016503040201"))
ECDSA_SHA256 = bytes.fromhex("300a06082a8648ce3d040302")
RSA_FORMS = (bytes.fromhex("300d06092a864886f70d01010b0500"), bytes.fromhex("300d06092a864886f70d0101010500"))
EC_KEY, RSA_KEY = bytes.fromhex("301306072a8648ce3d020106082a8648ce3d030107"), RSA_FORMS[1]
SIGNED_DATA, DATA = bytes.fromhex("06092a864886f70d010702"), bytes.fromhex("06092a864886f70d010701")
STAMP_INFO, STAMP_TOKEN = bytes.fromhex("060b2a864886f70d0109100104"), bytes.fromhex("060b2a864886f70d010910020e")
CONTENT_TYPE, MESSAGE_DIGEST = bytes.fromhex("06092a864886f70d010903"), bytes.fromhex("06092a864886f70d010904")


def der(data: bytes, at: int = 0) -> Der:
    """The value at that place, its length in the shortest form."""
    tag, size, start = data[at], data[at + 1], at + 2
    if size > 127:
        count = size & 127
        size, start = int.from_bytes(data[start : start + count], "big"), start + count
        need(0 < count < 5 and size > 127 and size >> 8 * (count - 1), "the seal is not written in DER")
    need(start + size <= len(data) and tag & 31 != 31, "the seal is not written in DER")
    return Der(tag, data[start : start + size], data[at : start + size])


def parts(data: bytes, *tags: int) -> List[Der]:
    """The values one after the other; with `tags`, exactly those."""
    found, at = [], 0
    while at < len(data):
        found.append(der(data, at))
        at += len(found[-1].whole)
    need(not tags or [one.tag for one in found] == list(tags), "the seal has another form")
    return found


def only(data: bytes) -> bytes:
    """What is inside the one sequence that this is."""
    one = der(data)
    need(one.tag == 0x30 and one.whole == data, "the seal has another form")
    return one.body


def integer(value: Der) -> int:
    short = len(value.body) == 1 or value.body[:1] != b"\0" or value.body[1] > 127
    need(value.tag == 2 and value.body and value.body[0] < 128 and short, "a number in the seal has another form")
    return int.from_bytes(value.body, "big")


def check_cms(
    blob: bytes, kind: bytes, digest: bytes, signers: List[str], others: List[str], version: int = 1
) -> Tuple[bytes, bytes]:
    """A signature over this digest by one of the `signers` (SHA-256 of certificates), and what stands in it unsigned.
    Every certificate in it must be named by the policy."""
    outer = parts(only(blob), 6, 0xA0)
    signed = parts(only(outer[1].body), 2, 0x31, 0x30, 0xA0, 0x31)
    need(outer[0].whole == SIGNED_DATA and signed[0].body == bytes([version]), "the seal has another form")
    need(signed[1].body in SHA256_FORMS, "the seal uses another digest")
    need(kind != DATA or signed[2].body == DATA, "the seal has another form")
    info = parts(only(signed[4].body))
    need(
        [one.tag for one in info] in ([2, 48, 48, 160, 48, 4], [2, 48, 48, 160, 48, 4, 161]),
        "the seal has another form",
    )
    need(info[0].body == b"\1" and info[2].whole in SHA256_FORMS, "the seal has another form")
    certificates = [one.whole for one in parts(signed[3].body)]
    prints = [hashlib.sha256(one).hexdigest() for one in certificates]
    named = all(one in signers + others for one in prints)
    need(named, "a certificate in the seal is not named by the policy")
    mine = [one for one, mark in zip(certificates, prints) if mark in signers and _named(one) == info[1].whole]
    need(mine, "the seal is not one that the policy names")
    attributes = _attributes(info[3].body)
    need(attributes.get(CONTENT_TYPE) == kind, "the seal has another form")
    need(attributes.get(MESSAGE_DIGEST) == b"\x04\x20" + digest, "the file was changed after it was sealed")
    hashed = hashlib.sha256(b"\x31" + info[3].whole[1:]).digest()
    need(_signed_by(mine[0], info[4].whole, info[5].body, hashed), "the signature of the seal is wrong")
    return info[5].body, info[6].body if len(info) > 6 else b""


def _attributes(body: bytes) -> Dict[bytes, bytes]:
    found: Dict[bytes, bytes] = {}
    for one in parts(body):
        need(one.tag == 0x30, "the seal has another form")
        name, values = parts(one.body, 6, 0x31)
        need(name.whole not in found, "an attribute of the seal stands twice")
        found[name.whole] = values.body
    return found


def _fields(certificate: bytes) -> List[Der]:
    """Of the signed part: serial number, algorithm, issuer, validity, subject, key."""
    fields = parts(parts(der(certificate).body)[0].body)
    return fields[1:] if fields[0].tag == 0xA0 else fields


def _named(certificate: bytes) -> bytes:
    """Issuer and serial number, as a signature names its signer."""
    fields = _fields(certificate)
    inside = fields[2].whole + fields[0].whole
    need(len(inside) < 65536, "the seal has another form")
    size = len(inside)
    length = bytes([size]) if size < 128 else bytes([129, size]) if size < 256 else bytes([130, size >> 8, size & 255])
    return b"\x30" + length + inside


def _signed_by(certificate: bytes, algorithm: bytes, signature: bytes, digest: bytes) -> bool:
    kind, key = parts(_fields(certificate)[5].body, 0x30, 3)
    if algorithm == ECDSA_SHA256 and kind.whole == EC_KEY:
        r, s = parts(only(signature), 2, 2)
        return ecdsa(key.body[1:], integer(r), integer(s), digest)
    if algorithm in RSA_FORMS and kind.whole == RSA_KEY:
        modulus, exponent = parts(der(key.body[1:]).body, 2, 2)
        return rsa(integer(modulus), integer(exponent), signature, digest)
    return False


def check_stamp(signature: bytes, unsigned: bytes, policy: Policy) -> None:
    """A time stamp (RFC 3161) over the seal's signature is the one thing that may stand there unsigned."""
    if not unsigned:
        return
    ((name, token),) = _attributes(unsigned).items()
    need(name == STAMP_TOKEN, "the seal holds something that nothing signs")
    check_token(token, hashlib.sha256(signature).digest(), policy)


def check_token(token: bytes, digest: bytes, policy: Policy) -> None:
    """A time stamp over this digest, by an authority that the policy names."""
    outer = parts(only(parts(only(token))[1].body))
    kind, content = parts(outer[2].body, 6, 0xA0)
    info = parts(content.body, 4)[0].body
    imprint = parts(parts(only(info))[2].body, 0x30, 4)
    need(kind.whole == STAMP_INFO and imprint[0].whole in SHA256_FORMS, "the time stamp has another form")
    need(imprint[1].body == digest, "the time stamp is of another seal, or the file was changed after it")
    _signature, rest = check_cms(
        token, STAMP_INFO, hashlib.sha256(info).digest(), policy.prints["stamp"], policy.prints["certificate"], 3
    )
    need(not rest, "the time stamp holds something that nothing signs")


# --- the PDF: ours are written in one way, and another is not read --------------------------------------------------
class Ref(NamedTuple):
    """A reference to an object."""

    number: int


_SPACE = re.compile(rb"[\0\t\n\f\r ]*")
_CLOSED = re.compile(rb"[\t\n\f\r ]*endobj[\t\n\f\r ]*")
_STREAM_CLOSED = re.compile(rb"[\r\n]*endstream[\t\n\f\r ]*endobj[\t\n\f\r ]*")
_REFERENCE = re.compile(rb"([0-9]{1,8})[ \r\n]+0[ \r\n]+R(?![^\0\t\n\f\r /<>\[\]()])")
_NUMBER = re.compile(rb"[+-]?[0-9]{0,12}(?:\.[0-9]{0,12})?(?=[\0\t\n\f\r /<>\[\]()]|$)")
_NAME = re.compile(rb"/[^\0\t\n\f\r /<>\[\](){}%]*")
_HEX = re.compile(rb"<([0-9A-Fa-f\t\n\f\r ]*)>")
_WORD = re.compile(rb"true|false|null")
_OBJECT = re.compile(rb"([0-9]{1,8}) 0 obj(?=[\t\n\f\r <\[(/0-9tfn])")
_STREAM = re.compile(rb"[\t\n\f\r ]*stream\r?\n")
_END = re.compile(rb"startxref\r?\n([0-9]{1,8})\r?\n%%EOF\r?\n?")
_ESCAPED = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
_STRING = re.compile(rb"[^()\\]+|[()]|\\(?:[0-7]{1,3}|\r\n|.)", re.S)
DEEPEST, MOST_REVISIONS = 40, 64


class Stream(NamedTuple):
    """A dictionary with its bytes, unpacked."""

    entries: Dict[str, Any]
    data: bytes


class Reader:
    """Reads values one after the other. Names are str, strings bytes, references Ref; what is neither of these nor a
    whole number is a tuple, so that values are equal only where they are of one kind."""

    def __init__(self, data: bytes, at: int = 0) -> None:
        self.data, self.at, self.depth = data, at, 0

    def take(self, pattern: re.Pattern[bytes]) -> Optional[re.Match[bytes]]:
        found = pattern.match(self.data, self.at)
        self.at = found.end() if found else self.at
        return found

    def value(self) -> Any:
        self.take(_SPACE)
        head = self.data[self.at : self.at + 2]
        self.depth += 1
        need(self.depth < DEEPEST, "the PDF is nested too deeply")
        made = self._dictionary() if head == b"<<" else self._list() if head[:1] == b"[" else self._simple(head[:1])
        self.depth -= 1
        return made

    def _dictionary(self) -> Dict[str, Any]:
        made: Dict[str, Any] = {}
        self.at += 2
        while not self._closed(b">>"):
            name = self.value()
            need(isinstance(name, str) and name not in made, "the PDF has a key twice")
            made[name] = self.value()
        return made

    def _list(self) -> List[Any]:
        made: List[Any] = []
        self.at += 1
        while not self._closed(b"]"):
            made.append(self.value())
        return made

    def _closed(self, mark: bytes) -> bool:
        self.take(_SPACE)
        closed = self.data.startswith(mark, self.at)
        self.at += len(mark) if closed else 0
        return closed

    def _simple(self, head: bytes) -> Any:
        if head == b"(":
            return self._string()
        if found := self.take(_REFERENCE):
            return Ref(int(found[1]))
        if head == b"/":
            name = self.take(_NAME)
            return name[0].decode("latin-1") if name else fail("the PDF cannot be read")
        if found := self.take(_HEX):
            return bytes.fromhex(found[1].decode())
        if found := self.take(_WORD):
            return (found[0],)
        found = self.take(_NUMBER)
        need(found and found[0].strip(b"+-."), "the PDF cannot be read")
        return (float(found[0]),) if b"." in found[0] else int(found[0])  # type: ignore[index]

    def _string(self) -> bytes:
        made: List[bytes] = []
        open_ones = 0
        while True:
            found = self.take(_STRING)
            part = found[0] if found else fail("the PDF cannot be read")
            open_ones += {b"(": 1, b")": -1}.get(part, 0)
            if open_ones == 0:
                return b"".join(made[1:])
            made.append(_unescaped(part))


def _unescaped(part: bytes) -> bytes:
    if not part.startswith(b"\\"):
        return part
    rest = part[1:]
    if rest[:1].isdigit():
        return bytes([int(rest, 8) & 255])
    return b"" if rest in (b"\n", b"\r", b"\r\n") else _ESCAPED.get(rest, rest)


def unpacked(entries: Dict[str, Any], data: bytes) -> bytes:
    kind = entries.get("/Filter")
    need(kind in (None, "/FlateDecode") and "/DecodeParms" not in entries, "a stream of the PDF is packed otherwise")
    if kind is None:
        return data
    flate = zlib.decompressobj()
    made = flate.decompress(data, LARGEST_PART)
    need(flate.eof and not flate.unused_data, "a stream of the PDF cannot be unpacked")
    return made


class Table(NamedTuple):
    """What one revision says of its objects: (1, place, 0) for most."""

    at: int
    entries: Dict[str, Any]
    places: Dict[int, Tuple[int, int, int]]


class Pdf:
    """Objects of a file, found by its tables alone; where two versions of one stand, the later holds."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.places: Dict[int, Tuple[int, int, int]] = {}
        tail = list(_END.finditer(data, max(0, len(data) - 64)))
        need(data.startswith(b"%PDF-") and tail and tail[-1].end() == len(data), "this is not a PDF as they are issued")
        self.tables: List[Table] = []
        at: Optional[int] = int(tail[-1][1])
        while at is not None:
            need(len(self.tables) < MOST_REVISIONS, "the PDF was changed too often")
            at = self._table(at)
        self.trailer = self.tables[0].entries

    def _table(self, at: int) -> Optional[int]:
        table = self.at(at)[1]
        need(isinstance(table, Stream) and table.entries.get("/Type") == "/XRef", "the PDF has no table as ours have")
        entries = table.entries
        need("/Encrypt" not in entries, "the PDF is encrypted")
        widths = entries["/W"]
        numbers = entries.get("/Index", [0, entries["/Size"]])
        places: Dict[int, Tuple[int, int, int]] = {}
        place = 0
        need(sum(widths), "the PDF has no table as ours have")
        for first, count in zip(numbers[::2], numbers[1::2]):
            for one in range(first, first + count):
                fields, here = [], place
                for width in widths:
                    fields.append(int.from_bytes(table.data[here : here + width], "big"))
                    here += width
                need(here <= len(table.data) and one not in places, "a table of the PDF is not in order")
                places[one] = (fields[0], fields[1], fields[2])
                place = here
        self.tables.append(Table(at, entries, places))
        self.places = {**places, **self.places}
        return entries.get("/Prev")

    def at(self, at: int) -> Tuple[int, Any, int, int]:
        """Number, value, where the object stands, and where its value ends."""
        reader = Reader(self.data, at)
        head = reader.take(_OBJECT)
        made = reader.value()
        if isinstance(made, dict) and reader.take(_STREAM):
            size = made["/Length"]
            data = self.data[reader.at : reader.at + size]
            reader.at += size
            need(
                len(data) == size and _STREAM_CLOSED.match(self.data, reader.at),
                "a stream of the PDF has another length",
            )
            made = Stream(made, unpacked(made, data))
        return int(head[1]) if head else fail("the PDF cannot be read"), made, at, reader.at

    def find(self, ref: Any) -> Tuple[int, Any, int, int]:
        need(isinstance(ref, Ref) and ref.number in self.places, "an object of the PDF is missing")
        kind, first, second = self.places[ref.number]
        if kind == 1:
            found = self.at(first)
            need(found[0] == ref.number, "an object of the PDF stands elsewhere")
            return found
        need(kind == 2 and self.places[first][0] == 1, "an object of the PDF is missing")
        stream = self.at(self.places[first][1])[1]
        need(
            stream.entries.get("/Type") == "/ObjStm" and second < stream.entries["/N"],
            "an object of the PDF is missing",
        )
        numbers = [int(one) for one in stream.data[: stream.entries["/First"]].split()]
        need(numbers[2 * second] == ref.number, "an object of the PDF stands elsewhere")
        return ref.number, Reader(stream.data, stream.entries["/First"] + numbers[2 * second + 1]).value(), 0, 0

    def get(self, value: Any) -> Any:
        return self.find(value)[1] if isinstance(value, Ref) else value


def attachments(pdf: Pdf) -> Dict[str, bytes]:
    """Every file inside, each name once; the list of associated files must be the same list."""
    catalog = pdf.get(pdf.trailer["/Root"])
    tree = pdf.get(pdf.get(catalog["/Names"])["/EmbeddedFiles"])
    need(set(tree) == {"/Names"}, "the PDF lists its files otherwise")
    named = pdf.get(tree["/Names"])
    found: Dict[str, bytes] = {}
    for name, ref in zip(named[::2], named[1::2]):
        file = pdf.get(ref)
        streams = pdf.get(file["/EF"])
        need(
            set(streams) in ({"/F"}, {"/F", "/UF"}) and len(set(streams.values())) == 1,
            "a file in the PDF stands twice",
        )
        need(file["/F"] == name == file["/UF"], "a file in the PDF has two names")
        need(_text(name) not in found, "the PDF holds %s twice" % _text(name))
        found[_text(name)] = pdf.get(streams["/F"]).data
    need(sorted(pdf.get(catalog["/AF"])) == sorted(set(named[1::2])), "the PDF lists its files otherwise")
    return found


def _text(raw: bytes) -> str:
    return raw[2:].decode("utf-16-be") if raw.startswith(b"\xfe\xff") else raw.decode("ascii")


def check_seal(pdf: Pdf, policy: Policy) -> Pdf:
    """The file as it was sealed. The seal covers everything of it but its own signature; behind it nothing may stand
    but revisions that add evidence, each up to its end covered by a time stamp of its own."""
    need(policy.prints["seal"], "the policy names no seal, and without one nobody answers for a PDF")
    ends = [sum(pdf.get(pdf.get(one)["/V"])["/ByteRange"][2:]) for one in fields_of(pdf)]
    need(ends and ends == sorted(set(ends)) and ends[-1] == len(pdf.data),
         "the PDF has no seal, or more behind it than time stamps")  # fmt: skip
    revisions = [Pdf(pdf.data[:end]) for end in ends]
    for place in range(len(revisions) - 1, 0, -1):
        check_added(revisions[place - 1], revisions[place], policy)
    sealed = revisions[0]
    (field,) = fields_of(sealed)
    value = sealed.get(field)["/V"]
    seal = sealed.get(value)
    need(seal["/Type"] == "/Sig" and seal["/SubFilter"] == "/ETSI.CAdES.detached", "the seal is of another kind")
    blob, digest = covered(sealed, value)
    signature, unsigned = check_cms(blob, DATA, digest, policy.prints["seal"], policy.prints["certificate"])
    check_stamp(signature, unsigned, policy)
    return sealed


def fields_of(pdf: Pdf) -> List[Ref]:
    fields = pdf.get(pdf.get(pdf.get(pdf.trailer["/Root"])["/AcroForm"])["/Fields"])
    return fields if isinstance(fields, list) else fail("the PDF cannot be read")


def covered(pdf: Pdf, place: Ref) -> Tuple[bytes, bytes]:
    """A signature, and the digest of everything else up to the end of the file."""
    _number, made, start, end = pdf.find(place)
    nought, before, after, rest = made["/ByteRange"]
    need(nought == 0 and start < before < after < end and after + rest == len(pdf.data),
         "the seal does not cover the whole file")  # fmt: skip
    written = re.fullmatch(rb"<((?:[0-9A-F]{2})+)>", pdf.data[before:after])
    padded = bytes.fromhex(written[1].decode()) if written else fail("the seal is written otherwise")
    blob = der(padded).whole
    need(padded == made["/Contents"] and not padded[len(blob) :].strip(b"\0"), "the seal is written otherwise")
    return blob, hashlib.sha256(pdf.data[:before] + pdf.data[after:]).digest()


# --- evidence behind the seal (B-LTA): whoever can have a time stamp could add it, so it must not change what is seen
ADDED = "something was added behind the seal that is no evidence"
TABLE = {"/Type", "/W", "/Index", "/Size", "/Root", "/Info", "/ID", "/Prev", "/Length"}
EVIDENCE = ("/Certs", "/OCSPs", "/CRLs")
_STAMP_NAME = re.compile(rb"Timestamp-[0-9a-f-]{36}")
# What writes the stamp puts its name and the moment into the description of the document.
_WRITTEN = re.compile(rb'(xmp:ModifyDate="[0-9T:.+-]{19,35}Z?|(?:pdf:Producer|x:xmptk)="pyHanko [0-9.]{1,20})"')


def check_added(before: Pdf, after: Pdf, policy: Policy) -> None:
    """One revision more: a document time stamp in a field that shows nothing, and certificates, answers and lists."""
    new, root = added(before, after), after.trailer["/Root"]
    was, fields, mark = before.get(root), fields_of(before), fields_of(after)[-1]
    form, sheet, store = was["/AcroForm"], before.get(fields[0])["/P"], was.get("/DSS", after.get(root).get("/DSS"))
    field, about = after.get(mark), was["/Metadata"]
    place, name = field["/V"], field["/T"]
    stamp, page = after.get(place), before.get(sheet)
    blob, digest = covered(after, place)
    check_token(blob, digest, policy)
    need(len({mark, place, root, form, sheet}) == 5, ADDED)
    need(set(new) & set(before.places) <= {one.number for one in (root, form, sheet, about, store)}, ADDED)
    need([one.number in before.places for one in (mark, place, store)] == [False, False, "/DSS" in was], ADDED)
    need(_STAMP_NAME.fullmatch(name) and name not in [before.get(one)["/T"] for one in fields], ADDED)
    for ref, content in (
        (root, {**was, "/DSS": store}),
        (form, {**before.get(form), "/Fields": fields + [mark]}),
        (sheet, {**page, "/Annots": page["/Annots"] + [mark]}),
        (mark, {"/FT": "/Sig", "/Type": "/Annot", "/Subtype": "/Widget", "/F": 132, "/Rect": [0, 0, 0, 0], "/P": sheet,
                "/T": name, "/TU": b"Timestamp", "/V": place}),
        (place, {"/Type": "/DocTimeStamp", "/Filter": "/Adobe.PPKLite", "/SubFilter": "/ETSI.RFC3161",
                 "/Contents": stamp["/Contents"], "/ByteRange": stamp["/ByteRange"]}),
    ):  # fmt: skip
        need(after.get(ref) == content, ADDED)
        new.pop(ref.number, None)
    need(_description(before.get(about)) == _description(after.get(about)), ADDED)
    new.pop(about.number, None)
    _check_evidence(before.get(store) if "/DSS" in was else {}, after.get(store), new)
    new.pop(store.number, None)
    need(not new, ADDED)


def added(before: Pdf, after: Pdf) -> Dict[int, Any]:
    """The objects of the last revision, which is made of them alone: none is new under an old number that nothing
    used, none is taken away, and its table lists them all."""
    values: Dict[int, Any] = {}
    places: Dict[int, Tuple[int, int, int]] = {}
    at, number, tail = len(before.data), 0, None
    while not tail:
        number, value, start, end = after.at(at)
        closed = (_STREAM_CLOSED if isinstance(value, Stream) else _CLOSED).match(after.data, end)
        need(closed and number and number not in values, ADDED)
        values[number], places[number] = value, (1, start, 0)
        at = closed.end() if closed else end
        tail = _END.match(after.data, at)
    table, last = after.tables[0], before.tables[0]
    entries, old = table.entries, last.entries
    need(tail.end() == len(after.data) and places[number][1] == table.at, ADDED)
    need(set(entries) - {"/Filter"} == TABLE, ADDED)
    need([entries[one] for one in ("/Prev", "/Root", "/Info")] == [last.at, old["/Root"], old["/Info"]], ADDED)
    need(entries["/ID"][:1] == old["/ID"][:1] and [type(one) for one in entries["/ID"]] == [bytes, bytes], ADDED)
    need({**table.places, 0: 0} == {**places, 0: 0} and table.places.get(0, (0,))[0] == 0, ADDED)
    need(entries["/Size"] == max(places) + 1, ADDED)
    need(number not in before.places, ADDED)
    need(all(one in before.places or one >= old["/Size"] for one in places), ADDED)
    del values[number]
    return values


def _description(stream: Stream) -> Any:
    return {**stream.entries, "/Length": 0}, _WRITTEN.sub(b"<>", stream.data)


def _check_evidence(had: Dict[str, Any], has: Dict[str, Any], new: Dict[int, Any]) -> None:
    """Nothing is taken away; what is new is a value in DER that nothing else names. What it says is not judged."""
    need(set(has) <= {"/Type", *EVIDENCE} and has.get("/Type") == had.get("/Type", has.get("/Type")), ADDED)
    need(has.get("/Type", "/DSS") == "/DSS", ADDED)
    for kind in EVIDENCE:
        old, now = had.get(kind, []), has.get(kind, [])
        need(len(set(now)) == len(now) and set(old) <= set(now), ADDED)
        for ref in set(now) - set(old):
            stream = new.pop(ref.number, None)
            need(isinstance(stream, Stream) and set(stream.entries) == {"/Length"} and only(stream.data), ADDED)


# --- the log: notes, tree and proof as C2SP and RFC 6962 have them --------------------------------------------------
LOG_KEY, WITNESS_KEY = 1, 4
_KEY_NAME = re.compile(r"[^\s+\x00-\x20]{1,200}")
_DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}")


def from_base64(text: str, size: int = 0) -> bytes:
    """The canonical form alone; with `size`, so many bytes."""
    try:
        value = base64.b64decode(text.encode("ascii"), validate=True)
    except ValueError:
        fail("base64 in another form")
    need(base64.b64encode(value).decode() == text and size in (0, len(value)), "base64 in another form")
    return value


class Key(NamedTuple):
    """A public key under its name."""

    name: str
    kind: int
    public: bytes

    @property
    def hint(self) -> bytes:
        return hashlib.sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public).digest()[:4]


def read_key(text: str, kind: int) -> Key:
    name, hint, encoded = (text.split("+", 2) + ["", ""])[:3]
    material = from_base64(encoded, 33)
    key = Key(name, material[0], material[1:])
    need(_KEY_NAME.fullmatch(name) and key.kind == kind and key.hint.hex() == hint, "a key of the policy is wrong")
    return key


class Policy:
    """Whom to believe. Comments "# issuer METHOD KEY from TIME [until TIME]" and "# seal|stamp|certificate
    sha256:HEX" stand beside the lines of C2SP's format."""

    def __init__(self, text: str) -> None:
        self.logs: List[Key] = []
        self.witnesses: Dict[str, Key] = {}
        self.groups: Dict[str, Tuple[int, List[str]]] = {}
        self.quorum = ""
        self.issuers: Dict[str, Tuple[bytes, datetime, Optional[datetime]]] = {}
        self.prints: Dict[str, List[str]] = {"seal": [], "stamp": [], "certificate": []}
        for line in text.split("\n"):
            words = line.split()
            if words[:1] == ["#"] and words[1:2] and words[1] in ("issuer", *self.prints):
                self._trust(words[1:])
            elif words and not words[0].startswith("#"):
                self._line(words)
        need(self.quorum and self.logs and self.issuers, "the policy names no log, quorum or issuer")

    def _trust(self, words: List[str]) -> None:
        if words[0] == "issuer":
            need(
                len(words) in (5, 7) and words[3] == "from" and words[5:6] in ([], ["until"]),
                "a line of the policy is wrong",
            )
            need(words[1] not in self.issuers, "the policy names a key twice")
            until = moment(words[6]) if len(words) == 7 else None
            self.issuers[words[1]] = (multibase(words[2]), moment(words[4]), until)
        else:
            found = re.fullmatch(r"sha256:([0-9a-f]{64})", words[1] if len(words) > 1 else "")
            self.prints[words[0]].append(found[1] if found else fail("a line of the policy is wrong"))

    def _line(self, words: List[str]) -> None:
        word, rest = words[0], words[1:]
        need(word in ("log", "witness", "group", "quorum") and len(rest) >= (2 if word in ("witness", "group") else 1),
             "a line of the policy is wrong")  # fmt: skip
        if word == "log":
            self.logs.append(read_key(rest[0], LOG_KEY))
        elif word == "quorum":
            need(not self.quorum and (rest[0] == "none" or self._known(rest[0])), "the policy has no one quorum")
            self.quorum = rest[0]
        else:
            need(rest[0] != "none" and not self._known(rest[0]), "the policy names something twice")
            self._named(word, rest)

    def _named(self, word: str, rest: List[str]) -> None:
        if word == "witness":
            key = read_key(rest[1], WITNESS_KEY)
            need(key.public not in [one.public for one in self.witnesses.values()], "the policy names a key twice")
            self.witnesses[rest[0]] = key
            return
        members = rest[2:]
        enough = {"any": 1, "all": len(members)}.get(rest[1]) or int(rest[1])
        known = all(self._known(one) for one in members) and len(set(members)) == len(members)
        need(known and 1 <= enough <= len(members), "a group of the policy is wrong")
        self.groups[rest[0]] = (enough, members)

    def _known(self, name: str) -> bool:
        return name in self.witnesses or name in self.groups

    def is_met(self, name: str, seen: Dict[Key, int]) -> bool:
        if name == "none":
            return True
        if name in self.witnesses:
            return self.witnesses[name] in seen
        enough, members = self.groups[name]
        return sum(self.is_met(one, seen) for one in members) >= enough


def multibase(text: str) -> bytes:
    """An Ed25519 key as DID documents carry it: z, base58, and two bytes in front."""
    value = 0
    for character in text[1:64]:
        value = value * 58 + "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz".index(character)
    raw = value.to_bytes(34, "big")
    need(text[0] == "z" and raw[:2] == b"\xed\x01", "a key of the policy is wrong")
    return raw[2:]


def moment(text: str) -> datetime:
    found = re.fullmatch(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:Z|([+-])(\d\d):(\d\d))", text)
    if not found:
        fail("a moment is written otherwise")
    shift = timedelta(hours=int(found[3] or 0), minutes=int(found[4] or 0)) * (-1 if found[2] == "-" else 1)
    return (datetime.strptime(found[1] + "+0000", "%Y-%m-%dT%H:%M:%S%z") - shift).astimezone(timezone.utc)


def signed_by(text: str, lines: List[str], keys: List[Key]) -> Dict[Key, int]:
    """Whose good signatures stand under a note, with the moment of cosignatures. Unknown ones are passed over; a bad
    one of a known key makes the whole note bad."""
    known = {(key.name, key.hint): key for key in keys}
    found: Dict[Key, int] = {}
    need(0 < len(lines) <= 64, "the head of the log is not a signed note")
    for line in lines:
        dash, name, encoded = (line.split(" ") + ["", ""])[:3]
        value = from_base64(encoded)
        need(dash == "\u2014" and line.count(" ") == 2 and _KEY_NAME.fullmatch(name) and len(value) > 4,
             "the head of the log is not a signed note")  # fmt: skip
        key = known.get((name, value[:4]))
        if key:
            found[key] = _good(key, text, value[4:])
    return found


def _good(key: Key, text: str, value: bytes) -> int:
    at, head = 0, ""
    if key.kind == WITNESS_KEY:
        at, value = int.from_bytes(value[:8], "big"), value[8:]
        head = "cosignature/v1\ntime %d\n" % at
    need(ed25519(key.public, value, (head + text).encode()), "a signature under the head of the log is wrong")
    return at


def check_path(leaf: bytes, index: int, size: int, path: List[bytes], root: bytes) -> None:
    """RFC 9162, 2.1.3.2."""
    place, last, top = index, size - 1, leaf
    need(index < size, "the entry is not in the log")
    for step in path:
        need(last > 0, "the entry is not in the log")
        if place & 1 or place == last:
            top = hashlib.sha256(b"\1" + step + top).digest()
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            top = hashlib.sha256(b"\1" + top + step).digest()
        place, last = place >> 1, last >> 1
    need(last == 0 and top == root, "the entry is not in the log")


class Logged(NamedTuple):
    """An entry of the log, and when the witnesses saw the head above it."""

    facts: Dict[str, Any]
    witnesses: int
    seen: datetime


class Proof(NamedTuple):
    """Read and not checked."""

    entry: bytes
    place: int
    path: List[bytes]
    note: str

    @property
    def facts(self) -> Dict[str, Any]:
        facts = read_json(self.entry)
        same = json.dumps(facts, sort_keys=True, separators=(",", ":")).encode() == self.entry
        return facts if same else fail("the entry of the log is written otherwise")


def read_proof(proof: bytes) -> Proof:
    above, gap, note = proof.decode("utf-8").partition("\n\n")
    lines = above.split("\n")
    need(
        gap and 3 <= len(lines) <= 66 and lines[0] == "c2sp.org/tlog-proof@v1", "the proof of the log has another form"
    )
    need(lines[1].startswith("extra ") and lines[2].startswith("index "), "the proof of the log has another form")
    return Proof(from_base64(lines[1][6:]), _decimal(lines[2][6:]), [from_base64(one, 32) for one in lines[3:]], note)


def check_proof(proof: Proof, policy: Policy) -> Logged:
    text, gap, under = proof.note.partition("\n\n")
    head = text.split("\n")
    need(gap and len(head) == 3 and under.endswith("\n"), "the head of the log is not a signed note")
    logs = [key for key in policy.logs if key.name == head[0]]
    signed = signed_by(text + "\n", under[:-1].split("\n"), logs + list(policy.witnesses.values()))
    seen = {key: at for key, at in signed.items() if key.kind == WITNESS_KEY}
    need(len(signed) > len(seen), "no log that the policy names has signed this head")
    need(policy.is_met(policy.quorum, seen), "too few witnesses have seen this head of the log")
    leaf = hashlib.sha256(b"\0" + proof.entry).digest()
    check_path(leaf, proof.place, _decimal(head[1]), proof.path, from_base64(head[2], 32))
    since = datetime.fromtimestamp(min(seen.values()), timezone.utc) if seen else moment(proof.facts["at"])
    return Logged(proof.facts, len(seen), since)


def _decimal(text: str) -> int:
    need(_DECIMAL.fullmatch(text), "a number is written otherwise")
    return int(text)


# --- the credential -------------------------------------------------------------------------------------------------
def read_json(raw: bytes) -> Dict[str, Any]:
    def once(pairs: List[Tuple[str, Any]]) -> Dict[str, Any]:
        need(len({name for name, _value in pairs}) == len(pairs), "a name stands twice in a document")
        return dict(pairs)

    made = json.loads(raw.decode("utf-8"), object_pairs_hook=once, parse_constant=lambda _word: fail("no JSON"))
    return made if isinstance(made, dict) else fail("a document has another form")


def from_base64url(text: str) -> bytes:
    value = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    need(base64.urlsafe_b64encode(value).rstrip(b"=").decode() == text, "base64 in another form")
    return value


def open_token(token: bytes, policy: Policy, issuer: str = "") -> Tuple[Dict[str, Any], datetime]:
    """What a key of the policy has signed (VC-JWT, EdDSA), and when. With `issuer`, a key of that issuer."""
    head, payload, signature = token.decode("ascii").split(".")
    header, facts = read_json(from_base64url(head)), read_json(from_base64url(payload))
    need(set(header) == {"alg", "kid", "typ"} and header["alg"] == "EdDSA" and header["typ"] == "vc+jwt",
         "the token has another form")  # fmt: skip
    need(header["kid"] in policy.issuers, "the policy does not name the key that signed: %s" % header["kid"])
    key, since, until = policy.issuers[header["kid"]]
    need(ed25519(key, from_base64url(signature), (head + "." + payload).encode()), "the issuer's signature is wrong")
    created = datetime.fromtimestamp(facts.pop("iat"), timezone.utc)
    need(since <= created and (until is None or created <= until), "the key that signed was not in use then")
    document = {name: value for name, value in facts.items() if name not in ("iss", "jti", "nbf", "exp")}
    said = document["issuer"] if isinstance(document["issuer"], str) else document["issuer"]["id"]
    need(header["kid"].split("#")[0] == said == facts["iss"] and issuer in ("", said), "another issuer has signed")
    return document, created


def name_hash(name: str, salt: str) -> str:
    """As the credential holds the name: normal form, no blanks and interpuncts, small letters; then SHA-256."""
    plain = re.sub(r"\s+", " ", unicodedata.normalize("NFC", name)).strip()
    plain = _BETWEEN_HAN.sub("\u00b7", plain)
    return "sha256$" + hashlib.sha256((re.sub(r"[\s\u00b7]", "", plain).casefold() + salt).encode()).hexdigest()


_HAN = "[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
_LOOKALIKES = "\u00b7\u2022\u30fb\uff0e\u2027\u2219\uff65\u22c5\u318d."
_BETWEEN_HAN = re.compile(r"(?<=%s)\s*[%s]\s*(?=%s)" % (_HAN, re.escape(_LOOKALIKES), _HAN))


def check_credential(files: Dict[str, bytes], policy: Policy) -> Tuple[Dict[str, Any], Logged]:
    """The credential, once log, token and document are one and the same statement."""
    for part in (CREDENTIAL, TOKEN, SALT, PROOF):
        need(part in files, "%s is missing" % part)
    proof, document, salt = read_proof(files[PROOF]), read_json(files[CREDENTIAL]), files[SALT].decode("ascii")
    need(re.fullmatch(r"[0-9a-f]{64}", salt), "the salt has another form")
    commitment = hashlib.sha256(bytes.fromhex(salt) + files[CREDENTIAL]).digest()
    need(proof.facts["kind"] == "cert.issued" and proof.facts["v"] == 1, "the entry of the log is of something else")
    need(from_base64(proof.facts["commit"], 32) == commitment, "the entry of the log is of another document")
    need(document["id"] == "urn:uuid:" + proof.facts["ref"], "the entry of the log is of another document")
    statement, _created = open_token(files[TOKEN], policy)
    same = statement == {name: value for name, value in document.items() if name != "proof"}
    need(same, "token and credential say different things")
    return document, check_proof(proof, policy)


def check_facts(facts: bytes, document: Dict[str, Any]) -> str:
    """What is attached in clear fits the credential: number, day, and the holder's name, which is answered."""
    said, subject = read_json(facts), document["credentialSubject"]
    need(said["number"] == subject["licenseNumber"] and said["issued_on"] == document["validFrom"][:10],
         "the facts in the file are of another certificate")  # fmt: skip
    name = said["holder"]["name"]
    need(check_name(name, document), "the name in the file is not the credential's")
    return str(name)


def check_name(name: str, document: Dict[str, Any]) -> bool:
    (held,) = document["credentialSubject"]["identifier"]
    return held["identityHash"] == name_hash(name, held["salt"])


# --- the lists of states --------------------------------------------------------------------------------------------
def check_states(document: Dict[str, Any], lists: List[bytes], policy: Policy, now: datetime) -> Optional[datetime]:
    """As of when nothing stands against it; None unless every list that it names was given."""
    issuer, known = document["issuer"]["id"], {}
    for token in lists:
        found, created = open_token(token.strip(), policy, issuer)
        need(created <= now + AHEAD and moment(found["validFrom"]) == created, "a list of states is from the future")
        known[found["id"]] = (found["credentialSubject"], created)
    times = []
    for entry in document["credentialStatus"]:
        subject, created = known.get(entry["statusListCredential"], (None, now))
        if subject is None:
            continue
        need(subject["statusPurpose"] == entry["statusPurpose"] and subject["type"] == "BitstringStatusList",
             "a list of states is another one")  # fmt: skip
        state = "%s by the issuer's list of %s" % (_STATES.get(entry["statusPurpose"], "listed"), created.isoformat())
        need(not _is_set(subject["encodedList"], _decimal(entry["statusListIndex"])), state)
        times.append(created)
    return min(times) if len(times) == len(document["credentialStatus"]) else None


_STATES = {"revocation": "revoked, replaced or deregistered", "suspension": "suspended"}


def _is_set(encoded: str, index: int) -> bool:
    gunzip = zlib.decompressobj(31)
    bits = gunzip.decompress(from_base64url(encoded[1:]), LARGEST_PART)
    need(encoded[:1] == "u" and gunzip.eof and index < 8 * len(bits), "a list of states has another form")
    return bool(bits[index // 8] >> (7 - index % 8) & 1)


# --- proofs of a ratio (format: docs/decisions/0038), and samples opened from one -------------------------------------
RATIO, RATIO_FORMAT, SAMPLE_FORMAT = "ratio-proof.json", "staffing-ratio-proof-1", "staffing-ratio-sample-1"
_HEX_HASH = re.compile(r"[0-9a-f]{64}")


def canonical(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


Ratio = Tuple[Dict[str, Any], datetime, Optional["Logged"]]


def check_ratio(raw: bytes, proof: Optional[bytes], policy: Policy) -> Ratio:
    """What was signed of a ratio, once signature, lines, figures and (where its proof is given) the log agree."""
    pack = read_json(raw)
    need(canonical(pack) == raw, "the file is written otherwise")
    need(set(pack) == {"format", "document", "token", "salt", "lines"}, "the file has another form")
    said, created, logged = check_statement(pack, proof, policy)
    lines = pack["lines"]
    for place, line in enumerate(lines, 1):
        check_line(line, place)
    need(tree_root([leaf(line) for line in lines]).hex() == said["root"], "the lines are not those that were signed")
    trained = sum(line["trained"] for line in lines)
    need(len(lines) == said["lines"] == said["staff"] - said["sealed"]["staff"], "the lines are not as many as said")
    need(trained == said["trained"] - said["sealed"]["trained"], "the lines give another number of trained people")
    return said, created, logged


def check_statement(pack: Dict[str, Any], proof: Optional[bytes], policy: Policy) -> Ratio:
    document = pack["document"]
    signed, created = open_token(pack["token"].encode("ascii"), policy)
    need(canonical(signed) == canonical(document), "the signature is of another statement")
    need("StaffingRatioProof" in document["type"], "the statement is of something else")
    said = document["credentialSubject"]
    check_figures(said)
    return said, created, check_entry(pack, document, read_proof(proof), policy) if proof else None


def check_entry(pack: Dict[str, Any], document: Dict[str, Any], proof: Proof, policy: Policy) -> Logged:
    salt = pack["salt"]
    need(_HEX_HASH.fullmatch(salt), "the salt has another form")
    commitment = hashlib.sha256(bytes.fromhex(salt) + canonical(document)).digest()
    need(proof.facts["kind"] == "ratio.snapshot" and proof.facts["v"] == 1, "the entry of the log is of something else")
    need(from_base64(proof.facts["commit"], 32) == commitment, "the entry of the log is of another document")
    need(document["id"] == "urn:uuid:" + proof.facts["ref"], "the entry of the log is of another document")
    return check_proof(proof, policy)


def check_figures(said: Dict[str, Any]) -> None:
    """Whole numbers alone: the verdict follows from them and from the rule."""
    staff, trained, hidden = said["staff"], said["trained"], said["sealed"]
    numbers = (staff, trained, hidden["staff"], hidden["trained"], said["rule"]["value"], said["lines"])
    need(all(type(one) is int and one >= 0 for one in numbers), "a figure is no whole number")
    need(trained <= staff and hidden["staff"] <= staff and hidden["trained"] <= trained, "the figures cannot be")
    have, want = trained * 100, said["rule"]["value"] * staff
    above = have > want or (said["rule"]["comparator"] == "gte" and have == want)
    verdict = "not_applicable" if staff == 0 else "met" if above else "not_met"
    need(said["outcome"] == verdict, "the verdict does not follow from the figures")


def check_line(line: Dict[str, Any], place: int) -> None:
    need(set(line) == {"n", "trained", "person", "evidence"} and line["n"] == place, "a line has another form")
    need(type(line["trained"]) is bool and line["trained"] == (line["evidence"] is not None), "a line has another form")
    for value in (line["person"], line["evidence"] or line["person"]):
        need(_HEX_HASH.fullmatch(value), "a line has another form")


def leaf(line: Dict[str, Any]) -> bytes:
    return hashlib.sha256(b"\0" + canonical(line)).digest()


def tree_root(leaves: List[bytes]) -> bytes:
    """RFC 6962."""
    if len(leaves) < 2:
        return leaves[0] if leaves else hashlib.sha256().digest()
    middle = 1 << ((len(leaves) - 1).bit_length() - 1)
    return hashlib.sha256(b"\1" + tree_root(leaves[:middle]) + tree_root(leaves[middle:])).digest()


def check_sample(raw: bytes, proof: Optional[bytes], policy: Policy) -> Tuple[Ratio, List[str]]:
    """The same of a sample: nobody chose its lines, each is in the tree, and what is shown is what was committed to."""
    pack = read_json(raw)
    need(canonical(pack) == raw, "the file is written otherwise")
    said, created, logged = check_statement(pack, proof, policy)
    draw, opened = pack["draw"], pack["opened"]
    made = "%s\n%s\n%s\n%d" % (SAMPLE_FORMAT, said["root"], draw["head"], draw["turn"])
    need(draw["seed"] == hashlib.sha256(made.encode()).hexdigest(), "the seed of the sample is another one")
    ranked = sorted(range(1, said["lines"] + 1),
                    key=lambda place: hashlib.sha256(("%s\n%d" % (draw["seed"], place)).encode()).digest())  # fmt: skip
    need(sorted(ranked[: draw["size"]]) == [one["line"]["n"] for one in opened], "the lines are not those of the seed")
    return (said, created, logged), [_opened(one, said) for one in opened]


def _opened(one: Dict[str, Any], said: Dict[str, Any]) -> str:
    line = one["line"]
    check_line(line, line["n"])
    path = [bytes.fromhex(step) for step in one["path"]]
    check_path(leaf(line), line["n"] - 1, said["lines"], path, bytes.fromhex(said["root"]))
    if one["person"] is None:
        return "line %d: erased since, cannot be opened" % line["n"]
    for part in ("person", "evidence"):
        shown = one[part]
        need((shown is None) == (line[part] is None), "what is shown is not what was committed to")
        if shown is not None:
            fit = hashlib.sha256(bytes.fromhex(shown["salt"]) + canonical(shown["facts"])).hexdigest() == line[part]
            need(fit, "what is shown is not what was committed to")
    about = one["person"]["facts"]
    done = "trained" if line["trained"] else "not trained"
    return "line %d: %s, %s, %s" % (line["n"], about["name"], about["post"], done)


# --- the answer -----------------------------------------------------------------------------------------------------
class Answer(NamedTuple):
    """The exit code, the sentence, and what was proven."""

    code: int
    words: str
    proven: Tuple[str, ...] = ()


def verify(policy: str, pdf: bytes = b"", files: Optional[Dict[str, bytes]] = None, lists: Tuple[bytes, ...] = (),
           name: str = "", now: Optional[datetime] = None) -> Answer:  # fmt: skip
    """`files`: parts by their names, those of the PDF where one is given; `now` is for tests."""
    try:
        return _verified(Policy(policy), pdf, dict(files or {}), list(lists), name, now or datetime.now(timezone.utc))
    except Invalid as reason:
        return Answer(INVALID, "INVALID %s" % reason)
    except Exception as error:
        # Whatever cannot be read as it must be written is not valid.
        return Answer(INVALID, "INVALID the file cannot be read (%s)" % type(error).__name__)


def _verified(
    policy: Policy, pdf: bytes, files: Dict[str, bytes], lists: List[bytes], name: str, now: datetime
) -> Answer:
    need(len(pdf) <= LARGEST_FILE, "the file is too large")
    if pdf.startswith(b"{"):
        return _verified_ratio(policy, pdf, files.get(PROOF), sealed=False)
    if pdf:
        inside = attachments(check_seal(Pdf(pdf), policy))
        if RATIO in inside:
            return _verified_ratio(policy, inside[RATIO], files.get(PROOF), sealed=True)
        need(
            PROOF in inside or PROOF in files,
            "the proof of the log is not in this file yet; download it again, or give --proof",
        )
        files = {**files, **inside}
    document, logged = check_credential(files, policy)
    holder = check_facts(files[FACTS], document) if pdf else ""
    need(not name or check_name(name, document), "the holder has another name")
    until = moment(document["validUntil"]) if "validUntil" in document else None
    need(moment(document["validFrom"]) <= now + timedelta(days=1), "it is not valid yet")
    need(until is None or now <= until, "it expired on %s" % document.get("validUntil", "")[:10])
    proven = tuple(_proven(document, logged, holder or name, bool(pdf)))
    asked = check_states(document, lists, policy, now)
    if asked and now - asked <= FRESH:
        return Answer(VALID, "VALID", proven)
    since = (asked or logged.seen).strftime("%Y-%m-%dT%H:%M:%SZ")
    return Answer(AS_OF, "VALID AS OF %s (revocation not checked since)" % since, proven)


def _verified_ratio(policy: Policy, raw: bytes, proof: Optional[bytes], *, sealed: bool) -> Answer:
    opened: List[str] = []
    kind = read_json(raw).get("format")
    if kind == SAMPLE_FORMAT:
        (said, created, logged), opened = check_sample(raw, proof, policy)
    else:
        need(kind == RATIO_FORMAT, "the file is of another kind")
        said, created, logged = check_ratio(raw, proof, policy)
    proven = (*_proven_ratio(said, logged, sealed), *opened)
    if logged:
        return Answer(VALID, "VALID", proven)
    since = created.strftime("%Y-%m-%dT%H:%M:%SZ")
    return Answer(AS_OF, "VALID AS OF %s (its entry in the public log was not checked)" % since, proven)


def _proven_ratio(said: Dict[str, Any], logged: Optional[Logged], sealed: bool) -> Iterator[str]:
    rule = said["rule"]
    yield "reference    %s" % said["reference"]
    yield "institution  %s" % said["institution"]["name"]
    yield "as of        %s, as known at %s" % (said["asOf"], said["knownAt"])
    yield "ratio        %d / %d, %s" % (said["trained"], said["staff"], said["outcome"])
    yield "rule         %s %s: %s %d%%" % (rule["code"], rule["version"], rule["comparator"], rule["value"])
    yield "lines        %d, root %s" % (said["lines"], said["root"])
    yield "in the log   " + (
        "%s, head seen by %d witness(es)" % (logged.facts["at"], logged.witnesses) if logged else "not checked: --proof"
    )
    yield "PDF          " + ("every byte is as it was sealed" if sealed else "not looked at")


def _proven(document: Dict[str, Any], logged: Logged, holder: str, sealed: bool) -> Iterator[str]:
    subject = document["credentialSubject"]
    yield "number       %s" % subject["licenseNumber"]
    yield "holder       %s" % (holder or "(a hash of the name; compare with --name)")
    yield "certificate  %s" % document["name"]
    yield "level        %s, %s class hours" % (subject["achievement"]["humanCode"], subject["result"][0]["value"])
    yield "trained by   %s" % subject["achievement"]["creator"]["name"]
    yield "signed by    %s" % document["issuer"]["id"]
    yield "issued       %s" % document["validFrom"][:10]
    yield "valid until  %s" % document.get("validUntil", "no end set")[:10]
    yield "in the log   %s, head seen by %d witness(es)" % (logged.facts["at"], logged.witnesses)
    yield "PDF          " + (
        "every byte is as it was sealed" if sealed else "not looked at: nothing that is printed was proven"
    )


def main(argv: Optional[List[str]] = None) -> int:
    asked = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    asked.add_argument("pdf", nargs="?", help="the certificate, or a proof of a ratio")
    asked.add_argument("--policy", required=True, help="whom to believe: a file that you trust")
    asked.add_argument(
        "--status", action="append", default=[], help="a list of states, in its .jwt form; both are needed"
    )
    asked.add_argument("--name", default="", help="the holder's name, to be compared")
    for option in ("credential", "token", "salt", "proof"):
        asked.add_argument("--" + option, help="instead of the PDF, or beside it")
    given = asked.parse_args(argv)
    if not given.pdf and not given.credential:
        asked.error("a PDF, or the four files that are attached to it")
    paths = {CREDENTIAL: given.credential, TOKEN: given.token, SALT: given.salt, PROOF: given.proof}
    try:
        files = {part: _read(path) for part, path in paths.items() if path}
        lists = tuple(_read(path) for path in given.status)
        answer = verify(
            _read(given.policy).decode("utf-8"), _read(given.pdf) if given.pdf else b"", files, lists, given.name
        )
    except (OSError, UnicodeDecodeError) as error:
        answer = Answer(INVALID, "INVALID a file cannot be read (%s)" % error)
    print("\n".join([answer.words, *("  " + line for line in answer.proven)]))
    return answer.code


def _read(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()


if __name__ == "__main__":
    sys.exit(main())
