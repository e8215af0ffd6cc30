"""What everybody may read of an institution's ratio: by its own choice, or because a call publishes it."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Prefetch, Q

from accounts.models import Appointment, Designation, Institution
from accounts.models.bodies import holding_on
from accounts.permissions import Permission
from accounts.selectors import surviving
from core import clock
from core.errors import NotAllowed
from courses.models import TrainingRecordAnnulment
from staffing.models import RatioPublication, ReturnVersion
from staffing.ratio import Outcome, Ratio
from staffing.selectors.ratios import RatioAnswer, institution_ratio
from staffing.selectors.returns import PublicReturn, Standing, public_return, standings
from staffing.selectors.then_now import then_now

# Of fewer people than this the two numbers would tell of single persons: the verdict stands alone. Of fewer than FEW
# it would do so, too: at 70 percent of three people "met" says that each is trained.
SMALL, FEW = 10, 4
# How many filing days a page tells, the newest first.
MOST_PERIODS = 5


@dataclass(frozen=True)
class PublicFigure:
    """`ratio` is None of a small group: no number is shown then, and of very few people no verdict either."""

    outcome: Outcome | None
    ratio: Ratio | None


@dataclass(frozen=True)
class PublicNote:
    """What became of a figure after it was filed: a training record that it counted was annulled. Of a small group the
    day and the cause would tell of a single person: only that it was put right."""

    filed_on: date
    annulled_on: date | None
    now: PublicFigure


@dataclass(frozen=True)
class PublicPeriod:
    """One day that was to be returned. `figure` is None where nothing may be shown; `filed` says whether that is
    because nothing was filed or because nobody has decided on it yet."""

    standing: Standing
    figure: PublicFigure | None
    in_question: bool = False
    note: PublicNote | None = None

    @property
    def as_of(self) -> date:
        return self.standing.period.row.as_of

    @property
    def filed(self) -> bool:
        return self.standing.filed


@dataclass(frozen=True)
class PublicPage:
    """`answer` and `today` are None unless the institution chose to show the figure of each day."""

    institution: Institution
    answer: RatioAnswer | None
    today: PublicFigure | None
    periods: list[PublicPeriod]


def figure_of(ratio: Ratio) -> PublicFigure:
    if 0 < ratio.staff < SMALL:
        return PublicFigure(ratio.outcome if ratio.staff >= FEW else None, None)
    return PublicFigure(ratio.outcome, ratio)


def publication_on(institution: Institution, day: date) -> RatioPublication | None:
    rows = RatioPublication.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=day), valid_from__lte=day)
    return rows.filter(institution=institution).first()


def public_page(pk: int) -> PublicPage:
    """Of an institution of the public register. Raises NotAllowed where there is none."""
    rows = Institution.objects.select_related("region", "parent")
    held = Prefetch("designations", Designation.objects.filter(holding_on(clock.today())).order_by("kind", "pk"))
    if not (institution := rows.prefetch_related(held).filter(pk=pk).first()):
        raise NotAllowed(permission=Permission.RATIO_VIEW.value)
    chosen = publication_on(institution, clock.today()) is not None
    return shown_of(institution, chosen=chosen)


def shown_of(institution: Institution, *, chosen: bool) -> PublicPage:
    """What stands there if the institution shows its figure, and if it does not."""
    answer = institution_ratio(institution) if chosen else None
    today = figure_of(answer.ratio) if answer else None
    return PublicPage(institution, answer, today, _periods(institution, chosen=chosen))


def _periods(institution: Institution, *, chosen: bool) -> list[PublicPeriod]:
    """Where filing was a duty, and by choice also where it was none; before the last day there is nothing to tell."""
    today = clock.today()
    asked = [
        one
        for one in standings(institution)
        if one.period.row.published and one.period.due.has_passed(today) and (one.obliged or (chosen and one.filed))
    ]
    shown = [(one, public_return(institution, one.period.row)) for one in asked[:MOST_PERIODS]]
    moments = [found.version.known_at for _one, found in shown if found]
    annulled = bool(moments) and _annulled_since(institution, min(moments))
    return [_period(one, found, annulled=annulled) for one, found in shown]


def _annulled_since(institution: Institution, moment: datetime) -> bool:
    """Of anybody who works or worked there; most pages end with this one question."""
    held = Appointment.objects.holding().filter(institution=institution).order_by()
    here = held.annotate(survivor=surviving("person__")).values("survivor")
    rows = TrainingRecordAnnulment.objects.filter(recorded_at__gt=moment)
    return rows.annotate(survivor=surviving("record__person__")).filter(survivor__in=here).exists()


def _period(standing: Standing, found: PublicReturn | None, *, annulled: bool) -> PublicPeriod:
    if found is None:
        return PublicPeriod(standing, None)
    version = found.version
    ratio = Ratio(version.trained, version.staff, version.rule.value, version.rule.comparator)
    note = _note(version, ratio) if annulled else None
    return PublicPeriod(standing, figure_of(ratio), found.in_question, note)


def _note(version: ReturnVersion, then: Ratio) -> PublicNote | None:
    """None of very few people: that a record was annulled would name somebody to whoever knows them."""
    moved = then_now(version)
    fewest = min(then.staff, moved.now.ratio.staff)
    if not moved.annulled or fewest < FEW:
        return None
    day = moved.annulled[-1] if fewest >= SMALL else None
    return PublicNote(clock.day_of(version.filed_at), day, figure_of(moved.now.ratio))
