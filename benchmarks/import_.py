"""CPU milliseconds per row of a roster import, preview and confirm, beside bare openpyxl reading the same file.

CPU time is user plus system time of this process, the embedded database included. Every round imports new people into a
new institution, reads the file bare and the other sizes in between; medians. The gates are those of one whole import
(preview and confirm): 1,000 rows within 2 s, 10,000 within 15 s.
Usage: ./run bench import [--rounds 3]
"""

import argparse
import io
import os
import subprocess
import tempfile
import time
from collections.abc import Callable
from datetime import date
from itertools import count
from statistics import median
from typing import Any

import django

from tools.environment import ROOT, child_environment, manage

GATES = {1_000: 2.0, 10_000: 15.0}
HEADS = (
    "姓名",
    "证件类型",
    "证件号码",
    "手机",
    "岗位",
    "专业人员",
    "用工形式",
    "入职日期",
    "离职日期（自该日起不再计入）",
    "部门",
    "工号",
)
STEPS = ("openpyxl", "preview", "confirm", "again")
_people = count(1)


def main() -> None:
    options = _options()
    with tempfile.TemporaryDirectory(prefix="bench") as folder:
        environment = child_environment("dev", PLATFORM_DATA=folder)
        subprocess.run(manage("migrate", "-v0"), cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)
        os.environ.update(environment)
        django.setup()
        costs: dict[tuple[int, str], list[float]] = {(rows, step): [] for rows in GATES for step in STEPS}
        for number in range(options.rounds):
            for rows in GATES:
                _round(rows, number, costs)
    _report(costs)


def _round(rows: int, number: int, costs: dict[tuple[int, str], list[float]]) -> None:
    # Needs the settings, which main() has just chosen.
    from accounts.services import import_roster, preview_roster  # noqa: PLC0415

    content, actor, place = _file(rows), _actor(), _institution(f"测速机构{rows}-{number}")
    asked = {"actor": actor, "institution": place, "content": content}
    works: dict[str, Callable[[], Any]] = {
        "openpyxl": lambda: _read_bare(content),
        "preview": lambda: preview_roster(**asked),
        "confirm": lambda: import_roster(**asked, file_name="bench.xlsx"),
        "again": lambda: preview_roster(**asked),
    }
    for step, work in works.items():
        before = time.process_time()
        result = work()
        costs[rows, step].append(time.process_time() - before)
        if step != "openpyxl":
            expected = "unchanged" if step == "again" else "create"
            if result.counts[expected] != rows:
                raise SystemExit(f"{step}: {result.counts}")


def _report(costs: dict[tuple[int, str], list[float]]) -> None:
    for rows, gate in GATES.items():
        bare = median(costs[rows, "openpyxl"])
        for step in STEPS:
            seconds = median(costs[rows, step])
            rounds = ", ".join(f"{one:.2f}" for one in costs[rows, step])
            print(
                f"{rows:>6} rows  {step:<9} {seconds:6.2f} s  {seconds * 1000 / rows:6.3f} CPU ms a row"
                f"  x {seconds / bare:5.1f} of openpyxl  (rounds: {rounds})"
            )
        whole = median(costs[rows, "preview"]) + median(costs[rows, "confirm"])
        word = "met" if whole <= gate else "NOT met"
        print(f"{rows:>6} rows  preview and confirm {whole:.2f} s  gate {gate:.0f} s  {word}")


def _read_bare(content: bytes) -> int:
    import openpyxl  # noqa: PLC0415 - after the settings, which say with what it parses

    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True)
    return sum(1 for _row in book.worksheets[0].iter_rows(values_only=True))


def _file(rows: int) -> bytes:
    import openpyxl  # noqa: PLC0415 - the same

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("名册")
    sheet.append(HEADS)
    for place in range(rows):
        end = date(2027, 6, 15) if place % 10 == 0 else None
        sheet.append(
            ["测速", "居民身份证", _number(next(_people)), f"138{place:08d}", f"技术经理{place % 7}", "是", "合同",
             "2024年3月1日", end, "成果转化部", f"A{place:05d}"]
        )  # fmt: skip
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _number(person: int) -> str:
    from accounts.identifiers import resident_check_character  # noqa: PLC0415

    born = date.fromordinal(date(1960, 1, 1).toordinal() + person // 999)
    body = f"000000{born:%Y%m%d}{person % 999 + 1:03d}"
    return body + resident_check_character(body)


def _actor() -> Any:
    from accounts.selectors import system_user  # noqa: PLC0415

    return system_user()


def _institution(name: str) -> Any:
    from accounts.models import Institution, Region  # noqa: PLC0415

    nation = Region.objects.get(code="000000")
    return Institution.objects.create(
        name=name, name_key=name, kind="internal_department", category="university", level="provincial", region=nation,
        parent=_parent(),
    )  # fmt: skip


def _parent() -> Any:
    from accounts.models import Institution, Region  # noqa: PLC0415

    fields = {"name": "测速大学", "name_key": "测速大学", "category": "university", "level": "provincial"}
    nation = Region.objects.get(code="000000")
    code = "12000000DEM000014Q"
    return Institution.objects.get_or_create(uscc=code, defaults={"kind": "legal_person", "region": nation, **fields})[
        0
    ]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    return parser.parse_args()


if __name__ == "__main__":
    main()
