"""Showing an institution's ratio to everybody, and ceasing to."""

from django.db import transaction

from accounts.access import require
from accounts.models import Institution, User
from accounts.permissions import Permission
from core import audit, clock
from core.errors import DomainError
from staffing.models import RatioPublication
from staffing.selectors.public import publication_on


@transaction.atomic
def publish_ratio(*, actor: User, institution: Institution) -> RatioPublication:
    """From today on. Raises `published_already`."""
    _lock(actor, institution)
    if publication_on(institution, clock.today()):
        raise DomainError("published_already")
    made = RatioPublication.objects.create(
        institution=institution, valid_from=clock.today(), decided_by=actor, recorded_at=clock.now()
    )
    audit.record(actor, "staffing.ratio_published", institution)
    return made


@transaction.atomic
def hide_ratio(*, actor: User, institution: Institution) -> RatioPublication:
    """At once; what a published call shows of its returns stays. Raises `not_published`."""
    _lock(actor, institution)
    if not (held := publication_on(institution, clock.today())):
        raise DomainError("not_published")
    held.valid_to = clock.today()
    held.save(update_fields=["valid_to"])
    audit.record(actor, "staffing.ratio_hidden", institution)
    return held


def _lock(actor: User, institution: Institution) -> None:
    require(actor, Permission.RETURN_FILE, institution)
    Institution.objects.select_for_update().get(pk=institution.pk)
