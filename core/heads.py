"""Which column of a file means what: heads in Chinese or English, matched by meaning, among the first ten lines.

A head that could mean two things, and a needed one that is missing, are never guessed: HeadsUnsure carries what a
person needs to say it. What was said before for the same heads (HeadMap) is used again.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from core.tables import Line, TableUnreadable, head_key
from core.text import compact

HEAD_LINES = 10
# How many values of each column help a person to see what it holds.
SAMPLES = 3
# A longer text is no head, and nobody looks for a meaning in it.
LONGEST_HEAD = 200
# Remarks in brackets that never change what a column means.
_HARMLESS = re.compile(
    r"必填|选填|可选|如有|格式.*|例.*|.*\d{4}.*|y{2,4}.*|文本.*|text|required|optional|是/?否|%|0-100"
)
# The innermost brackets: an opening one ends the search that an earlier one began, so that it stays linear.
_BRACKETED = re.compile(r"[(\[【〔<]([^()\[\]【】〔〕<>]*)[)\]】〕>]")
_PIECES = re.compile(r"[/|、;,\n\r]|(?<=[\u3400-\u9fff])\s*(?=[A-Za-z])|(?<=[A-Za-z.])\s*(?=[\u3400-\u9fff])")


# Nobody heads a column with the number of a document or a phone: whoever takes such a line for heads took a row.
_NUMBER = re.compile(r"[A-Za-z+]{0,3}\d{7,}[A-Za-z]?")


class Named(Protocol):
    """A column as far as its heads go; core.columns.Column is one."""

    @property
    def field(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def required(self) -> bool: ...
    @property
    def strict(self) -> bool: ...
    @property
    def keys(self) -> set[str]: ...
    @property
    def synonym_keys(self) -> set[str]: ...
    @property
    def implies(self) -> Mapping[str, tuple[str, Any]]: ...


@dataclass(frozen=True)
class HeadMap:
    """What somebody said the columns mean: head key (`#2` at its second occurrence) -> field, "" for not used."""

    fields: Mapping[str, str] = field(default_factory=dict)
    sheet: str = ""


@dataclass
class Heads:
    """Heads as found: column place -> field, field -> head as written; `lines` of the file belong to them.

    `implied`: what a head says of every row besides its own value (身份证号 is the number of a resident card).
    """

    lines: int
    texts: list[str]
    signature: str = ""
    places: dict[int, str] = field(default_factory=dict)
    implied: dict[str, Any] = field(default_factory=dict)

    @property
    def written(self) -> dict[str, str]:
        return {name: self.texts[place] for place, name in self.places.items()}

    @property
    def ignored(self) -> list[str]:
        return [text for place, text in enumerate(self.texts) if text and place not in self.places]


@dataclass(frozen=True)
class Candidate:
    """One column of the file as a person is asked about it."""

    key: str
    head: str
    samples: list[str]
    guess: str


@dataclass(frozen=True)
class SheetBeginning:
    """A sheet as far as it was read: enough to ask which line holds the heads and what they mean."""

    title: str
    lines: list[Line]


class HeadsUnsure(TableUnreadable):
    """A person has to say which line holds the heads, or what a column means, or which sheet is meant."""

    code = "heads_missing"

    def __init__(self, code: str, beginnings: Sequence[SheetBeginning], **facts: Any) -> None:
        super().__init__(code, **facts)
        self.beginnings = beginnings

    def may_be_said(self, least: int) -> bool:
        """Does any line hold so many texts that they may be the heads of the table?"""
        lines = (cells for sheet in self.beginnings for _number, cells in sheet.lines[:HEAD_LINES])
        return any(sum(bool(cell.text) for cell in cells) >= least for cells in lines)


@dataclass(frozen=True)
class Unclear:
    """Why a line is not taken as heads: columns it lacks, or the head that may mean several things or stands twice."""

    lacking: Sequence[Named] = ()
    code: str = "heads_missing"
    head: str = ""


def is_number(text: str) -> bool:
    """Is the whole text the number of a document or a phone?"""
    return bool(_NUMBER.fullmatch(compact(text)))


def signature(texts: Sequence[str]) -> str:
    """The same for every file with the same set of heads, in whatever order and width they are written."""
    return hashlib.sha256("\n".join(sorted(filter(None, keyed(texts)))).encode()).hexdigest()


def keyed(texts: Sequence[str]) -> list[str]:
    """The key of every head in its place; the second of two equal ones ends in #2."""
    seen: Counter[str] = Counter()
    keys = []
    for text in texts:
        key = head_key(text)
        seen[key] += 1
        keys.append(f"{key}#{seen[key]}" if key and seen[key] > 1 else key)
    return keys


