"""Other kinds of files under the name of a table, and hostile CSV."""

from tests.core.hostile.packing import MEGABYTE, harmless, refused


# --- other kinds under the name of a table ---------------------------------------------------------------------------
@refused
def picture() -> bytes:
    return b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(50)


@refused
def photograph() -> bytes:
    return b"\xff\xd8\xff\xe0\0\x10JFIF\0" + bytes(range(256))


@refused
def printed_document() -> bytes:
    return b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj\n"


@refused
def program() -> bytes:
    return b"MZ\x90\0\x03\0\0\0" + bytes(200)


@refused
def program_of_linux() -> bytes:
    return b"\x7fELF\2\1\1" + bytes(100)


@refused
def page() -> bytes:
    return b"<!doctype html><html><body><table><tr><td>\xe5\xa7\x93</td></tr></table><script>x()</script></body></html>"


@refused
def drawing() -> bytes:
    return b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="x()"/>'


@refused
def packed_with_gzip() -> bytes:
    return b"\x1f\x8b\x08" + bytes(100)


@refused
def nothing() -> bytes:
    return b""


@refused
def twenty_one_megabytes() -> bytes:
    return b"a,b\n" * (21 * MEGABYTE // 4)


# --- CSV -------------------------------------------------------------------------------------------------------------
@refused
def csv_of_a_hundred_megabytes_in_one_line() -> bytes:
    return b"a" * (100 * MEGABYTE)


@refused
def csv_line_of_nineteen_megabytes() -> bytes:
    return b"a" * (19 * MEGABYTE)


@refused
def csv_with_nul() -> bytes:
    return "姓名,x\n高\0轩,1\n".encode()


@harmless
def csv_in_seven_bits() -> bytes:
    return b"+ADw-script+AD4-alert(1)+ADw-/script+AD4-,x\n"


@refused
def csv_of_a_million_commas() -> bytes:
    return b"," * 1_000_000


@refused
def csv_of_a_million_lines() -> bytes:
    return b"a\n" * 1_000_000


@refused
def csv_quote_that_never_ends() -> bytes:
    return b'"' + b"a\n" * 1_000_000


@harmless
def csv_of_formulas() -> bytes:
    return b"=cmd|'/C calc'!A0,@SUM(1)\n"


@refused
def csv_of_neither_encoding() -> bytes:
    return b"\xff\x80\x81,\xfe\n\x80\xff"


@refused
def csv_of_five_million_cells() -> bytes:
    return (b"1," * 200 + b"\n") * 25_000


@harmless
def csv_head_of_opening_brackets() -> bytes:
    return "姓名,".encode() + b"(" * 80_000 + b",x\n"


@harmless
def csv_head_of_brackets_in_brackets() -> bytes:
    return "姓名,".encode() + b"(a)" * 20_000 + b"," + b"([" * 20_000 + b",x\n"
