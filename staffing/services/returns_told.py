"""Letters about returns: reminders before and after the last day, and what the authority decided."""

from django.db import transaction

from accounts.models import Institution, Membership, User
from accounts.permissions import Role
from accounts.services.letters import write_to
from accounts.services.places import require_system
from core import audit, clock, outbox
from staffing.models import FilingPeriod, RatioReturn, ReturnDecision, ReturnReminder
from staffing.rules.calendar import reminder_due
from staffing.selectors.ratios import answering_for
from staffing.selectors.returns import Period, in_scope, obliged, opened, with_days

REMIND = "staffing.remind_of_return"


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
        for institution in _who_has_not_filed(period, days):
            sent += _remind(actor, institution, period.row, days)
    return sent


def tell_of_return(*, reminder_id: int) -> None:
    reminder = ReturnReminder.objects.select_related("institution", "period").get(pk=reminder_id)
    period = with_days([reminder.period])[0]
    for user in officers_of(reminder.institution):
        words = {"day": str(period.due.day), "as_of": str(reminder.period.as_of), "late": reminder.days < 0}
        write_to(user, "return_due", "staffing:returns", **words)


def tell_of_decision(*, decision_id: int) -> None:
    decision = ReturnDecision.objects.select_related("version__ratio_return__institution").get(pk=decision_id)
    found = decision.version.ratio_return
    for user in officers_of(found.institution):
        write_to(user, "return_decided", "staffing:return", found.pk)


def officers_of(institution: Institution) -> list[User]:
    hats = Membership.objects.running(clock.today()).filter(institution=institution, role=Role.INSTITUTION_OFFICER)
    return [hat.user for hat in hats.select_related("user").order_by("user", "pk")]


def _who_has_not_filed(period: Period, days: int) -> list[Institution]:
    """Also those that were never reminded before: a period may open late."""
    filed = RatioReturn.objects.filter(period=period.row, filed_turn__gte=1).values("institution")
    told = ReturnReminder.objects.filter(period=period.row, days=days).values("institution")
    scope = in_scope(period.row, answering_for(Institution.objects.all()))
    institutions = list(scope.exclude(pk__in=filed).exclude(pk__in=told).select_related("region").order_by("pk"))
    asked = obliged(period.row, institutions)
    return [one for one in institutions if one.pk in asked]


@transaction.atomic
def _remind(actor: User, institution: Institution, period: FilingPeriod, days: int) -> bool:
    """The row refuses a second one, whoever runs at the same time."""
    reminder, made = ReturnReminder.objects.get_or_create(
        institution=institution, period=period, days=days, defaults={"at": clock.now()}
    )
    if made:
        audit.record(actor, "staffing.return_reminded", institution, period=str(period), days=days)
        outbox.add(REMIND, reminder.pk)
    return made
