"""Which rule holds on a day, whom it counts, whom it binds; and the versions that people read, write and compare."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import CharField, DateField, DateTimeField, Exists, F, Min, OuterRef, Q, QuerySet

from accounts.models import Designation, Institution, Region, User
from accounts.permissions import Permission
from accounts.selectors import numbers_of, surviving
from accounts.selectors.leaves import on_leave
from accounts.selectors.staff import StaffRow, running_on
from core.compiled import compiled
from core.errors import NotAllowed
from courses.models import TrainingRecord
from courses.workflow import COUNTED
from staffing.models import RatioRule
from staffing.ratio import Ratio, ratio_of
from staffing.workflow import RuleState

# The requirement of 专栏4; a figure without another word is by it.
RULE_CODE = "TRAINED_STAFF_70"
# Beyond these a join costs less than looking each up.
MOST_NAMED = 3_000


class Accepts(NamedTuple):
    """What a version of the requirement asks of a training: what a query about it looks like."""

    tracks: tuple[str, ...]
    levels: tuple[str, ...]
    providers: tuple[str, ...]


def rule_on(day: date, known_at: datetime | None = None, *, code: str = RULE_CODE) -> RatioRule:
    """The version in force that day, as known at a moment (default now)."""
    return rule_among([rule for rule in adopted_of(code, known_at=known_at) if not rule.reference_only], day)


def adopted_of(code: str = RULE_CODE, *, known_at: datetime | None = None) -> list[RatioRule]:
    """Every version of a requirement as known at a moment, narrower wordings too; the one begun last first."""
    return _adopted_of(known_at is not None, code=code, known_at=known_at)


@compiled(code=CharField(), known_at=DateTimeField())
def _adopted_of(earlier: bool, *, code: Any, known_at: Any) -> QuerySet[RatioRule]:
    return adopted(known_at if earlier else None).filter(code=code).order_by("-valid_from")


def rule_among(rules: Sequence[RatioRule], day: date) -> RatioRule:
    """The version in force that day; `rules`: the one begun last first.

    Before the first one, the first one (history is judged by it as reference).
    """
    return next((rule for rule in rules if rule.holds_on(day)), rules[-1])


def rules_from(rules: Sequence[RatioRule], day: date) -> list[tuple[date, RatioRule]]:
    """The versions that `rule_among` answers with from a day on, each with the first of these days."""
    turning = {rule.valid_from for rule in rules}
    turning |= {rule.valid_to + timedelta(days=1) for rule in rules if rule.valid_to}
    found: list[tuple[date, RatioRule]] = []
    for begins in (day, *sorted(one for one in turning if one > day)):
        rule = rule_among(rules, begins)
        if not found or found[-1][1] != rule:
            found.append((begins, rule))
    return found


def adopted(known_at: datetime | None = None) -> QuerySet[RatioRule]:
    """What was law at the moment: whoever asks may read it."""
    rows = RatioRule.objects.filter(state=RuleState.ADOPTED)
    return rows if known_at is None else rows.filter(Q(adopted_at__isnull=True) | Q(adopted_at__lte=known_at))


def in_force(rules: QuerySet[RatioRule], day: date) -> QuerySet[RatioRule]:
    return rules.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day), valid_from__lte=day)


def rules_beside(institution: Institution, day: date, known_at: datetime | None = None) -> list[RatioRule]:
    """Other requirements about this institution on the day: of each code the version begun last, by region and code."""
    found: dict[str, RatioRule] = {}
    for rule in _rules_beside(known_at is not None, day=day, known_at=known_at):
        if rule.is_about(institution):
            found.setdefault(rule.code, rule)
    return list(found.values())


@compiled(day=DateField(), known_at=DateTimeField())
def _rules_beside(earlier: bool, *, day: Any, known_at: Any) -> QuerySet[RatioRule]:
    rows = in_force(adopted(known_at if earlier else None).exclude(code=RULE_CODE), day)
    return rows.order_by("region_path", "code", "-valid_from")


# --- whom a rule counts and binds ----------------------------------------------------------------------------------
def counted_terms(rule: RatioRule) -> Q:
    """Which appointments the rule counts, by their terms; of leaves see `counted_on`."""
    terms = Q(employment_type__in=rule.employment_types)
    if rule.staff_counted != RatioRule.StaffCounted.ALL:
        terms &= Q(professional=True)
    return terms & Q(full_time=True) if rule.staff_counted == RatioRule.StaffCounted.FULL_TIME else terms


def counted_on(rule: RatioRule, day: date) -> Q:
    """Which appointments it counts that day as known now, for whoever asks the database about many institutions."""
    running = running_on(day) & counted_terms(rule)
    return running & ~on_leave(day, rule.leaves_left_out) if rule.leaves_left_out else running


def counts(row: StaffRow, rule: RatioRule, kind: str = "") -> bool:
    """The same of a row in hand; `kind`: of another StaffCounted than the rule's own."""
    kind = kind or rule.staff_counted
    if row.employment_type not in rule.employment_types:
        return False
    if kind == RatioRule.StaffCounted.ALL:
        return True
    return row.professional and (kind == RatioRule.StaffCounted.PROFESSIONAL or row.full_time is True)


def counted(staff: frozenset, trained: frozenset, rule: RatioRule) -> Ratio:
    return ratio_of(staff, trained, value=rule.value, comparator=rule.comparator)


def trained_ids(
    people: Iterable[int], rule: RatioRule, as_of: date, known_at: datetime | None = None
) -> frozenset[int]:
    """Those of `people` with a counting training record completed by that day."""
    records = records_of(list(people), counting_records(rule, as_of, known_at), known_at)
    return frozenset(records.values_list("survivor", flat=True))


