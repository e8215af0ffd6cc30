"""The drill's own process inside the site's settings: makes the people, and counts when it is asked. One JSON line
for each line on standard input. A database that restarts is asked again.

Usage: python -m tools.drill.desk, then `make PEOPLE SIZE`, `progress` or `everything COUNT`.
"""
# ruff: noqa: E402 - models can be imported once the settings are loaded

import json
import sys
import time
from collections.abc import Callable
from dataclasses import astuple
from typing import Any

import django

django.setup()

from django.db import Error, close_old_connections, transaction

from tools.drill import counts, people

TRIES = 60


def main() -> None:
    for line in sys.stdin:
        word, *numbers = line.split()
        answer = _patiently(ASKED[word], [int(number) for number in numbers])
        print(json.dumps(answer), flush=True)


def _patiently(ask: Callable[..., Any], numbers: list[int]) -> Any:
    for _try in range(TRIES):
        try:
            return ask(*numbers)
        except Error:
            time.sleep(1)
        finally:
            close_old_connections()
    return ask(*numbers)


@transaction.atomic
def _make(count: int, size: int) -> dict[str, Any]:
    base = people.make_base()
    officers = people.make_officers(base)
    classes = people.make_classes(base, [min(size, count - first) for first in range(0, count, size)])
    return {"classes": [one.pk for one in classes], "sessions": [people.signed_in(user) for user in officers]}


def _everything(count: int) -> list[tuple[Any, ...]]:
    return [astuple(line) for line in counts.everything(count)]


ASKED: dict[str, Callable[..., Any]] = {"make": _make, "progress": counts.progress, "everything": _everything}


if __name__ == "__main__":
    main()
