"""What waits for a decision: suspended certificates with the day they end, revocations with the day of the answer."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import F, OuterRef, QuerySet, Subquery

from accounts.access import can
from accounts.models import User
from accounts.permissions import Permission
from accounts.workflow import OPEN_HEARING
from certificates.models import Certificate, CertificateEvent, RevocationCase
from certificates.rules import figure
from certificates.workflow import CERTIFICATE_STEPS, STEP_TITLES, CertificateState, Ground
from core import clock
from core.workflow import open_steps


def certificate_to_manage(actor: User, number: str) -> Certificate | None:
    rows = Certificate.objects.allowed(actor, Permission.CERTIFICATE_MANAGE).stored()
    return (
        rows.select_related("person__merged_into", "base", "training_record__person", "supersedes__taken_back")
        .filter(number=number)
        .first()
    )


def successor_in_the_making(certificate: Certificate) -> str:
    """The number of a certificate that is to replace this one and has no bytes yet."""
    rows = Certificate.objects.filter(supersedes=certificate.pk, state=CertificateState.DRAFT)
    return rows.values_list("number", flat=True).first() or ""


def decision_steps(actor: User, certificate: Certificate) -> list[tuple[str, str]]:
    """The buttons of a certificate's page: none for those who do not decide about it."""
    if not can(actor, Permission.CERTIFICATE_MANAGE, certificate):
        return []
    open_now = open_steps(certificate, CERTIFICATE_STEPS)
    return [(step, str(title)) for step, title in STEP_TITLES.items() if step in open_now]


def cases_of(actor: User, certificate: Certificate) -> list[RevocationCase]:
    """Revocations of this certificate, begun or decided."""
    rows = RevocationCase.objects.allowed(actor, Permission.CERTIFICATE_VIEW)
    return list(rows.filter(certificate=certificate).order_by("-pk"))


def suspended_certificates(actor: User) -> Any:
    """A queryset with what the last suspension says; the first to end first, those without an end last."""
    rows = Certificate.objects.allowed(actor, Permission.CERTIFICATE_VIEW).filter(state=CertificateState.SUSPENDED)
    last = CertificateEvent.objects.filter(certificate=OuterRef("pk"), step="suspend").order_by("-pk")
    names = ("ends_on", "ground", "decided_on")
    told = {f"suspension_{name}": Subquery(last.values(name)[:1]) for name in names}
    return rows.select_related("base").annotate(**told).order_by(F("suspension_ends_on").asc(nulls_last=True), "pk")


@dataclass(frozen=True)
class SuspensionLine:
    """One line of the list, with what its last day means today."""

    certificate: Certificate
    ends_on: date | None
    days_left: int | None
    near_days: int

    @property
    def ground_label(self) -> str:
        ground = self.certificate.suspension_ground  # type: ignore[attr-defined]
        return str(Ground(ground).label) if ground else ""

    @property
    def days_over(self) -> int:
        return -(self.days_left or 0)

    @property
    def mark(self) -> str:
        if self.days_left is None:
            return "open"
        if self.days_left < 0:
            return "over"
        return "near" if self.days_left <= self.near_days else "running"


def suspension_lines(rows: list[Certificate]) -> list[SuspensionLine]:
    today = clock.today()
    near = figure("suspension_near_days", on=today)
    return [
        SuspensionLine(row, ends, (ends - today).days if ends else None, near)
        for row in rows
        for ends in [row.suspension_ends_on]  # type: ignore[attr-defined]
    ]


def revocations(actor: User, *, closed: bool = False) -> QuerySet[RevocationCase]:
    """Open ones by their day; closed ones newest first."""
    rows = RevocationCase.objects.allowed(actor, Permission.CERTIFICATE_VIEW)
    rows = rows.select_related("certificate__base")
    if closed:
        return rows.exclude(state__in=OPEN_HEARING).order_by("-decided_at", "-pk")
    return rows.filter(state__in=OPEN_HEARING).order_by("answer_until", "pk")


def revocation(actor: User, pk: int, permission: Permission = Permission.CERTIFICATE_VIEW) -> RevocationCase | None:
    rows = RevocationCase.objects.allowed(actor, permission)
    return rows.select_related("certificate__base", "certificate__person__merged_into").filter(pk=pk).first()


def deadline_figures(actor: User) -> dict[str, int]:
    """For the first page: suspensions that end soon or should have ended, revocations that run."""
    today = clock.today()
    soon = today + timedelta(days=figure("suspension_near_days", on=today))
    held = suspended_certificates(actor).filter(suspension_ends_on__isnull=False)
    return {
        "suspensions_near": held.filter(suspension_ends_on__gte=today, suspension_ends_on__lte=soon).count(),
        "suspensions_over": held.filter(suspension_ends_on__lt=today).count(),
        "revocations_open": revocations(actor).count(),
    }
