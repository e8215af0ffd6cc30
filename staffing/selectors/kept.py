"""A region today from the kept figures; what was touched since is computed from the records: no page is stale."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property
from operator import attrgetter
from typing import Any

from django.db.models import BigIntegerField, Case, F, IntegerField, Q, QuerySet, Value, When

from accounts.access import reaches_all
from accounts.models import Institution, Region, User
from accounts.permissions import Permission
from core import clock
from core.compiled import Many, compiled
from core.text import compact, name_key
from staffing.models import FigureRound, InstitutionFigure, RatioRule, RegionFigure, SharedMember
from staffing.ratio import Ratio
from staffing.selectors.figures import MOST_TOUCHED, stays_on, touched
from staffing.selectors.known import Known
from staffing.selectors.ratios import Member, RatioAnswer, answering_for, members_of, ratio_among
from staffing.selectors.sealed import Sealed
from staffing.selectors.sums import Part, Sums
from staffing.selectors.versions import bound_by


@dataclass(frozen=True)
class Wanted:
    """What a list of institutions is asked for. `order`: a number of the ratio, the largest first; by name without."""

    text: str = ""
    outcome: str = ""
    binding: bool | None = None
    order: str = ""


class LiveAnswers(list[RatioAnswer]):
    """Computed from the records, by name."""

    def passing(self, asked: Wanted) -> list[RatioAnswer]:
        passing = [answer for answer in self if _passes(answer, asked)]
        if asked.order:
            passing.sort(key=attrgetter(f"ratio.{asked.order}"), reverse=True)
        return passing


def _passes(answer: RatioAnswer, asked: Wanted) -> bool:
    institution = answer.institution
    named = name_key(asked.text) in institution.name_key or compact(asked.text) == institution.uscc
    return (
        (not asked.text or named)
        and asked.outcome in ("", answer.ratio.outcome)
        and asked.binding in (None, answer.binding)
    )


@dataclass(frozen=True)
class KeptAnswers:
    """Every institution of a region with its ratio, read as far as a page reaches."""

    path: str
    rule: RatioRule
    day: date
    known_at: datetime
    # How many there are without any filter.
    how_many: int
    # Touched ones, here or elsewhere, and the answers of those here.
    touched: frozenset[int] = frozenset()
    live: dict[int, RatioAnswer] = field(default_factory=dict)
    asked: Wanted = Wanted()

    def passing(self, asked: Wanted) -> "KeptAnswers":
        return replace(self, asked=asked)

    def __len__(self) -> int:
        narrow = replace(self.asked, order="") != Wanted()
        return self._found if narrow else self.how_many

    def __getitem__(self, place: Any) -> Any:
        """A slice of it, which is what a paginator asks for."""
        return self._read(self._rows[place])

    def __iter__(self) -> Iterator[RatioAnswer]:
        return iter(self._read(self._rows))

    def _read(self, rows: QuerySet[Any]) -> list[RatioAnswer]:
        """Found first, in their order, and then read with all that is shown of them."""
        numbers = list(rows)
        places = {one.pk: one for one in _places(institutions=numbers)} if numbers else {}
        return [self._answer(places[pk]) for pk in numbers if self._still_stands(places[pk])]

    def _still_stands(self, place: Institution) -> bool:
        """A round between the two reads may have taken it out; a live one need not be kept at all."""
        return place.pk in self.live or getattr(getattr(place, "figure", None), "answers", False)

    @cached_property
    def _found(self) -> int:
        return self._rows.order_by().count()

    @cached_property
    def _rows(self) -> QuerySet[Any]:
        rows = Institution.objects.filter(self._here()).values_list("pk", flat=True)
        return rows.order_by(*([self._order().desc()] if self.asked.order else []), "name", "pk")

    def _here(self) -> Q:
        asked = self.asked
        here = Q(figure__answers=True)
        if self.path:
            here &= Q(figure__region_path__startswith=self.path)
        if asked.text:
            here &= Q(name_key__contains=name_key(asked.text)) | Q(uscc=compact(asked.text))
        if asked.outcome:
            here &= Q(figure__outcome=asked.outcome)
        if asked.binding is not None:
            here &= Q(figure__binding=asked.binding)
        if not self.touched:
            return here
        passing = [pk for pk, answer in self.live.items() if _passes(answer, asked)]
        return here & ~Q(pk__in=self.touched) | Q(pk__in=passing)

    def _order(self) -> Any:
        name = self.asked.order
        kept = F(f"figure__{name}")
        whens = [When(pk=pk, then=Value(getattr(one.ratio, name))) for pk, one in self.live.items()]
        return Case(*whens, default=kept, output_field=IntegerField()) if whens else kept

    def _answer(self, row: Institution) -> RatioAnswer:
        if row.pk in self.live:
            return self.live[row.pk]
        kept = row.figure
        ratio = Ratio(kept.trained, kept.staff, self.rule.value, self.rule.comparator)
        sealed = Sealed(kept.sealed_trained, kept.sealed_staff)
        return RatioAnswer(Known(row), self.rule, kept.binding, self.day, self.known_at, ratio, sealed=sealed)


@compiled(institutions=Many())
def _places(*, institutions: Any) -> QuerySet[Institution]:
    return Institution.objects.filter(pk__among=institutions).select_related("region", "parent", "figure")


@dataclass(frozen=True)
class KeptRegion:
    """The numbers of `RegionFigure.COUNTED` of the region, its divisions and its own level; and the institutions."""

    sums: dict[Part, list[int]]
    answers: KeptAnswers


def kept_region(actor: User, region: Region, rule: RatioRule, day: date) -> KeptRegion | None:
    """None where nothing kept helps: the actor sees a part alone, or too much was touched.

    What is marked is looked up before anything kept is read; a round between two reads of a correction begins anew from
    the records. A fixed number of statements, and another fixed number where something here was touched.
    """
    if not reaches_all(actor, Permission.RATIO_VIEW, region.path):
        return None
    found = touched(rule, day)
    if found.everything:
        return None
    here = _here(region, found.institutions)
    if len(here) > MOST_TOUCHED:
        return None
    turn = _turn() if here else 0
    sums, live = _kept_sums(region), _live(region, here, rule, day)
    if here:
        _correct(sums, here, found.institutions, live, day)
        if _turn() != turn:
            return None
    number = sums.numbers[region.path, False][RegionFigure.COUNTED.index("institutions")]
    answers = {pk: answer for pk, (answer, _people) in live.items()}
    listed = KeptAnswers(region.path, rule, day, clock.now(), number, frozenset(here), answers)
    return KeptRegion(dict(sums.numbers), listed)


def _turn() -> int:
    return FigureRound.objects.values_list("turn", flat=True).get(pk=1)


def _here(region: Region, institutions: frozenset[int]) -> list[int]:
    """Those that stand in the region, or are kept as standing there."""
    if not institutions:
        return []
    inside = Q(region__path__startswith=region.path) | Q(figure__region_path__startswith=region.path)
    rows = Institution.objects.filter(inside, pk__in=institutions).order_by("pk")
    return list(rows.values_list("pk", flat=True)[: MOST_TOUCHED + 1])


def _kept_sums(region: Region) -> Sums:
    sums = Sums()
    for path, own, *numbers in _kept_numbers(region=region.pk):
        sums.numbers[path, own] = numbers
    return sums


@compiled(region=BigIntegerField())
def _kept_numbers(*, region: Any) -> QuerySet[Any]:
    """Of the region, of its divisions, and of the institutions at its own level."""
    regions = Region.objects.filter(Q(pk=region) | Q(parent=region)).order_by()
    rows = RegionFigure.objects.filter(Q(own=False) | Q(region=region), region__in=regions).order_by("pk")
    return rows.values_list("region__path", "own", *RegionFigure.COUNTED)


def _live(region: Region, here: list[int], rule: RatioRule, day: date) -> dict[int, tuple[RatioAnswer, list[Member]]]:
    """The touched ones with who counts there, from the records."""
    if not here:
        return {}
    rows = answering_for(Institution.objects.filter(pk__in=here, region__path__startswith=region.path))
    found = {one.pk: one for one in rows.select_related("region", "parent").order_by("name", "pk")}
    people, sealed = members_of(list(found), rule, day)
    bound, now = bound_by(found.values(), rule, day), clock.now()
    answers = (
        RatioAnswer(
            Known(one), rule, pk in bound, day, now, ratio_among([people[pk]], rule), sealed=sealed.get(pk, Sealed())
        )
        for pk, one in found.items()
    )
    return {one.institution.pk: (one, people[one.institution.pk]) for one in answers}


# --- what was touched, instead of what is kept of it ----------------------------------------------------------------
def _correct(
    sums: Sums,
    here: list[int],
    elsewhere_too: frozenset[int],
    live: dict[int, tuple[RatioAnswer, list[Member]]],
    day: date,
) -> None:
    """The kept figures of those here go out of the sums and the live ones come in; then whoever would count twice."""
    columns = ("region_path", "trained", "staff", "outcome", "binding")
    kept = InstitutionFigure.objects.filter(pk__in=here, answers=True).order_by("pk")
    for path, trained, staff, outcome, binding in kept.values_list(*columns):
        sums.add(path, (trained, staff), outcome, binding=binding, times=-1)
    members: dict[int, bool] = {}
    places: dict[int, list[str]] = defaultdict(list)
    for answer, people in live.values():
        path, ratio = answer.institution.region.path, answer.ratio
        sums.add(path, (ratio.trained, ratio.staff), ratio.outcome, binding=answer.binding)
        for person, trained in people:
            if isinstance(person, int):
                members[person] = trained
                places[person].append(path)
    _put_back(sums, here, members)
    _take_out(sums, elsewhere_too, members, places, day)


def _shared_here(here: list[int]) -> QuerySet[Any]:
    return SharedMember.objects.filter(institution__in=here).values("person")


def _put_back(sums: Sums, here: list[int], members: dict[int, bool]) -> None:
    """Whoever was taken out of the kept sums and works, or worked, at one of those here."""
    people: dict[tuple[int, bool], list[str]] = defaultdict(list)
    rows = SharedMember.objects.filter(Q(person__in=_shared_here(here)) | Q(person__in=members)).order_by()
    for person, trained, path in rows.values_list("person", "trained", "institution__figure__region_path"):
        people[person, trained].append(path)
        members.setdefault(person, trained)
    for (_person, trained), paths in people.items():
        sums.take_out_again(paths, trained=trained, times=-1)


def _take_out(
    sums: Sums, all_touched: frozenset[int], members: dict[int, bool], places: dict[int, list[str]], day: date
) -> None:
    """The same people where they count now: here as computed, at places that nothing touched as kept."""
    rows = stays_on(day).filter(person__in=members).exclude(institution__in=all_touched)
    for person, path in rows.order_by().values_list("person", "institution__region__path"):
        places[person].append(path)
    for person, paths in places.items():
        sums.take_out_again(paths, trained=members[person])
