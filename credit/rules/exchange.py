"""Rules of the exchange with partners: the data dictionary, the accepted bases, and what is wrong with a record."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import yaml
from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

DICTIONARY = "demo/reference/exchange_dictionary.yaml"
BASES = "demo/reference/exchange_bases.yaml"
# Why a record is not taken, in the order in which it is asked.
REASONS: dict[str, Promise] = {
    "value": _("A value is missing or cannot be read: %(column)s"),
    "number_twice": _("This number stands in the file twice."),
    "kind_not_of_partner": _("This partner does not deliver records of this kind."),
    "basis_missing": _("The basis is not whole: title, article and document number are needed."),
    "basis_wrong": _("This basis is not on the list for records of this kind."),
    "basis_over": _("This basis was not in force on the first day of the record."),
    "days_wrong": _("The last day lies before the first."),
    "day_to_come": _("The first day has not come yet."),
    "over": _("The validity of this record is over."),
    "source_not_of_partner": _("The source is neither the partner itself nor a body entered with its basis."),
    "subject_missing": _("Whom it concerns is not said: a credit code, or kind and number of a document."),
    "subject_twice": _("Both an entity and a person are named: one record concerns one of them."),
    "subject_unknown": _("Nobody in your reach has this code or document."),
    "own_record": _("This is about you or about the house you belong to: another officer has to do it."),
    "number_taken": _("Another record has this number already."),
}


def reason_in_words(reason: str) -> str:
    """`reason` as it is kept: a code, and of a value the column behind a colon. A code of other days stays a code."""
    code, _colon, column = reason.partition(":")
    sentence = str(REASONS.get(code, reason))
    return sentence % {"column": column} if column and code in REASONS else sentence


@dataclass(frozen=True)
class Dictionary:
    """One dated version of the data dictionary."""

    version: str
    valid_from: date
    source: str
    incoming: list[dict[str, Any]]
    outgoing: list[dict[str, Any]]
    codes: dict[str, list[dict[str, str]]]

    def as_json(self) -> dict[str, Any]:
        return {
            "version": self.version,
            "valid_from": self.valid_from.isoformat(),
            "source": self.source,
            "incoming": self.incoming,
            "outgoing": self.outgoing,
            "codes": self.codes,
        }


@dataclass(frozen=True)
class Basis:
    """By this statute records of a kind are taken from these kinds of partners, to the day before `valid_to`."""

    kind: str
    partners: frozenset[str]
    statute: str
    articles: frozenset[int]
    valid_from: date
    valid_to: date | None

    def holds_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)

    def covers(self, statute: str, article: str) -> bool:
        number = article_number(article)
        return same_title(statute, self.statute) and (not self.articles or number in self.articles)


@dataclass(frozen=True)
class Stated:
    """What a record says of its basis and its days."""

    kind: str
    statute: str
    article: str
    document: str
    valid_from: date
    valid_to: date


def dictionary_on(day: date) -> Dictionary:
    """Raises LookupError for a day that no version covers."""
    held = [one for one in _dictionaries() if one.valid_from <= day]
    if not held:
        raise LookupError(f"{DICTIONARY} has no version for {day}")
    return held[-1]


def accepted_bases() -> tuple[Basis, ...]:
    return _bases()


def wrong_with(stated: Stated, *, partner_kind: str, bases: Iterable[Basis], on: date) -> str:
    """The first reason for which a record is not taken, by its kind, its basis and its days; "" when there is none."""
    of_kind = [one for one in bases if one.kind == stated.kind]
    if not any(partner_kind in one.partners for one in of_kind):
        return "kind_not_of_partner"
    return _wrong_basis(stated, [one for one in of_kind if partner_kind in one.partners]) or _wrong_days(stated, on)


def _wrong_basis(stated: Stated, bases: list[Basis]) -> str:
    if not (stated.statute and stated.article and stated.document):
        return "basis_missing"
    named = [one for one in bases if one.covers(stated.statute, stated.article)]
    if not named:
        return "basis_wrong"
    return "" if any(one.holds_on(stated.valid_from) for one in named) else "basis_over"


def _wrong_days(stated: Stated, on: date) -> str:
    if stated.valid_to < stated.valid_from:
        return "days_wrong"
    if stated.valid_from > on:
        return "day_to_come"
    return "over" if stated.valid_to < on else ""


def same_title(one: str, other: str) -> bool:
    return _title(one) == _title(other)


def _title(text: str) -> str:
    """Without the marks around a title, blanks, and the name of the state before it."""
    return re.sub(r"[\s《》〈〉()]", "", unicodedata.normalize("NFKC", text)).removeprefix("中华人民共和国")


_DIGITS = {sign: value for value, sign in enumerate("零一二三四五六七八九")}
_TENS = {"十": 10, "百": 100, "千": 1000}


def article_number(text: str) -> int | None:
    """30 of "第30条", "第三十条", "30"; None where no article is named."""
    found = re.match(r"(?:第|art(?:icle|\.)?)?\s*([0-9]{1,4}|[零一二三四五六七八九十百千]+)", _narrow(text))
    if found is None:
        return None
    return int(found[1]) if found[1].isdecimal() else _chinese(found[1])


def _narrow(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().casefold()


def _chinese(text: str) -> int:
    total, digit = 0, 0
    for sign in text:
        if sign in _TENS:
            total, digit = total + (digit or 1) * _TENS[sign], 0
        else:
            digit = _DIGITS[sign]
    return total + digit


@cache
def _dictionaries() -> tuple[Dictionary, ...]:
    entries = yaml.safe_load((settings.ROOT / DICTIONARY).read_text(encoding="utf-8"))
    return tuple(sorted((Dictionary(**entry) for entry in entries), key=lambda one: one.valid_from))


@cache
def _bases() -> tuple[Basis, ...]:
    entries = yaml.safe_load((settings.ROOT / BASES).read_text(encoding="utf-8"))
    return tuple(
        Basis(
            kind=entry["kind"],
            partners=frozenset(entry["partners"]),
            statute=entry["statute"],
            articles=frozenset(entry["articles"]),
            valid_from=entry["valid_from"],
            valid_to=entry.get("valid_to"),
        )
        for entry in entries
    )
