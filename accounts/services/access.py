"""Agreeing to a text, and the ledger of looks into a person's record."""

from collections.abc import Iterable

from django.db import transaction

from accounts.models import AccessEntry, Consent, Person, User
from core import audit, clock, outbox


@transaction.atomic
def give_consent(*, actor: User, text: str, version: str) -> Consent:
    """The actor agrees to a versioned text (code of conduct, privacy notice …); agreeing twice is one row.

    Agreeing again after a withdrawal is a new row: the latest one holds.
    """
    latest = Consent.objects.filter(user=actor, text=text, version=version).order_by("at", "pk").last()
    if latest and latest.given:
        return latest
    consent = Consent.objects.create(user=actor, text=text, version=version, at=clock.now())
    audit.record(actor, "accounts.consent_given", consent, text=text, version=version)
    outbox.add("accounts.consent_given", consent.pk)
    return consent


@transaction.atomic
def note_access(*, actor: User, person: Person, what: str, purpose: str, granted: bool = True) -> AccessEntry:
    """Write down a look into a record; the person sees it. A refused try is written down too."""
    hats = actor.worn_memberships()
    return AccessEntry.objects.create(
        person=person,
        actor=actor,
        body_name=str(hats[0].place) if hats else "",
        what=what,
        purpose=purpose,
        granted=granted,
        at=clock.now(),
    )


@transaction.atomic
def note_accesses(*, actor: User, people: Iterable[Person], what: str, purpose: str) -> int:
    """The same for a list that was opened at once; each of them sees it."""
    hats, now = actor.worn_memberships(), clock.now()
    office = str(hats[0].place) if hats else ""
    entries = [
        AccessEntry(person=person, actor=actor, body_name=office, what=what, purpose=purpose, at=now)
        for person in people
    ]
    return len(AccessEntry.objects.bulk_create(entries))
