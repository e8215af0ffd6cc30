"""What the columns of an institution's roster files mean: said by a person, remembered for the same set of heads."""

from collections.abc import Mapping

from django.db import transaction

from accounts.access import require
from accounts.models import Institution, RosterHeads, User
from accounts.permissions import Permission
from core import audit, clock
from core.columns import beginnings
from core.errors import DomainError
from core.heads import is_number, keyed, line_texts, signature


@transaction.atomic
def say_heads(
    *, actor: User, institution: Institution, content: bytes, line: tuple[str, int], fields: Mapping[str, str]
) -> RosterHeads:
    """Remember what the heads in this line (sheet, place of the line) mean. Heads that are not there are refused."""
    require(actor, Permission.ROSTER_IMPORT, institution)
    title, index = line
    sheet = next((one for one in beginnings(content) if one.title == title and index < len(one.lines)), None)
    texts = line_texts(sheet.lines, index) if sheet else []
    if sheet is None or not set(fields) <= set(keyed(texts)):
        raise DomainError("heads_not_there")
    if any(map(is_number, texts)):
        # What is said here stays, in clear: no row of a person may become heads.
        raise DomainError("heads_are_values")
    said = RosterHeads.objects.create(
        institution=institution,
        signature=signature(texts),
        fields=dict(fields),
        sheet=title,
        said_by=actor,
        said_at=clock.now(),
    )
    audit.record(actor, "accounts.roster_heads_said", said, institution=institution.pk, sheet=title)
    return said
