"""Guesses at certificates as a patient stranger makes them, and what the verification tells of them.

Every guess is right in its form (check character, sixteen characters of a code, four of a document number), because
whoever tries by the million would not waste one on a typing error. Asked below HTTP, where no limit stops anybody.
"""

import random
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from certificates import selectors, services
from certificates.identifiers import CODE_ALPHABET, CODE_LENGTH, certificate_number
from certificates.selectors import Answer

SURNAMES = "王李张刘陈杨赵黄周吴徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹"
GIVEN = "轩默夏雨桐思远文博欣怡子涵浩然一诺梓萱宇航佳琪俊杰雪晴明月志强丽华建国秀英海燕"
# The way a guess goes, and what it takes for granted: of a number it is known that it was issued, or it is made up.
CODE_ISSUED, CODE_MADE_UP, CODE_ALONE = "issued number, code", "made-up number, code", "code alone"
NAME_ISSUED, NAME_MADE_UP = "issued number, name and tail", "made-up number, name and tail"
WAYS = (CODE_ISSUED, CODE_MADE_UP, CODE_ALONE, NAME_ISSUED, NAME_MADE_UP)
# What a stranger is told of everything that is not there, letter by letter; only the time of asking differs.
NOTHING = {
    **dict.fromkeys(
        ("number", "level", "title", "issuer", "co_issuers", "holder", "issued_on", "valid_until", "ended_on")
    ),
    **dict.fromkeys(("reason", "superseded_by")),
    "outcome": "never_issued",
    "checked_at": "",
    "checks": dict.fromkeys(("file", "signature", "log", "status")),
}


@dataclass(frozen=True)
class Guess:
    way: str
    asked: dict[str, str]


@dataclass
class Told:
    """What came of many guesses: answers that held more than nothing, and milliseconds by way."""

    asked: Counter[str] = field(default_factory=Counter)
    told: Counter[str] = field(default_factory=Counter)
    costs: dict[str, list[float]] = field(default_factory=dict)


def guesses(chosen: random.Random, issued: list[str], count: int) -> Iterator[Guess]:
    """In turns of the ways; `issued` are numbers that somebody has seen on paper."""
    for turn in range(count):
        yield _guess(chosen, issued, WAYS[turn % len(WAYS)])


def try_all(tries: Iterable[Guess]) -> Told:
    found = Told()
    for guess in tries:
        before = time.perf_counter()
        answer = ask(guess)
        spent = (time.perf_counter() - before) * 1000
        found.asked[guess.way] += 1
        found.told[guess.way] += tells(answer)
        found.costs.setdefault(guess.way, []).append(spent)
    return found


def ask(guess: Guess) -> Answer:
    """What the page does once the limit lets a try through: answer, and count it for the holder."""
    look: Any = selectors.verify_by_name if "name" in guess.asked else selectors.verify
    answer: Answer = look(**guess.asked)
    services.count_verification(answer.certificate)
    return answer


def tells(answer: Answer) -> bool:
    """Is there anything in the answer but that nothing is there?"""
    return answer.certificate is not None or {**answer.as_json(), "checked_at": ""} != NOTHING


def made_up_number(chosen: random.Random) -> str:
    base = "".join(chosen.choices("0123456789", k=4))
    return certificate_number(level=chosen.choice("JIS"), year=2026, base=base, running=chosen.randrange(1, 10**6))


def made_up_name(chosen: random.Random) -> str:
    return chosen.choice(SURNAMES) + "".join(chosen.choices(GIVEN, k=chosen.choice((1, 2))))


def _guess(chosen: random.Random, issued: list[str], way: str) -> Guess:
    asked: dict[str, str] = {}
    if way != CODE_ALONE:
        asked["number"] = chosen.choice(issued) if way in (CODE_ISSUED, NAME_ISSUED) else made_up_number(chosen)
    if way in (NAME_ISSUED, NAME_MADE_UP):
        tail = "".join(chosen.choices("0123456789", k=3)) + chosen.choice("0123456789X")
        return Guess(way, {**asked, "name": made_up_name(chosen), "tail": tail})
    return Guess(way, {**asked, "code": "".join(chosen.choices(CODE_ALPHABET, k=CODE_LENGTH))})
