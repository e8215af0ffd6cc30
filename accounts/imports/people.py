"""The person columns that rosters and training records share: vocabulary, documents, and who is already known."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.identifiers import DocumentType, check_document
from accounts.imports.spellings import RESIDENT_HEADS, SPELLINGS
from accounts.models import IdentityDocument
from accounts.selectors import document_index, surviving
from core.columns import MESSAGES as COLUMN_MESSAGES
from core.columns import Column, Entry, WrongValue, choice, identifier, text
from core.tables import Cell
from core.text import mask_number, mask_phone, name_key, normal_name, phone_number

# Rows per statement; SQLite takes 32,766 variables at least.
BATCH = 5_000

DOCUMENT_WORDS = {
    "居民身份证": DocumentType.RESIDENT_ID.value,
    "港澳台居民居住证": DocumentType.RESIDENCE_PERMIT.value,
    "外国人永久居留身份证": DocumentType.FOREIGN_PERMANENT_RESIDENT.value,
    "港澳居民来往内地通行证": DocumentType.TRAVEL_PERMIT_HKM.value,
    "台湾居民来往大陆通行证": DocumentType.TRAVEL_PERMIT_TW.value,
    "护照": DocumentType.PASSPORT.value,
}

MESSAGES: dict[str, Promise] = {
    "length": _("The number does not have the length of this kind of document."),
    "form": _("The number does not have the form of this kind of document."),
    "old_number": _("This is an old number of 15 digits. Enter the number of 18 characters."),
    "date": _("The birth date inside the number does not exist."),
    "check_character": _("The last character does not fit the others: something was mistyped."),
    "ends_in_zeros": _("The number ends in 000, as rounded figures do. Compare it with the document."),
    "unknown_area": _("The area inside the number is not in the list of regions."),
    "name_differs": _("This document is already known with another name."),
    "phone": _("This is not a mobile number."),
    "email": _("This is not an e-mail address."),
}


_hundred_characters = text(100)


def _name(cell: Cell) -> str:
    return normal_name(_hundred_characters(cell))


NAME = Column("name", ("姓名",), _name, required=True, synonyms=SPELLINGS["name"])
ID_TYPE = Column("id_type", ("证件类型",), choice(DOCUMENT_WORDS), required=True, synonyms=SPELLINGS["id_type"])
ID_NUMBER = Column(
    "id_number",
    ("证件号码",),
    identifier,
    required=True,
    synonyms=(*SPELLINGS["id_number"], *RESIDENT_HEADS),
    implied=dict.fromkeys(RESIDENT_HEADS, ("id_type", DocumentType.RESIDENT_ID.value)),
)


@dataclass(frozen=True)
class KnownPerson:
    """The person who counts (the surviving one of a merge), and the names under which the document may stand."""

    id: int
    name_keys: frozenset[str]


def document_of(entry: Entry, *, on: date, areas: frozenset[str]) -> str:
    """The blind index of the row's document; empty when the document is missing or wrong, which the row then says."""
    kind, number = entry.values.get("id_type"), entry.values.get("id_number")
    if not kind or not number:
        return ""
    checked = check_document(kind, number, on=on, known_areas=areas)
    entry.values["id_number"] = checked.value
    for code in checked.errors:
        # Digits beyond the fifteenth become zeros in a spreadsheet's figure, which a file of texts still shows.
        rounded = code == "check_character" and checked.value.endswith("000")
        entry.refuse("id_number", "float" if rounded else code, COLUMN_MESSAGES["float"] if rounded else MESSAGES[code])
    if checked.ok and len(checked.value) == 18 and checked.value.endswith("000"):
        entry.warn("id_number", "ends_in_zeros", MESSAGES["ends_in_zeros"])
    for code in checked.warnings:
        entry.warn("id_number", code, MESSAGES[code])
    return document_index(kind, checked.value) if checked.ok else ""


def known_people(indexes: Collection[str]) -> dict[str, KnownPerson]:
    """Blind index -> person, in as many queries as there are batches."""
    found: dict[str, KnownPerson] = {}
    for batch in batches(sorted(set(indexes) - {""})):
        rows = IdentityDocument.objects.filter(number_index__in=batch).annotate(survivor=surviving("person__"))
        names = ("person__name_key", "person__merged_into__name_key")
        for index, survivor, *keys in rows.values_list("number_index", "survivor", *names):
            found[index] = KnownPerson(survivor, frozenset(key for key in keys if key))
    return found


def names_of_file(entries: list[tuple[Entry, str]], known: dict[str, KnownPerson]) -> None:
    """Say in the row when its document is known, or stands earlier in the file, with another name."""
    names = {index: person.name_keys for index, person in known.items()}
    for entry, index in entries:
        if index and "name" in entry.values:
            key = name_key(entry.values["name"])
            if key not in names.setdefault(index, frozenset({key})):
                entry.refuse("name", "name_differs", MESSAGES["name_differs"])


def shown(name: str, value: Any) -> Any:
    """A value as previews and the audit trail show it."""
    if name == "id_number":
        return mask_number(value)
    return mask_phone(value) if name == "phone" and value else value


def batches(rows: list[Any], size: int = BATCH) -> Iterator[list[Any]]:
    iterator = iter(rows)
    while batch := list(islice(iterator, size)):
        yield batch


def mobile(cell: Cell) -> str:
    """In the one form that sign-in and records share."""
    if number := phone_number(cell.text):
        return number
    raise WrongValue("phone", MESSAGES["phone"])


def email(cell: Cell) -> str:
    value = cell.text
    try:
        validate_email(value)
    except ValidationError:
        raise WrongValue("email", MESSAGES["email"]) from None
    return value
