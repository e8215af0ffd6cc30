"""Sums of regions from figures of institutions: everybody once, however many of them somebody works at."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from staffing.models import InstitutionFigure, RegionFigure, SharedMember
from staffing.ratio import Outcome

# A region's path and whether its own level alone is meant, without what lies below.
Part = tuple[str, bool]


def parts_of(path: str) -> Iterator[Part]:
    """Where an institution of a region counts: the nation, every division on the way down, the last one's own level."""
    codes = path.split("/")[:-1]
    yield from (("".join(f"{code}/" for code in codes[:depth]), False) for depth in range(len(codes) + 1))
    yield path, True


class Sums:
    """Part -> the numbers of `RegionFigure.COUNTED`."""

    def __init__(self) -> None:
        self.numbers: dict[Part, list[int]] = defaultdict(lambda: [0] * len(RegionFigure.COUNTED))

    def add(self, path: str, count: tuple[int, int], outcome: str, *, binding: bool, times: int = 1) -> None:
        """An institution of the region at `path`, (trained, staff) people; `times` -1 takes it out again."""
        trained, staff = count
        one = (staff, trained, 1, binding, binding and outcome == Outcome.MET, outcome == Outcome.NOT_APPLICABLE)
        for part in parts_of(path):
            self.numbers[part] = [total + times * number for total, number in zip(self.numbers[part], one, strict=True)]

    def take_out_again(self, places: Iterable[str], *, trained: bool, times: int = 1) -> None:
        """Somebody who counts at institutions of these regions: in each sum once. `times` -1 undoes it."""
        counted: dict[Part, int] = defaultdict(int)
        for path in places:
            for part in parts_of(path):
                counted[part] += 1
        for part, number in counted.items():
            if number > 1:
                self.numbers[part][0] -= times * (number - 1)
                self.numbers[part][1] -= times * (number - 1) * trained


def region_sums() -> dict[Part, list[int]]:
    """All there are, from all kept figures."""
    sums, paths = Sums(), {}
    rows = InstitutionFigure.objects.filter(answers=True).order_by()
    columns = ("pk", "region_path", "trained", "staff", "outcome", "binding")
    for pk, path, trained, staff, outcome, binding in rows.values_list(*columns):
        paths[pk] = path
        sums.add(path, (trained, staff), outcome, binding=binding)
    people: dict[tuple[int, bool], list[str]] = defaultdict(list)
    for person, place, is_trained in SharedMember.objects.order_by().values_list("person", "institution", "trained"):
        if place in paths:
            people[person, is_trained].append(paths[place])
    for (_person, is_trained), places in people.items():
        sums.take_out_again(places, trained=is_trained)
    return dict(sums.numbers)
