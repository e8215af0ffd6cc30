"""Links to what a competent department published about an entity; nothing of it is copied."""

from datetime import date

from django.db import transaction

from accounts.access import require
from accounts.models import Institution, User
from accounts.permissions import Permission
from core import audit, clock
from core.errors import DomainError
from credit.models import PublicationLink
from credit.services.entries import require_other_than


@transaction.atomic
def link_publication(
    *, actor: User, institution: Institution, department_name: str, url: str, reference: str
) -> PublicationLink:
    """Raises `no_credit_code`, `own_record`, `words_missing`, `not_https`."""
    require(actor, Permission.CREDIT_RECORD_ENTER, institution)
    require_other_than(actor, institution)
    if not institution.uscc:
        raise DomainError("no_credit_code", subject=institution.pk)
    department_name, url, reference = department_name.strip(), url.strip(), reference.strip()
    if not (department_name and url and reference):
        raise DomainError("words_missing", field="reference")
    if not url.startswith("https://"):
        raise DomainError("not_https")
    link = PublicationLink.objects.create(
        institution=institution,
        department_name=department_name,
        url=url,
        reference=reference,
        linked_on=clock.today(),
        entered_by=actor,
    )
    audit.record(actor, "credit.publication_linked", link, url=url, reference=reference)
    return link


@transaction.atomic
def end_link(*, actor: User, link: PublicationLink, on: date | None = None) -> PublicationLink:
    """The department shows it no longer; from that day the platform does not point there."""
    require(actor, Permission.CREDIT_RECORD_ENTER, link)
    locked = PublicationLink.objects.select_for_update().get(pk=link.pk)
    if locked.ended_on is None:
        locked.ended_on = on or clock.today()
        locked.save(update_fields=["ended_on"])
        audit.record(actor, "credit.publication_unlinked", locked)
    return locked
