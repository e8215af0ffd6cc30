"""The two spreadsheets of the journey, made when they are uploaded: the staff roster and earlier trainings."""

from collections.abc import Sequence
from datetime import date, timedelta
from io import BytesIO
from itertools import islice, product
from typing import Any

from openpyxl import Workbook

from tools.journey.forms import Upload

KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ROSTER_HEADS = (
    "序号", "姓名", "证件类型", "证件号码", "手机", "岗位", "专业人员", "用工形式", "入职日期",
    "离职日期（自该日起不再计入）", "备注",
)  # fmt: skip
TRAINING_HEADS = ("证件类型", "证件号码", "姓名", "培训类别", "培训名称", "培训机构", "完成日期")
ID_CARD = "居民身份证"
WEIGHTS = [pow(2, 17 - place, 11) for place in range(17)]
# From here on nobody of the cast has a number: the trainee's stands in the file of people.
FIRST_BIRTHDAY = date(1975, 3, 2)


def roster(cast: dict[str, Any], today: date) -> Upload:
    """The trainee, colleagues up to the number of professional staff, and rows that must not count."""
    trainee = cast["trainee"]
    rows = [_roster_row(trainee["name"], trainee["document"], trainee["phone"], trainee["post"], today)]
    for name, document in colleagues(cast):
        rows.append(_roster_row(name, document, "", "成果转化专员", today))
    for number, other in enumerate(cast["others"]):
        row = _roster_row(other["name"], _document(500 + number), "", "行政", today)
        row[5] = other["professional"]
        row[8] = today - timedelta(days=30) if other.get("left") else None
        rows.append(row)
    return _upload("花名册.xlsx", ROSTER_HEADS, [[number, *row] for number, row in enumerate(rows, start=1)])


def trainings(cast: dict[str, Any], today: date) -> Upload:
    """One finished training for each of the first colleagues."""
    rows = []
    for number, (name, document) in enumerate(islice(colleagues(cast), cast["trained"])):
        track = "学历教育" if number % 10 == 0 else "社会化培训"
        done = today - timedelta(days=60 + 11 * number)
        rows.append([ID_CARD, document, name, track, "技术转移实务培训", "岚江大学培训基地", done])
    return _upload("培训记录.xlsx", TRAINING_HEADS, rows)


def colleagues(cast: dict[str, Any]) -> list[tuple[str, str]]:
    """Name and document of the professional staff other than the trainee."""
    names = [surname + given for surname, given in product(cast["surnames"], cast["given_names"])]
    chosen = names[: cast["staff"] - 1]
    return [(name, _document(number)) for number, name in enumerate(chosen)]


def _roster_row(name: str, document: str, phone: str, post: str, today: date) -> list[Any]:
    start = today - timedelta(days=700)
    return [name, ID_CARD, document, phone, post, "是", "编制", start, None, "由人事处导出"]


def _document(number: int) -> str:
    """A resident number of the impossible area 000000 with its check character (GB 11643)."""
    born = FIRST_BIRTHDAY + timedelta(days=37 * number)
    body = f"000000{born:%Y%m%d}{number % 1000:03d}"
    return body + "10X98765432"[sum(int(digit) * weight for digit, weight in zip(body, WEIGHTS, strict=True)) % 11]


def _upload(name: str, heads: Sequence[str], rows: Sequence[Sequence[Any]]) -> Upload:
    book = Workbook()
    book.remove(book.worksheets[0])
    sheet = book.create_sheet("Sheet1")
    for row in (heads, *rows):
        sheet.append(list(row))
    content = BytesIO()
    book.save(content)
    return name, content.getvalue(), KIND
