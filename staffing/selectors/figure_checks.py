"""The kept figures against the records: every institution and every region counted person by person."""

from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from datetime import date

from accounts.models import Institution
from staffing.models import InstitutionFigure, RatioRule, RegionFigure
from staffing.ratio import Outcome, Ratio
from staffing.selectors.figures import counts_on
from staffing.selectors.ratios import answering_for, members_of, ratio_among
from staffing.selectors.sealed import Sealed
from staffing.selectors.sums import Part, parts_of
from staffing.selectors.versions import bound_by

# So many institutions are read at once.
PORTION = 500


@dataclass(frozen=True)
class Difference:
    """`of`: the number of an institution, or a part of the country; what is kept of it, and what the records say."""

    of: int | Part
    kept: tuple[object, ...] | None
    live: tuple[object, ...] | None


def figure_differences(rule: RatioRule, day: date) -> list[Difference]:
    """Of all institutions and regions; the caller sees to it that nothing is touched meanwhile, or knows what was."""
    live = _Count(rule, day).everything()
    kept = {**_kept_institutions(rule, day), **_kept_regions()}
    every = sorted(kept.keys() | live.keys(), key=str)
    return [Difference(one, kept.get(one), live.get(one)) for one in every if kept.get(one) != live.get(one)]


def _kept_institutions(rule: RatioRule, day: date) -> dict[int | Part, tuple[object, ...] | None]:
    """As the list shows them, and as the stays give them."""
    columns = ("pk", "region_path", "binding", "trained", "staff", "outcome", "sealed_trained", "sealed_staff")
    counts = counts_on(day)
    rows = InstitutionFigure.objects.filter(answers=True).order_by("pk")
    found: dict[int | Part, tuple[object, ...] | None] = {}
    for pk, path, binding, trained, staff, outcome, *sealed in rows.values_list(*columns):
        from_stays = Ratio(*counts.get(pk, (0, 0)), rule.value, rule.comparator).with_sealed(*sealed)
        found[pk] = (path, binding, trained, staff, outcome, *sealed, from_stays.trained, from_stays.staff)
    return found


def _kept_regions() -> dict[int | Part, tuple[object, ...] | None]:
    rows = RegionFigure.objects.order_by("pk").values_list("region__path", "own", *RegionFigure.COUNTED)
    return {(path, own): tuple(numbers) for path, own, *numbers in rows}


class _Count:
    """From county to county in the order of their paths: only what is still open is held."""

    def __init__(self, rule: RatioRule, day: date) -> None:
        self.rule, self.day = rule, day
        self.done: dict[int | Part, tuple[object, ...] | None] = {}
        self.people: dict[Part, dict[Hashable, bool]] = {}
        self.tallies: dict[Part, list[int]] = {}

    def everything(self) -> dict[int | Part, tuple[object, ...] | None]:
        for portion in self._portions():
            people, sealed = members_of([one.pk for one in portion], self.rule, self.day)
            bound = bound_by(portion, self.rule, self.day)
            for one in portion:
                path, ratio = one.region.path, ratio_among([people[one.pk]], self.rule)
                self._close(besides=frozenset(parts_of(path)))
                own = sealed.get(one.pk, Sealed())
                figures = (ratio.trained, ratio.staff)
                binding = one.pk in bound
                self.done[one.pk] = (path, binding, *figures, ratio.outcome, own.trained, own.staff, *figures)
                self._add(path, dict(people[one.pk]), ratio.outcome, binding=binding)
        self._close()
        return self.done

    def _portions(self) -> Iterator[list[Institution]]:
        rows = answering_for(Institution.objects.select_related("region")).order_by("region__path", "pk")
        every = list(rows)
        return (every[first : first + PORTION] for first in range(0, len(every), PORTION))

    def _add(self, path: str, people: dict[Hashable, bool], outcome: str, *, binding: bool) -> None:
        one = (1, binding, binding and outcome == Outcome.MET, outcome == Outcome.NOT_APPLICABLE)
        for part in parts_of(path):
            self.people.setdefault(part, {}).update(people)
            tally = self.tallies.setdefault(part, [0] * len(one))
            self.tallies[part] = [total + number for total, number in zip(tally, one, strict=True)]

    def _close(self, *, besides: frozenset[Part] = frozenset()) -> None:
        for part in self.people.keys() - besides:
            people = self.people.pop(part)
            self.done[part] = (len(people), sum(people.values()), *self.tallies.pop(part))
