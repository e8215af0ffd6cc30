"""What can be written behind a seal: the evidence of the platform itself, and everything that is no evidence.

Whoever asks a time-stamp authority gets a stamp over anything, so each attack here has a genuine one of its own.
"""

import hashlib
import random
import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import algos, cms, tsp
from cryptography.hazmat.primitives import hashes
from django.test import override_settings

from certificates.seals import renew_stamp
from core import clock
from tests.certificates.authority import DER, Authority, service
from tests.certificates.outside import Held, held_once
from tools.verify_certificate import Pdf, Ref, der

# Digits kept free for a token.
FREE = 4800
NAME = b"Timestamp-00000000-0000-4000-8000-0000000000"


@dataclass
class Archived:
    """A certificate of a site that seals for archives, its renewals, and whom its policy names."""

    mine: Held
    renewed: list[bytes]
    authority: Authority
    stranger: Authority
    policy: str

    @property
    def files(self) -> list[bytes]:
        return [self.mine.pdf, *self.renewed]


def archived_once(folder: Path, blocker: Any) -> Archived:
    """Issued today, renewed in 330 and in 660 days by an authority whose certificates hold 400."""
    place, elsewhere = folder / "seal", folder / "elsewhere"
    place.mkdir()
    elsewhere.mkdir()
    authority = Authority(place)
    stamps, renewed = [mark(authority)], []
    with (
        pytest.MonkeyPatch.context() as patch,
        service(place, authority.answer_stamp, "application/timestamp-reply") as (url, _),
    ):
        patch.setenv("REQUESTS_CA_BUNDLE", str(place / "tls.pem"))
        seal = authority.options(profile="B-LTA", tsa=url)
        mine = held_once(folder, blocker, seal=seal)
        last = mine.pdf
        for days in (330, 660):
            with clock.travel(timedelta(days=days)), override_settings(SEAL=seal):
                authority.new_stamper()
                authority.renew_list()
                stamps.append(mark(authority))
                last, _until = renew_stamp(last)
                renewed.append(last)
    lines = [f"# stamp sha256:{one}\n" for one in stamps]
    policy = mine.policy + "".join(one for one in lines if one not in mine.policy)
    return Archived(mine, renewed, authority, Authority(elsewhere), policy)


def mark(authority: Authority) -> str:
    return authority.stamp.fingerprint(hashes.SHA256()).hex()


def token(authority: Authority, digest: bytes) -> bytes:
    imprint = tsp.MessageImprint(
        {"hash_algorithm": algos.DigestAlgorithm({"algorithm": "sha256"}), "hashed_message": digest}
    )
    asked = tsp.TimeStampReq({"version": 1, "message_imprint": imprint, "cert_req": True})
    answer = tsp.TimeStampResp.load(authority.answer_stamp(asked.dump()))
    body: bytes = answer["time_stamp_token"].dump()
    return body


def unsigned_too(body: bytes) -> bytes:
    """The same token with an attribute that its signature does not cover."""
    content = cms.ContentInfo.load(body)
    signer = content["content"]["signer_infos"][0]
    signer["unsigned_attrs"] = cms.CMSAttributes([{"type": "1.2.3.4", "values": [cms.OctetString(b"hidden")]}])
    made: bytes = content.dump(force=True)
    return made