def find_heads(
    beginning: list[Line],
    columns: Sequence[Named],
    said: HeadMap | None = None,
    remembered: Mapping[str, HeadMap] | None = None,
) -> Heads | Unclear:
    """The first line that has every needed head, or why the best line cannot be taken."""
    known = _Known(columns)
    best = Unclear([column for column in columns if column.required])
    for index in range(min(len(beginning), HEAD_LINES)):
        row = line_texts(beginning, index)
        if not any(row):
            continue
        signed = signature(row)
        choice = said or (remembered or {}).get(signed)
        found = known.match(row, choice.fields if choice else {})
        if isinstance(found, Unclear):
            if found.code != "heads_missing":
                return found
            best = min(best, found, key=lambda one: len(one.lacking))
            continue
        whole = _with_second_line(beginning, index, found, known, choice)
        if isinstance(whole, Heads):
            whole.signature = signed
        return whole
    return best


def line_texts(beginning: list[Line], index: int) -> list[str]:
    """The texts of a line; where a cell is empty, that of the line above: a head over two lines."""
    own = [cell.text for cell in beginning[index][1]]
    above = [cell.text for cell in beginning[index - 1][1]] if index else []
    width = max(len(own), len(above))
    own, above = own + [""] * (width - len(own)), above + [""] * (width - len(above))
    return [text or higher for text, higher in zip(own, above, strict=True)] if any(own) else own


def likeliest_line(beginning: list[Line], columns: Sequence[Named]) -> int:
    """The line that a person is asked about first: most known heads, then most texts."""
    known = _Known(columns)

    def weight(index: int) -> tuple[int, int]:
        texts = [cell.text for cell in beginning[index][1]]
        return sum(bool(known.meanings(text)) for text in texts), sum(map(bool, texts))

    return max(range(min(len(beginning), HEAD_LINES)), key=weight, default=0)


def candidates(
    beginning: list[Line], index: int, columns: Sequence[Named], masked: Callable[[str], str]
) -> list[Candidate]:
    """Every column that has a head in this line, with masked values from below it and what it seems to mean."""
    known, row = _Known(columns), line_texts(beginning, index)
    below = [cells for _number, cells in beginning[index + 1 :]]
    taken: set[str] = set()
    found = []
    for place, (text, key) in enumerate(zip(row, keyed(row), strict=True)):
        if not text:
            continue
        meanings = known.meanings(text)
        guess = min(meanings) if len(meanings) == 1 and not meanings & taken else ""
        taken.add(guess)
        values = [cells[place].text for cells in below if place < len(cells) and cells[place].text]
        found.append(Candidate(key, text, [masked(value) for value in values[:SAMPLES]], guess))
    return found


