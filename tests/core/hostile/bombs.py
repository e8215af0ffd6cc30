"""Workbooks that are more than they seem: bombs, hostile XML, sheets without end."""

import io
import os
import struct
import zipfile

from tests.core.hostile.packing import (
    HEAD,
    MAIN,
    MEGABYTE,
    SHARED_KIND,
    SHEET,
    big_part,
    harmless,
    packed,
    parts,
    refused,
    rows,
    sheet,
    text_cell,
)


# --- bombs -----------------------------------------------------------------------------------------------------------
@refused
def half_a_gigabyte_behind_a_megabyte() -> bytes:
    row = b"<row>" + b"<c><v>1</v></c>" * 330 + b"</row>"
    return big_part(SHEET, HEAD.encode() + b"<sheetData>", row, 102_000, b"</sheetData></worksheet>")


@refused
def equal_bytes() -> bytes:
    return big_part(SHEET, b"", b" " * 1000, 300_000, b"")


@refused
def bomb_in_an_unused_part() -> bytes:
    return packed({"xl/media/image1.png": bytes(250 * MEGABYTE)})


@refused
def ten_thousand_members() -> bytes:
    return packed({f"xl/media/{n}.bin": b"x" for n in range(10_000)})


@refused
def size_that_lies() -> bytes:
    """The directory says ten bytes; behind it lie fifty megabytes."""
    honest = packed({SHEET: b"<x>" + bytes(50 * MEGABYTE)})
    size = struct.pack("<L", 50 * MEGABYTE + 3)
    return honest.replace(size, struct.pack("<L", 10))


@refused
def shared_texts_bomb() -> bytes:
    return big_part(
        "xl/sharedStrings.xml", f'<sst xmlns="{MAIN}">'.encode(), b"<si><t>x</t></si>", 6_000_000, b"</sst>",
        **{"[Content_Types].xml": _with_shared()},
    )  # fmt: skip


@refused
def shared_texts_under_another_name() -> bytes:
    kinds = _with_shared("/xl/other.xml")
    begin = f'<sst xmlns="{MAIN}">'.encode()
    return big_part("xl/other.xml", begin, b"<si><t>x</t></si>", 1_500_000, b"</sst>", **{"[Content_Types].xml": kinds})


def _with_shared(name: str = "/xl/sharedStrings.xml") -> bytes:
    kinds = parts()["[Content_Types].xml"].decode()
    more = f'<Override PartName="{name}" ContentType="{SHARED_KIND}"/>'
    return kinds.replace("</Types>", more + "</Types>").encode()


@refused
def workbook_in_a_workbook_in_an_archive() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("inner.xlsx", half_a_gigabyte_behind_a_megabyte())
    return stream.getvalue()


# --- XML -------------------------------------------------------------------------------------------------------------
def _dtd(doctype: str, use: str = "") -> bytes:
    body = f'<worksheet xmlns="{MAIN}"><sheetData><row>{text_cell("A1", use)}</row></sheetData></worksheet>'
    return packed({SHEET: f"<?xml version='1.0'?>{doctype}{body}".encode()})


@refused
def billion_laughs() -> bytes:
    entities = "".join(f'<!ENTITY a{n + 1} "{f"&a{n};" * 10}">' for n in range(9))
    return _dtd(f'<!DOCTYPE x [<!ENTITY a0 "ha">{entities}]>', "&a9;")


@refused
def quadratic_blowup() -> bytes:
    return _dtd(f'<!DOCTYPE x [<!ENTITY a "{"a" * 100_000}">]>', "&a;" * 10_000)


@refused
def external_entity() -> bytes:
    return _dtd('<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>', "&a;")


@refused
def external_entity_over_the_net() -> bytes:
    return _dtd('<!DOCTYPE x [<!ENTITY a SYSTEM "http://169.254.169.254/latest/">]>', "&a;")


@refused
def parameter_entity() -> bytes:
    return _dtd('<!DOCTYPE x [<!ENTITY % a SYSTEM "http://127.0.0.1:1/x.dtd"> %a;]>', "x")


@refused
def document_type_with_entity_in_the_list_of_contents() -> bytes:
    kinds = parts()["[Content_Types].xml"].decode().split("?>", 1)[-1]
    return packed({"[Content_Types].xml": f'<!DOCTYPE x [<!ENTITY a "b">]>{kinds}'.encode()})


@refused
def entity_in_the_workbook_part() -> bytes:
    book = parts()["xl/workbook.xml"].decode().split("?>", 1)[-1]
    return packed({"xl/workbook.xml": f'<!DOCTYPE x [<!ENTITY a "b">]>{book}'.encode()})


@refused
def entity_in_the_styles() -> bytes:
    styles = parts()["xl/styles.xml"].decode().split("?>", 1)[-1]
    return packed({"xl/styles.xml": f'<!DOCTYPE x [<!ENTITY a "b">]>{styles}'.encode()})


@refused
def entity_in_the_relations() -> bytes:
    return packed({"xl/_rels/workbook.xml.rels": b'<!DOCTYPE x [<!ENTITY a "b">]><Relationships/>'})


@refused
def broken_xml() -> bytes:
    return packed({SHEET: f"{HEAD}<sheetData><row><c></row>".encode()})


@refused
def xml_in_an_unknown_encoding() -> bytes:
    return packed({SHEET: b'<?xml version="1.0" encoding="x-none"?><worksheet/>'})


