"""Points and grades from indicator values: whole numbers and exact fractions only; schemes come in as data.

A grade is an evaluation by a scheme that is published, never a determination of dishonesty (practice 1.1): D stands
only while a competent body's serious determination is in force. What is undecided or repaired is not an argument here.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Any

# Points are kept in hundredths; a whole scheme is worth 100 points.
WHOLE = 100
HUNDREDTHS = 100
# Of fewer examined a rate says little about whoever trained them: it is said and not graded.
SMALL_NUMBER = 10
# The columns that say what a scheme is; in the order in which people read them.
WORDS = (
    "code", "version", "subject_kind", "region_path", "scored_by", "publicity_days", "least_measured", "tree", "grades",
    "ladder", "valid_from", "document_number", "texts",
)  # fmt: skip
LANGUAGES = ("zh-hans", "en", "ja")
# No publication, paper or degree is asked of a person (004 on evaluation by contribution; issue 6 D).
PAPERS = re.compile(
    r"论文|论著|著作|学历|学位|論文|著書|学歴|\bpapers?\b|\bpublications?\b|\bdegrees?\b|\bthes[ie]s\b", re.I
)


class SubjectKind(StrEnum):
    PERSON = "person"
    INSTITUTION = "institution"
    BASE = "base"


class Grade(StrEnum):
    A = "A"
    B = "B"
    C = "C"
    D = "D"
    NR = "NR"


class Source(StrEnum):
    """Where a value comes from: known to the platform, or entered with evidence."""

    RATIO = "ratio"
    TRAINED = "trained"
    PASS_RATE = "pass_rate"  # noqa: S105 - a source of values
    HOURS = "hours"
    FILED_ON_TIME = "filed_on_time"
    ENTERED = "entered"


class Consequence(StrEnum):
    COMMEND = "commend"
    PASS = "pass"  # noqa: S105 - a step of the ladder
    TALK = "talk"
    CIRCULAR = "circular"
    RECTIFY = "rectify"
    REMOVE = "remove"


# What the platform can compute of whom.
COMPUTED: Mapping[str, frozenset[str]] = {
    SubjectKind.PERSON: frozenset({Source.HOURS, Source.TRAINED}),
    SubjectKind.INSTITUTION: frozenset({Source.RATIO, Source.TRAINED, Source.FILED_ON_TIME}),
    SubjectKind.BASE: frozenset({Source.TRAINED, Source.PASS_RATE, Source.HOURS}),
}
# A share is measured in percent; of the others those that people give are scores.
SHARES = frozenset({Source.RATIO, Source.PASS_RATE, Source.FILED_ON_TIME})
# A person's grade rewards and nothing else (NDRC 2019-07-18).
OF_PERSONS = frozenset({Consequence.COMMEND})


@dataclass(frozen=True)
class Indicator:
    """`begins` is the value of the first point, `full` that of all of them; both in the unit of the value."""

    code: str
    weight: int
    source: str
    full: int
    begins: int = 0
    # A share is measured in percent of its denominator.
    percent: bool = False


@dataclass(frozen=True)
class Value:
    """`numerator` of `denominator`; None: not measured. `small`: of too few to be graded."""

    numerator: int | None
    denominator: int = 1
    small: bool = False

    @property
    def counts(self) -> bool:
        return self.numerator is not None and self.denominator > 0 and not self.small


NOT_MEASURED = Value(None)


@dataclass(frozen=True)
class Line:
    """What one indicator came to, in hundredths of a point; None: not measured, left out of the whole."""

    code: str
    weight: int
    value: Value
    points: int | None


@dataclass(frozen=True)
class Outcome:
    """`points` in hundredths of 100, of what was measured; None where nothing is rated."""

    grade: str
    points: int | None
    measured: int
    lines: tuple[Line, ...]


def indicators_of(tree: Sequence[Mapping[str, Any]]) -> list[Indicator]:
    return [
        Indicator(one["code"], one["weight"], one["source"], one["full"], one["begins"], one["unit"] == "percent")
        for one in leaves_of(tree)
    ]


def leaves_of(tree: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The indicators as data, in the order of the tree."""
    return [one for group in tree for one in group["indicators"]]


def unit_of(source: str, entered: str = "score") -> str:
    """In what a value of this source is measured; `entered`: a score or a count, of what evaluators enter."""
    if source in SHARES:
        return "percent"
    return "score" if source == Source.ENTERED and entered == "score" else "count"


def shares_of(tree: Sequence[Mapping[str, Any]]) -> dict[str, Fraction]:
    """Of the whole what each indicator weighs, exactly."""
    return {one["code"]: Fraction(one["weight"], WHOLE) for one in leaves_of(tree)}