class _Known:
    """The vocabulary of the columns, and how a line of texts is matched with it."""

    def __init__(self, columns: Sequence[Named]) -> None:
        self.columns = {column.field: column for column in columns}
        self.exact = {key: column.field for column in columns for key in column.keys}
        self.loose = {key: column.field for column in columns for key in column.synonym_keys} | self.exact
        self.implies = {key: fact for column in columns for key, fact in column.implies.items()}

    def meanings(self, text: str) -> set[str]:
        """The fields that a head may mean: one when it is clear, none when nobody knows it."""
        if len(text) > LONGEST_HEAD:
            return set()
        key = head_key(text)
        if key in self.loose:
            return {self.loose[key]}
        narrow = text.translate(_NARROW)
        remarks = [head_key(remark) for remark in _BRACKETED.findall(narrow)]
        pieces = [head_key(piece) for piece in _PIECES.split(_BRACKETED.sub("", narrow))]
        pieces.append(head_key(_BRACKETED.sub("", narrow)))
        found = {self.loose[piece] for piece in pieces if piece in self.loose}
        found |= {self.loose[remark] for remark in remarks if remark in self.loose and found}
        return found

    def is_clear(self, text: str, name: str) -> bool:
        """A remark in brackets may turn the meaning of some columns round (含当日): then only known spellings do."""
        if not self.columns[name].strict or head_key(text) in self.loose:
            return True
        remarks = [head_key(remark) for remark in _BRACKETED.findall(text.translate(_NARROW))]
        return all(remark in self.loose or _HARMLESS.fullmatch(remark) for remark in remarks)

    def match(self, row: list[str], said: Mapping[str, str]) -> "Heads | Unclear":
        """Heads of this line: what was said goes first, then exact spellings, then synonyms."""
        heads, open_places = Heads(0, row), dict[int, str]()
        for place, (text, key) in enumerate(zip(row, keyed(row), strict=True)):
            if key in said:
                _say(heads, place, said[key])
            elif text:
                open_places[place] = text
        unclear = self._match_open(heads, open_places)
        self._imply(heads)
        names = {*heads.places.values(), *heads.implied}
        lacking = [column for column in self.columns.values() if column.required and column.field not in names]
        # A line that lacks heads is perhaps no line of heads at all, so that comes before what is unclear in it.
        return Unclear(lacking) if lacking and not (unclear and self._resolves(unclear, lacking)) else unclear or heads

    def _match_open(self, heads: Heads, open_places: dict[int, str]) -> Unclear | None:
        taken, unclear = set(heads.places.values()), None
        for name, places in self._by_meaning(open_places).items():
            if name in taken:
                continue
            exact = [place for place in places if head_key(open_places[place]) in self.exact]
            wanted = exact or places
            text = open_places[wanted[-1]]
            if len(wanted) > 1:
                unclear = unclear or Unclear([self.columns[name]], "head_twice", text)
            elif len(self.meanings(text)) > 1 or not self.is_clear(text, name):
                unclear = unclear or Unclear([self.columns[name]], "head_unclear", text)
            else:
                heads.places[wanted[0]] = name
        return unclear

    def _by_meaning(self, open_places: dict[int, str]) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for place, text in open_places.items():
            for name in self.meanings(text):
                found.setdefault(name, []).append(place)
        return {name: found[name] for name in self.columns if name in found}

    def _imply(self, heads: Heads) -> None:
        for text in heads.written.values():
            if len(text) > LONGEST_HEAD:
                continue
            for key in {head_key(text), head_key(_BRACKETED.sub("", text.translate(_NARROW)))} & self.implies.keys():
                name, value = self.implies[key]
                if name not in heads.places.values():
                    heads.implied[name] = value

    def _resolves(self, unclear: Unclear, lacking: list[Named]) -> bool:
        """Is the unclear head all that is missing, so that this is the line of heads after all?"""
        return {column.field for column in lacking} <= {column.field for column in unclear.lacking}


def _say(heads: Heads, place: int, meaning: str) -> None:
    """`field`, or `field+other=value` when the column says the same of another one for every row; "" is not used."""
    name, _plus, fact = meaning.partition("+")
    if name:
        heads.places[place] = name
    if fact:
        other, _equals, value = fact.partition("=")
        heads.implied[other] = value


# Brackets and strokes of full width, so that one pattern finds them.
_NARROW = str.maketrans("（）［］／｜＜＞", "()[]/|<>")


def _with_second_line(
    beginning: list[Line], index: int, heads: Heads, known: _Known, choice: HeadMap | None
) -> Heads | Unclear:
    """The line below belongs to the heads when it holds nothing but heads: a group above, its columns there."""
    heads.lines = index + 1
    if heads.lines >= len(beginning):
        return heads
    below = [cell.text for cell in beginning[heads.lines][1]]
    if not any(below) or not all(known.meanings(text) for text in below if text):
        return heads
    row = line_texts(beginning[index : heads.lines + 1], 1)
    both = known.match(row, choice.fields if choice else {})
    if isinstance(both, Heads):
        both.lines = heads.lines + 1
    return both
