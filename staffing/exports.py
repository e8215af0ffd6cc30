"""Tables that people take along from the staffing room."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from core.clock import SHANGHAI
from core.exports import CSV, csv_table, table
from staffing.selectors import RatioAnswer
from staffing.selectors.people import Proofs, StaffStanding, TableLine


def people_file(answer: RatioAnswer, lines: Iterable[TableLine], proofs: Proofs, kind: str) -> bytes:
    """The people behind a ratio for reading, each line with its place, its day and what was known; numbers masked."""
    heads = [
        _("Full name"), _("Number of the document"), _("Post"), _("Employment"), _("Since"), _("Counts"),
        _("Counts as trained"), _("Why not counted"), _("Class ends on"), _("Evidence"), _("Completed on"),
        _("Provider"), _("Verified by"), _("Claimed, not verified"), _("Institution"), _("As of"), _("As known at"),
    ]  # fmt: skip
    known = f"{answer.known_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" if answer.known_then else _("now")
    place = (answer.institution.name, answer.as_of, known)
    rows = ([*_cells(one, proofs), *place] for one in lines)
    return csv_table(heads, rows) if kind == CSV else table(_("The people and the evidence"), heads, rows)


def _cells(one: TableLine, proofs: Proofs) -> list[Any]:
    line, counts = one.line, one.standing != StaffStanding.LEFT_OUT
    record, claim = proofs.records.get(line.person), proofs.claims.get(line.person)
    evidence: list[Any] = ["", None, "", ""]
    if record:
        evidence = [record.title, record.completed_on, record.provider, record.get_standing_display()]
    return [
        line.name, proofs.masked.get(line.person, ""), line.post, line.employment, line.start_date,
        _("yes") if counts else _("no"), str(one.standing.label) if counts else "", one.why, one.ends_on, *evidence,
        claim.title if claim else "",
    ]  # fmt: skip
