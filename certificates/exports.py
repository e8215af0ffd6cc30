"""Tables that leave the room: the list for a receiving body in that body's own form, an employer's batch check.
core.exports writes them."""

from collections.abc import Callable, Sequence
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from certificates.imports.checks import COLUMNS
from certificates.rules import FilingForm
from certificates.selectors.awards import enrolment_of
from certificates.selectors.checks import CheckLine
from core import clock
from core.exports import CSV, XLSX, Value, csv_table, table, template

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


# --- an employer's batch check ----------------------------------------------------------------------------------------
EXPLAINED = {
    "number": "证书上印制的编号，如 TM-J-2026-9901-000123-P",
    "code": "证书上印制的十六位核验码；填写核验码的，无须填写姓名和证件号码",
    "name": "证书上的姓名；没有核验码时填写，仅对同意由本机构核验的本单位人员有答复",
    "tail": "证件号码的最后四位，请按文本填写",
}


def check_template() -> bytes:
    return template("批量核验", COLUMNS, {}, EXPLAINED)


def check_table(lines: Sequence[CheckLine]) -> bytes:
    """Every row of a check with its outcome and the moment of it, in the reader's language."""
    heads = [
        _("Line"), _("Certificate number"), _("How it was asked"), _("Result of the check"), _("Holder"), _("Level"),
        _("Issued by"), _("Issued on"), _("Valid until"), _("Ended on"), _("Reason"), _("Replaced by"),
        _("Checked at (Beijing time)"),
    ]  # fmt: skip
    return table("checks", heads, (_check_row(line) for line in lines))


def _check_row(line: CheckLine) -> list[Value]:
    row, known = line.row, line.certificate
    about: list[Value] = [None] * 5
    if known:
        issuers = "; ".join((known.issuer, *known.co_issuers))
        about = [line.holder, known.level_title, issuers, known.issued_on, known.valid_until]
    at = row.checked_at.astimezone(clock.SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")
    end = [row.ended_on, str(row.get_ground_display()), row.superseded_by]
    return [row.line, row.number, str(row.get_way_display()), outcome_words(line), *about, *end, at]


def outcome_words(line: CheckLine) -> str:
    """Nobody is told whether somebody who has not agreed has a certificate."""
    if line.tells_nothing:
        return _("nothing to tell: not found, or no consent")
    return str(line.row.get_outcome_display())
