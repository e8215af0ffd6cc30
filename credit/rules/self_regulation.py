"""Rules of self-regulation by version: clocks in working days, and what a review may make of a decision.

Practice 1.1: a body's own rules; no severity, no publication, no repair. The figures are the platform's default.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import yaml
from django.conf import settings

from credit.rules.cases import months_after
from credit.workflow.self_regulation import (
    ACTIVITIES_OF_PERSONS,
    ACTIVITIES_OF_PLACES,
    FIRMNESS,
    MEASURES,
    Activity,
    SelfOutcome,
)

FILE = "demo/reference/self_rules.yaml"
# Nobody has less time to answer, whatever a version says; the database holds to it, too.
LEAST_ANSWER_DAYS = 5


@dataclass(frozen=True)
class SelfRule:
    """One version, as its file holds it."""

    version: str
    valid_from: date
    source: Mapping[str, str]
    clocks: Mapping[str, int]
    exclusion_most_months: int


@dataclass(frozen=True)
class Result:
    """What is decided: an outcome, and for an exclusion from what and until which day (the first one free of it)."""

    outcome: str
    activity: str = ""
    until: date | None = None
    correct_by: date | None = None

    @property
    def firmness(self) -> int:
        return FIRMNESS[self.outcome]


@cache
def self_rules() -> tuple[SelfRule, ...]:
    """Newest first."""
    rows: list[dict[str, Any]] = yaml.safe_load((settings.ROOT / FILE).read_text(encoding="utf-8"))
    return tuple(sorted((SelfRule(**row) for row in rows), key=lambda rule: rule.valid_from, reverse=True))


def self_rule_on(day: date) -> SelfRule:
    """The version in force that day; the oldest one for days before any."""
    rules = self_rules()
    return next((rule for rule in rules if rule.valid_from <= day), rules[-1])


def self_rule_of(version: str) -> SelfRule:
    return next(rule for rule in self_rules() if rule.version == version)


def goes_beyond(result: Result, announced: str) -> bool:
    """Does a decision stand above what the notice announced?"""
    return result.firmness > FIRMNESS[announced]


def is_milder(result: Result, before: Result) -> bool:
    """A review never makes it worse: a milder outcome, or a shorter exclusion from the same activity."""
    if result.firmness != before.firmness:
        return result.firmness < before.firmness
    both = result.until is not None and before.until is not None
    return both and result.activity == before.activity and result.until < before.until  # type: ignore[operator]


def wrong_result(rule: SelfRule, result: Result, *, of_person: bool, on: date) -> str:
    """What is wrong with a decision of that day as a code, empty where nothing is."""
    excludes, corrects = result.outcome == SelfOutcome.EXCLUSION, result.outcome == SelfOutcome.CORRECTION
    latest = months_after(on, rule.exclusion_most_months)
    found = {
        "outcome_unknown": result.outcome not in MEASURES,
        "activity_missing": excludes and result.activity not in activities(of_person=of_person),
        "until_missing": excludes and result.until is None,
        "until_wrong": excludes and result.until is not None and not on < result.until <= latest,
        "correct_by_missing": corrects and result.correct_by is None,
        "correct_by_past": corrects and result.correct_by is not None and result.correct_by <= on,
        "only_of_exclusions": not excludes and bool(result.activity or result.until),
        "only_of_corrections": not corrects and result.correct_by is not None,
    }
    return next((code for code, holds in found.items() if holds), "")


def activities(*, of_person: bool) -> tuple[Activity, ...]:
    """Whoever teaches and marks is a person; certificates are issued by places."""
    return ACTIVITIES_OF_PERSONS if of_person else ACTIVITIES_OF_PLACES
