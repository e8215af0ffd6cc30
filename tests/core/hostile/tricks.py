"""Workbooks with something inside: formulas, links, macros, members with tricks."""

import io
import os
import struct
import zipfile
import zlib

from openpyxl import Workbook

from tests.core.hostile.packing import (
    MAIN,
    OFFICE,
    RELATIONS,
    SHEET,
    harmless,
    packed,
    parts,
    refused,
    rows,
    text_cell,
)


# --- what a cell may hide --------------------------------------------------------------------------------------------
@harmless
def formulas() -> bytes:
    return rows('<row><c r="A1"><f>HYPERLINK("http://x.invalid")</f><v>1</v></c></row>')


@harmless
def dynamic_data_exchange() -> bytes:
    return rows("<row><c r=\"A1\"><f>cmd|'/C calc'!A0</f><v>0</v></c></row>")


@harmless
def web_service_formula() -> bytes:
    return rows('<row><c r="A1"><f>WEBSERVICE("http://127.0.0.1:1/")</f><v>0</v></c></row>')


@harmless
def cell_errors() -> bytes:
    return rows('<row><c r="A1" t="e"><v>#REF!</v></c></row>')


@harmless
def markup_in_cells() -> bytes:
    return rows("<row>" + text_cell("A1", "&lt;script&gt;alert(1)&lt;/script&gt;") + "</row>")


@refused
def nul_bytes_in_xml() -> bytes:
    return rows("<row>" + text_cell("A1", "a\0b") + "</row>")


@refused
def shared_text_that_is_not_there() -> bytes:
    return rows('<row><c r="A1" t="s"><v>999999999</v></c></row>')


@harmless
def external_links() -> bytes:
    link = f'<externalLink xmlns="{MAIN}"/>'
    one = f'<Relationship Id="r1" TargetMode="External" Target="file:///etc/passwd" Type="{OFFICE}/externalLinkPath"/>'
    target = f'<Relationships xmlns="{RELATIONS}">{one}</Relationships>'
    return packed(
        {
            "xl/externalLinks/externalLink1.xml": link.encode(),
            "xl/externalLinks/_rels/externalLink1.xml.rels": target.encode(),
        }
    )


@harmless
def custom_xml_with_an_entity() -> bytes:
    return packed({"customXml/item1.xml": b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'})


@harmless
def hidden_and_very_hidden_sheets() -> bytes:
    book = Workbook()
    book.active.append(["x"])
    book.create_sheet("a").sheet_state = "hidden"
    book.create_sheet("b").sheet_state = "veryHidden"
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


# --- macros, encryption, old formats ---------------------------------------------------------------------------------
@refused
def macros() -> bytes:
    return packed({"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0"})


@refused
def macros_under_a_capital_name() -> bytes:
    return packed({"xl/VBAPROJECT.BIN": b"\xd0\xcf\x11\xe0"})


@refused
def macro_workbook_renamed() -> bytes:
    kinds = parts()["[Content_Types].xml"].replace(
        b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
        b"application/vnd.ms-excel.sheet.macroEnabled.main+xml",
    )
    return packed({"[Content_Types].xml": kinds, "xl/code.bin": b"x"})


@refused
def encrypted_workbook() -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + os.urandom(5_000)


@refused
def archive_with_a_password() -> bytes:
    """Every member says that it is encrypted."""
    content = bytearray(packed({}))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = content.find(mark)
        while start >= 0:
            content[start + place] |= 1
            start = content.find(mark, start + 4)
    return bytes(content)


# --- archives with tricks --------------------------------------------------------------------------------------------
@harmless
def member_with_an_absolute_name() -> bytes:
    return packed({"/etc/cron.d/x": b"x"})


@harmless
def member_that_climbs() -> bytes:
    return packed({"../../../../tmp/climbed": b"x"})


@harmless
def member_that_is_a_link() -> bytes:
    stream = io.BytesIO(packed({}))
    link = zipfile.ZipInfo("xl/link")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(stream, "a") as archive:
        archive.writestr(link, "/etc/passwd")
    return stream.getvalue()


@refused
def members_of_one_name() -> bytes:
    """Two readers could see two different sheets."""
    return packed({}, (SHEET, b"<x/>"))


@refused
def broken_checksum() -> bytes:
    content = packed({})
    wrong = struct.pack("<L", zlib.crc32(parts()[SHEET]))
    return content.replace(wrong, b"\1\2\3\4")


@refused
def truncated() -> bytes:
    content = packed({})
    return content[: len(content) // 2]


@refused
def unknown_compression() -> bytes:
    content = packed({})
    return content.replace(b"PK\x01\x02\x14\x03\x14\x00\x00\x00\x08\x00", b"PK\x01\x02\x14\x03\x14\x00\x00\x00\x63\x00")


@refused
def other_archive() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("readme.txt", "x")
    return stream.getvalue()


@harmless
def relation_that_climbs() -> bytes:
    part = parts()["xl/_rels/workbook.xml.rels"].replace(b"worksheets/sheet1.xml", b"../../../../etc/passwd")
    return packed({"xl/_rels/workbook.xml.rels": part})


@refused
def hundred_thousand_relations() -> bytes:
    one = f'<Relationship Id="x" Type="{OFFICE}/image" Target="x.png"/>'
    many = f'<Relationships xmlns="{RELATIONS}">{one * 10_000}</Relationships>'
    return packed({"xl/worksheets/_rels/sheet1.xml.rels": many.encode()})