@dataclass
class Revision:
    """One more revision, written by hand: every part of it can be made wrong."""

    body: bytes
    stamper: Authority
    objects: dict[int, bytes] = field(default_factory=dict)
    # Entries of the table that are not what the objects say.
    listed: dict[int, tuple[int, int, int]] = field(default_factory=dict)
    unlisted: tuple[int, ...] = ()
    # A number that the table lists a second time, elsewhere; the table's own number, when it is not a new one.
    doubled: int = 0
    own: int = 0
    table: dict[bytes, bytes] = field(default_factory=dict)
    ranged: Callable[[int, int, int], tuple[int, ...]] = lambda before, after, end: (0, before, after, end - after)
    token: Callable[[bytes], bytes] = lambda made: made
    filled: Callable[[bytes], bytes] = lambda digits: digits
    stamped: bool = True
    behind: bytes = b""
    digest: Callable[[bytes], bytes] = lambda data: hashlib.sha256(data).digest()

    def __post_init__(self) -> None:
        self.pdf = Pdf(self.body)
        self.size = self.pdf.trailer["/Size"]
        self.root: int = self.pdf.trailer["/Root"].number
        catalog = self.pdf.get(self.pdf.trailer["/Root"])
        self.form: int = catalog["/AcroForm"].number
        self.fields: list[Ref] = self.pdf.get(catalog["/AcroForm"])["/Fields"]
        self.sheet: int = self.pdf.get(self.fields[0])["/P"].number
        self.about: int = catalog["/Metadata"].number
        self.store: int = catalog["/DSS"].number
        # A certificate for the store, the field, the stamp.
        self.more, self.mark, self.place = self.size, self.size + 1, self.size + 2
        if not self.objects:
            self.objects = self.genuine()

    def source(self, number: int) -> bytes:
        """As it stands in the file."""
        _number, _value, start, end = self.pdf.find(Ref(number))
        return re.sub(rb"^\d+ 0 obj\s+", b"", self.body[start:end])

    def genuine(self) -> dict[int, bytes]:
        new = b" %d 0 R ]" % self.mark
        return {
            self.form: re.sub(rb"(/Fields \[[^\]]*?) \]", rb"\1" + new, self.source(self.form)),
            self.sheet: re.sub(rb"(/Annots \[[^\]]*?) \]", rb"\1" + new, self.source(self.sheet)),
            self.store: re.sub(rb"(/Certs \[[^\]]*?) \]", rb"\1 %d 0 R ]" % self.more, self.source(self.store)),
            self.more: packed(b"", self.stamper.root.public_bytes(DER)),
            self.mark: b"<< /FT /Sig /T (%s) /Type /Annot /Subtype /Widget /F 132 /Rect [ 0 0 0 0 ] /P %d 0 R"
            b" /TU (Timestamp) /V %d 0 R >>" % (NAME + b"%02d" % len(self.fields), self.sheet, self.place),
            self.place: b"<< /Contents <" + b"0" * FREE + b"> /ByteRange [" + b" " * 60 + b"] /Type /DocTimeStamp"
            b" /Filter /Adobe.PPKLite /SubFilter /ETSI.RFC3161 >>",
        }  # fmt: skip

    def written(self) -> bytes:
        """The whole file."""
        out, places = bytearray(self.body), dict(self.listed)
        for number, source in self.objects.items():
            if number not in self.unlisted and number not in self.listed:
                places[number] = (1, len(out), 0)
            out += b"%d 0 obj\n%s\nendobj\n" % (number, source)
        own = self.own or max(self.size - 1, *self.objects) + 1
        at = len(out)
        places[own] = (1, at, 0)
        out += b"%d 0 obj\n%s\nendobj\nstartxref\n%d\n%%%%EOF\n" % (own, self._table(places, own), at)
        out += self.behind
        return self._filled(out) if self.stamped else bytes(out)

    def _table(self, places: dict[int, tuple[int, int, int]], own: int) -> bytes:
        old = self.pdf.tables[0]
        rows = b"".join(
            kind.to_bytes(1, "big") + first.to_bytes(4, "big") + second.to_bytes(2, "big")
            for _n, (kind, first, second) in sorted(places.items())
        )
        numbers = [*sorted(places), *([self.doubled] if self.doubled else [])]
        if self.doubled:
            rows += (1).to_bytes(1, "big") + (9).to_bytes(4, "big") + bytes(2)
        first_id = old.entries["/ID"][0].hex().encode()
        entries = {
            b"/Type": b"/XRef", b"/W": b"[ 1 4 2 ]", b"/Size": b"%d" % (own + 1),
            b"/Root": b"%d 0 R" % self.root, b"/Info": b"%d 0 R" % old.entries["/Info"].number,
            b"/ID": b"[ <%s> <00> ]" % first_id, b"/Prev": b"%d" % old.at,
            b"/Index": b"[ %s ]" % b" ".join(b"%d 1" % one for one in numbers), **self.table,
        }  # fmt: skip
        return packed(b" ".join(name + b" " + value for name, value in entries.items()), rows)

    def _filled(self, out: bytearray) -> bytes:
        before = out.index(b"<" + b"0" * FREE, len(self.body))
        after = before + FREE + 2
        ranged = self.ranged(before, after, len(out))
        place = out.index(b"/ByteRange [", after)
        written = b"/ByteRange [" + b" ".join(b"%d" % one for one in ranged)
        out[place : place + len(written)] = written
        start, end, again, rest = ranged[:4]
        made = self.token(token(self.stamper, self.digest(bytes(out[start:end] + out[again : again + rest]))))
        digits = self.filled(made.hex().upper().encode().ljust(FREE, b"0"))
        out[before + 1 : before + 1 + FREE] = digits
        return bytes(out)


