"""Pure rules: what verification answers, what stands in the way of an issue, figures and filing with their days. No
database, no clock."""

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
from certificates.workflow import FilingMode
from core.figures import figure_in


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
    AWAITS_FILING = "awaits_filing", _("waits for the number of the receiving body, days so far")
    IDENTITY_NOT_CHECKED = "identity_not_checked", _("the identity has not been checked")
    MAY_NOT_ISSUE = "may_not_issue", _("a decision in force keeps the base or its host from issuing")
    NO_DOCUMENT = "no_document", _("there is no identity document")
    GLYPHS_MISSING = "glyphs_missing", _("the fonts lack characters of the name")
    NAME_TOO_LONG = "name_too_long", _("the name is too long for the sheet")
    NO_PLACE_FOR_ISSUERS = (
        "no_place_for_issuers",
        _("the design in force has no place for the bodies that issue together with the base"),
    )
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
    awaits_filing: bool = False
    may_not_issue: bool = False


def obstacles(award: Award) -> list[Obstacle]:
    """Everything that stands in the way, in the order in which an office would mend it."""
    found = {
        Obstacle.ANNULLED: award.annulled,
        Obstacle.CORRECTED: award.corrected,
        Obstacle.NOT_ISSUED_HERE: not award.issued_here,
        Obstacle.LEVEL_UNKNOWN: award.issued_here and award.level not in LEVEL_LETTERS,
        Obstacle.MAY_NOT_ISSUE: award.may_not_issue,
        Obstacle.NO_DOCUMENT: not award.has_document,
        Obstacle.IDENTITY_NOT_CHECKED: not award.identity_checked,
        Obstacle.AWAITS_FILING: award.awaits_filing,
    }
    return [obstacle for obstacle, stands in found.items() if stands]


# --- joint issue ------------------------------------------------------------------------------------------------------
# So many bodies beside the base, so many characters of each name: designs are looked at with these.
MOST_CO_ISSUERS = 3
LONGEST_NAMES = {"zh": 40, "en": 120, "ja": 45}


# --- figures that change with the rules -----------------------------------------------------------------------------
FIGURES = "demo/reference/certificate_rules.yaml"


def figure(code: str, *, on: date) -> Any:
    """The figure that holds on a day. Raises LookupError for a code, or a day, that no entry covers."""
    return figure_in(FIGURES, code, on=on)


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


# --- filing with a receiving body -------------------------------------------------------------------------------------
FILING = "demo/reference/filing_rules.yaml"


@dataclass(frozen=True)
class FilingRule:
    """How the awards of a level are filed that were completed from `first` until before `before`."""

    level: str
    receiver: str
    mode: FilingMode
    send_within: int
    first: date
    before: date | None


@dataclass(frozen=True)
class FilingForm:
    """The table as the receiving body wants it: (head, field) in order; `answer`: field -> heads of what it returns."""

    file: str
    sheet: str
    columns: tuple[tuple[str, str], ...]
    answer: dict[str, tuple[str, ...]]
    number: str


def filing_rules() -> list[FilingRule]:
    """Every rule by which something is filed, with the days for which it holds."""
    found = []
    for level in {entry["level"] for entry in _filing()["rules"]}:
        entries = sorted(
            (one for one in _filing()["rules"] if one["level"] == level), key=lambda one: one["valid_from"]
        )
        ends = [one["valid_from"] for one in entries[1:]]
        found += [_rule(one, end) for one, end in zip(entries, [*ends, None], strict=True) if one["required"]]
    return sorted(found, key=lambda rule: (rule.level, rule.first))


def filing_rule(level: str, *, on: date) -> FilingRule | None:
    """The rule for an award completed on that day; None: it is not filed."""
    held = [one for one in filing_rules() if one.level == level and one.first <= on]
    return next((one for one in held if one.before is None or on < one.before), None)


def filing_form(receiver: str, *, on: date) -> FilingForm:
    """Raises LookupError for a body, or a day, that no entry covers."""
    forms = [form for one in _filing()["receivers"] if one["code"] == receiver for form in one["forms"]]
    held = sorted((one for one in forms if one["valid_from"] <= on), key=lambda one: one["valid_from"])
    if not held:
        raise LookupError(f"{FILING} has no form of {receiver} for {on}")
    form = held[-1]
    columns = tuple((one["head"], one["field"]) for one in form["columns"])
    answer = {field: tuple(heads) for field, heads in form["answer"].items()}
    return FilingForm(form["file"], form["sheet"], columns, answer, form["number"])


def receiver_name(receiver: str, language: str) -> str:
    """In zh, en or ja; the code of a body that no entry names."""
    names = (one["name"] for one in _filing()["receivers"] if one["code"] == receiver)
    return next((str(name.get(language, name["zh"])) for name in names), receiver)


def _rule(entry: dict[str, Any], before: date | None) -> FilingRule:
    mode = FilingMode(entry["mode"])
    return FilingRule(entry["level"], entry["receiver"], mode, entry["send_within"], entry["valid_from"], before)


@cache
def _filing() -> dict[str, Any]:
    return yaml.safe_load((settings.ROOT / FILING).read_text(encoding="utf-8"))
