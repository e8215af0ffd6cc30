"""Hostile files are refused, or read as harmless text, within two seconds and two hundred megabytes each."""

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress

import pytest
from django.core.exceptions import ImproperlyConfigured

from core.apps import require_safe_xml
from tests.core.hostile import HARMLESS, REFUSED

SECONDS = 2.0
GROWTH = 200 * 1024 * 1024


def measured(read: Callable[[], str]) -> tuple[str, float, int]:
    """What a reader says, its seconds, and by how much the process grew: in a child, so that each begins alike."""
    incoming, outgoing = os.pipe()
    if (child := os.fork()) == 0:
        before, begun = _peak(), time.process_time()
        try:
            said = read()
        except BaseException as error:
            said = f"broke: {error!r}"
        answer = json.dumps([said, time.process_time() - begun, _peak() - before])
        os.write(outgoing, answer.encode())
        os._exit(0)
    os.close(outgoing)
    with os.fdopen(incoming) as answer_of_the_child:
        found = json.loads(answer_of_the_child.read() or '["killed", 0, 0]')
    os.waitpid(child, 0)
    return found[0], found[1], found[2]


def least_of_three(read: Callable[[], str]) -> tuple[str, float, int]:
    """A busy neighbour on the same core makes every reader slower: what is over the limit is measured again."""
    tries = [measured(read)]
    while tries[-1][1] >= SECONDS and len(tries) < 3:
        tries.append(measured(read))
    return min(tries, key=lambda one: one[1])


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def walk(content: bytes) -> str:
    """Everything an importer does with a file before it knows what it is about."""
    from core.tables import TableUnreadable, opened  # noqa: PLC0415 - measured from here on

    try:
        with opened(content) as book:
            cells = [cell for sheet in book.sheets for _number, line in sheet for cell in line if cell.text]
        look_for_heads(content)
    except TableUnreadable as refusal:
        return f"refused: {refusal.code}"
    return f"read: {sum(bool(cell.trouble) for cell in cells)} of {len(cells)} with trouble"


def look_for_heads(content: bytes) -> None:
    from core.columns import Column, read_table, text  # noqa: PLC0415
    from core.heads import HeadsUnsure  # noqa: PLC0415

    with suppress(HeadsUnsure):
        read_table(content, [Column("name", ("姓名",), text(50), required=True), Column("post", ("岗位",), text(50))])


def in_a_process_of_its_own() -> dict[str, tuple[str, float, int]]:
    answer = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", __name__], capture_output=True, text=True, check=True, timeout=600
    )
    return dict(json.loads(answer.stdout))


@pytest.fixture(scope="module")
def answers() -> dict[str, tuple[str, float, int]]:
    return in_a_process_of_its_own()


def test_the_corpus_is_as_large_as_promised():
    assert len(REFUSED) + len(HARMLESS) >= 60
    assert len(REFUSED["half_a_gigabyte_behind_a_megabyte"]()) < 2 * 1024 * 1024


@pytest.mark.parametrize("name", REFUSED)
def test_hostile_file_is_refused(answers, name):
    assert answers[name][0].startswith("refused: "), answers[name]


@pytest.mark.parametrize("name", HARMLESS)
def test_odd_file_is_read_as_harmless(answers, name):
    assert answers[name][0].startswith("read: "), answers[name]


@pytest.mark.parametrize("name", ["formulas", "dynamic_data_exchange", "web_service_formula", "cell_errors"])
def test_cells_that_calculate_are_in_trouble(answers, name):
    assert answers[name][0] == "read: 1 of 1 with trouble"


@pytest.mark.parametrize("name", [*REFUSED, *HARMLESS])
def test_no_file_costs_more_than_it_may(answers, name):
    said, seconds, growth = answers[name]

    assert seconds < SECONDS, (name, said, seconds)
    assert growth < GROWTH, (name, said, growth)


def test_what_costs_too_much_is_noticed():
    """The measure itself: a child that takes three hundred megabytes, and one that takes time."""
    _said, _seconds, growth = measured(lambda: str(len(bytearray(os.urandom(1)) * (300 * 1024 * 1024))))
    said, _seconds, _growth = measured(lambda: 1 // 0)  # type: ignore[arg-type, return-value]

    assert growth > GROWTH
    assert said.startswith("broke: ZeroDivisionError")


@pytest.mark.parametrize(("name", "value"), [("DEFUSEDXML", False), ("LXML", True)])
def test_nothing_starts_without_the_safe_parser(monkeypatch, name, value):
    require_safe_xml()
    monkeypatch.setattr(f"openpyxl.{name}", value)

    with pytest.raises(ImproperlyConfigured):
        require_safe_xml()


if __name__ == "__main__":
    import django

    django.setup()
    import core.columns  # noqa: F401 - what every worker has loaded

    found = {}
    for name, make in {**REFUSED, **HARMLESS}.items():
        content = make()
        found[name] = least_of_three(lambda content=content: walk(content))
    sys.stdout.write(json.dumps(found))
