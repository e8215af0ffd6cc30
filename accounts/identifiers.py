"""Identifiers of people and organisations: arithmetic and forms, no database.

Sources: GB 32100-2015 (unified social credit code), GB 11643-1999 (resident identity number). Off-the-shelf
validators refuse valid numbers, so the arithmetic stands here. An unknown area code is a warning, never an error.
"""

import re
from dataclasses import dataclass
from datetime import date

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from core.text import compact

USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_PREFIXES = frozenset("11 12 13 19 51 52 53 59 91 92 93 A1 N1 N2 N3 N9 Y1 21 29 31 32 33 34 35 41 49 54 55 61 62 71 72 79 81 89 99".split())  # fmt: skip # noqa: E501, SIM905


class DocumentType(TextChoices):
    RESIDENT_ID = "resident_id", _("resident identity card")
    RESIDENCE_PERMIT = (
        "residence_permit",
        _("residence permit for Hong Kong, Macao and Taiwan residents"),
    )
    FOREIGN_PERMANENT_RESIDENT = (
        "foreign_permanent_resident",
        _("foreign permanent resident identity card"),
    )
    TRAVEL_PERMIT_HKM = (
        "travel_permit_hkm",
        _("mainland travel permit for Hong Kong and Macao residents"),
    )
    TRAVEL_PERMIT_TW = (
        "travel_permit_tw",
        _("mainland travel permit for Taiwan residents"),
    )
    PASSPORT = "passport", _("passport")


@dataclass(frozen=True)
class Checked:
    """A normalised identifier, with the codes of what is wrong (errors) and what is merely unusual (warnings)."""

    value: str
    errors: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        return not self.errors


def uscc_check_character(body: str) -> str:
    """The 18th character of a unified social credit code from its first 17."""
    total = sum(USCC_ALPHABET.index(c) * pow(3, i, 31) for i, c in enumerate(body))
    return USCC_ALPHABET[-total % 31]


def resident_check_character(body: str) -> str:
    """The 18th character of a resident identity number from its first 17 digits."""
    return "10X98765432"[sum(int(c) * pow(2, 17 - i, 11) for i, c in enumerate(body)) % 11]


def check_uscc(raw: str, *, known_areas: frozenset[str] = frozenset()) -> Checked:
    """Error codes: length, alphabet, check_character. Warnings: unknown_area, unknown_prefix."""
    value = compact(raw)
    if len(value) != 18:
        return Checked(value, ("length",))
    if set(value) - set(USCC_ALPHABET):
        return Checked(value, ("alphabet",))
    if uscc_check_character(value[:17]) != value[17]:
        return Checked(value, ("check_character",))
    warnings = [] if value[2:8] in known_areas else ["unknown_area"]
    if value[:2] not in _USCC_PREFIXES:
        warnings.append("unknown_prefix")
    return Checked(value, (), tuple(warnings))


def check_document(kind: str, raw: str, *, on: date, known_areas: frozenset[str] = frozenset()) -> Checked:
    """Check an identity document's number. Error codes: type, length, form, old_number, float, check_character, date.

    `on` is the day of the check: a birth date may not lie after it, nor more than 130 years before.
    """
    value = compact(raw)
    if kind not in DocumentType.values:
        return Checked(value, ("type",))
    if _CALCULATED.fullmatch(value):
        return Checked(value, ("float",))
    if kind == DocumentType.RESIDENT_ID:
        return _check_resident(value, on, known_areas)
    if kind == DocumentType.RESIDENCE_PERMIT:
        checked = _check_resident(value, on, frozenset({"810000", "820000", "830000"}))
        return Checked(value, ("form",)) if checked.ok and checked.warnings else checked
    if kind == DocumentType.FOREIGN_PERMANENT_RESIDENT:
        return _check_permanent_resident(value, on)
    return Checked(value) if _FORMS[kind].fullmatch(value) else Checked(value, ("form",))


def birth_date(kind: str, number: str) -> date | None:
    """The birth date that a number of the resident pattern holds; None for other documents."""
    if kind in (DocumentType.RESIDENT_ID, DocumentType.RESIDENCE_PERMIT) and len(number) == 18:
        return _as_date(number[6:14])
    return None


# Digits are 0 to 9 and no other script's: two spellings of one number would be two persons.
_FORMS: dict[str, re.Pattern[str]] = {
    DocumentType.TRAVEL_PERMIT_HKM: re.compile(r"[HM][0-9]{8}([0-9]{2})?"),
    DocumentType.TRAVEL_PERMIT_TW: re.compile(r"[0-9]{8}"),
    DocumentType.PASSPORT: re.compile(r"[A-Z0-9]{5,20}"),
}
# 1.10105E+17, 110105199.0; a passport may well be called 5E123456.
_CALCULATED = re.compile(r"[0-9](\.[0-9]+)?E\+[0-9]+|[0-9]\.[0-9]+E[0-9]+|[0-9]+\.0+")


def _check_resident(value: str, on: date, known_areas: frozenset[str]) -> Checked:
    if re.fullmatch(r"[0-9]{15}", value):
        return Checked(value, ("old_number",))
    if len(value) != 18:
        return Checked(value, ("length",))
    if not re.fullmatch(r"[0-9]{17}[0-9X]", value):
        return Checked(value, ("form",))
    born = _as_date(value[6:14])
    if born is None or born > on or born.year < on.year - 130:
        return Checked(value, ("date",))
    if resident_check_character(value[:17]) != value[17]:
        return Checked(value, ("check_character",))
    return Checked(value, (), () if value[:6] in known_areas else ("unknown_area",))


def _check_permanent_resident(value: str, on: date) -> Checked:
    if re.fullmatch(r"[A-Z]{3}[0-9]{12}", value):
        return Checked(value)
    if not re.fullmatch(r"9[0-9]{16}[0-9X]", value):
        return Checked(value, ("form",))
    ok = resident_check_character(value[:17]) == value[17]
    return Checked(value) if ok else Checked(value, ("check_character",))


def _as_date(digits: str) -> date | None:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None
