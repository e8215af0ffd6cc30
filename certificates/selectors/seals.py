"""Every seal, time-stamp authority and issuer's key ever used: what a stranger must know to check what they made."""

from certificates.models import IssuerKey, Seal, StampAuthority


def seals_used() -> list[Seal]:
    return list(Seal.objects.order_by("pk"))


def stampers_used() -> list[StampAuthority]:
    return list(StampAuthority.objects.order_by("pk"))


def controllers_used() -> list[str]:
    """The names under which this platform has issued: another host is another one."""
    return list(IssuerKey.objects.order_by("controller").values_list("controller", flat=True).distinct())