@harmless
def elements_a_hundred_thousand_deep() -> bytes:
    return rows("<row>" + "<x>" * 100_000 + "</x>" * 100_000 + "</row>")


@refused
def empty_list_of_contents() -> bytes:
    return packed({"[Content_Types].xml": b""})


# --- too much of a sheet ---------------------------------------------------------------------------------------------
@refused
def two_hundred_thousand_columns() -> bytes:
    return rows("<row>" + "<c><v>1</v></c>" * 200_000 + "</row>")


@harmless
def every_column_of_a_sheet() -> bytes:
    """As many as a spreadsheet program has: 16,384, in four rows. Only the first 256 are read."""
    row = "".join(f"<c><v>{n * 7919 % 99_991}</v></c>" for n in range(16_384))
    return rows("".join(f'<row r="{n}">{row}</row>' for n in range(1, 5)))


@refused
def million_blank_rows() -> bytes:
    return rows(f'<row r="1">{text_cell("A1", "x")}</row><row r="1048576"><c r="A1048576"/></row>')


@refused
def row_number_beyond_every_sheet() -> bytes:
    return rows(f'<row r="999999999">{text_cell("A999999999", "x")}</row>')


@refused
def row_number_of_a_thousand_digits() -> bytes:
    return rows(f'<row r="{"9" * 5000}"><c><v>1</v></c></row>')


@refused
def million_short_rows() -> bytes:
    return rows("<row><c><v>1</v></c></row>" * 60_000)


@harmless
def million_cells_merged() -> bytes:
    return sheet(
        f'<sheetData><row r="1">{text_cell("A1", "x")}</row></sheetData>'
        '<mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells>'
    )


@refused
def hundred_thousand_merged_ranges() -> bytes:
    merged = "".join(f'<mergeCell ref="A{n}:B{n}"/>' for n in range(1, 100_001))
    return sheet(f"<sheetData><row><c><v>1</v></c></row></sheetData><mergeCells>{merged}</mergeCells>")


@refused
def text_of_five_megabytes() -> bytes:
    return rows("<row>" + text_cell("A1", "".join(os.urandom(8).hex() for _ in range(300_000))) + "</row>")


@refused
def number_of_a_hundred_thousand_digits() -> bytes:
    return rows(f'<row><c r="A1"><v>{"9" * 4000}</v></c></row>')


@harmless
def date_beyond_time() -> bytes:
    return rows('<row><c r="A1" t="d"><v>2026-03-01</v></c><c r="B1"><v>1e308</v></c></row>')


# --- parts that are read whole ---------------------------------------------------------------------------------------
STYLES, BOOK = "xl/styles.xml", "xl/workbook.xml"


@refused
def million_styles() -> bytes:
    begin = f'<styleSheet xmlns="{MAIN}"><cellXfs>'.encode()
    return big_part(STYLES, begin, b'<xf numFmtId="0"/>', 1_000_000, b"</cellXfs></styleSheet>")


@refused
def styles_that_call_themselves_a_sheet() -> bytes:
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
    kinds = parts()["[Content_Types].xml"].decode().split("<Override")
    kinds = [one for one in kinds if STYLES not in one]
    more = f'Override PartName="/{STYLES}" ContentType="{kind}"/></Types>'
    changed = "<Override".join(kinds).replace("</Types>", f"<{more}").encode()
    begin = f'<styleSheet xmlns="{MAIN}"><cellXfs>'.encode()
    piece = b'<xf numFmtId="0"/>'
    end = b"</cellXfs></styleSheet>"
    return big_part(STYLES, begin, piece, 300_000, end, **{"[Content_Types].xml": changed})


@refused
def two_hundred_thousand_names() -> bytes:
    begin, end = parts()[BOOK].split(b"</workbook>")[0] + b"<definedNames>", b"</definedNames></workbook>"
    return big_part(BOOK, begin, b'<definedName name="a">Sheet!$A$1</definedName>', 200_000, end)


@refused
def five_hundred_thousand_hidden_columns() -> bytes:
    begin = f"{HEAD}<cols>".encode()
    end = f"</cols><sheetData><row>{text_cell('A1', 'x')}</row></sheetData></worksheet>".encode()
    return big_part(SHEET, begin, b'<col min="1" max="1" hidden="1"/>', 500_000, end)


@harmless
def twenty_thousand_hidden_columns() -> bytes:
    columns = '<col min="1" max="1" hidden="1"/>' * 20_000
    return sheet(f"<cols>{columns}</cols><sheetData><row>{text_cell('A1', 'x')}</row></sheetData>")


@refused
def cell_of_a_hundred_megabytes() -> bytes:
    texts = b"".join(os.urandom(512).hex().encode() for _ in range(1))
    begin = f'{HEAD}<sheetData><row><c t="inlineStr"><is><t>'.encode()
    return big_part(SHEET, begin, texts, 100_000, b"</t></is></c></row></sheetData></worksheet>")


@refused
def row_of_a_hundred_megabytes() -> bytes:
    begin, end = f"{HEAD}<sheetData><row>".encode(), b"</row></sheetData></worksheet>"
    cell = text_cell("A1", os.urandom(4_000).hex()).encode()
    return big_part(SHEET, begin, cell, 12_000, end)


@refused
def three_million_cells() -> bytes:
    row = ("<row>" + "".join(f"<c><v>{os.urandom(2).hex()}</v></c>" for _ in range(200)) + "</row>").encode()
    return big_part(SHEET, HEAD.encode() + b"<sheetData>", row, 15_000, b"</sheetData></worksheet>")
