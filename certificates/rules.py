"""Pure rules: what verification answers, and what stands in the way of an issue, figures with their days. No database,
no clock."""

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import yaml
from django.conf import settings
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from certificates.identifiers import LEVEL_LETTERS
from certificates.workflow import CertificateState as S


class Outcome(TextChoices):
    """The eight answers of verification (practice 1.16)."""

    VALID = "valid", _("registered as normal")
    EXPIRED = "expired", _("past its validity")
    SUSPENDED = "suspended", _("suspended")
    REVOKED = "revoked", _("revoked")
    SUPERSEDED = "superseded", _("replaced")
    DEREGISTERED = "deregistered", _("deregistered")
    NEVER_ISSUED = "never_issued", _("not found")
    COULD_NOT_CHECK = "could_not_check", _("could not be checked")


class FileIs(TextChoices):
    """What a file that somebody hands in turned out to be."""

    REGISTERED = "registered", _("the file that was issued")
    ADDED_TO = "added_to", _("an issued file to which something was added")
    CHANGED = "changed", _("a file whose seal is broken or not one of this register")
    SEALED_UNREGISTERED = "sealed_unregistered", _("a file with a whole seal that is not in the register")
    UNKNOWN = "unknown", _("a file without a seal that is not in the register")


_BY_STATE = {
    S.DRAFT: Outcome.NEVER_ISSUED,
    S.SUSPENDED: Outcome.SUSPENDED,
    S.REVOKED: Outcome.REVOKED,
    S.SUPERSEDED: Outcome.SUPERSEDED,
    S.DEREGISTERED: Outcome.DEREGISTERED,
}


def outcome(state: str, valid_until: date | None, *, on: date) -> Outcome:
    """A decision outweighs the calendar; the last day of validity still counts."""
    if decided := _BY_STATE.get(S(state)):
        return decided
    return Outcome.EXPIRED if valid_until and on > valid_until else Outcome.VALID


class Obstacle(TextChoices):
    """Why somebody gets no certificate; the values are the codes of the refusal."""

    NOT_COMPLETED = "not_completed", _("the training has not been completed")
    HAS_CERTIFICATE = "has_certificate", _("has a certificate already")
    ANNULLED = "record_annulled", _("the training record has been annulled")
    CORRECTED = "record_corrected", _("the training record was corrected: replace the earlier certificate")
    NOT_ISSUED_HERE = "record_not_issued_here", _("the training record does not come from a completed class here")
    LEVEL_UNKNOWN = "level_unknown", _("the level has no letter in certificate numbers")
    IDENTITY_NOT_CHECKED = "identity_not_checked", _("the identity has not been checked")
    NO_DOCUMENT = "no_document", _("there is no identity document")
    GLYPHS_MISSING = "glyphs_missing", _("the fonts lack characters of the name")
    NAME_TOO_LONG = "name_too_long", _("the name is too long for the sheet")
    TEXT_TOO_LONG = "text_too_long", _("a title or the issuer's name is too long for the sheet")


@dataclass(frozen=True)
class Award:
    """What a decision to issue looks at."""

    issued_here: bool
    level: str
    annulled: bool = False
    corrected: bool = False
    identity_checked: bool = True
    has_document: bool = True


def obstacles(award: Award) -> list[Obstacle]:
    """Everything that stands in the way, in the order in which an office would mend it."""
    found = {
        Obstacle.ANNULLED: award.annulled,
        Obstacle.CORRECTED: award.corrected,
        Obstacle.NOT_ISSUED_HERE: not award.issued_here,
        Obstacle.LEVEL_UNKNOWN: award.issued_here and award.level not in LEVEL_LETTERS,
        Obstacle.NO_DOCUMENT: not award.has_document,
        Obstacle.IDENTITY_NOT_CHECKED: not award.identity_checked,
    }
    return [obstacle for obstacle, stands in found.items() if stands]


# --- figures that change with the rules -----------------------------------------------------------------------------
FIGURES = "demo/reference/certificate_rules.yaml"


@cache
def _figures() -> tuple[dict[str, Any], ...]:
    entries = yaml.safe_load((settings.ROOT / FIGURES).read_text(encoding="utf-8"))
    return tuple(sorted(entries, key=lambda entry: entry["valid_from"]))


def figure(code: str, *, on: date) -> Any:
    """The figure that holds on a day. Raises LookupError for a code, or a day, that no entry covers."""
    held = [entry["value"] for entry in _figures() if entry["code"] == code and entry["valid_from"] <= on]
    if not held:
        raise LookupError(f"{FIGURES} has no {code} for {on}")
    return held[-1]


def last_day(level: str, issued_on: date) -> date | None:
    """The last day on which a certificate holds, by the rule of the day of issue; None: no end is set."""
    years = figure("validity_years", on=issued_on).get(level)
    return None if years is None else years_later(issued_on, years)


def years_later(day: date, years: int) -> date:
    """The same day of a later year; of 29 February the 28th where there is none."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)