def packed(entries: bytes, data: bytes) -> bytes:
    return b"<< %s /Length %d >>\nstream\n%s\nendstream" % (entries, len(data), data)


# --- what is no evidence --------------------------------------------------------------------------------------------
def attacks(held: Archived) -> dict[str, bytes]:
    """Files that must be refused, each by its name; all but two are stamped by the authority of the policy."""
    body, authority = held.mine.pdf, held.authority
    start = Revision(body, authority)

    def made(more: dict[int, bytes] | None = None, **facts: Any) -> bytes:
        return replace(start, objects={**start.genuine(), **(more or {})}, **facts).written()

    def changed(number: int, old: bytes, new: bytes) -> bytes:
        source = start.genuine().get(number) or start.source(number)
        assert old in source, (number, old)
        return made({number: source.replace(old, new, 1)})

    root, sheet, form, spare = start.root, start.sheet, start.form, start.size + 3
    drawn = start.pdf.get(Ref(sheet))["/Contents"][-1].number
    sealed = Pdf(body[: sealed_size(start)])
    text = packed(b"", b"BT /F1 40 Tf 100 100 Td (Dr.) Tj ET")
    visible = b"<< /Type /Annot /Subtype /FreeText /Rect [ 0 0 400 400 ] /Contents (Dr.) /F 4 >>"
    annotated = start.genuine()[sheet].replace(b"/Annots [", b"/Annots [ %d 0 R" % spare)
    field_ = start.genuine()[start.mark]
    certificate, opening = authority.root.public_bytes(DER), b"/OpenAction << /S /JavaScript >> >>"
    first, moment = start.pdf.get(start.fields[1])["/T"], b'xmp:ModifyDate="2026-01-01T00:00:00'
    return {
        "a page with other content": made({sheet: re.sub(rb"/Contents \[[^]]*\]", b"/Contents %d 0 R" % spare,
                                                         start.genuine()[sheet]), spare: text}),
        "a page of another size": changed(sheet, b"/MediaBox [ 0 0", b"/MediaBox [ 0 9"),
        "a page with a number written otherwise": changed(sheet, b"/MediaBox [ 0 0", b"/MediaBox [ 0 0."),
        "the content of a page anew": made({drawn: text}),
        "the content of a page as a certificate": made({
            drawn: packed(b"", certificate),
            start.store: start.source(start.store).replace(b"/Certs [", b"/Certs [ %d 0 R" % drawn)}),
        "an annotation": made({sheet: annotated, spare: visible}),
        "a field that is seen": made({start.mark: field_.replace(b"[ 0 0 0 0 ]", b"[ 0 0 400 400 ]")}),
        "a field with a picture": made({start.mark: field_.replace(b">>", b"/AP << /N %d 0 R >> >>" % drawn)}),
        "a field with words": made({start.mark: field_.replace(b"(Timestamp)", b"(Dr. of everything)")}),
        "a field with a name of its own": made({start.mark: field_.replace(b"(Timestamp-", b"(Dr-")}),
        "a field with an old name": made({start.mark: field_.replace(NAME + b"02", first)}),
        "a field in the place of the seal": made({form: re.sub(rb"\[[^]]*\]", b"[ %d 0 R ]" % start.mark,
                                                               start.source(form))}),
        "a form that asks for pictures": changed(form, b"/SigFlags", b"/NeedAppearances true /SigFlags"),
        "a catalog that opens something": made({root: start.source(root)[:-2] + opening}),
        "a catalog with other attachments": made({root: re.sub(rb"/EmbeddedFiles \d+", b"/EmbeddedFiles 1",
                                                               start.source(root))}),
        "a catalog with a word for another": changed(root, b"/Marked true", b"/Marked 1"),
        "another title": made({start.about: retitled(start, b"TM-", b"XX-")}),
        "a title with a moment": made({start.about: retitled(start, b"TM-", moment + b"TM-")}),
        "a stranger's stamp": replace(start, stamper=held.stranger, objects=start.genuine()).written(),
        "no stamp": made(stamped=False),
        "evidence alone": replace(start, objects={start.store: start.source(start.store)}, stamped=False).written(),
        "a revision without a stamp below one with": Revision(
            replace(start, objects={drawn: text}, stamped=False).written(), authority).written(),
        "evidence without a stamp below a stamp": Revision(
            replace(start, objects={start.store: start.source(start.store)}, stamped=False).written(),
            authority).written(),
        "a stamp over something else": made(digest=lambda data: hashlib.sha256(data + b"x").digest()),
        "a stamp over all but its end": made(ranged=lambda b, a, end: (0, b, a, end - a - 1)),
        "a stamp over all but its beginning": made(ranged=lambda b, a, end: (9, b - 9, a, end - a)),
        "a stamp with a wider gap": made(ranged=lambda b, a, end: (0, b - 30, a + 9, end - a - 9)),
        "a stamp over the sealed file alone": made(ranged=lambda b, a, end: (0, len(body) - 9, len(body), 0)),
        "a stamp with five ends": made(ranged=lambda b, a, end: (0, b, a, end - a, 0)),
        "a stamp with bytes behind it": made(filled=lambda digits: digits[:-2] + b"01"),
        "a stamp in small letters": made(filled=lambda digits: digits.lower()),
        "a stamp with something unsigned": made(token=unsigned_too),
        "a stamp with more entries": made({start.place: start.genuine()[start.place].replace(
            b"/Type", b"/Reason (Dr.) /Type")}),
        "a stamp of another kind": made({start.place: start.genuine()[start.place].replace(b"/DocTimeStamp", b"/Sig")}),
        "a line behind the stamp": made() + b"\n",
        "a remark behind the stamp": made() + b"% Dr.\n",
        "a remark between objects": made({spare: b"null\nendobj\n% Dr."}),
        "a file behind a file": made() + made(),
        "a table that leaves out an object": made({spare: visible}, unlisted=(spare,)),
        "a table that leaves out the page": made(unlisted=(sheet,)),
        "a table that takes an object away": made(listed={drawn: (0, 0, 0)}),
        "a table that finds a page in a stream": made(
            {spare: packed(b"/Type /ObjStm /N 1 /First %d" % len(b"%d 0 " % sheet), b"%d 0 " % sheet + b"<< >>")},
            listed={sheet: (2, spare, 0)}),
        "a table that finds a page elsewhere": made({spare: start.source(sheet)}, listed={sheet: (1, 0, 0)}),
        "a second chain of tables": shadowed(start, drawn, text),
        "a table that passes the last one over": made(table={b"/Prev": b"%d" % start.pdf.tables[1].at}),
        "a table without the tables before": made(table={b"/Prev": b"null"}),
        "a table with another catalog": made({spare: start.source(root)}, table={b"/Root": b"%d 0 R" % spare}),
        "a table with a second kind of table": made(table={b"/XRefStm": b"0"}),
        "a table that lists the page twice": made(doubled=sheet),
        "a table that lists an old object twice": made({drawn: text}, doubled=drawn),
        "a table under the number of the page's content": made(own=drawn, table={b"/Size": b"%d" % (start.size + 3)}),
        "a table that is too large": made(table={b"/Size": b"9999"}),
        "a table that is encrypted": made(table={b"/Encrypt": b"<< >>"}),
        "a store with something else": changed(start.store, b"/Certs", b"/Dr 1 /Certs"),
        "a store that forgets": made({start.store: b"<< /Certs [ %d 0 R ] >>" % start.more}),
        "a store with no certificate": made({start.more: text}),
        "a certificate with more entries": made({start.more: packed(b"/Type /XObject", certificate)}),
        "a certificate under an old number": made({
            start.store: start.source(start.store).replace(b"/Certs [", b"/Certs [ %d 0 R" % 3),
            3: packed(b"", certificate)}),
        "an object that nothing needs": made({spare: visible}),
        "the seal's own field anew": made({start.fields[0].number: visible}),
        "the stamp's field under the seal's": made(
            {start.fields[0].number: start.source(start.fields[0].number).replace(b"/V", b"/W 1 /V")}),
        "the first stamp cut away, the second kept": body[: len(sealed.data)] + made()[len(body) :],
    }  # fmt: skip


