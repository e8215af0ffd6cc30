"""Other ways to count the same people on the same day, shown beside the figure that the requirement asks for."""

from collections import defaultdict
from collections.abc import Hashable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.selectors.staff import StaffRow
from staffing.models import RatioRule
from staffing.ratio import FULL, Ratio, equivalents_of
from staffing.selectors.ratios import RatioAnswer
from staffing.selectors.versions import counted, counts


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
    facts, rule, day = answer.facts, answer.rule, answer.as_of
    rows, trained = facts.there(rule, day), facts.trained(rule, day)
    kinds = [kind for kind in RatioRule.StaffCounted if kind != rule.staff_counted]
    return [
        *(Beside(kind.label, _heads(rows, trained, answer, kind)) for kind in kinds),
        _equivalents(rows, trained, answer),
        *(Beside(one.title, facts.ratio(one, day), one) for one in facts.others(day, rule.code)),
    ]


def _heads(rows: list[StaffRow], trained: frozenset[int], answer: RatioAnswer, kind: str) -> Ratio:
    """People in secret posts are professional staff; they are in every way of counting."""
    staff = frozenset(row.person for row in rows if counts(row, answer.rule, kind))
    return answer.facts.with_sealed(counted(staff, trained, answer.rule), answer.as_of)


def _equivalents(rows: list[StaffRow], trained: frozenset[int], answer: RatioAnswer) -> Beside:
    shares: dict[Hashable, int] = defaultdict(int)
    for row in (row for row in rows if counts(row, answer.rule)):
        shares[row.person] += FULL if row.share is None else row.share
    whole = {row.person for row in rows if counts(row, answer.rule) and row.share is None}
    ratio = equivalents_of(shares, trained, value=answer.rule.value, comparator=answer.rule.comparator)
    ratio = ratio.with_sealed(answer.sealed.trained * FULL, answer.sealed.staff * FULL)
    return Beside(_("full-time equivalents"), ratio, hundredths=True, whole=len(whole))
