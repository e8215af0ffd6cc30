"""What a letter is made of: a head, a number, a title and blocks. PDF and DOCX are drawn from it and nothing else."""

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from certificates.pdf.wording import day

# Of the fixed words; another version where one of them changes.
WORDING = "letters-2026-2"
BLANK_NUMBER = "〔\u3000\u3000\u3000\u3000〕\u3000\u3000\u3000号"
NUMERALS = "一二三四五六七八九十"
# What no paper prints; a line feed begins a paragraph.
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]+")


@dataclass(frozen=True)
class Block:
    """A paragraph of a style: to, text, head, attached; or a row of a form with its label."""

    style: str
    text: str
    label: str = ""


@dataclass(frozen=True)
class LetterText:
    """Without a `document_number` its place is printed empty. `form`: rows to be signed by hand."""

    body: str
    title: str
    day: date
    blocks: tuple[Block, ...]
    document_number: str = ""
    form: bool = False

    @property
    def number_line(self) -> str:
        return self.document_number or BLANK_NUMBER

    @property
    def day_line(self) -> str:
        return zh(self.day)

    def lines(self) -> Iterator[str]:
        """Every word of it, in the order in which it is read."""
        yield from (self.body, self.number_line, self.title)
        for block in self.blocks:
            yield from filter(None, (block.label, block.text))
        if not self.form:
            yield from (self.body, self.day_line)

    @property
    def sha256(self) -> str:
        return hashlib.sha256("\n".join(self.lines()).encode()).hexdigest()


def zh(value: date | None) -> str:
    return day(value)["zh"] if value else ""


def clean(text: str) -> str:
    """One line, without what no paper prints."""
    return _CONTROL.sub(" ", text.replace("\n", " ")).strip()


def paragraphs(text: str) -> list[Block]:
    """As people typed them, line by line."""
    return [Block("text", line) for line in map(clean, re.split(r"\r\n?|\n", text)) if line]


def said(text: str) -> Block:
    return Block("text", clean(text))


def sections(parts: Iterable[tuple[str, Iterable[Block]]]) -> list[Block]:
    """一、二、…, each with its paragraphs; one without any is left out."""
    filled = [(title, blocks) for title, given in parts if (blocks := list(given))]
    return [
        block
        for numeral, (title, blocks) in zip(numerals(), filled, strict=False)
        for block in (Block("head", f"{numeral}、{title}"), *blocks)
    ]


def numerals() -> Iterator[str]:
    """一, 二 … 十, 十一 … 二十, 二十一 … without an end before ninety-nine."""
    for tens in range(10):
        head = ("" if tens == 1 else NUMERALS[tens - 1]) + "十" if tens else ""
        if tens:
            yield head
        yield from (head + NUMERALS[one] for one in range(9))


def points(texts: Iterable[str]) -> list[Block]:
    """（一）（二）…"""
    return [Block("text", f"（{numeral}）{clean(text)}") for numeral, text in zip(numerals(), texts, strict=False)]


def row(label: str, text: str) -> Block:
    return Block("row", clean(text), label)
