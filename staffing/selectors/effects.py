"""What a rule would change: every institution by it and by the one in force, and why the outcome differs."""

from dataclasses import dataclass
from datetime import date

from accounts.models import Institution, User
from accounts.permissions import Permission
from staffing.models import RatioRule
from staffing.ratio import Outcome, Ratio
from staffing.selectors.ratios import Member, answering_for, members_of, ratio_among
from staffing.selectors.versions import bound_by, rule_on


@dataclass(frozen=True)
class Effect:
    """One institution on one day by two rules; the differences are told in people."""

    institution: Institution
    before: Ratio
    after: Ratio
    bound_before: bool
    bound_after: bool
    # People who come into the count, who leave it, and of those in both who cease or begin to count as trained.
    staff_in: int = 0
    staff_out: int = 0
    trained_lost: int = 0
    trained_won: int = 0

    @property
    def flips(self) -> bool:
        return self.before.outcome != self.after.outcome

    @property
    def touched(self) -> bool:
        same = self.before == self.after and self.bound_before == self.bound_after
        return not same or bool(self.staff_in or self.staff_out or self.trained_lost or self.trained_won)


@dataclass(frozen=True)
class Effects:
    """`lines`: those whose outcome changes first, then those touched, then the rest; each by name."""

    rule: RatioRule
    against: RatioRule
    on: date
    lines: list[Effect]

    @property
    def flips(self) -> list[Effect]:
        return [line for line in self.lines if line.flips]

    def now(self, outcome: str) -> tuple[int, int]:
        """How many have an outcome, before and after."""
        return (
            sum(line.before.outcome == outcome for line in self.lines),
            sum(line.after.outcome == outcome for line in self.lines),
        )

    @property
    def met(self) -> tuple[int, int]:
        return self.now(Outcome.MET)

    @property
    def bound(self) -> tuple[int, int]:
        return sum(line.bound_before for line in self.lines), sum(line.bound_after for line in self.lines)


def effects(actor: User, rule: RatioRule, *, on: date) -> Effects:
    """On the institutions of the rule's scope that the actor may see; a fixed number of statements.

    Against the version of the same requirement in force that day, or, for a new requirement, the nation's.
    """
    against = _in_its_place(rule, on)
    reach = answering_for(Institution.objects.allowed(actor, Permission.RATIO_VIEW))
    scope = reach.filter(region__path__startswith=rule.region_path).select_related("region", "parent")
    institutions = {one.pk: one for one in scope.order_by("name", "pk") if rule.is_about(one)}
    before, _sealed = members_of(list(institutions), against, on)
    after, _sealed = members_of(list(institutions), rule, on)
    bound_before = bound_by(institutions.values(), against, on)
    bound_after = bound_by(institutions.values(), rule, on)
    lines = [
        _effect(one, (before[pk], against), (after[pk], rule), (pk in bound_before, pk in bound_after))
        for pk, one in institutions.items()
    ]
    return Effects(rule, against, on, sorted(lines, key=lambda line: (not line.flips, not line.touched)))


def _in_its_place(rule: RatioRule, on: date) -> RatioRule:
    same = RatioRule.objects.filter(code=rule.code, state="adopted").exclude(pk=rule.pk).exists()
    return rule_on(on, code=rule.code) if same else rule_on(on)


def _effect(
    institution: Institution,
    before: tuple[list[Member], RatioRule],
    after: tuple[list[Member], RatioRule],
    bound: tuple[bool, bool],
) -> Effect:
    old, new = dict(before[0]), dict(after[0])
    both = old.keys() & new.keys()
    return Effect(
        institution=institution,
        before=ratio_among([before[0]], before[1]),
        after=ratio_among([after[0]], after[1]),
        bound_before=bound[0],
        bound_after=bound[1],
        staff_in=len(new.keys() - old.keys()),
        staff_out=len(old.keys() - new.keys()),
        trained_lost=sum(old[one] and not new[one] for one in both),
        trained_won=sum(new[one] and not old[one] for one in both),
    )
