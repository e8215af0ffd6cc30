"""What the published lists of states say now: a place in a list, never whose it is."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from certificates.models import CredentialIntent
from certificates.models.statements import KIND_OF
from certificates.tlog.models import PendingEntry
from certificates.workflow import LISTED_UNDER


def list_is_open(number: int) -> bool:
    """Has anything been given a place in it?"""
    return CredentialIntent.objects.filter(status_list=number).exists()


def set_bits(purpose: str, number: int) -> list[int]:
    """Places of which register or log says so: a state that somebody set back in the database alone stays listed."""
    registered = Q(certificate__state__in=LISTED_UNDER[purpose])
    logged = Exists(_logged_under(purpose).filter(ref=OuterRef("certificate__uuid")))
    rows = CredentialIntent.objects.filter(registered | logged, status_list=number)
    return sorted(rows.values_list("status_index", flat=True))


def _logged_under(purpose: str) -> QuerySet[PendingEntry]:
    """What the log was told last of a certificate, where that is what the list is for."""
    kinds = [KIND_OF[state] for state in LISTED_UNDER[purpose]]
    later = PendingEntry.objects.filter(ref=OuterRef("ref"), turn__gt=OuterRef("turn"))
    return PendingEntry.objects.filter(~Exists(later), turn__gt=0, kind__in=kinds)
