"""Then known beside now known: why the figure of a day is another than the one that was filed."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from accounts.models import Appointment
from accounts.selectors import same_person
from courses.models import TrainingRecord
from staffing.models import RatioReturn, ReturnVersion
from staffing.selectors.known import Known
from staffing.selectors.ratios import RatioAnswer, institution_ratio
from staffing.selectors.versions import counting_records, records_of, trained_ids


@dataclass(frozen=True)
class ThenNow:
    """`version` as filed, `now` as known today; how many people make the difference, by what became of them."""

    version: ReturnVersion
    now: RatioAnswer
    # No longer counted among the staff of that day; counted among them since.
    gone: int = 0
    come: int = 0
    # Counted then and now, whose training counts no longer, or since.
    untrained: int = 0
    trained: int = 0
    # Of the untrained those whose record was annulled since: on which day, by person.
    annulled: tuple[date, ...] = ()
    sealed: bool = False

    @property
    def differs(self) -> bool:
        now = self.now.ratio
        return (now.trained, now.staff) != (self.version.trained, self.version.staff)


def then_now(version: ReturnVersion) -> ThenNow:
    """By the rule of the version; people are compared only where the figures differ, or might."""
    institution, rule, day = version.ratio_return.institution, version.rule, version.as_of
    now = institution_ratio(institution, as_of=day, rule=rule)
    sealed = (now.sealed.trained, now.sealed.staff) != (version.sealed_trained, version.sealed_staff)
    then = Known(institution, version.known_at)
    staff_then, staff_now = then.staff(rule, day), now.facts.staff(rule, day)
    trained_then, trained_now = then.trained(rule, day), now.facts.trained(rule, day)
    both = staff_then & staff_now
    untrained = (trained_then & both) - trained_now
    return ThenNow(
        version,
        now,
        gone=len(staff_then - staff_now),
        come=len(staff_now - staff_then),
        untrained=len(untrained),
        trained=len((trained_now & both) - trained_then),
        annulled=tuple(sorted(_annulled_since(version, untrained).values())),
        sealed=sealed,
    )


def returns_that_counted(record: TrainingRecord) -> list[RatioReturn]:
    """Of returns whose last version counted somebody as trained by this record, and would not now that it is annulled.
    A fixed number of statements for each return of a place where the person worked."""
    survivor = record.person.merged_into_id or record.person_id
    places = Appointment.objects.filter(same_person(survivor)).order_by().values("institution")
    filed = RatioReturn.objects.filter(institution__in=places, filed_turn__gte=1).order_by("pk")
    return [one for one in filed if _counted(one.versions.order_by("-turn").first(), survivor)]


def _counted(version: ReturnVersion | None, survivor: int) -> bool:
    if version is None or not _annulled_since(version, [survivor]):
        return False
    rule, day, place = version.rule, version.as_of, version.ratio_return.institution
    if trained_ids([survivor], rule, day):
        return False
    return survivor in Known(place, version.known_at).staff(rule, day) & Known(place).staff(rule, day)


def _annulled_since(version: ReturnVersion, people: Collection[int]) -> dict[int, date]:
    """Whose training counted when it was filed and was annulled afterwards."""
    if not people:
        return {}
    counted = counting_records(version.rule, version.as_of, version.known_at)
    rows = records_of(list(people), counted, version.known_at).filter(annulment__recorded_at__gt=version.known_at)
    return dict(rows.order_by("annulment__recorded_at", "pk").values_list("survivor", "annulment__annulled_on"))
