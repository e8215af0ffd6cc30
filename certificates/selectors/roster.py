"""The public roster: technology managers who chose to be on it, with what each chose to show. Read anew every time."""

from dataclasses import dataclass

from django.db.models import OuterRef, Q, QuerySet, Subquery, TextField
from django.db.models.functions import Cast

from accounts.models import Appointment, Consent
from accounts.models.positions import not_voided
from accounts.selectors.consents import PUBLIC_ROSTER
from accounts.selectors.staff import running_on
from certificates.models import Certificate
from certificates.selectors.status_log import unsure_among
from certificates.workflow import CertificateState
from core import clock
from core.text import name_key


@dataclass(frozen=True)
class RosterLine:
    """What one person shows; what was not ticked is empty and was not even read."""

    name: str
    level: str
    institution: str
    certificate_number: str


def public_roster(search: str = "") -> QuerySet[Certificate]:
    """Certificates in force of people whose latest word is to be listed by name; for a paginator."""
    latest = Consent.objects.filter(user=OuterRef("person__user"), text=PUBLIC_ROSTER).order_by("-at", "-pk")
    rows = Certificate.objects.stored().filter(state=CertificateState.ISSUED)
    rows = rows.filter(Q(valid_until__isnull=True) | Q(valid_until__gte=clock.today()))
    rows = rows.annotate(
        listed=Subquery(latest.values("given")[:1]),
        shows=Cast(Subquery(latest.values("parts")[:1]), TextField()),
    ).filter(listed=True, shows__contains='"name"')
    if search:
        rows = rows.filter(person__name_key__contains=name_key(search))
    return rows.order_by("person__name_key", "-issued_on", "pk")


def roster_lines(rows: list[Certificate]) -> list[RosterLine]:
    """The lines of one page, in so many statements however many there are. Nobody is listed by a certificate of which
    verification says that it could not be checked."""
    unsure = unsure_among(rows)
    rows = [row for row in rows if row.pk not in unsure]
    places = _institutions([row.person_id for row in rows if '"institution"' in row.shows])  # type: ignore[attr-defined]
    return [_line(row, row.shows, places) for row in rows]  # type: ignore[attr-defined]


def _line(row: Certificate, shows: str, places: dict[int, str]) -> RosterLine:
    return RosterLine(
        name=row.holder_name,
        level=row.level_title if '"level"' in shows else "",
        institution=places.get(row.person_id, "") if '"institution"' in shows else "",
        certificate_number=row.number if '"certificate_number"' in shows else "",
    )


def _institutions(people: list[int]) -> dict[int, str]:
    """Where each works today, the main place first."""
    working = Appointment.objects.filter(not_voided(), running_on(clock.today()), person__in=people)
    rows = working.order_by("is_primary", "-start_date").values_list("person", "institution__name")
    return dict(rows)
