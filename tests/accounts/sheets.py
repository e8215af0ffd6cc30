"""Table files for tests: rows in, the bytes of an XLSX or a CSV out; and rows of rosters and institutions."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from openpyxl import Workbook

from tests.builders import resident_number, uscc

ROSTER = ("姓名", "证件类型", "证件号码", "手机", "岗位", "专业人员", "用工形式", "入职日期", "离职日期")
INSTITUTIONS = ("名称", "统一社会信用代码", "类别", "级别", "行政区划代码", "上级单位")


def xlsx(*rows: Sequence[Any]) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(list(row))
    return saved(book)


def saved(book: Workbook) -> bytes:
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def csv_file(*rows: Sequence[Any], encoding: str = "utf-8", delimiter: str = ",") -> bytes:
    stream = io.StringIO(newline="")
    csv.writer(stream, delimiter=delimiter).writerows(rows)
    return stream.getvalue().encode(encoding)


def person_row(name: str = "高轩", number: str = "", **values: Any) -> list[Any]:
    """A row under the heads of ROSTER."""
    row = {
        "姓名": name,
        "证件类型": "居民身份证",
        "证件号码": number or resident_number(),
        "手机": "",
        "岗位": "技术经理",
        "专业人员": "是",
        "用工形式": "合同",
        "入职日期": date(2024, 1, 1),
        "离职日期": None,
    }
    return list((row | values).values())


def roster(*rows: Sequence[Any]) -> bytes:
    return xlsx(ROSTER, *rows)


def institution_row(name: str = "测试大学", code: str | None = None, **values: Any) -> list[Any]:
    """A row under the heads of INSTITUTIONS."""
    row = {
        "名称": name,
        "统一社会信用代码": uscc() if code is None else code,
        "类别": "高校",
        "级别": "省",
        "行政区划代码": "330000",
        "上级单位": "",
    }
    return list((row | values).values())


def institutions(*rows: Sequence[Any]) -> bytes:
    return xlsx(INSTITUTIONS, *rows)


def codes(problems: Iterable[Any]) -> list[tuple[str, str]]:
    """(column, code) of the problems of a row."""
    return [(problem.column, problem.code) for problem in problems]
