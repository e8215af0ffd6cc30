"""Whom a case concerns, and what its defence was: the same in both tracks, which share no table."""

import secrets
from typing import TYPE_CHECKING

from certificates.tlog.services import SALT_SIZE

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import Institution, Person, TrainingBase


def new_salt() -> str:
    """Of fingerprints in the log: without it nobody learns or tries out what stands behind them."""
    return secrets.token_hex(SALT_SIZE)


class Concerned:
    """Properties of a case with a subject, a unit named beside it, and an answer that may have come on paper."""

    if TYPE_CHECKING:
        person: Person | None
        institution: Institution | None
        unit_institution: Institution | None
        unit_base: TrainingBase | None
        number: str
        answered_at: datetime | None
        answer_recorded_by_id: int | None

    @property
    def subject(self) -> "Person | Institution":
        return self.person or self.institution  # type: ignore[return-value]

    @property
    def case_number(self) -> str:
        """Of the body's file, as letters print it."""
        return self.number

    @property
    def unit(self) -> "Institution | TrainingBase | None":
        return self.unit_institution or self.unit_base

    @property
    def heard(self) -> str:
        """What of the answer was known: a decision is taken on what its page showed."""
        return self.answered_at.isoformat() if self.answered_at else ""

    @property
    def answered_in_person(self) -> bool:
        """Words that somebody put down from paper are no reason to wait no longer."""
        return self.answered_at is not None and self.answer_recorded_by_id is None
