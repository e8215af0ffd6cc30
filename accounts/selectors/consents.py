"""What people are told about their data, and what each has agreed to: versioned texts, the latest word holds."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any

import yaml
from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.models import Consent, User
from core import clock

FILE = "demo/reference/privacy_texts.yaml"
CONSENT, DUTY = "consent", "duty"
EMPLOYER_CHECK = "employer_check"
SENSITIVE_DATA, SHARE_WITH_INSTITUTION, PUBLIC_ROSTER = "sensitive_data", "share_with_institution", "public_roster"
PARTS: dict[str, Promise] = {
    "name": _("name"),
    "level": _("level"),
    "institution": _("institution"),
    "certificate_number": _("certificate number"),
}
# Texts that people commit themselves to; they stand in the credit file and are not about data.
PROMISES: dict[str, Promise] = {
    "trainee_commitment": _("integrity commitment of trainees"),
    "code_of_conduct": _("code of conduct of technology managers"),
}
SAID = ("title", "purpose", "kinds", "receivers", "retention", "rights")


@dataclass(frozen=True)
class Text:
    """One version of one text, in three languages; its hash stands with every agreement to it."""

    code: str
    version: str
    valid_from: date
    basis: str
    source: str
    words: dict[str, dict[str, str]]
    parts: tuple[str, ...] = ()

    @property
    def sha256(self) -> str:
        whole = [self.code, self.version, str(self.valid_from), self.basis, self.source, self.words, self.parts]
        return hashlib.sha256(json.dumps(whole, ensure_ascii=False, sort_keys=True).encode()).hexdigest()

    def said(self) -> dict[str, str]:
        """Every sentence in the reader's language."""
        language = {"en": "en", "ja": "ja"}.get(get_language() or "", "zh")
        return {name: self.words[name][language] for name in SAID}


@dataclass(frozen=True)
class Standing:
    """A text as it stands for one login: agreed or not, since when, with which parts, in which version."""

    text: Text
    latest: Consent | None = None
    parts: list[tuple[str, Promise, bool]] = field(default_factory=list)

    @property
    def given(self) -> bool:
        return self.latest is not None and self.latest.given

    @property
    def is_older_version(self) -> bool:
        return self.given and self.latest is not None and self.latest.version != self.text.version


@cache
def all_texts() -> tuple[Text, ...]:
    """Every version, oldest first."""
    entries = yaml.safe_load((settings.ROOT / FILE).read_text(encoding="utf-8"))
    return tuple(sorted((_text(entry) for entry in entries), key=lambda text: text.valid_from))


def _text(entry: dict[str, Any]) -> Text:
    facts = {name: entry[name] for name in ("code", "version", "valid_from", "basis", "source")}
    return Text(**facts, words={name: entry[name] for name in SAID}, parts=tuple(entry.get("parts", ())))


def texts_on(day: date) -> dict[str, Text]:
    """The version of each text that holds on a day, by code, in the order of the file."""
    return {text.code: text for text in all_texts() if text.valid_from <= day}


def consents_of(actor: User) -> list[Standing]:
    """The actor's own standing on every text that asks for consent."""
    latest = _latest([actor.pk])
    texts = [text for text in texts_on(clock.today()).values() if text.basis == CONSENT]
    return [_standing(text, latest.get((actor.pk, text.code))) for text in texts]


def duties() -> list[Text]:
    """What is done by law, whether anybody agrees or not."""
    return [text for text in texts_on(clock.today()).values() if text.basis == DUTY]


def consent_history(actor: User) -> list[tuple[Consent, Promise | str]]:
    """Every word given and taken back with the title of its text, newest first."""
    titles: dict[str, Promise | str] = {**PROMISES, **{text.code: text.said()["title"] for text in all_texts()}}
    rows = Consent.objects.filter(user=actor.pk).order_by("-at", "-pk")[:200]
    return [(row, titles.get(row.text, row.text)) for row in rows]


def agreed_parts(users: Iterable[int], code: str) -> dict[int, frozenset[str]]:
    """Login id -> the parts agreed to, for those whose latest word is yes; a text without parts gives an empty set."""
    rows = _latest(list(users), code)
    return {user: frozenset(row.parts) for (user, _code), row in rows.items() if row.given}


def agrees(user: User, code: str) -> bool:
    return user.pk in agreed_parts([user.pk], code)


def _standing(text: Text, latest: Consent | None) -> Standing:
    chosen = latest.parts if latest and latest.given else []
    return Standing(text, latest, [(part, PARTS[part], part in chosen) for part in text.parts])


def _latest(users: list[int], code: str = "") -> dict[tuple[int, str], Consent]:
    rows = Consent.objects.filter(user__in=users, **({"text": code} if code else {})).order_by("at", "pk")
    return {(row.user_id, row.text): row for row in rows}
