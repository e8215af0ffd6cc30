"""A partner's file before anything is written: its records, whom they concern, and what would become of each."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any

from accounts.identifiers import DocumentType, check_document, check_uscc
from accounts.imports.institutions import MESSAGES as CODE_MESSAGES
from accounts.imports.people import DOCUMENT_WORDS, known_people
from accounts.models import Institution, Person, User
from accounts.permissions import Permission
from accounts.selectors import document_index
from accounts.selectors.own import own_legal_persons
from core import clock
from core.columns import MESSAGES, Column, Entry, Parser, WrongValue, choice, day, identifier, read_table, text
from core.errors import DomainError
from core.plans import Problem
from core.tables import MAX_BYTES, Cell, text_cell
from core.text import name_key
from credit.models import CreditRecord, ExchangePartner, FileForm, LineOutcome
from credit.rules.exchange import Stated, accepted_bases, dictionary_on, wrong_with

MOST_RECORDS = 2_000
ACCEPTED, REFUSED, KNOWN = LineOutcome.ACCEPTED, LineOutcome.REFUSED, LineOutcome.KNOWN
_JSON = (b"{", b"[")
Own = Callable[[Person | Institution], bool]


@dataclass
class PlannedLine:
    """One record of the file. `subject` is who was found in the officer's reach; numbers of documents are not kept."""

    row: int
    values: dict[str, Any]
    errors: list[Problem] = field(default_factory=list)
    subject: Person | Institution | None = None
    entry: CreditRecord | None = None
    reason: str = ""
    # As the file has it: compared, and kept no longer than the preview.
    named: str = ""

    @property
    def outcome(self) -> str:
        if self.reason:
            return REFUSED
        return KNOWN if self.entry else ACCEPTED

    @property
    def record_number(self) -> str:
        return str(self.values.get("number", ""))

    @property
    def names_differ(self) -> bool:
        """The code or document leads to somebody of another name than the file says. A file may leave names out."""
        differ = bool(self.named and self.subject and name_key(self.named) != name_key(self.subject.name))
        return differ and self.outcome == ACCEPTED

    @property
    def document(self) -> str:
        """The basis in one line, as it stands beside the entry."""
        said = self.values
        return f"《{said['statute'].strip('《》')}》{said['article']}；{said['document']}"

    def facts(self) -> dict[str, Any]:
        """What is kept of the record beside its columns."""
        said = self.values
        return {
            "title": {"zh": said["text"]},
            "number": said["number"],
            "basis": {name: said[name] for name in ("statute", "article", "document")},
            "valid_until": said["valid_to"].isoformat(),
        }


@dataclass(frozen=True)
class ExchangePlan:
    """`ignored`: fields of the file that the dictionary does not know."""

    lines: Sequence[PlannedLine]
    form: str
    sha256: str
    ignored: Sequence[str]

    @property
    def counts(self) -> dict[str, int]:
        found = Counter(line.outcome for line in self.lines)
        return {str(outcome): found[outcome] for outcome in LineOutcome.values}

    @property
    def names_that_differ(self) -> int:
        return sum(line.names_differ for line in self.lines)

    @property
    def fingerprint(self) -> str:
        """The same as long as the file would do the same: what was looked at is what is confirmed."""
        told = [[one.row, one.record_number, one.outcome, one.reason, one.names_differ] for one in self.lines]
        return hashlib.sha256(json.dumps([self.sha256, told]).encode()).hexdigest()[:32]


def plan_file(actor: User, partner: ExchangePartner, content: bytes) -> ExchangePlan:
    """Raises TableUnreadable, `no_exchange_file`, `too_many_records`, `file_too_large`, `file_empty`."""
    entries, form, ignored = read_records(content)
    lines = [
        PlannedLine(entry.row, entry.values, entry.errors, named=entry.values.pop("name", "")) for entry in entries
    ]
    _find_subjects(actor, lines)
    _find_entries(partner, lines)
    numbers = Counter(line.record_number for line in lines if line.record_number)
    twice = {number for number, count in numbers.items() if count > 1}
    own = partial(_is_own, actor=actor, houses=own_legal_persons(actor))
    for line in lines:
        line.reason = _reason(line, partner, twice, own)
    return ExchangePlan(lines, form, hashlib.sha256(content).hexdigest(), ignored)


