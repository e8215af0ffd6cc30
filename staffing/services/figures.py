"""The round that keeps the figures of today: what is marked or has expired is computed anew, with sums of regions.

No entry in the audit trail: nothing is decided here, and whatever is written follows from facts that have entries. Only
where kept figures are found to be wrong it says so.
"""

import logging
from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.db.models import Min, Q, QuerySet

from accounts.models import Appointment, Designation, Institution, LeaveOfAbsence, Region, User
from accounts.permissions import Role
from accounts.selectors import surviving
from core import audit, clock
from core.errors import NotAllowed
from staffing.models import (
    CountedStay,
    FigureMark,
    FigureRound,
    InstitutionFigure,
    RatioRule,
    RegionFigure,
    SealedCount,
    SharedMember,
)
from staffing.ratio import Ratio
from staffing.selectors.figure_checks import Difference, figure_differences
from staffing.selectors.figures import Touched, counts_on, next_turns, shared_members, stays_on, touched
from staffing.selectors.ratios import answering_for
from staffing.selectors.sealed import Sealed, sealed_by_institution
from staffing.selectors.sums import parts_of, region_sums
from staffing.selectors.versions import bound_by, counted_terms, counting_records, records_behind, rule_on

log = logging.getLogger(__name__)
DIFFER = "staffing.figures_differ"
# Where more are touched, all are computed: one statement over everybody costs less than many over each.
MOST_AT_ONCE = 1_000
BATCH = 500

# Whoever counts and is away for a time: what is left of a post before its leaves, between them and behind them.
PRESENT = """
 posts (post, place, person, begins, ends) AS ({posts}),
 away (post, begins, ends) AS ({away}),
 stretches (place, person, begins, ends, until) AS (
  SELECT place, person, posts.begins, posts.ends, first.begins
  FROM posts
  LEFT JOIN (SELECT post, MIN(begins) AS begins FROM away GROUP BY post) AS first ON first.post = posts.post
  UNION ALL
  SELECT
   place, person, CASE WHEN back.begins > posts.begins THEN back.begins ELSE posts.begins END, posts.ends, back.until
  FROM (
   SELECT post, ends AS begins, LEAD(begins) OVER (PARTITION BY post ORDER BY begins) AS until FROM away
  ) AS back JOIN posts ON posts.post = back.post WHERE back.begins IS NOT NULL
 ),
 terms (place, person, begins, ends) AS (
  SELECT place, person, begins, CASE WHEN until < COALESCE(ends, '9999-12-31') THEN until ELSE ends END FROM stretches
  WHERE begins < COALESCE(until, '9999-12-31') AND begins < COALESCE(ends, '9999-12-31')
 ),
"""
ALWAYS = """
 terms (post, place, person, begins, ends) AS ({posts}),
"""
# No two stays of one person and institution share a day: posts side by side or one after the other are one stay.
STAYS = """
INSERT INTO staffing_countedstay (institution_id, person_id, "start", "end", trained_from)
WITH {terms}
 trained (person, since) AS ({trained}),
 opened AS (
  SELECT *, CASE WHEN begins <= MAX(COALESCE(ends, '9999-12-31')) OVER (
    PARTITION BY place, person ORDER BY begins, ends ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
  ) THEN 0 ELSE 1 END AS opens FROM terms
 ),
 numbered AS (
  SELECT *, SUM(opens) OVER (PARTITION BY place, person ORDER BY begins, ends ROWS UNBOUNDED PRECEDING) AS run
  FROM opened
 ),
 stays AS (
  SELECT place, person, MIN(begins) AS begins, NULLIF(MAX(COALESCE(ends, '9999-12-31')), '9999-12-31') AS ends
  FROM numbered GROUP BY place, person, run
 )
SELECT place, stays.person, begins, ends, since FROM stays LEFT JOIN trained ON trained.person = stays.person
"""


def keep_figures(*, actor: User, anew: bool = False) -> int:
    """How many institutions were computed. Safe to run twice, or by two at once; killed, it has done nothing.

    `anew`: all of them, whatever is marked.
    """
    if not any(hat.role == Role.SYSTEM for hat in actor.worn_memberships()):
        raise NotAllowed(permission="system")
    day = clock.today()
    if not anew and not touched(rule_on(day), day):
        return 0
    with transaction.atomic():
        this = FigureRound.objects.select_for_update(no_key=True).get(pk=1)
        rule = rule_on(day)
        places = _taken(touched(rule, day), anew=anew)
        done = _compute(rule, day, places) if places is None or places else 0
        this.turn, this.rule, this.day, this.computed_at = this.turn + 1, rule, day, clock.now()
        this.save()
    return done


