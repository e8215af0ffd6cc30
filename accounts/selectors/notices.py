"""Notices and disputes as the person, the institution and its regulator see them."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import Count, Min, Prefetch, Q, QuerySet

from accounts.models import (
    Appointment,
    AppointmentDispute,
    AppointmentNotice,
    DisputeDecision,
    Institution,
    NoticeFact,
    User,
)
from accounts.models.notices import NoticeQuerySet, token_hash
from accounts.permissions import Permission
from accounts.selectors.staff import StaffRow
from accounts.workflow import DisputeState
from core import clock
from core.compiled import Many, compiled
from core.errors import NotAllowed
from core.text import name_key

# What the list of an institution can be narrowed to.
WAITING, OVERDUE, TOLD, CONFIRMED, DENIED = "waiting", "overdue", "told", "confirmed", "denied"
# Denied, and the authority has not decided yet.
DISPUTED = "disputed"


def notice_behind(token: str) -> AppointmentNotice | None:
    """What a link leads to; for whoever holds it, without a login."""
    rows = AppointmentNotice.objects.with_facts().filter(token_hash=token_hash(token))
    return rows.select_related("appointment__institution", "appointment__person").first()


def notices_of(
    actor: User, institution: Institution, *, standing: str, on: date, text: str = ""
) -> QuerySet[AppointmentNotice]:
    """Voided appointments are told of nobody any more; among the denied ones they stay to be read."""
    rows = AppointmentNotice.objects.allowed(actor, Permission.ROSTER_VIEW)
    rows = _narrowed(rows.filter(appointment__institution=institution), standing, on)
    if text:
        rows = rows.filter(appointment__person__name_key__contains=name_key(text))
    rows = rows.select_related("appointment__person__merged_into", "appointment__institution")
    facts = Prefetch("facts", queryset=NoticeFact.objects.order_by("-at", "-pk"))
    return rows.prefetch_related(facts).order_by("due_on", "appointment__person__name", "pk")


def own_waiting_notices(actor: User, standing: str) -> QuerySet[AppointmentNotice]:
    """Of the institutions whose roster the actor keeps: those that stand so."""
    return _narrowed(AppointmentNotice.objects.allowed(actor, Permission.ROSTER_IMPORT), standing, clock.today())


def _narrowed(rows: NoticeQuerySet, standing: str, on: date) -> NoticeQuerySet:
    rows = rows.with_facts()
    if standing != DENIED:
        rows = rows.filter(appointment__voided_at__isnull=True)
    late = Q(due_on__lt=on, due_provisional=False)
    narrowed = {
        WAITING: Q(told=False), OVERDUE: Q(told=False) & late, TOLD: Q(told=True, answer__isnull=True),
        CONFIRMED: Q(answer=NoticeFact.What.CONFIRMED), DENIED: Q(answer=NoticeFact.What.DENIED),
        # There is one open dispute at most, so no row comes twice.
        DISPUTED: Q(appointment__disputes__state=DisputeState.OPEN),
    }  # fmt: skip
    return rows.filter(narrowed.get(standing, Q()))


def overdue_institutions(actor: User, *, on: date) -> QuerySet[Any, Any]:
    """Rows {institution id and name, count, since} of those that have not told people in time, longest first."""
    rows = AppointmentNotice.objects.allowed(actor, Permission.DISPUTE_DECIDE).overdue(on)
    grouped = rows.values("appointment__institution", "appointment__institution__name")
    return grouped.annotate(count=Count("pk"), since=Min("due_on")).order_by("since", "appointment__institution")


def own_notices(actor: User) -> list[AppointmentNotice]:
    """Every institution that names the actor, newest first, with what the actor said to it."""
    rows = AppointmentNotice.objects.filter(_own(actor)).with_facts()
    rows = rows.select_related("appointment__institution").prefetch_related("appointment__disputes__decision")
    return list(rows.order_by("-appointment__start_date", "-pk"))


def unanswered_institutions(actor: User) -> list[str]:
    """The names of those that name the actor and have no answer from the actor yet."""
    rows = AppointmentNotice.objects.filter(_own(actor)).unanswered()
    names = rows.values_list("appointment__institution__name", flat=True)
    return list(dict.fromkeys(names.order_by("-appointment__start_date", "-pk")))


def _own(actor: User) -> Q:
    """The actor's own, whatever hat is worn; those of a merged double too."""
    return Q(appointment__person__user=actor.pk) | Q(appointment__person__merged_into__user=actor.pk)


def disputes_of(actor: User, *, state: str = "") -> QuerySet[AppointmentDispute]:
    """Denials in the reach of an officer who decides, the oldest open one first."""
    rows = AppointmentDispute.objects.allowed(actor, Permission.DISPUTE_DECIDE)
    rows = rows.filter(state=state) if state in DisputeState.values else rows
    rows = rows.select_related("appointment__institution__region", "appointment__person__merged_into", "decision")
    return rows.order_by("opened_at", "pk")


def dispute_card(actor: User, pk: int) -> AppointmentDispute:
    """Raises NotAllowed."""
    found = disputes_of(actor).filter(pk=pk).first()
    if found is None:
        raise NotAllowed(permission=Permission.DISPUTE_DECIDE.value)
    return found


def decided_before(dispute: AppointmentDispute) -> list[DisputeDecision]:
    """What took the same person out of the same institution's roster before; for whoever sees the dispute."""
    person = dispute.appointment.person.merged_into_id or dispute.appointment.person_id
    rows = DisputeDecision.objects.filter(
        upheld=True, dispute__appointment__institution=dispute.appointment.institution
    )
    same = Q(dispute__appointment__person=person) | Q(dispute__appointment__person__merged_into=person)
    return list(rows.filter(same).exclude(dispute=dispute).order_by("decided_at", "pk"))


def disputed_among(appointments: Iterable[Appointment | StaffRow]) -> set[int]:
    """Which appointments have an open dispute, of rows that the caller may see."""
    listed = [one.pk for one in appointments]
    return {pk for (pk,) in _open_disputes(appointments=listed)} if listed else set()


@compiled(appointments=Many())
def _open_disputes(*, appointments: Any) -> QuerySet[Any]:
    rows = AppointmentDispute.objects.open_ones().filter(appointment__pk__among=appointments)
    return rows.values_list("appointment")


def own_notice(actor: User, pk: int) -> AppointmentNotice:
    """Raises NotAllowed for that of somebody else."""
    found = AppointmentNotice.objects.filter(_own(actor), pk=pk).first()
    if found is None:
        raise NotAllowed(permission=Permission.APPOINTMENT_ANSWER.value)
    return found
