"""Many evidences at once: which row of a table which scans of a ZIP belong to, by the end of the document number.

The table is that of training records (courses.imports.training_records), with the agreement under which a training in
another region is recognised. Every file finds its row, or all is refused.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.columns import Column, Table, read_table, text
from core.errors import DomainError
from core.plans import Action, Problem
from core.scans import Scan, checked_scan
from core.text import compact, name_key
from courses.imports.training_records import COLUMNS as TRAINING_COLUMNS
from courses.imports.training_records import Reach, TrainingPlan, TrainingRow, plan_training_records
from courses.models import ExternalEvidence, MutualRecognition
from courses.workflow import COUNTED, EvidenceState, RecordStanding

MOST_ROWS = 100
# So many characters of the number may end a file's name; the longer one is tried first.
TAILS = (6, 4)
SCANS, TABLE = _("Scans"), _("Table")
AGREEMENT = Column(
    "agreement", ("互认协议文号",), text(200), synonyms=("互认协议", "agreement document", "相互認定協定の文書番号")
)
COLUMNS = (*TRAINING_COLUMNS, AGREEMENT)
MESSAGES: dict[str, Promise] = {
    "no_scan": _("No scan of this person is in the ZIP. Its name has to end with the end of the document number."),
    "too_many_scans": _("More than six scans belong to this row."),
    "scan_twice": _("The same scan is in the ZIP twice."),
    "unmatched": _("The end of this name is that of no document number in the table."),
    "ambiguous": _("This name ends like the document numbers of several rows. Add the name, or six characters."),
    "two_trainings": _("The table holds two trainings of this person: submit the second one by itself."),
    "counted": _("This training is on record already and counts."),
    "waiting": _("Evidence of this training waits for a decision already."),
    "no_rows": _("The table holds no row below its heads: fill in one row for each person."),
    "no_agreement": _("No agreement of your region has this document number."),
    "agreement_wrong": _("The agreement does not hold on the day of completion."),
    "agreement_unclear": _("Several agreements have this document number: submit this training by itself."),
    "too_many_rows": _("More than 100 rows. Split the table."),
    "scan_empty": _("This file is empty."),
    "scan_too_large": _("This file is larger than 4 MB."),
    "scan_wrong_kind": _("This is no PDF, JPG or PNG."),
}
MOST_SCANS = 6
_ENDING = re.compile(r"[0-9A-Z]+$")


@dataclass
class EvidencePlan(TrainingPlan):
    """`scans`: row of the file -> the scans that prove it. Files that found no row stand behind the rows, as errors."""

    scans: dict[int, list[Scan]] = field(default_factory=dict)
    # Row of the file -> the agreement under which its training is recognised.
    agreements: dict[int, MutualRecognition] = field(default_factory=dict)


def read_evidence(content: bytes) -> Table:
    return read_table(content, COLUMNS)


def plan_evidence(
    table: Table,
    files: Sequence[tuple[str, bytes]],
    *,
    on: date,
    reach: Reach,
    agreements: Collection[MutualRecognition] = (),
) -> EvidencePlan:
    """What the table with its scans will submit; `on` is the day of the check, `agreements` those of the region. Writes
    nothing."""
    known = plan_training_records(table, standing=RecordStanding.CLAIMED, on=on, reach=reach)
    plan = EvidencePlan(known.rows, known.ignored, known.sha256)
    if len(plan.rows) > MOST_ROWS:
        _refuse(plan.rows[MOST_ROWS], "too_many_rows")
    _refuse_known(plan.rows)
    for row in plan.rows:
        _find_agreement(plan, row, agreements)
    strays = _match(plan, files)
    if not plan.rows:
        strays.append(TrainingRow(0, errors=[Problem(str(TABLE), "no_rows", str(MESSAGES["no_rows"]))]))
    for row in plan.rows:
        _check_scans(row, plan.scans.get(row.row, []))
        if not row.errors:
            row.action = Action.CREATE
            row.notes["scans"] = ", ".join(one.name for one in plan.scans[row.row])
    plan.rows = [*plan.rows, *strays]
    return plan


def _refuse_known(rows: Sequence[TrainingRow]) -> None:
    claims = [row.record.pk for row in rows if row.record is not None]
    waiting = ExternalEvidence.objects.filter(claimed__in=claims, state=EvidenceState.SUBMITTED)
    held = set(waiting.values_list("claimed", flat=True))
    people: set[str] = set()
    for row in rows:
        if row.record is not None and row.record.standing in COUNTED:
            _refuse(row, "counted")
        elif row.record is not None and row.record.pk in held:
            _refuse(row, "waiting")
        if row.document and row.document in people:
            _refuse(row, "two_trainings")
        people.add(row.document)


def _find_agreement(plan: EvidencePlan, row: TrainingRow, agreements: Collection[MutualRecognition]) -> None:
    """By the number of its document; of those that have it the ones that hold on the day of completion."""
    said, day = compact(str(row.values.get("agreement", ""))), row.values.get("completed_on")
    if not said or not day:
        return
    named = [one for one in agreements if compact(one.document) == said]
    holding = [one for one in named if one.valid_from <= day and (one.valid_to is None or one.valid_to > day)]
    if len(holding) == 1:
        plan.agreements[row.row] = holding[0]
    else:
        code = "agreement_unclear" if holding else "agreement_wrong" if named else "no_agreement"
        _refuse(row, code, AGREEMENT.heads[0])


def _match(plan: EvidencePlan, files: Sequence[tuple[str, bytes]]) -> list[TrainingRow]:
    """Files beside their rows; those that fit nowhere, each as a row of its own."""
    found: dict[int, list[Scan]] = defaultdict(list)
    strays = []
    for name, content in files:
        try:
            scan = checked_scan(name, content)
        except DomainError as refusal:
            strays.append(_stray(name, refusal.code))
            continue
        rows = _rows_of(name, plan.rows)
        if len(rows) == 1:
            found[rows[0].row].append(scan)
        else:
            strays.append(_stray(name, "ambiguous" if rows else "unmatched"))
    plan.scans = dict(found)
    return strays


def _rows_of(name: str, rows: Collection[TrainingRow]) -> list[TrainingRow]:
    """Of the rows whose number ends as the name does; among several those whose person the name names."""
    stem = compact(name.rpartition(".")[0]).upper()
    ending = _ENDING.search(stem)
    for length in TAILS:
        tail = ending[0][-length:] if ending else ""
        alike = [row for row in rows if len(tail) == length and _number(row).endswith(tail)]
        if len(alike) > 1:
            alike = [row for row in alike if name_key(row.values.get("name", "")) in name_key(stem)] or alike
        if alike:
            return alike
    return []


def _number(row: TrainingRow) -> str:
    return compact(str(row.values.get("id_number", ""))).upper()


def _check_scans(row: TrainingRow, scans: Sequence[Scan]) -> None:
    if not scans:
        _refuse(row, "no_scan")
    elif len(scans) > MOST_SCANS:
        _refuse(row, "too_many_scans")
    elif len({one.sha256 for one in scans}) < len(scans):
        _refuse(row, "scan_twice")


def _refuse(row: TrainingRow, code: str, column: str = "") -> None:
    row.errors.append(Problem(column or str(SCANS), code, str(MESSAGES[code])))
    row.action, row.changes = Action.ERROR, {}


def _stray(name: str, code: str) -> TrainingRow:
    return TrainingRow(0, errors=[Problem(name, code, str(MESSAGES[code]))])
