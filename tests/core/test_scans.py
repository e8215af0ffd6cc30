"""Scans that people hand in: by their bytes, no larger than paper is, and with a name that leads nowhere."""

import io

import pytest
from PIL import Image

from core.errors import DomainError
from core.scans import MAX_BYTES, checked_scan
from tests.core.hostile import REFUSED


def picture(kind="PNG", size=(40, 30)):
    out = io.BytesIO()
    Image.new("L", size).save(out, kind)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("证书.pdf", b"%PDF-1.7 ...", "application/pdf"),
        ("证书.JPG", picture("JPEG"), "image/jpeg"),
        ("a.jpeg", picture("JPEG"), "image/jpeg"),
        ("a.png", picture(), "image/png"),
    ],
)
def test_scan_is_what_it_says(name, content, media_type):
    scan = checked_scan(name, content)

    assert (scan.name, scan.media_type, scan.content, len(scan.sha256)) == (name, media_type, content, 64)


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.pdf", b"", "scan_empty"),
        ("a.pdf", b"%PDF-" + bytes(MAX_BYTES), "scan_too_large"),
        ("a.pdf", picture(), "scan_wrong_kind"),
        ("a.png", picture("JPEG"), "scan_wrong_kind"),
        ("a.jpg", b"\xff\xd8\xff and no more", "scan_wrong_kind"),
        ("a.png", picture()[:40], "scan_wrong_kind"),
        ("a.png", b"%PDF-1.7", "scan_wrong_kind"),
        ("a.gif", picture("GIF"), "scan_wrong_kind"),
        ("a.svg", b"<svg onload=alert(1)>", "scan_wrong_kind"),
        ("txt", b"%PDF-1.7", "scan_wrong_kind"),
        # 81 million points in some kilobytes.
        ("a.png", picture(size=(9000, 9000)), "scan_wrong_kind"),
    ],
)
def test_what_is_no_scan_is_refused(name, content, code):
    with pytest.raises(DomainError) as refusal:
        checked_scan(name, content)

    assert refusal.value.code == code


@pytest.mark.parametrize("name", ["program", "page", "drawing", "encrypted_workbook"])
@pytest.mark.parametrize("ending", ["pdf", "jpg", "png"])
def test_hostile_file_is_no_scan(name, ending):
    with pytest.raises(DomainError) as refusal:
        checked_scan(f"x.{ending}", REFUSED[name]())

    assert refusal.value.code in ("scan_wrong_kind", "scan_too_large")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\scans\\高轩.pdf", "高轩.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie: x.pdf"),
        ("fdp.\u202egpj.pdf", "fdp.gpj.pdf"),
        ("x" * 300 + ".pdf", "x" * 116 + ".pdf"),
    ],
)
def test_name_leads_nowhere(given, kept):
    assert checked_scan(given, b"%PDF-1.7").name == kept