def sealed_size(revision: Revision) -> int:
    _nought, _before, after, rest = revision.pdf.get(revision.pdf.get(revision.fields[0])["/V"])["/ByteRange"]
    size: int = after + rest
    return size


def retitled(revision: Revision, old: bytes, new: bytes) -> bytes:
    stream = revision.pdf.get(Ref(revision.about))
    return packed(b"/Type /Metadata /Subtype /XML /Filter /FlateDecode", zlib.compress(stream.data.replace(old, new)))


def shadowed(start: Revision, drawn: int, text: bytes) -> bytes:
    """An object that the revision does not list, and a second table for it, which the first calls the one before."""
    spare = start.size + 3
    hidden, at = text + b"\nendobj", len(start.body)
    row = (1).to_bytes(1, "big") + at.to_bytes(4, "big") + bytes(2)
    head = b"%d 0 obj\n" % drawn
    prev = at + len(head) + len(hidden) + 1
    second = packed(
        b"/Type /XRef /W [ 1 4 2 ] /Size %d /Root %d 0 R /Info %d 0 R /Index [ %d 1 ] /Prev %d"
        % (start.size, start.root, start.pdf.trailer["/Info"].number, drawn, start.pdf.tables[0].at),
        row,
    )
    objects = {drawn: text, spare: second, **start.genuine()}
    return replace(start, objects=objects, unlisted=(drawn, spare), table={b"/Prev": b"%d" % prev}).written()


# --- one bit --------------------------------------------------------------------------------------------------------
def flips(body: bytes, chosen: random.Random) -> Iterator[bytes]:
    """Places all over the file, behind the seal, and all along every stamp, with some of what fills it up."""
    behind = body.index(b"%%EOF\n", body.index(b"/ByteRange")) + 6
    for _turn in range(400):
        yield one_bit(body, chosen.randrange(len(body)), chosen)
    for _turn in range(800):
        yield one_bit(body, chosen.randrange(behind, len(body)), chosen)
    for found in list(re.finditer(rb"/Contents <([0-9A-F]+)>", body))[1:]:
        raw = bytes.fromhex(found[1].decode())
        for place in range(0, len(der(raw).whole) + 40, 3):
            changed = bytearray(raw)
            changed[place] ^= 1 << chosen.randrange(8)
            yield body[: found.start(1)] + changed.hex().upper().encode() + body[found.end(1) :]


def one_bit(body: bytes, place: int, chosen: random.Random) -> bytes:
    changed = bytearray(body)
    changed[place] ^= 1 << chosen.randrange(8)
    return bytes(changed)
