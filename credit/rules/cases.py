"""Rules of administrative cases by version: periods of publicity, clocks, what a severity asks, when repair may come.

Order 36 (2026) for publicity and repair; Administrative Penalty Law for steps and clocks; practice 1.23 and 1.24.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import yaml
from django.conf import settings
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from credit.workflow.cases import RANK, CaseOutcome

FILE = "demo/reference/credit_rules.yaml"


class Missing(TextChoices):
    """What still stands between a subject and the repair of an entry."""

    NOT_IN_FORCE = "not_in_force", _("there is no entry in force")
    MINIMUM_RUNS = "minimum_runs", _("the minimum period is not over")
    NOT_CORRECTED = "not_corrected", _("what was corrected, and what shows it, is not said")
    NO_COMMITMENT = "no_commitment", _("the credit commitment is not given")


@dataclass(frozen=True)
class CaseRule:
    """One version of the rules, as its file holds it."""

    version: str
    valid_from: date
    source: Mapping[str, str]
    publicity_months: Mapping[str, tuple[int, int]]
    law_review: Collection[str]
    discussion: Collection[str]
    hearing: Collection[str]
    clocks: Mapping[str, int]
    remedies: Mapping[str, int]
    repair: Collection[str]


@dataclass(frozen=True)
class Publicity:
    """From the day of the determination; `earliest` is the first day on which repair can end it, `until` the last day
    on which it is seen."""

    earliest: date
    until: date


@cache
def case_rules() -> tuple[CaseRule, ...]:
    """Newest first."""
    text = (settings.ROOT / FILE).read_text(encoding="utf-8")
    rows: list[dict[str, Any]] = yaml.safe_load(text)
    return tuple(sorted((CaseRule(**row) for row in rows), key=lambda rule: rule.valid_from, reverse=True))


def rule_on(day: date) -> CaseRule:
    """The version in force that day; the oldest one for days before any."""
    rules = case_rules()
    return next((rule for rule in rules if rule.valid_from <= day), rules[-1])


def rule_of(version: str) -> CaseRule:
    return next(rule for rule in case_rules() if rule.version == version)


def publicity(rule: CaseRule, severity: str, determined_on: date) -> Publicity:
    """Both ends of the period; a minimum of no months lets repair come at once."""
    least, most = rule.publicity_months[severity]
    return Publicity(months_after(determined_on, least), months_after(determined_on, most))


def months_after(day: date, months: int) -> date:
    """The same day of a later month, or its last day where the month is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, min(day.day, last))
        except ValueError:
            continue
    raise AssertionError(day)


def years_after(day: date, years: int) -> date:
    return months_after(day, 12 * years)


def worse_than(decided: str, noticed: str) -> bool:
    """Would a decision stand above the notice? A defence never makes it worse (Penalty Law art. 45)."""
    return RANK[decided] > RANK[noticed]


def stands_in_the_way(
    *, in_force: bool, severity: str, earliest: date | None, on: date, corrected: str, committed: bool
) -> list[Missing]:
    """What is missing for a repair that day; empty: it is the subject's right (Order 36 art. 2)."""
    if not in_force or severity not in (CaseOutcome.MINOR, CaseOutcome.GENERAL, CaseOutcome.SERIOUS):
        return [Missing.NOT_IN_FORCE]
    missing = {
        Missing.MINIMUM_RUNS: earliest is None or on < earliest,
        Missing.NOT_CORRECTED: not corrected.strip(),
        Missing.NO_COMMITMENT: not committed,
    }
    return [one for one, holds in missing.items() if holds]