def check_figures(*, actor: User) -> list[Difference]:
    """Whatever is kept against the records; where they differ an entry says so and all is computed anew.

    What others touch meanwhile is left to the next round.
    """
    with transaction.atomic():
        keep_figures(actor=actor)
        FigureRound.objects.select_for_update(no_key=True).get(pk=1)
        day = clock.today()
        rule = rule_on(day)
        found = figure_differences(rule, day)
        if not found or not (found := _without_touched(found, touched(rule, day))):
            return []
        log.critical("%s kept figures of the ratio differ from the records, first that of %s", len(found), found[0].of)
        audit.record(actor, DIFFER, FigureRound(pk=1), number=len(found), first=str(found[0].of))
        keep_figures(actor=actor, anew=True)
    return found


def _without_touched(differences: list[Difference], found: Touched) -> list[Difference]:
    if found.everything:
        return []
    moved = Institution.objects.filter(pk__in=found.institutions).values_list("region__path", "figure__region_path")
    open_parts = {part for paths in moved for path in paths if path is not None for part in parts_of(path)}
    return [one for one in differences if one.of not in found.institutions and one.of not in open_parts]


def _taken(found: Touched, *, anew: bool) -> frozenset[int] | None:
    """Which institutions, None for all. Their marks go before anything is read: whoever commits a change after that
    leaves a mark that stays, and one who committed before is seen."""
    if anew or found.everything or len(found.institutions) > MOST_AT_ONCE:
        FigureMark.objects.all().delete()
        return None
    for first in range(0, len(found.marks), BATCH):
        FigureMark.objects.filter(pk__in=found.marks[first : first + BATCH]).delete()
    return found.institutions


def _compute(rule: RatioRule, day: date, places: frozenset[int] | None) -> int:
    shared_before = _were_shared(places)
    _write_stays(rule, places)
    done = _write_institutions(rule, day, places)
    _write_shared(day, places, shared_before)
    _write_regions()
    return done


# --- stays ----------------------------------------------------------------------------------------------------------
def _write_stays(rule: RatioRule, places: frozenset[int] | None) -> None:
    posts = Appointment.objects.holding().filter(counted_terms(rule)).order_by()
    records: QuerySet[Any] = counting_records(rule, date.max).annotate(survivor=surviving("person__")).order_by()
    stays = CountedStay.objects.all()
    if places is not None:
        posts, stays = posts.filter(institution__in=places), stays.filter(institution__in=places)
        here = posts.annotate(survivor=surviving("person__")).values_list("survivor", flat=True)
        records = records_behind(set(here), here, counting_records(rule, date.max)).order_by()
    terms: list[QuerySet[Any]] = [
        posts.annotate(survivor=surviving("person__")).values_list(
            "pk", "institution_id", "survivor", "start_date", "end_date"
        )
    ]
    if rule.leaves_left_out:
        leaves = LeaveOfAbsence.objects.believed().filter(kind__in=rule.leaves_left_out).order_by()
        terms.append(leaves.values_list("appointment_id", "start_date", "end_date"))
    trained = records.values("survivor").annotate(since=Min("completed_on")).values_list("survivor", "since")
    stays._raw_delete(stays.db)  # nothing hangs on a stay
    parts = [rows.query.sql_with_params() for rows in (*terms, trained)]
    with connection.cursor() as cursor:
        cursor.execute(*_statement(PRESENT if rule.leaves_left_out else ALWAYS, *parts))


def _statement(terms: str, *parts: tuple[str, tuple[Any, ...]]) -> tuple[str, tuple[Any, ...]]:
    """The parts in the order in which the statement names them."""
    *named, (trained, _values) = parts
    texts = dict(zip(("posts", "away"), (text for text, _values in named), strict=False))
    values = tuple(value for _text, some in parts for value in some)
    return STAYS.format(terms=terms.format(**texts), trained=trained), values


# --- institutions ---------------------------------------------------------------------------------------------------
def _write_institutions(rule: RatioRule, day: date, places: frozenset[int] | None) -> int:
    rows = Institution.objects.select_related("region").order_by("pk")
    if places is not None:
        rows = rows.filter(pk__in=places)
    found = {one.pk: one for one in rows}
    answering = set(answering_for(rows.order_by()).values_list("pk", flat=True))
    bound = bound_by(found.values(), rule, day)
    counts, sealed = counts_on(day, places), sealed_by_institution(list(found), day)
    turns = _turns(rule, day, places)
    figures = [
        _figure(one, rule, counts.get(pk, (0, 0)), sealed.get(pk, Sealed()))(
            answers=pk in answering, binding=pk in bound, day=day, until=min(turns[pk], default=None)
        )
        for pk, one in found.items()
    ]
    InstitutionFigure.objects.bulk_create(
        figures, batch_size=BATCH, update_conflicts=True, unique_fields=["institution"], update_fields=_OTHERS
    )
    return len(figures)


