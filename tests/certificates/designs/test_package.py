"""A design as a ZIP: out and in again it is the same bytes, and whatever else is in an archive refuses it whole."""

import hashlib
import io
import json
import zipfile

import pytest

from certificates.pdf.designs import package
from certificates.pdf.designs.design import Design, shipped
from certificates.pdf.designs.package import MANIFEST, NAMES, Base, pack, unpack
from core.errors import DomainError


def members(design=None):
    with zipfile.ZipFile(io.BytesIO(pack(design or shipped("level")))) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def archive(files, *, mode=0, method=zipfile.ZIP_STORED, twice=""):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as made:
        for name, body in files.items():
            entry = zipfile.ZipInfo(name)
            entry.compress_type = method
            entry.create_system = 3
            entry.external_attr = mode << 16
            made.writestr(entry, body)
        if twice:
            with pytest.warns(UserWarning, match="Duplicate"):
                made.writestr(twice, files[twice])
    return out.getvalue()


def reason(content):
    with pytest.raises(DomainError, match="package_refused") as refused:
        unpack(content)
    return refused.value.facts["reason"]


@pytest.mark.parametrize("key", ["completion", "level"])
def test_out_and_in_again_is_the_same_to_the_byte(key):
    design = shipped(key)
    packed = pack(design)
    found = unpack(packed)
    assert pack(Design(key, design.number, found.html, found.css, found.fields)) == packed == pack(design)
    assert (found.html, found.css, found.fields) == (design.html, design.css, design.fields)
    assert found.base == Base(key, design.number, design.sha256)
    assert unpack(archive(members())) == unpack(pack(shipped("level")))


@pytest.mark.parametrize(
    "name",
    [
        "../template.html",
        "/etc/passwd",
        "C:\\x",
        "x/template.html",
        "extra.txt",
        "TEMPLATE.HTML",
        "template.html/",
        ".",
    ],
)
def test_other_names_refuse_the_archive(name):
    assert reason(archive({**members(), name: b"x"})) == "other_files"
    moved = members()
    moved[name] = moved.pop("template.html")
    assert reason(archive(moved)) == "other_files"


def test_files_that_are_missing_or_twice_refuse_it():
    assert reason(archive({name: body for name, body in members().items() if name != "fields.json"})) == "other_files"
    assert reason(archive(members(), twice="template.css")) == "other_files"


@pytest.mark.parametrize("mode", [0o120777, 0o040755, 0o010644, 0o060644])
def test_links_folders_and_devices_refuse_it(mode):
    assert reason(archive(members(), mode=mode)) == "no_plain_file"


def test_bombs_refuse_it_before_they_are_unpacked(monkeypatch):
    bomb = {**members(), "template.css": b" " * 30_000_000}
    packed = archive(bomb, method=zipfile.ZIP_DEFLATED)
    assert len(packed) < package.MOST_BYTES
    monkeypatch.setattr(package, "_read", lambda *_: pytest.fail("was unpacked"))
    assert reason(packed) == "too_large"


def test_a_directory_that_lies_about_a_size_is_found_out():
    """The directory says ten bytes; what follows is a bomb."""
    packed = bytearray(archive({**members(), "template.css": b" " * 3_000_000}, method=zipfile.ZIP_DEFLATED))
    size = (3_000_000).to_bytes(4, "little")
    for _ in range(packed.count(size)):
        at = packed.index(size)
        packed[at : at + 4] = (10).to_bytes(4, "little")
    assert reason(bytes(packed)) in ("unreadable", "wrong_hash", "too_large")


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_compression_refuses_it(method):
    assert reason(archive(members(), method=method)) == "other_compression"


def damaged():
    """A deflated stream that begins with a block of a kind that does not exist."""
    packed = bytearray(archive(members(), method=zipfile.ZIP_DEFLATED))
    with zipfile.ZipFile(io.BytesIO(packed)) as made:
        entry = made.getinfo("template.html")
    packed[entry.header_offset + 30 + len(entry.filename)] = 0xFF
    return bytes(packed)


def test_a_damaged_stream_refuses_it():
    assert reason(damaged()) == "unreadable"


@pytest.mark.parametrize("name", [name for name in NAMES if name != MANIFEST])
def test_a_changed_file_refuses_it(name):
    assert reason(archive({**members(), name: members()[name] + b" "})) == "wrong_hash"


@pytest.mark.parametrize(
    "manifest", [b"", b"[]", b"{}", b"{", b'{"format": "x", "sha256": {}}', b"\xff", b"[" * 3_000]
)  # fmt: skip
def test_a_manifest_that_says_nothing_refuses_it(manifest):
    assert reason(archive({**members(), MANIFEST: manifest})) in ("unreadable", "manifest_unknown")


def test_a_manifest_with_more_hashes_refuses_it():
    files = members()
    manifest = json.loads(files[MANIFEST])
    manifest["sha256"]["other"] = "0" * 64
    assert reason(archive({**files, MANIFEST: json.dumps(manifest).encode()})) == "wrong_hash"


def told(**changes):
    files = members()
    manifest = {**json.loads(files[MANIFEST]), **changes}
    return archive({**files, MANIFEST: json.dumps({k: v for k, v in manifest.items() if v is not None}).encode()})


def test_an_archive_from_before_its_base_was_said_was_made_from_what_it_holds():
    assert unpack(told(version_sha256=None)) == unpack(pack(shipped("level")))


def test_the_base_stays_when_the_texts_are_changed_outside():
    files = members()
    files["template.css"] += b" "
    manifest = json.loads(files[MANIFEST])
    manifest["sha256"]["template.css"] = hashlib.sha256(files["template.css"]).hexdigest()
    found = unpack(archive({**files, MANIFEST: json.dumps(manifest).encode()}))
    assert (found.base.sha256, found.css) == (shipped("level").sha256, shipped("level").css + " ")


@pytest.mark.parametrize(
    "wrong", [{"key": 1}, {"number": "1"}, {"number": True}, {"number": None}, {"version_sha256": 1}]
)
def test_a_manifest_with_no_base_refuses_it(wrong):
    assert reason(told(**wrong)) == "manifest_unknown"


@pytest.mark.parametrize("content", [b"", b"x", b"PK\x03\x04", b"\0" * 200_000, b"%PDF-1.7"])
def test_what_is_no_archive_is_refused(content):
    assert reason(content) in ("unreadable", "too_large")
