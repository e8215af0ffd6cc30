"""A new key for the blind indexes: all of them are computed anew from the opened values, in one transaction.

While it runs nobody else may write: a process with the other key would find nobody and enter everybody twice. What was
issued under the old key (links of notices, tails of certificates) stays as it is and is compared with both keys.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import models, transaction

from accounts.models import IdentityDocument, Invitation, User
from accounts.models.joining import address_index
from accounts.permissions import Role
from accounts.selectors import document_index
from accounts.selectors.sign_in import phone_index
from core import audit, outbox
from core.errors import NotAllowed

BATCH = 1_000


@dataclass(frozen=True)
class Indexed:
    """A column that finds a sealed value again."""

    model: type[models.Model]
    column: str
    index: Callable[[Any], str]

    @property
    def label(self) -> str:
        return f"{self.model._meta.label}.{self.column}"

    def wrong(self) -> Iterator[list[Any]]:
        """Rows whose index is not that of their value under the present key, in batches."""
        last = 0
        while batch := list(self.model._default_manager.filter(pk__gt=last).order_by("pk")[:BATCH]):
            last = batch[-1].pk
            if wrong := [row for row in batch if getattr(row, self.column) != self.index(row)]:
                yield wrong


INDEXED = (
    Indexed(IdentityDocument, "number_index", lambda row: document_index(row.type, row.number)),
    Indexed(User, "phone_index", lambda row: phone_index(row.phone) if row.phone else ""),
    Indexed(Invitation, "email_index", lambda row: address_index(row.email)),
)


def wrong_indexes() -> dict[str, int]:
    """How many rows of each column stand under another key than the present one."""
    return {place.label: sum(len(batch) for batch in place.wrong()) for place in INDEXED}


def indexes_fit() -> bool:
    """Of the latest document: a process that still has another key must not serve."""
    latest = IdentityDocument.objects.order_by("-pk").first()
    return latest is None or latest.number_index == document_index(latest.type, latest.number)


@transaction.atomic
def rebuild_indexes(*, actor: User) -> dict[str, int]:
    """All or nothing: after a failure every index is as it was. The site stands still meanwhile."""
    if not any(hat.role == Role.SYSTEM for hat in actor.worn_memberships()):
        raise NotAllowed(permission="system")
    counts = {place.label: _rebuild(place) for place in INDEXED}
    if counts[INDEXED[0].label]:
        # What likely doubles share is computed again in the background.
        IdentityDocument.objects.exclude(twin_index="").update(twin_index="")
        outbox.add("accounts.profile_saved", 0)
    audit.record(actor, "accounts.indexes_rebuilt", actor, rows=counts)
    return counts


def _rebuild(place: Indexed) -> int:
    done = 0
    for batch in place.wrong():
        for row in batch:
            setattr(row, place.column, place.index(row))
        place.model._default_manager.bulk_update(batch, [place.column])
        done += len(batch)
    return done
