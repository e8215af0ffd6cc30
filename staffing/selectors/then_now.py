"""Then known beside now known: why the figure of a day is another than the one that was filed."""

from dataclasses import dataclass

from staffing.models import ReturnVersion
from staffing.selectors.ratios import RatioAnswer, institution_ratio
from staffing.selectors.versions import staff_ids, trained_ids


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
    staff_then, staff_now = staff_ids(institution, rule, day, version.known_at), staff_ids(institution, rule, day)
    trained_then = trained_ids(staff_then, rule, day, version.known_at)
    trained_now = trained_ids(staff_now, rule, day)
    both = staff_then & staff_now
    return ThenNow(
        version,
        now,
        gone=len(staff_then - staff_now),
        come=len(staff_now - staff_then),
        untrained=len((trained_then & both) - trained_now),
        trained=len((trained_now & both) - trained_then),
        sealed=sealed,
    )
