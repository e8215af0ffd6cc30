"""Which words speak of a list of dishonest people, by version: such lists are made by law alone, and never here."""

import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import yaml
from django.conf import settings

FILE = "demo/reference/dishonesty_lists.yaml"


@dataclass(frozen=True)
class ListWords:
    """One version. `words`: "*" stands for anything between."""

    version: str
    valid_from: date
    source: Mapping[str, str]
    words: Collection[str]


def speaks_of_a_list(*texts: str, on: date) -> bool:
    """Does one of these texts speak of a list of dishonest people, however it is spelled?"""
    wanted = [[bare(part) for part in word.split("*")] for word in words_on(on).words]
    return any(_holds(bare(text), parts) for text in texts for parts in wanted)


def bare(text: str) -> str:
    """Letters and digits alone, of one width and one case: no space, mark or unseen sign hides a word."""
    wide = unicodedata.normalize("NFKC", text).casefold()
    return "".join(letter for letter in unicodedata.normalize("NFKC", wide) if letter.isalnum())


def words_on(day: date) -> ListWords:
    """The version in force that day; the oldest one for days before any."""
    versions = _versions()
    return next((one for one in versions if one.valid_from <= day), versions[-1])


def _holds(text: str, parts: Collection[str]) -> bool:
    """Do the parts follow one another in the text?"""
    start = 0
    for part in parts:
        if (found := text.find(part, start)) < 0:
            return False
        start = found + len(part)
    return True


@cache
def _versions() -> tuple[ListWords, ...]:
    """Newest first."""
    rows: list[dict[str, Any]] = yaml.safe_load((settings.ROOT / FILE).read_text(encoding="utf-8"))
    return tuple(sorted((ListWords(**row) for row in rows), key=lambda one: one.valid_from, reverse=True))
