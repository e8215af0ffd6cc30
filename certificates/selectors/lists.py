"""Certificates as their holders and their bases see them."""

from django.db.models import Prefetch, Q, QuerySet

from accounts.models import User
from accounts.permissions import Permission
from certificates.identifiers import normal_number
from certificates.models import Certificate, CertificateEvent, CertificateFile, FileRevision
from core.text import name_key


def my_certificates(actor: User) -> QuerySet[Certificate]:
    """The actor's own, whatever hat is worn."""
    rows = Certificate.objects.allowed(actor, Permission.CERTIFICATE_VIEW).stored()
    own = Q(person__user=actor) | Q(person__merged_into__user=actor)
    return rows.filter(own).order_by("-issued_on", "-pk")


def issued_certificates(actor: User, *, state: str = "", search: str = "") -> QuerySet[Certificate]:
    """What the actor's base issued; `search` is a number or the beginning of a name."""
    rows = Certificate.objects.allowed(actor, Permission.CERTIFICATE_ISSUE).stored()
    if state:
        rows = rows.filter(state=state)
    if search:
        number = normal_number(search)
        rows = rows.filter(number=number) if number else rows.filter(person__name_key__startswith=name_key(search))
    return rows.select_related("base").order_by("-issued_on", "-pk")


def file_of(actor: User, number: str) -> CertificateFile | None:
    """The kept file of one certificate, and nothing of what a page about it needs besides; drafts have none."""
    rows = CertificateFile.objects.allowed(actor, Permission.CERTIFICATE_VIEW).filter(certificate__number=number)
    return next(iter(rows), None)


def certificate_of(actor: User, number: str) -> Certificate | None:
    """One certificate with its file, its history and what came before and after it."""
    rows = Certificate.objects.allowed(actor, Permission.CERTIFICATE_VIEW).stored()
    return (
        rows.select_related("file__seal", "supersedes", "superseded_by", "taken_back", "base", "person__merged_into")
        .prefetch_related(
            Prefetch("events", queryset=CertificateEvent.objects.order_by("pk")),
            Prefetch("file__revisions", queryset=FileRevision.objects.order_by("pk")),
        )
        .filter(number=number)
        .first()
    )
