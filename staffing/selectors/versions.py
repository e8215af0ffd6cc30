"""Which rule holds on a day, whom it counts, whom it binds; and the versions that people read, write and compare."""

from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Exists, F, Min, OuterRef, Q, QuerySet

from accounts.models import Designation, Institution, Person, PersonMerge, Region, User
from accounts.permissions import Permission
from accounts.selectors import surviving
from accounts.selectors.leaves import leaves_at, on_leave, there_on, without_leaves
from accounts.selectors.staff import StaffRow, running_on, staff_of, wordings_of
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


def rule_on(day: date, known_at: datetime | None = None, *, code: str = RULE_CODE) -> RatioRule:
    """The version in force that day, as known at a moment (default now).

    Before the first one, the first one (history is judged by it as reference).
    """
    rules = adopted(known_at).filter(code=code, reference_only=False)
    return in_force(rules, day).order_by("-valid_from").first() or rules.order_by("valid_from")[0]


def rules_from(day: date, *, code: str = RULE_CODE) -> list[tuple[date, RatioRule]]:
    """The versions that `rule_on` answers with from a day on, each with the first of these days."""
    rules = list(adopted().filter(code=code, reference_only=False).order_by("-valid_from"))
    turning = {rule.valid_from for rule in rules}
    turning |= {rule.valid_to + timedelta(days=1) for rule in rules if rule.valid_to}
    found: list[tuple[date, RatioRule]] = []
    for begins in (day, *sorted(one for one in turning if one > day)):
        begun = [one for one in rules if one.valid_from <= begins]
        rule = next((one for one in begun if one.valid_to is None or one.valid_to >= begins), rules[-1])
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
    rows = in_force(adopted(known_at).exclude(code=RULE_CODE), day).order_by("region_path", "code", "-valid_from")
    found: dict[str, RatioRule] = {}
    for rule in rows:
        if rule.is_about(institution):
            found.setdefault(rule.code, rule)
    return list(found.values())


# --- whom a rule counts and binds ----------------------------------------------------------------------------------
def counted_terms(rule: RatioRule) -> Q:
    """Which appointments the rule counts, by their terms; of leaves see `counted_staff`."""
    terms = Q(employment_type__in=rule.employment_types)
    if rule.staff_counted != RatioRule.StaffCounted.ALL:
        terms &= Q(professional=True)
    return terms & Q(full_time=True) if rule.staff_counted == RatioRule.StaffCounted.FULL_TIME else terms


def counted_on(rule: RatioRule, day: date) -> Q:
    """Which appointments it counts that day as known now, for whoever asks the database about many institutions."""
    running = running_on(day) & counted_terms(rule)
    return running & ~on_leave(day, rule.leaves_left_out) if rule.leaves_left_out else running


def counted_staff(
    institution: Institution, rule: RatioRule, as_of: date, known_at: datetime | None = None
) -> list[StaffRow]:
    """Who counts that day, in the wording believed and without those on a leave that the rule leaves out."""
    return staff_there(institution, rule, as_of, known_at, among=counted_terms(rule))


def staff_there(
    institution: Institution, rule: RatioRule, as_of: date, known_at: datetime | None = None, *, among: Q | None = None
) -> list[StaffRow]:
    """The same of whatever terms."""
    rows = staff_of(institution, as_of, known_at, among=among)
    return there_on(as_of, rows, leaves_at([institution], rule.leaves_left_out, known_at), rule.leaves_left_out)


def counted_wordings(institution: Institution, rule: RatioRule, known_at: datetime | None = None) -> list[StaffRow]:
    """The same of all times: one row for each stretch of days on which it counts."""
    rows = wordings_of(institution, known_at, among=counted_terms(rule))
    return without_leaves(rows, leaves_at([institution], rule.leaves_left_out, known_at), rule.leaves_left_out)


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


def staff_ids(
    institution: Institution, rule: RatioRule, as_of: date, known_at: datetime | None = None
) -> frozenset[int]:
    """Distinct surviving persons with a counting appointment that day: start <= day, no end or end after the day."""
    return frozenset(row.person for row in counted_staff(institution, rule, as_of, known_at))


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
    """Those of surviving people as `survivor`, whoever's number they stand under.

    Found by the numbers themselves, theirs and their doubles': no index knows who survives, and a search for survivors
    reads the whole country's records.
    """
    own = Person.objects.filter(pk__in=people).order_by().values("pk")
    doubles: QuerySet[Any] = Person.objects.filter(merged_into__in=people).order_by().values("pk")
    if known_at is not None:
        doubles = PersonMerge.objects.filter(into__in=people).order_by().values("merged")
    numbers = own.union(doubles)
    return records.annotate(survivor=surviving("person__", known_at)).filter(person__in=numbers, survivor__in=people)


def counting_records(rule: RatioRule, as_of: date, known_at: datetime | None = None) -> QuerySet[TrainingRecord]:
    """Records that train: those that the rule accepts, not annulled or replaced (as known)."""
    rows = accepted_records(rule, as_of)
    if known_at is None:
        return rows.filter(annulment__isnull=True, replaced_by__isnull=True)
    undone = Q(annulment__recorded_at__lte=known_at) | Q(replaced_by__recorded_at__lte=known_at)
    return rows.filter(recorded_at__lte=known_at).exclude(pk__in=TrainingRecord.objects.filter(undone).values("pk"))


def accepted_records(rule: RatioRule, as_of: date) -> QuerySet[TrainingRecord]:
    """Verified, of the rule's tracks, levels and providers, completed by the day; also what was undone later."""
    rows = TrainingRecord.objects.filter(standing__in=COUNTED, track__in=rule.tracks, completed_on__lte=as_of)
    if rule.levels:
        rows = rows.filter(level__code__in=rule.levels)
    if rule.providers:
        rows = rows.filter(provider_held(rule.providers))
    return rows


def provider_held(kinds: list[str]) -> Exists:
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
    granted = Designation.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=as_of),
        institution__in=about,
        kind=rule.binding_designation,
        valid_from__lte=as_of,
    )
    return frozenset(granted.values_list("institution_id", flat=True))


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
