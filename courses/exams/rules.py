"""Rules of an examination: drawing a paper, reading and marking answers, the score, who may start. No ORM, no clock."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import zip_longest
from random import Random
from typing import Any, Protocol

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from core.errors import DomainError

# Answers on their way when the time ends are still taken; a proposal of this platform, as is every figure here.
GRACE = timedelta(seconds=30)
# The language every question has; others where they were written.
MAIN_LANGUAGE = "zh-hans"

_GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?")
_NUMBER = re.compile(r"[+-]?\d{1,15}(\.\d{1,6})?")


class QuestionKind(TextChoices):
    SINGLE = "single", _("single choice")
    MULTIPLE = "multiple", _("multiple choice")
    TRUE_FALSE = "true_false", _("true or false")
    NUMERIC = "numeric", _("number")


CHOICES = frozenset({QuestionKind.SINGLE, QuestionKind.MULTIPLE})


class Marked(Protocol):
    """What marking reads of a question. `answer`: option numbers from 1, [true|false], or one decimal as text."""

    kind: str
    answer: list[Any]


# --- drawing --------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class BankQuestion:
    code: str
    module: str
    options: int = 0


@dataclass(frozen=True)
class DrawnQuestion:
    """A question on its paper; the option shown at place n is option number `option_order[n - 1]`."""

    code: str
    option_order: list[int]


def draw(rows: Iterable[dict[str, Any]], bank: Sequence[BankQuestion], random: Random) -> list[DrawnQuestion]:
    """A paper by the rows of a blueprint, no question twice. Raises `bank_too_small`.

    Modules of a row take turns, so that no paper leaves a module out by chance while another fills the row.
    """
    chosen = [question for row in rows for question in _draw_row(row, bank, random)]
    return [DrawnQuestion(question.code, _shuffled(question.options, random)) for question in chosen]


def _draw_row(row: dict[str, Any], bank: Sequence[BankQuestion], random: Random) -> list[BankQuestion]:
    modules = random.sample(row["modules"], len(row["modules"]))
    supplies = [[question for question in bank if question.module == module] for module in modules]
    for supply in supplies:
        random.shuffle(supply)
    in_turn = [question for turn in zip_longest(*supplies) for question in turn if question is not None]
    if len(in_turn) < row["count"]:
        raise DomainError("bank_too_small", modules=row["modules"], wanted=row["count"], found=len(in_turn))
    return random.sample(in_turn[: row["count"]], row["count"])


def _shuffled(options: int, random: Random) -> list[int]:
    return random.sample(range(1, options + 1), options)


# --- answers --------------------------------------------------------------------------------------------------------
def read_answer(kind: str, option_order: Sequence[int], given: Sequence[str]) -> list[Any]:
    """An answer as it is stored, from what a form sends; [] is no answer. Raises `answer_wrong`.

    A form sends shown places (choices), "true" or "false", or a number as people write it.
    """
    values = [value.strip() for value in given if value.strip()]
    if not values:
        return []
    if kind in CHOICES:
        return _read_places(kind, option_order, values)
    if len(values) > 1:
        raise DomainError("answer_wrong", kind=str(kind))
    return [_read_number(values[0])] if kind == QuestionKind.NUMERIC else [_read_truth(values[0])]


def mark(question: Marked, value: Sequence[Any] | None) -> bool:
    """Right or wrong, nothing between: the exact set of options, the same truth, exactly the same number."""
    if not value:
        return False
    if question.kind == QuestionKind.NUMERIC:
        return Decimal(value[0]) == Decimal(question.answer[0])
    return set(value) == set(question.answer)


def score(right: int, total: int) -> int:
    """Percent of questions answered right, rounded down: 59.9 is not 60."""
    return 100 * right // total


def _read_places(kind: str, option_order: Sequence[int], values: Sequence[str]) -> list[int]:
    places = {int(value) for value in values if value.isdecimal() and value.isascii() and len(value) < 4}
    known = range(1, len(option_order) + 1)
    one_at_most = kind == QuestionKind.MULTIPLE or len(values) == 1
    if len(places) != len(values) or not one_at_most or any(place not in known for place in places):
        raise DomainError("answer_wrong", kind=str(kind))
    return sorted(option_order[place - 1] for place in places)


def _read_truth(value: str) -> bool:
    if value not in ("true", "false"):
        raise DomainError("answer_wrong", kind=str(QuestionKind.TRUE_FALSE))
    return value == "true"


def _read_number(value: str) -> str:
    """Full-width digits, blanks and thousands separators are ways of writing; anything else is not a number."""
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", value))
    if _GROUPED.fullmatch(plain):
        plain = plain.replace(",", "")
    if not _NUMBER.fullmatch(plain):
        raise DomainError("answer_wrong", kind=str(QuestionKind.NUMERIC))
    return plain


# --- time and admission ---------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Candidature:
    """What decides whether a person may start now."""

    checked: bool
    used: int
    allowed: int
    passed: bool
    opens_at: datetime
    closes_at: datetime


def start_refusal(candidature: Candidature, now: datetime) -> str:
    """The first reason why no attempt can be started now, "" when one can."""
    reasons = {
        "already_passed": candidature.passed,
        "sitting_closed": now >= candidature.closes_at,
        "no_attempts_left": candidature.used >= candidature.allowed,
        "identity_not_checked": not candidature.checked,
        "not_open_yet": now < candidature.opens_at,
    }
    return next((reason for reason, holds in reasons.items() if holds), "")


def deadline(start: datetime, minutes: int, closes_at: datetime) -> datetime:
    return min(start + timedelta(minutes=minutes), closes_at)


# How long before and after a sitting its room is kept: people arrive, and an incident is written down afterwards.
ROOM_BEFORE = timedelta(hours=2)
ROOM_AFTER = timedelta(hours=24)


def room_refusal(opens_at: datetime, closes_at: datetime, now: datetime) -> str:
    """Why nothing is written down in the room now, "" when it is open."""
    if now < opens_at - ROOM_BEFORE:
        return "room_not_open"
    return "room_closed" if now >= closes_at + ROOM_AFTER else ""
