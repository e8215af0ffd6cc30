"""The content decides what a published document is, never its name."""

import io
import zipfile

import pytest

from core.kinds import fits
from tests.core.hostile import HARMLESS, REFUSED
from tests.core.hostile.packing import packed

PUBLISHABLE = ("csv", "docx", "pdf", "txt", "xlsx", "zip")
BYTES_OF_ANOTHER_KIND = (
    "picture", "photograph", "program", "program_of_linux", "page", "drawing", "packed_with_gzip", "encrypted_workbook",
    "macros", "macros_under_a_capital_name", "macro_workbook_renamed", "members_of_one_name",
    "half_a_gigabyte_behind_a_megabyte", "equal_bytes", "bomb_in_an_unused_part", "ten_thousand_members",
    "archive_with_a_password", "truncated", "member_with_an_absolute_name", "member_that_climbs",
)  # fmt: skip


def archive(**members: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as made:
        for name, body in members.items():
            made.writestr(name.replace("__", "/").replace("_dot_", "."), body)
    return stream.getvalue()


@pytest.mark.parametrize("extension", PUBLISHABLE)
@pytest.mark.parametrize("name", BYTES_OF_ANOTHER_KIND)
def test_hostile_content_fits_no_name(name, extension):
    make = {**REFUSED, **HARMLESS}[name]
    if extension == "zip" and name in ("archive_with_a_password", "macros", "macros_under_a_capital_name",
                                       "macro_workbook_renamed"):  # fmt: skip
        pytest.skip("an archive says nothing of what opens it")

    assert not fits(extension, make())


@pytest.mark.parametrize(
    ("extension", "content"),
    [
        ("pdf", b"%PDF-1.7 ..."),
        ("txt", "技术经理人".encode()),
        ("csv", "姓名,岗位".encode("gb18030")),
        ("xlsx", packed({})),
        ("zip", archive(a_dot_txt=b"x")),
        ("docx", archive(**{"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<x/>"})),
        ("PDF", b"%PDF-1.4"),
    ],
)
def test_honest_content_fits_its_name(extension, content):
    assert fits(extension, content)


@pytest.mark.parametrize("extension", ["exe", "svg", "html", "xlsm", "", "js"])
def test_other_endings_fit_nothing(extension):
    assert not fits(extension, b"%PDF-1.7")


@pytest.mark.parametrize("inner", ["inner.zip", "x.html", "run.exe", "a/../../b.txt", "C:x.txt"])
def test_archives_hold_no_archives_pages_or_programs(inner):
    assert not fits("zip", archive(**{inner: b"x"}))