# --- reading ----------------------------------------------------------------------------------------------------------
def read_records(content: bytes) -> tuple[list[Entry], str, list[str]]:
    """Records, form, unknown fields."""
    if not content.strip():
        raise DomainError("file_empty")
    if len(content) > MAX_BYTES:
        raise DomainError("file_too_large")
    if content.startswith(b"PK"):
        raise DomainError("no_exchange_file")
    if content.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(_JSON):
        entries, ignored = _of_json(content)
        form = FileForm.JSON
    else:
        table = read_table(content, columns())
        entries, ignored, form = table.entries, table.ignored, FileForm.CSV
    if len(entries) > MOST_RECORDS:
        raise DomainError("too_many_records", most=MOST_RECORDS)
    return entries, str(form), list(ignored)


def columns() -> list[Column]:
    """As the dictionary of today says."""
    held = dictionary_on(clock.today())
    kinds = {one["zh"]: one["code"] for one in held.codes["kind"]}
    parsers: dict[str, Parser] = {
        "code": choice(kinds),
        "uscc": _uscc,
        "document_type": choice(DOCUMENT_WORDS),
        "document": identifier,
        "date": day,
    }
    return [
        Column(
            one["field"],
            (one["head"],),
            text(one["limit"]) if one["type"] == "text" else parsers[one["type"]],
            required=one["required"],
        )
        for one in held.incoming
    ]


def _uscc(cell: Cell) -> str:
    checked = check_uscc(identifier(cell))
    if not checked.ok:
        raise WrongValue(checked.errors[0], CODE_MESSAGES[checked.errors[0]])
    return checked.value


