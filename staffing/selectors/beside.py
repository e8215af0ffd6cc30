"""Other ways to count the same people on the same day, shown beside the figure that the requirement asks for."""

from collections import defaultdict
from collections.abc import Callable, Hashable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.selectors.leaves import leaves_at, there_on
from accounts.selectors.staff import StaffRow, staff_of
from staffing.models import RatioRule
from staffing.ratio import FULL, Ratio, equivalents_of
from staffing.selectors.ratios import RatioAnswer
from staffing.selectors.versions import adopted, counted, counts, rules_beside, trained_ids


@dataclass(frozen=True)
class Beside:
    """`hundredths`: posts and not people are counted; `whole`: how many have no share on file and count as one post.

    `rule`: another requirement or wording; None where the rule of the answer is only counted otherwise.
    """

    label: Promise | str
    ratio: Ratio
    rule: RatioRule | None = None
    hundredths: bool = False
    whole: int = 0


def ratios_beside(answer: RatioAnswer) -> list[Beside]:
    """All staff, full-time staff, full-time equivalents by the same rule; narrower wordings and requirements of the
    region by their own. None of them decides about the outcome of the answer's rule."""
    others = _other_rules(answer)
    there = _there(answer, [answer.rule, *others])
    rows = there(answer.rule)
    trained = _trained(rows, answer, answer.rule)
    kinds = [kind for kind in RatioRule.StaffCounted if kind != answer.rule.staff_counted]
    return [
        *(Beside(kind.label, _heads(rows, trained, answer, answer.rule, kind)) for kind in kinds),
        _equivalents(rows, trained, answer),
        *(Beside(one.title, _by(one, there(one), answer), one) for one in others),
    ]


def _there(answer: RatioAnswer, rules: list[RatioRule]) -> Callable[[RatioRule], list[StaffRow]]:
    """Who is there that day; each rule leaves out the leaves of its own list."""
    everybody = staff_of(answer.institution, answer.as_of, answer.known_then)
    kinds = {kind for rule in rules for kind in rule.leaves_left_out}
    leaves = leaves_at([answer.institution], kinds, answer.known_then)
    return lambda rule: there_on(answer.as_of, everybody, leaves, rule.leaves_left_out)


def _other_rules(answer: RatioAnswer) -> list[RatioRule]:
    narrower = adopted(answer.known_then).filter(code=answer.rule.code, reference_only=True).order_by("-valid_from")
    return [*narrower, *rules_beside(answer.institution, answer.as_of, answer.known_then)]


def _by(rule: RatioRule, rows: list[StaffRow], answer: RatioAnswer) -> Ratio:
    return _heads(rows, _trained(rows, answer, rule), answer, rule, rule.staff_counted)


def _trained(rows: list[StaffRow], answer: RatioAnswer, rule: RatioRule) -> frozenset[int]:
    return trained_ids({row.person for row in rows}, rule, answer.as_of, answer.known_then)


def _heads(rows: list[StaffRow], trained: frozenset[int], answer: RatioAnswer, rule: RatioRule, kind: str) -> Ratio:
    """People in secret posts are professional staff; they are in every way of counting."""
    staff = frozenset(row.person for row in rows if counts(row, rule, kind))
    return counted(staff, trained, rule).with_sealed(answer.sealed.trained, answer.sealed.staff)


def _equivalents(rows: list[StaffRow], trained: frozenset[int], answer: RatioAnswer) -> Beside:
    shares: dict[Hashable, int] = defaultdict(int)
    for row in (row for row in rows if counts(row, answer.rule)):
        shares[row.person] += FULL if row.share is None else row.share
    whole = {row.person for row in rows if counts(row, answer.rule) and row.share is None}
    ratio = equivalents_of(shares, trained, value=answer.rule.value, comparator=answer.rule.comparator)
    ratio = ratio.with_sealed(answer.sealed.trained * FULL, answer.sealed.staff * FULL)
    return Beside(_("full-time equivalents"), ratio, hundredths=True, whole=len(whole))
