"""The list for a receiving body as a table in that body's own form. core.exports writes it."""

from collections.abc import Callable, Sequence
from typing import Any

from django.utils import translation

from certificates.rules import FilingForm
from certificates.selectors.awards import enrolment_of
from core.exports import CSV, XLSX, Value, csv_table, table

LANGUAGE = "zh-hans"
KINDS = {"xlsx": XLSX, "csv": CSV}
# What stands in a column of a form, by the name that the rules give it. Whole numbers are opened for the body alone.
OPENED = "document_number"
FIELDS: dict[str, Callable[[Any], Value]] = {
    "position": lambda line: line.position,
    "reference": lambda line: line.reference,
    "name": lambda line: line.name,
    "latin_name": lambda line: line.record.person.latin_name,
    "document_type": lambda line: str(document_of(line).get_type_display()) if document_of(line) else "",
    # Set by the service that has written down the look.
    OPENED: lambda line: line.opened,
    "document_masked": lambda line: document_of(line).masked if document_of(line) else "",
    "level": lambda line: line.record.level.title_in(LANGUAGE) if line.record.level else "",
    "hours": lambda line: f"{line.record.hours.normalize():f}" if line.record.hours is not None else "",
    "completed_on": lambda line: line.record.completed_on,
    "cohort": lambda line: found.cohort.title if (found := enrolment_of(line.record)) else "",
    "base": lambda line: line.record.base.name,
    "base_code": lambda line: line.record.base.code,
    "certificate_number": lambda line: line.certificate_number or "",
    "issued_on": lambda line: line.certificate_issued_on,
}


def filing_table(lines: Sequence[Any], form: FilingForm) -> bytes:
    """`lines` as selectors.filing delivers them; heads, order and kind of file are the form's."""
    heads = [head for head, _field in form.columns]
    with translation.override(LANGUAGE):
        rows = [[FIELDS[field](line) for _head, field in form.columns] for line in lines]
    return csv_table(heads, rows) if form.file == "csv" else table(form.sheet, heads, rows)


def document_of(line: Any) -> Any:
    """The first on file, as on the certificate."""
    return min(line.record.person.documents.all(), key=lambda one: one.pk, default=None)