def trained_since(
    people: Iterable[int], rule: RatioRule, as_of: date = date.max, known_at: datetime | None = None
) -> dict[int, date]:
    """From which day each of `people` counts as trained, as far as records of that day or before say so."""
    records = records_of(list(people), counting_records(rule, as_of, known_at), known_at)
    return dict(records.values_list("survivor").annotate(Min("completed_on")))


def records_behind(people: Collection[int], staff: QuerySet[Any], records: QuerySet[TrainingRecord]) -> QuerySet[Any]:
    """Those of the staff, who are `people`: so few are looked up by their numbers, more are joined with the query."""
    if people and len(people) <= MOST_NAMED:
        return records_of(list(people), records)
    return records.annotate(survivor=surviving("person__")).filter(survivor__in=staff)


def records_of(people: list[int], records: QuerySet[TrainingRecord], known_at: datetime | None = None) -> QuerySet[Any]:
    """Those of surviving people as `survivor`, whoever's number they stand under."""
    rows = records.annotate(survivor=surviving("person__", known_at))
    return rows.filter(person__in=numbers_of(people, known_at), survivor__in=people)


def counting_records(
    rule: RatioRule | Accepts, as_of: date, known_at: datetime | None = None
) -> QuerySet[TrainingRecord]:
    """Records that train: those that the rule accepts, not annulled or replaced (as known)."""
    return _accepted(verified_records(known_at), rule, as_of)


def verified_records(known_at: datetime | None = None) -> QuerySet[TrainingRecord]:
    """Whatever may train by some rule: verified, not annulled or replaced (as known)."""
    rows = TrainingRecord.objects.filter(standing__in=COUNTED)
    if known_at is None:
        return rows.standing_facts()
    undone = Q(annulment__recorded_at__lte=known_at) | Q(replaced_by__recorded_at__lte=known_at)
    return rows.filter(recorded_at__lte=known_at).exclude(pk__in=TrainingRecord.objects.filter(undone).values("pk"))


def accepted_records(rule: RatioRule, as_of: date) -> QuerySet[TrainingRecord]:
    """Verified, of the rule's tracks, levels and providers, completed by the day; also what was undone later."""
    return _accepted(TrainingRecord.objects.filter(standing__in=COUNTED), rule, as_of)


def _accepted(rows: QuerySet[TrainingRecord], rule: RatioRule | Accepts, as_of: date) -> QuerySet[TrainingRecord]:
    rows = rows.filter(track__in=rule.tracks, completed_on__lte=as_of)
    if rule.levels:
        rows = rows.filter(level__code__in=rule.levels)
    if rule.providers:
        rows = rows.filter(provider_held(rule.providers))
    return rows


def provider_held(kinds: Sequence[str]) -> Exists:
    """Did the base hold one of the designations on the day of completion?"""
    held = Designation.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=OuterRef("completed_on")),
        base=OuterRef("base"),
        kind__in=kinds,
        valid_from__lte=OuterRef("completed_on"),
    )
    return Exists(held)


def bound_by(institutions: Iterable[Institution], rule: RatioRule, as_of: date) -> frozenset[int]:
    """Those that must meet the rule that day; for all others its figure is a reference."""
    about = [one.pk for one in institutions if rule.is_about(one)]
    if rule.binds == RatioRule.Binds.SCOPE and not rule.reference_only:
        return frozenset(about)
    if rule.binds != RatioRule.Binds.DESIGNATED:
        return frozenset()
    granted = granted_designations().filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=as_of),
        institution__in=about,
        kind=rule.binding_designation,
        valid_from__lte=as_of,
    )
    return frozenset(granted.values_list("institution_id", flat=True))


def binds(rule: RatioRule, institution: Institution, held: Iterable[Designation], day: date) -> bool:
    """The same of one institution and its designations in hand."""
    if not rule.is_about(institution):
        return False
    if rule.binds == RatioRule.Binds.SCOPE:
        return not rule.reference_only
    if rule.binds != RatioRule.Binds.DESIGNATED:
        return False
    return any(one.kind == rule.binding_designation and one.held_on(day) for one in held)


def granted_designations() -> QuerySet[Designation]:
    """Those that count on some day: public facts, whoever asks."""
    return Designation.objects.filter(valid_from__isnull=False)


# --- versions -------------------------------------------------------------------------------------------------------
def adopted_rule(pk: int) -> RatioRule:
    """Public law. Raises NotAllowed when there is none."""
    if not (found := adopted().select_related("drafted_from").filter(pk=pk).first()):
        raise NotAllowed(permission=Permission.RULE_MANAGE.value)
    return found


def managed_rule(actor: User, pk: int) -> RatioRule:
    """Raises NotAllowed, also when there is none."""
    rows = RatioRule.objects.allowed(actor, Permission.RULE_MANAGE).select_related("drafted_from")
    if not (found := rows.filter(pk=pk).first()):
        raise NotAllowed(permission=Permission.RULE_MANAGE.value)
    return found


def adopted_versions() -> list[RatioRule]:
    """All there are and were, by code, the one begun last first."""
    return list(adopted().order_by(F("region_path"), "code", "-valid_from", "-pk"))


def open_versions(actor: User) -> QuerySet[RatioRule]:
    """Drafts and proposals in the actor's reach, those that wait for a second person first."""
    rows = RatioRule.objects.allowed(actor, Permission.RULE_MANAGE)
    waiting = rows.filter(state__in=[RuleState.DRAFT, RuleState.PROPOSED]).select_related("drafted_from")
    return waiting.order_by("-state", "valid_from", "pk")


def region_at(path: str) -> Region:
    return Region.objects.get(path=path)
