"""Written courses as plain files: YAML front matter, then fenced blocks (`:::text Heading` … `:::`). Pure: no database.

A folder holds course.<language>.md and lesson-<n>.<language>.md. What comes out has the shape that the page's
StreamFields store, with block ids that follow from the text's place, so that reading twice gives the same.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import yaml
from markdown_it import MarkdownIt

from core.errors import DomainError

Raw = dict[str, Any]

_FILE = re.compile(r"(course|lesson-\d+)\.([a-z-]+)\.md")
_FENCE = re.compile(r":::(\w+) ?(.*)")
_markdown = MarkdownIt("commonmark", {"html": False})


class ContentError(DomainError):
    """A course file cannot be read; `facts` name the file and what is wrong."""

    code = "course_file_wrong"


@dataclass(frozen=True)
class WrittenLesson:
    key: UUID
    slug: str
    title: str
    number: int
    shares: dict[str, Decimal]
    law_as_of: date
    summary: str
    objectives: str
    body: list[Raw]
    checks: list[Raw]


@dataclass(frozen=True)
class WrittenCourse:
    key: UUID
    slug: str
    title: str
    level: str
    summary: str
    audience: str
    outcome: str
    body: list[Raw]
    lessons: list[WrittenLesson] = field(default_factory=list)


def read_course(folder: Path) -> dict[str, WrittenCourse]:
    """The course in every language it is written in, lessons in order. Raises ContentError."""
    files = {path: match for path in sorted(folder.glob("*.md")) if (match := _FILE.fullmatch(path.name))}
    courses = {match[2]: _course(path) for path, match in files.items() if match[1] == "course"}
    if not courses:
        raise ContentError(file=str(folder), wrong="no course.<language>.md")
    for path, match in files.items():
        if match[1] != "course" and match[2] in courses:
            course = courses[match[2]]
            course.lessons.append(_lesson(path, course))
    for course in courses.values():
        course.lessons.sort(key=lambda lesson: lesson.number)
    return courses


def _course(path: Path) -> WrittenCourse:
    head, blocks = _parts(path)
    try:
        key = uuid5(NAMESPACE_URL, f"course:{head['slug']}")
        names = ("slug", "title", "level", "summary", "audience", "outcome")
        return WrittenCourse(key=key, body=_body(path, key, blocks), **{name: head[name] for name in names})
    except KeyError as error:
        raise ContentError(file=path.name, wrong=f"no {error}") from error


def _lesson(path: Path, course: WrittenCourse) -> WrittenLesson:
    head, blocks = _parts(path)
    try:
        key = uuid5(course.key, f"lesson:{head['number']}")
        return WrittenLesson(
            key=key,
            body=_body(path, key, blocks),
            checks=[_check(path, key, n, check) for n, check in enumerate(head["checks"], 1)],
            shares={code: Decimal(hours) for code, hours in head["modules"].items()},
            objectives="\n".join(head["objectives"]),
            **{name: head[name] for name in ("slug", "title", "number", "law_as_of", "summary")},
        )
    except KeyError as error:
        raise ContentError(file=path.name, wrong=f"no {error}") from error


def _parts(path: Path) -> tuple[Raw, list[tuple[str, str, str]]]:
    """Front matter, and (kind, heading, text) of every fenced block."""
    before, *parts = path.read_text(encoding="utf-8").split("---\n", 2)
    if before or len(parts) != 2:
        raise ContentError(file=path.name, wrong="no front matter")
    head, text = parts
    blocks: list[tuple[str, str, list[str]]] = []
    inside = False
    for line in text.splitlines():
        if line == ":::":
            inside = False
        elif fence := _FENCE.fullmatch(line):
            blocks.append((fence[1], fence[2].strip(), []))
            inside = True
        elif inside:
            blocks[-1][2].append(line)
        elif line.strip():
            raise ContentError(file=path.name, wrong=f"text outside a block: {line[:40]}")
    return yaml.safe_load(head), [(kind, heading, "\n".join(lines).strip()) for kind, heading, lines in blocks]


def _body(path: Path, key: UUID, blocks: list[tuple[str, str, str]]) -> list[Raw]:
    body = []
    for place, (kind, heading, text) in enumerate(blocks, 1):
        if kind not in _VALUES:
            raise ContentError(file=path.name, wrong=f"unknown block {kind}")
        block = uuid5(key, f"body:{place}")
        body.append({"type": kind, "value": {"heading": heading, **_VALUES[kind](text, block)}, "id": str(block)})
    return body


def _check(path: Path, key: UUID, place: int, check: Raw) -> Raw:
    if not 1 <= check["answer"] <= len(check["options"]):
        raise ContentError(file=path.name, wrong=f"check {place}: no option {check['answer']}")
    block = uuid5(key, f"check:{place}")
    options = [str(option) for option in check["options"]]
    texts = {name: str(check[name]) for name in ("question", "reason")}
    value = {**texts, "options": _items(options, block), "answer": check["answer"]}
    return {"type": "question", "value": value, "id": str(block)}


def _rich(text: str, block: UUID) -> Raw:
    return {"text": _markdown.render(text).strip()}


def _table(text: str, block: UUID) -> Raw:
    return {"rows": text}


def _list_of(first: str, second: str, name: str) -> Callable[[str, UUID], Raw]:
    """`- first | second` lines as a list of pairs."""

    def pairs(text: str, block: UUID) -> Raw:
        lines = (line.removeprefix("- ").partition(" | ") for line in text.splitlines() if line.strip())
        return {name: _items([{first: one.strip(), second: two.strip()} for one, _, two in lines], block)}

    return pairs


def _items(values: list[Any], block: UUID) -> list[Raw]:
    return [
        {"type": "item", "value": value, "id": str(uuid5(block, str(place)))} for place, value in enumerate(values, 1)
    ]


_VALUES: dict[str, Callable[[str, UUID], Raw]] = {
    "text": _rich,
    "story": _rich,
    "task": _rich,
    "table": _table,
    "form": _list_of("label", "hint", "lines"),
    "sources": _list_of("source", "about", "sources"),
}