def _of_json(content: bytes) -> tuple[list[Entry], list[str]]:
    """A list of records, or an object that holds it under `records`. A field twice is no record of ours."""
    try:
        told = json.loads(content.decode("utf-8-sig"), object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise DomainError("no_exchange_file") from error
    records = told.get("records") if isinstance(told, dict) else told
    if not isinstance(records, list) or not records:
        raise DomainError("no_exchange_file")
    if len(records) > MOST_RECORDS:
        raise DomainError("too_many_records", most=MOST_RECORDS)
    known = columns()
    heads = {column.field: column.field for column in known}
    entries = [_entry(row, record, known, heads) for row, record in enumerate(records, 1)]
    unknown = {key for record in records if isinstance(record, dict) for key in record} - set(heads)
    return entries, sorted(key[:60] for key in unknown)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a field stands there twice")
    return found


def _entry(row: int, record: Any, known: Sequence[Column], heads: Mapping[str, str]) -> Entry:
    entry = Entry(row, heads)
    if not isinstance(record, dict):
        entry.refuse("number", "missing", MESSAGES["missing"])
        return entry
    for column in known:
        _read(entry, column, record.get(column.field))
    return entry


def _read(entry: Entry, column: Column, value: Any) -> None:
    try:
        cell = _cell(value)
        if cell.trouble or (column.required and not cell.text):
            raise WrongValue(cell.trouble or "missing")
        if cell.text:
            entry.values[column.field] = column.parse(cell)
    except WrongValue as wrong:
        entry.refuse(column.field, wrong.code, wrong.message)


def _cell(value: Any) -> Cell:
    """Texts alone: a number would have lost its zeros already."""
    if value is None:
        return Cell()
    if not isinstance(value, str):
        raise WrongValue("float")
    return text_cell(value)


# --- whom it concerns -------------------------------------------------------------------------------------------------
def _find_subjects(actor: User, lines: Sequence[PlannedLine]) -> None:
    """In the officer's reach alone: what lies outside is answered as what is nowhere."""
    entities = _entities(actor, {line.values["uscc"] for line in lines if "uscc" in line.values})
    indexes = {line.row: _index(line) for line in lines}
    survivors = {index: person.id for index, person in known_people(set(indexes.values())).items()}
    reach = Person.objects.allowed(actor, Permission.EXCHANGE_MANAGE).select_related("merged_into")
    people = {person.pk: person for person in reach.filter(pk__in=set(survivors.values()))}
    for line in lines:
        if "uscc" in line.values:
            line.subject = entities.get(line.values["uscc"])
        elif index := indexes[line.row]:
            line.subject = people.get(survivors.get(index, 0))


def _entities(actor: User, codes: set[str]) -> dict[str, Institution]:
    rows = Institution.objects.allowed(actor, Permission.EXCHANGE_MANAGE).filter(uscc__in=codes)
    return {str(entity.uscc): entity for entity in rows}


def _index(line: PlannedLine) -> str:
    """The blind index; the number itself goes no further than here."""
    kind, number = line.values.get("id_type"), line.values.pop("id_number", "")
    line.values["has_number"] = bool(number)
    if not kind or not number:
        return ""
    checked = check_document(DocumentType(kind), number, on=clock.today())
    return document_index(kind, checked.value) if checked.ok else ""


def _find_entries(partner: ExchangePartner, lines: Sequence[PlannedLine]) -> None:
    sources = {source_of_record(partner, line.record_number): line for line in lines if line.record_number}
    rows = CreditRecord.objects.filter(source__in=sources).select_related("person")
    for entry in rows:
        sources[entry.source].entry = entry


def source_of_record(partner: ExchangePartner, number: str) -> str:
    return f"exchange:{partner.pk}:{number}"


# --- what becomes of it -----------------------------------------------------------------------------------------------
def _reason(line: PlannedLine, partner: ExchangePartner, twice: set[str], own: Own) -> str:
    if line.errors:
        return f"value:{line.errors[0].column}"[:40]
    if line.record_number in twice:
        return "number_twice"
    stated = _stated(line.values)
    wrong = partial(wrong_with, partner_kind=partner.kind, bases=accepted_bases(), on=clock.today())
    return wrong(stated) or _wrong_source(line, partner) or _wrong_subject(line, own) or _wrong_number(line)


def _wrong_source(line: PlannedLine, partner: ExchangePartner) -> str:
    """A partner speaks for itself, and for the bodies that were entered with its basis."""
    spoken_for = {name_key(name) for name in (partner.name, *partner.sources.splitlines()) if name.strip()}
    return "" if name_key(line.values["source_body"]) in spoken_for else "source_not_of_partner"


def _stated(values: Mapping[str, Any]) -> Stated:
    words = {name: values.get(name, "") for name in ("statute", "article", "document")}
    return Stated(kind=values["kind"], valid_from=values["valid_from"], valid_to=values["valid_to"], **words)


def _wrong_subject(line: PlannedLine, own: Own) -> str:
    entity, person = "uscc" in line.values, "id_type" in line.values and line.values["has_number"]
    if entity and person:
        return "subject_twice"
    if not entity and not person:
        return "subject_missing"
    if line.subject is None:
        return "subject_unknown"
    return "own_record" if own(line.subject) else ""


def _is_own(subject: Person | Institution, *, actor: User, houses: Collection[int]) -> bool:
    if isinstance(subject, Institution):
        return subject.legal_person_id in houses
    return actor.pk in {subject.user_id, subject.merged_into.user_id if subject.merged_into else None}


def _wrong_number(line: PlannedLine) -> str:
    return "number_taken" if line.entry and not _same(line, line.entry) else ""


def _same(line: PlannedLine, entry: CreditRecord) -> bool:
    about = entry.institution_id
    if entry.person:
        about = entry.person.merged_into_id or entry.person_id
    kept: tuple[date, str, str, str, dict[str, Any], int | None] = (
        entry.occurred_on, entry.kind, entry.publisher, entry.document, entry.facts, about,
    )  # fmt: skip
    said = line.values
    subject = line.subject.pk if line.subject else None
    return kept == (said["valid_from"], said["kind"], said["source_body"], line.document, line.facts(), subject)