_OTHERS = [one.name for one in InstitutionFigure._meta.concrete_fields if not one.primary_key]


def _figure(institution: Institution, rule: RatioRule, count: tuple[int, int], sealed: Sealed) -> Any:
    ratio = Ratio(*count, rule.value, rule.comparator).with_sealed(sealed.trained, sealed.staff)
    return lambda **others: InstitutionFigure(
        institution=institution,
        region_path=institution.region.path,
        staff=ratio.staff,
        trained=ratio.trained,
        sealed_staff=sealed.staff,
        sealed_trained=sealed.trained,
        outcome=ratio.outcome,
        shortfall=ratio.shortfall,
        **others,
    )


def _turns(rule: RatioRule, day: date, places: frozenset[int] | None) -> dict[int, list[date]]:
    """Days on which a figure may become another one without anybody's doing."""
    turns: dict[int, list[date]] = defaultdict(list)
    for pk, turn in next_turns(day, places).items():
        turns[pk].append(turn)
    for pk, turn in (*_dates_of_sealed(day, places), *_dates_of_designations(rule, day, places)):
        turns[pk].append(turn)
    return turns


def _dates_of_sealed(day: date, places: Collection[int] | None) -> Iterator[tuple[int, date]]:
    rows = SealedCount.objects.filter(Q(valid_from__gt=day) | Q(counted_to__gt=day) | Q(valid_to__gt=day))
    if places is not None:
        rows = rows.filter(institution__in=places)
    for pk, *days in rows.values_list("institution", "valid_from", "counted_to", "valid_to").order_by():
        yield from ((pk, one) for one in days if one and one > day)


def _dates_of_designations(rule: RatioRule, day: date, places: Collection[int] | None) -> Iterator[tuple[int, date]]:
    rows = Designation.objects.filter(Q(valid_from__gt=day) | Q(valid_to__gt=day), institution__isnull=False)
    rows = rows.filter(kind=rule.binding_designation)
    if places is not None:
        rows = rows.filter(institution__in=places)
    for pk, *days in rows.values_list("institution", "valid_from", "valid_to").order_by():
        yield from ((pk, one) for one in days if one and one > day)


# --- people of several institutions ---------------------------------------------------------------------------------
def _were_shared(places: frozenset[int] | None) -> list[int]:
    if places is None:
        return []
    rows = SharedMember.objects.filter(institution__in=places).order_by()
    return list(rows.values_list("person", flat=True).distinct())


def _write_shared(day: date, places: frozenset[int] | None, before: list[int]) -> None:
    """Of everybody who counts or counted at one of the places: all rows, those at other places, too."""
    old, stays = SharedMember.objects.all(), stays_on(day)
    if places is not None:
        here = CountedStay.objects.filter(institution__in=places).values("person")
        touched_people = Q(person__in=here) | Q(person__in=before)
        old, stays = old.filter(touched_people), stays.filter(touched_people)
    old.delete()
    SharedMember.objects.bulk_create(
        (
            SharedMember(person_id=person, institution_id=place, trained=trained)
            for person, at in shared_members(stays, day).items()
            for place, trained in at.items()
        ),
        batch_size=BATCH,
    )


# --- regions --------------------------------------------------------------------------------------------------------
def _write_regions() -> None:
    """Only what differs is written."""
    sums, regions = region_sums(), dict(Region.objects.values_list("path", "pk"))
    new = {(regions[path], own): numbers for (path, own), numbers in sums.items()}
    kept = {
        (row.region_id, row.own): tuple(getattr(row, name) for name in RegionFigure.COUNTED)
        for row in RegionFigure.objects.order_by("pk")
    }
    for region, own in kept.keys() - new.keys():
        RegionFigure.objects.filter(region=region, own=own).delete()
    changed = {key: numbers for key, numbers in new.items() if kept.get(key) != tuple(numbers)}
    RegionFigure.objects.bulk_create(
        (
            RegionFigure(region_id=region, own=own, **dict(zip(RegionFigure.COUNTED, numbers, strict=True)))
            for (region, own), numbers in changed.items()
        ),
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["region", "own"],
        update_fields=RegionFigure.COUNTED,
    )