def points_of(indicator: Indicator, value: Value) -> int | None:
    """From none at `begins` to all at `full`, in proportion; rounded down to hundredths."""
    if not value.counts:
        return None
    measured = Fraction(value.numerator or 0, value.denominator) * (WHOLE if indicator.percent else 1)
    share = (measured - indicator.begins) / (indicator.full - indicator.begins)
    return int(indicator.weight * HUNDREDTHS * min(max(share, Fraction(0)), Fraction(1)))


def mean_of(values: Iterable[Value]) -> Value:
    """What several evaluators say together: the exact mean of those who gave a value."""
    given = [Fraction(one.numerator or 0, one.denominator) for one in values if one.counts]
    if not given:
        return NOT_MEASURED
    mean = sum(given, Fraction(0)) / len(given)
    return Value(mean.numerator, mean.denominator)


def outcome_of(
    indicators: Sequence[Indicator],
    values: Mapping[str, Value],
    grades: Sequence[Mapping[str, Any]],
    *,
    subject_kind: str,
    least_measured: int,
    has_serious_determination: bool = False,
    opted_out: bool = False,
    unrated: bool = False,
) -> Outcome:
    """The whole of a scheme for one subject. `least_measured`: percent of the weight without which nothing is rated.

    `has_serious_determination`: of a competent body, in force. Nothing else of a credit file enters. `unrated`: nobody
    scored it, and an officer has said why.
    """
    lines = tuple(_line(one, values.get(one.code, NOT_MEASURED)) for one in indicators)
    measured = sum(line.weight for line in lines if line.points is not None)
    total = sum(line.points or 0 for line in lines)
    is_person = subject_kind == SubjectKind.PERSON
    if is_person and opted_out:
        return Outcome(Grade.NR, None, measured, ())
    rated = measured > 0 and measured * WHOLE >= least_measured * sum(one.weight for one in indicators)
    points = total * WHOLE // measured if rated else None
    if has_serious_determination and not is_person:
        return Outcome(Grade.D, None if unrated else points, measured, lines)
    if unrated:
        return Outcome(Grade.NR, None, measured, lines)
    return Outcome(_grade(points, grades), points, measured, lines)


def scheme_faults(words: Mapping[str, Any]) -> list[str]:
    """What keeps a scheme from being one: codes of faults, in the order in which people would put them right."""
    leaves, kind = leaves_of(words["tree"]), words["subject_kind"]
    codes = [one["code"] for one in leaves]
    faults = {
        "weights_not_whole": sum(one["weight"] for one in leaves) != WHOLE or any(one["weight"] < 1 for one in leaves),
        "indicator_twice": len(set(codes)) != len(codes),
        "indicator_cannot_be": any(one["full"] <= one["begins"] or one["begins"] < 0 for one in leaves),
        "indicator_not_known": any(not _known(one, kind) for one in leaves),
        "bounds_cannot_be": not _bounds_fall(words["grades"]),
        "person_has_no_d": kind == SubjectKind.PERSON and any(one["grade"] == Grade.D for one in words["grades"]),
        "person_only_rewarded": kind == SubjectKind.PERSON and not _steps(words["ladder"]) <= OF_PERSONS,
        "asks_for_papers": kind == SubjectKind.PERSON and any(PAPERS.search(text) for text in _told(leaves)),
    }
    return [name for name, found in faults.items() if found]


def _line(indicator: Indicator, value: Value) -> Line:
    return Line(indicator.code, indicator.weight, value, points_of(indicator, value))


def _grade(points: int | None, grades: Sequence[Mapping[str, Any]]) -> str:
    """The best one whose bound is reached. A bound of None is reached by no points: D."""
    if points is None:
        return Grade.NR
    reached = [one for one in grades if one["at_least"] is not None and points >= one["at_least"] * HUNDREDTHS]
    return str(max(reached, key=lambda one: one["at_least"])["grade"]) if reached else Grade.NR


def _known(leaf: Mapping[str, Any], kind: str) -> bool:
    return leaf["source"] == Source.ENTERED or leaf["source"] in COMPUTED[kind]


def _bounds_fall(grades: Sequence[Mapping[str, Any]]) -> bool:
    """A, B, C, each bound below the one before; the last is reached by everybody who is rated."""
    bounds = {one["grade"]: one["at_least"] for one in grades}
    some = [bounds.get(grade) for grade in (Grade.A, Grade.B, Grade.C)]
    if any(one is None for one in some) or bounds.get(Grade.D) is not None:
        return False
    best, good, least = (one or 0 for one in some)
    return WHOLE >= best > good > least == 0


def _steps(ladder: Mapping[str, Sequence[str]]) -> frozenset[str]:
    return frozenset(step for steps in ladder.values() for step in steps)


def _told(leaves: Iterable[Mapping[str, Any]]) -> list[str]:
    """Everything that a scheme asks of somebody, in all languages."""
    return [text for one in leaves for name in ("titles", "definition", "evidence") for text in one[name].values()]
