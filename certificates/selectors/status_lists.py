"""What the published lists of states say now: a place in a list, never whose it is."""

from certificates.models import CredentialIntent
from certificates.workflow import LISTED_UNDER


def list_is_open(number: int) -> bool:
    """Has anything been given a place in it?"""
    return CredentialIntent.objects.filter(status_list=number).exists()


def set_bits(purpose: str, number: int) -> list[int]:
    rows = CredentialIntent.objects.filter(status_list=number, certificate__state__in=LISTED_UNDER[purpose])
    return sorted(rows.values_list("status_index", flat=True))


def bit_is_set(purpose: str, number: int, index: int) -> bool:
    rows = CredentialIntent.objects.filter(status_list=number, status_index=index)
    return rows.filter(certificate__state__in=LISTED_UNDER[purpose]).exists()
