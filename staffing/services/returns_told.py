"""Letters about returns: reminders before and after the last day, what the authority decided, and that a training
record behind a filed figure was annulled."""

from collections.abc import Iterable

from django.db import transaction

from accounts.models import Institution, User
from accounts.services.letters import deliver_by, ways_that_reach
from accounts.services.places import require_system
from core import audit, clock, outbox
from core.models import OutboxEvent
from courses.models import TrainingRecord
from staffing.models import FilingPeriod, RatioReturn, ReturnDecision, ReturnReminder
from staffing.rules.calendar import reminder_due
from staffing.selectors.ratios import answering_for
from staffing.selectors.returns import Period, in_scope, obliged, officers_of, opened, with_days
from staffing.selectors.then_now import returns_that_counted

REMIND = "staffing.remind_of_return"
COUNTED_ANNULLED = "staffing.filed_figure_counted_annulled"


def remind_of_returns(*, actor: User) -> int:
    """Once a day: whoever has to file and has not is reminded, once for each of the period's days, whatever runs twice.

    After the last day only where that day is certain.
    """
    require_system(actor)
    today, sent = clock.today(), 0
    for period in with_days(opened(today)[:100]):
        left = period.days_left(today)
        days = reminder_due(left, period.row.reminder_days)
        if days is None or (left < 0 and not period.due.has_passed(today)):
            continue
        asked = _who_has_not_filed(period, days)
        officers = officers_of([one.pk for one in asked]) if asked else {}
        for institution in asked:
            sent += _remind(actor, institution, period.row, days, officers.get(institution.pk, []))
    return sent


def tell_of_return(*, reminder_id: int, user_id: int, way: str) -> None:
    reminder = ReturnReminder.objects.select_related("period").get(pk=reminder_id)
    period = with_days([reminder.period])[0]
    words = {"day": str(period.due.day), "as_of": str(reminder.period.as_of), "late": reminder.days < 0}
    _tell(reminder.institution_id, user_id, way, "return_due", "staffing:returns", **words)


def tell_of_decision(*, decision_id: int, user_id: int, way: str) -> None:
    found = ReturnDecision.objects.select_related("version__ratio_return").get(pk=decision_id).version.ratio_return
    _tell(found.institution_id, user_id, way, "return_decided", "staffing:return", found.pk)


@transaction.atomic
def put_down_annulled(*, record_id: int) -> int:
    """The officers of every institution whose filed figure counted an annulled record are told, once for each return.
    How many letters there are; twice is once."""
    record, letters = TrainingRecord.objects.select_related("person").get(pk=record_id), 0
    for found in returns_that_counted(record):
        key = f"{found.pk}:{record.pk}"
        if not OutboxEvent.objects.filter(kind=COUNTED_ANNULLED, key__startswith=f"{key}:").exists():
            for user, way in ways_that_reach(officers_of([found.institution_id])[found.institution_id]):
                outbox.add(COUNTED_ANNULLED, f"{key}:{user.pk}:{way}")
                letters += 1
    return letters


def tell_of_annulled(*, return_id: int, user_id: int, way: str) -> None:
    """Says which figure, never whose record."""
    found = RatioReturn.objects.get(pk=return_id)
    _tell(found.institution_id, user_id, way, "figure_annulled", "staffing:return", found.pk)


def tell_officers(kind: str, key: int, officers: Iterable[User]) -> int:
    """One event for each login and way: a letter that fails is sent again by itself. How many there are."""
    letters = ways_that_reach(officers)
    for user, way in letters:
        outbox.add(kind, f"{key}:{user.pk}:{way}")
    return len(letters)


def _tell(institution: int, user_id: int, way: str, letter: str, page: str, *args: object, **words: object) -> None:
    """Whoever is no officer any more gets nothing."""
    for user in officers_of([institution])[institution]:
        if user.pk == user_id:
            deliver_by(user, way, letter, page, *args, **words)
            return


def _who_has_not_filed(period: Period, days: int) -> list[Institution]:
    """Also those that were never reminded before: a period may open late."""
    filed = RatioReturn.objects.filter(period=period.row, filed_turn__gte=1).values("institution")
    told = ReturnReminder.objects.filter(period=period.row, days=days).values("institution")
    scope = in_scope(period.row, answering_for(Institution.objects.all()))
    institutions = list(scope.exclude(pk__in=filed).exclude(pk__in=told).select_related("region").order_by("pk"))
    asked = obliged(period.row, institutions)
    return [one for one in institutions if one.pk in asked]


@transaction.atomic
def _remind(actor: User, institution: Institution, period: FilingPeriod, days: int, officers: list[User]) -> bool:
    """The row refuses a second one, whoever runs at the same time. Where nobody can be told nothing is put down: the
    next round asks again, and the desk says so."""
    if not ways_that_reach(officers):
        return False
    reminder, made = ReturnReminder.objects.get_or_create(
        institution=institution, period=period, days=days, defaults={"at": clock.now()}
    )
    if made:
        audit.record(actor, "staffing.return_reminded", institution, period=str(period), days=days)
        tell_officers(REMIND, reminder.pk, officers)
    return made
