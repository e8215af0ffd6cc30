"""The audit trail: one entry per write, in the same transaction, that nobody can change afterwards.

What an entry says to people: each room names its verbs and its subjects in verbs.py, which this app loads at the start.
"""

from collections.abc import Collection, Mapping
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models
from django.utils.functional import Promise

from core import clock
from core.models import AuditEntry

# Stands in the trail for a value of a personal field.
ERASABLE_ELSEWHERE = "•"
_sentences: dict[str, Promise] = {}
_subjects: dict[str, Promise] = {}


def record(
    actor: AbstractBaseUser,
    verb: str,
    subject: models.Model,
    *,
    reason: str = "",
    **facts: Any,
) -> AuditEntry:
    """Write down who did what to which record. `verb`: `<app>.<past participle>`; facts hold no full number."""
    return AuditEntry.objects.create(
        at=clock.now(),
        actor_id=actor.pk,
        verb=verb,
        subject_type=subject._meta.label_lower,
        subject_id=str(subject.pk),
        reason=reason,
        facts=facts,
    )


def without_words(changes: dict[str, list[Any]], personal: Collection[str]) -> dict[str, list[Any]]:
    """Old and new, but of what says who somebody is only whether there was something: nobody erases this trail, while
    the records themselves are erased with their past."""
    return {
        name: [ERASABLE_ELSEWHERE if value else "" for value in pair] if name in personal else pair
        for name, pair in changes.items()
    }


def entries_about(subject: models.Model) -> models.QuerySet[AuditEntry]:
    return AuditEntry.objects.filter(subject_type=subject._meta.label_lower, subject_id=str(subject.pk)).order_by(
        "at", "pk"
    )


# --- in words -------------------------------------------------------------------------------------------------------
def name_verbs(sentences: Mapping[str, Promise]) -> None:
    """One sentence per verb of a room."""
    _sentences.update(sentences)


def name_subjects(words: Mapping[str, Promise]) -> None:
    """What people call the records that entries are about, by "app.model"."""
    _subjects.update(words)


def sentences() -> Mapping[str, Promise]:
    return _sentences


def subjects() -> Mapping[str, Promise]:
    return _subjects


def sentence(verb: str) -> str:
    """What the verb says; the verb itself where no room has a sentence for it any more."""
    return str(_sentences.get(verb, verb))


def subject_word(label: str) -> str:
    return str(_subjects.get(label, label))
