"""Reads the question bank and blueprints from YAML files into validated plans; services execute the plans."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import yaml

from core.errors import DomainError
from courses.exams.models import Question
from courses.exams.rules import CHOICES, MAIN_LANGUAGE, QuestionKind

BLUEPRINT_FILE = "blueprint.yaml"
LANGUAGES = frozenset({MAIN_LANGUAGE, "en", "ja"})
REQUIRED = frozenset({"code", "module", "kind", "difficulty", "stem", "answer", "explanation", "source"})
OPTIONAL = frozenset({"options", "unit"})


@dataclass(frozen=True)
class PlannedQuestion:
    """One question as the bank will hold it; see models.Question for the shapes of texts and answer."""

    code: str
    module: str
    kind: str
    difficulty: str
    texts: dict[str, dict[str, Any]]
    answer: list[Any]
    source: str

    @property
    def option_count(self) -> int:
        return len(self.texts[MAIN_LANGUAGE]["options"])


@dataclass(frozen=True)
class PlannedBlueprint:
    code: str
    level: str
    rows: list[dict[str, Any]]
    minutes: int
    pass_score: int


def read_questions(folder: Path) -> list[PlannedQuestion]:
    """Every question file of a folder. Raises `bank_wrong` with all errors, as (code, reason) pairs."""
    files = sorted(path for path in folder.glob("*.yaml") if path.name != BLUEPRINT_FILE)
    return plan_questions(row for path in files for row in yaml.safe_load(path.read_text(encoding="utf-8")))


def read_blueprint(path: Path) -> PlannedBlueprint:
    return PlannedBlueprint(**yaml.safe_load(path.read_text(encoding="utf-8")))


def plan_questions(rows: Iterable[Mapping[str, Any]]) -> list[PlannedQuestion]:
    rows = list(rows)
    counts = Counter(row.get("code") for row in rows)
    errors = [(str(code), "code_twice") for code, count in counts.items() if count > 1]
    errors += [(str(row.get("code")), reason) for row in rows for reason in _faults(row)]
    if errors:
        raise DomainError("bank_wrong", errors=errors)
    return [_planned(row) for row in rows]


def _planned(row: Mapping[str, Any]) -> PlannedQuestion:
    plain = {name: row[name] for name in ("code", "module", "kind", "difficulty", "answer", "source")}
    return PlannedQuestion(**plain, texts={language: _texts(row, language) for language in row["stem"]})


def _texts(row: Mapping[str, Any], language: str) -> dict[str, Any]:
    return {
        "stem": row["stem"][language],
        "options": [option[language] for option in row.get("options", [])],
        "explanation": row["explanation"][language],
        "unit": row.get("unit", {}).get(language, ""),
    }


def _faults(row: Mapping[str, Any]) -> list[str]:
    """What is wrong with one row; later checks rely on the earlier ones."""
    if not REQUIRED <= row.keys() <= REQUIRED | OPTIONAL:
        return ["fields"]
    if row["kind"] not in QuestionKind.values or row["difficulty"] not in Question.Difficulty.values:
        return ["kind_or_difficulty"]
    checks: dict[str, Callable[[Mapping[str, Any]], bool]] = {
        "languages": _speaks_whole_languages,
        "options": _has_fitting_options,
        "answer": _has_fitting_answer,
        "length": lambda row: len(row["source"]) <= 200 and len(row["code"]) <= 20 and len(row["module"]) <= 4,
    }
    return [reason for reason, holds in checks.items() if not holds(row)]


def _speaks_whole_languages(row: Mapping[str, Any]) -> bool:
    """Chinese always; a further language only with every text of the question."""
    spoken = row["stem"].keys()
    texts = [row["stem"], row["explanation"], *row.get("options", []), *([row["unit"]] if "unit" in row else [])]
    complete = all(text.keys() == spoken and all(text.values()) for text in texts)
    return MAIN_LANGUAGE in spoken and spoken <= LANGUAGES and complete


def _has_fitting_options(row: Mapping[str, Any]) -> bool:
    count = len(row.get("options", []))
    return count >= 2 if row["kind"] in CHOICES else count == 0


def _has_fitting_answer(row: Mapping[str, Any]) -> bool:
    answer = row["answer"]
    if not isinstance(answer, list) or not answer:
        return False
    if row["kind"] in CHOICES:
        known = range(1, len(row.get("options", [])) + 1)
        enough = len(answer) == 1 if row["kind"] == QuestionKind.SINGLE else len(answer) > 1
        return enough and len(set(answer)) == len(answer) and all(number in known for number in answer)
    if row["kind"] == QuestionKind.TRUE_FALSE:
        return answer in ([True], [False])
    return len(answer) == 1 and _is_decimal(answer[0])


def _is_decimal(text: object) -> bool:
    try:
        return isinstance(text, str) and Decimal(text).is_finite()
    except InvalidOperation:
        return False
