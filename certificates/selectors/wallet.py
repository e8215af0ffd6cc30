"""What the holder's pages show: own links, how often a certificate was verified, and the answer behind a link."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID

from django.db.models import Max, Sum

from accounts.models import User
from accounts.permissions import Permission
from certificates.models import Certificate, ShareLink, VerificationCount
from certificates.models.wallet import share_hash, share_token
from certificates.selectors.verification import Answer, verify
from core import clock

LATELY = timedelta(days=30)


@dataclass(frozen=True)
class OpenLink:
    """A link with the token that is in it."""

    link: ShareLink
    token: str


@dataclass(frozen=True)
class Seen:
    """How often a certificate was verified: in all, lately by day."""

    total: int
    last: date | None
    days: list[tuple[date, int]]


def open_links(actor: User, certificate: Certificate) -> list[OpenLink]:
    rows = ShareLink.objects.allowed(actor, Permission.CERTIFICATE_OWN)
    mine = rows.filter(certificate=certificate, withdrawn_at=None, ends_on__gte=clock.today())
    return [OpenLink(link, share_token(link)) for link in mine.order_by("-created_at", "-pk")]


def own_link(actor: User, uuid: UUID) -> ShareLink | None:
    rows = ShareLink.objects.allowed(actor, Permission.CERTIFICATE_OWN)
    return rows.select_related("certificate").filter(uuid=uuid).first()


def own_certificate(actor: User, number: str) -> Certificate | None:
    return Certificate.objects.allowed(actor, Permission.CERTIFICATE_OWN).stored().filter(number=number).first()


def seen(actor: User, certificate: Certificate) -> Seen:
    rows = VerificationCount.objects.allowed(actor, Permission.CERTIFICATE_OWN).filter(certificate=certificate)
    whole = rows.aggregate(total=Sum("count"), last=Max("day"))
    lately = rows.filter(day__gt=clock.today() - LATELY).order_by("-day").values_list("day", "count")
    return Seen(whole["total"] or 0, whole["last"], list(lately))


def shared_answer(token: str) -> Answer | None:
    """The public answer with the full name, because the holder shares it; nothing for a link that is not open."""
    link = ShareLink.objects.select_related("certificate").filter(token_hash=share_hash(token)).first()
    if link is None or not link.is_open:
        return None
    answer = verify(code=link.certificate.code)
    return replace(answer, holder=link.certificate.holder_name) if answer.certificate else answer
