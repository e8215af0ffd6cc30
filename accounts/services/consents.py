"""Agreeing to a versioned text about one's data, and taking it back: one click each, a row each, effective at once."""

from collections.abc import Iterable

from django.db import transaction

from accounts.models import Consent, Person, User
from accounts.selectors.consents import CONSENT, SENSITIVE_DATA, Text, consents_of, texts_on
from core import audit, clock
from core.errors import DomainError


@transaction.atomic
def agree(*, actor: User, code: str, parts: Iterable[str] = (), channel: str = "site") -> Consent:
    """Say yes to the version that holds today. The same yes twice is one row; other parts or a new version are a new
    one. Raises `no_such_text` (also for what is done by law), `unknown_part` and `no_part`."""
    text = _asked_for(code)
    chosen = sorted(set(parts))
    if set(chosen) - set(text.parts):
        raise DomainError("unknown_part")
    if text.parts and not chosen:
        raise DomainError("no_part")
    latest = _latest(actor, code)
    if latest and latest.given and (latest.text_sha256, latest.parts) == (text.sha256, chosen):
        return latest
    return _write(actor, text, given=True, parts=chosen, channel=channel)


@transaction.atomic
def withdraw(*, actor: User, code: str, channel: str = "site") -> Consent:
    """Take a yes back; from this moment nothing rests on it. Raises `not_given`."""
    latest = _latest(actor, code)
    if latest is None or not latest.given:
        raise DomainError("not_given")
    row = _write(actor, _asked_for(code), given=False, parts=[], channel=channel)
    if code == SENSITIVE_DATA:
        _erase_phone(actor)
    return row


def _asked_for(code: str) -> Text:
    text = texts_on(clock.today()).get(code)
    if text is None or text.basis != CONSENT:
        raise DomainError("no_such_text")
    return text


def _latest(actor: User, code: str) -> Consent | None:
    # Locked, so that two clicks at once are one after the other.
    User.objects.select_for_update().get(pk=actor.pk)
    standing = next((one for one in consents_of(actor) if one.text.code == code), None)
    return standing.latest if standing else None


def _write(actor: User, text: Text, *, given: bool, parts: list[str], channel: str) -> Consent:
    row = Consent.objects.create(
        user=actor,
        text=text.code,
        version=text.version,
        given=given,
        at=clock.now(),
        text_sha256=text.sha256,
        parts=parts,
        channel=channel,
    )
    verb = "accounts.consent_given" if given else "accounts.consent_withdrawn"
    audit.record(actor, verb, row, text=text.code, version=text.version, parts=parts)
    return row


def _erase_phone(actor: User) -> None:
    """The number on the person's record; the one that somebody signs in with belongs to the login."""
    person = Person.objects.filter(user=actor.pk).first()
    if person is not None and person.phone:
        person.phone = ""
        person.save(update_fields=["phone"])
        audit.record(actor, "accounts.phone_erased", person)
