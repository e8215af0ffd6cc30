"""Importing files: one call, one transaction, one audit entry per file. Rows with errors stop the whole file.

What a file means is planned in accounts.imports; here plans are shown to whoever may see them, and carried out.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any, cast

from django.db import IntegrityError, transaction
from django.db.models import Case, Value, When

from accounts.access import office_of, require, worn_bodies
from accounts.imports import roster_leaves
from accounts.imports.decisions import NO_CHOICES, DecidedPlan, RosterChoices, decided
from accounts.imports.institutions import InstitutionPlan, InstitutionRow, plan_institutions, read_institutions
from accounts.imports.people import batches
from accounts.imports.roster import FIELDS, RosterRow, plan_roster, read_roster
from accounts.models import (
    AdminBody,
    Appointment,
    AppointmentVersion,
    IdentityDocument,
    Institution,
    LeaveOfAbsence,
    Person,
    User,
)
from accounts.models.places import Region
from accounts.permissions import Permission
from accounts.selectors.rosters import deciders, remembered_heads
from accounts.services.disputes import lay_before_officers
from accounts.services.institutions import note_moves
from accounts.services.notices import open_notices
from accounts.services.places import may_set_levels, require_region
from core import audit, clock, outbox
from core.columns import PORTION, Table
from core.errors import DomainError, NotAllowed
from core.fields import SealedField, seal
from core.heads import HeadMap
from core.plans import Action, Plan, Stage, Told, told_of
from core.text import name_key

LEAVE_FIELDS = frozenset(roster_leaves.FIELDS)
PHONE = cast(SealedField, Appointment._meta.get_field("phone"))
INSTITUTION_COLUMNS = ("name", "name_key", "category", "level", "region", "parent")


def preview_roster(
    *,
    actor: User,
    institution: Institution,
    content: bytes,
    said: HeadMap | None = None,
    choices: RosterChoices = NO_CHOICES,
    progress: Told | None = None,
) -> DecidedPlan:
    """What the file would do with what was ticked. Raises TableUnreadable, HeadsUnsure."""
    require(actor, Permission.ROSTER_IMPORT, institution)
    table = read_roster(content, said, remembered_heads(institution), told_of(progress, Stage.READ))
    return _plan(table, institution, choices, progress)


def import_roster(
    *,
    actor: User,
    institution: Institution,
    content: bytes,
    file_name: str = "",
    said: HeadMap | None = None,
    choices: RosterChoices = NO_CHOICES,
    seen: str = "",
    progress: Told | None = None,
) -> DecidedPlan:
    """Carry a roster out, whole or not at all: a plan with errors is returned and nothing is written.

    `seen`: fingerprint of the preview that was looked at. Raises TableUnreadable, HeadsUnsure, and `changed_meanwhile`
    when another import got in between or the file would do something else by now. Only reading happens outside of the
    transaction.
    """
    require(actor, Permission.ROSTER_IMPORT, institution)
    table = read_roster(content, said, remembered_heads(institution), told_of(progress, Stage.READ))
    with one_transaction():
        # Two rosters of one institution wait for each other, so that both are planned on what is there.
        locked = Institution.objects.select_for_update().get(pk=institution.pk)
        plan = _plan(table, locked, choices, progress)
        if plan.has_errors or not plan.changes_something:
            return plan
        if seen and plan.fingerprint != seen:
            raise DomainError("changed_meanwhile")
        _write(plan, locked, progress)
        _write_leaves(actor, plan, file_name)
        lay_before_officers([row.id for row in _entered_again(plan) if row.id])
        facts = audit_facts(plan, file_name, personal=Appointment.PERSONAL) | _decisions(plan, actor)
        audit.record(actor, "accounts.roster_imported", locked, **facts)
        outbox.add("accounts.roster_imported", locked.pk)
    return plan


def _plan(table: Table, institution: Institution, choices: RosterChoices, progress: Told | None) -> DecidedPlan:
    today = clock.today()
    plan = plan_roster(table, institution, on=today, progress=told_of(progress, Stage.PLAN))
    by_hand = [row.id for row in plan.rows if row.appointment and row.appointment.by_hand_at and row.changes]
    return decided(plan, institution, choices, deciders(by_hand) if by_hand else {}, on=today)


def _decisions(plan: DecidedPlan, actor: User) -> dict[str, Any]:
    """What was ticked, for the audit trail, and for which office somebody was ended."""
    overwritten = [row.id for row in plan.held if row.action == Action.UPDATE]
    ended: dict[str, Any] = {}
    if plan.ended:
        ended = {"ended": [one.id for one in plan.ended], "end_on": str(plan.end_on)}
        ended["office"] = office_of(actor, Permission.ROSTER_IMPORT)
    again = [row.id for row in _entered_again(plan)]
    facts = {"overwritten": overwritten, "entered_again": again}
    return {name: ids for name, ids in facts.items() if ids} | ended


def _entered_again(plan: DecidedPlan) -> list[RosterRow]:
    return [row for row in plan.voided if row.action in (Action.CREATE, Action.UPDATE)]


def preview_institutions(*, actor: User, content: bytes) -> InstitutionPlan:
    """What the file would do. Raises TableUnreadable."""
    importing_body(actor, Permission.INSTITUTION_IMPORT)
    return _plan_institutions(actor, read_institutions(content))


def import_institutions(*, actor: User, content: bytes, file_name: str = "") -> InstitutionPlan:
    """Carry a file of institutions out, whole or not at all; rows outside the actor's regions are errors.

    Raises TableUnreadable, and `changed_meanwhile` when another import got in between.
    """
    body = importing_body(actor, Permission.INSTITUTION_IMPORT)
    table = read_institutions(content)
    with one_transaction():
        plan = _plan_institutions(actor, table)
        if plan.has_errors or not plan.changes_something:
            return plan
        made = _create_institutions([row for row in plan.rows if row.action == Action.CREATE])
        changed = [row for row in plan.rows if row.action == Action.UPDATE]
        _change_institutions(changed, made, document=f"{file_name or 'file'} (SHA-256 {plan.sha256[:12]}…)"[:200])
        audit.record(actor, "accounts.institutions_imported", body, **audit_facts(plan, file_name))
    return plan


@contextmanager
def one_transaction() -> Iterator[None]:
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        # The plan was right when it was made: somebody else wrote the same record in the meantime.
        raise DomainError("changed_meanwhile") from error


def audit_facts(plan: Plan, file_name: str, *, personal: Collection[str] = ()) -> dict[str, Any]:
    lines = plan.as_audit_lines(personal=personal)
    return {"sha256": plan.sha256, "file": file_name, "counts": plan.counts, "rows": lines}


# --- rosters --------------------------------------------------------------------------------------------------------
def _write(plan: DecidedPlan, institution: Institution, progress: Told | None) -> None:
    now, people = clock.now(), dict[str, int]()
    changed, new = ([row for row in plan.rows if row.action == action] for action in (Action.UPDATE, Action.CREATE))
    done = len(plan.rows) - len(changed) - len(new)
    aside = _set_aside(changed, now)
    for rows in batches(changed, PORTION):
        _change_appointments([row for row in rows if row.changes.keys() - LEAVE_FIELDS], now)
        done = _tell(progress, done + len(rows))
    for batch in batches(aside, 500):
        Appointment.objects.filter(pk__in=batch).update(voided_at=None)
    for rows in batches(new, PORTION):
        create_appointments(rows, institution, now, people)
        done = _tell(progress, done + len(rows))
    _end_appointments([one.id for one in plan.ended], plan.end_on, now)


def _write_leaves(actor: User, plan: DecidedPlan, file_name: str) -> None:
    """Beside the appointments as they are by now; what a leave was believed to be before stays readable."""
    why = f"{file_name or 'file'} (SHA-256 {plan.sha256[:12]}…)"[-200:]
    rows = [row for row in plan.rows if row.leave and row.action in (Action.UPDATE, Action.CREATE)]
    leaves = [
        LeaveOfAbsence(
            appointment_id=row.id or 0,
            kind=row.leave.away.kind,
            start_date=row.leave.away.start,
            end_date=row.leave.away.end,
            recorded_at=clock.now(),
            recorded_by=actor,
            replaces=row.leave.instead_of,
            reason=why,
        )
        for row in rows
        if row.leave
    ]
    LeaveOfAbsence.objects.bulk_create(leaves, batch_size=500)


def _tell(progress: Told | None, done: int) -> int:
    if progress:
        progress(Stage.WRITE, done)
    return done


def _set_aside(rows: list[RosterRow], now: datetime) -> list[int]:
    """Several posts of one person may change places, which no order of single steps allows: they wait, as if voided.

    Until the end of the writing, so that the database judges what the file says and not a moment between.
    """
    moving: dict[int | str, list[int]] = defaultdict(list)
    for row in rows:
        if row.appointment and not row.changes.keys().isdisjoint({"post", "end_date"}):
            moving[row.person_key].append(row.appointment.pk)
    aside = [pk for several in moving.values() if len(several) > 1 for pk in several]
    for batch in batches(aside, 500):
        Appointment.objects.filter(pk__in=batch).update(voided_at=now)
    return aside


def _change_appointments(rows: list[RosterRow], now: datetime) -> None:
    """Keep the old wording with the time until which it held, then write the new one."""
    pairs = [(row, row.appointment) for row in rows if row.appointment]
    appointments = [appointment for _row, appointment in pairs]
    AppointmentVersion.objects.bulk_create([version_of(one, now) for one in appointments], batch_size=500)
    for row, appointment in pairs:
        appointment.recorded_at = now
        # Whoever ticked a row that was decided by hand has decided for the file.
        appointment.by_hand_at = None
        for name in row.changes.keys() - LEAVE_FIELDS:
            setattr(appointment, name, row.values[name])
    changed = {name for row in rows for name in row.changes} - {PHONE.name, *LEAVE_FIELDS}
    Appointment.objects.bulk_update(appointments, sorted(changed | {"recorded_at", "by_hand_at"}), batch_size=500)
    _change_phones([appointment for row, appointment in pairs if PHONE.name in row.changes])


def _end_appointments(ids: list[int], end_on: date | None, now: datetime) -> None:
    """Whom the file does not name and somebody ticked: a decision by hand, which a later file does not undo."""
    for batch in batches(ids, 500):
        appointments = list(Appointment.objects.filter(pk__in=batch))
        AppointmentVersion.objects.bulk_create([version_of(one, now) for one in appointments])
        Appointment.objects.filter(pk__in=batch).update(end_date=end_on, recorded_at=now, by_hand_at=now)


def version_of(appointment: Appointment, now: datetime) -> AppointmentVersion:
    terms = {name: getattr(appointment, name) for name in Appointment.TERMS}
    return AppointmentVersion(appointment=appointment, recorded_at=appointment.recorded_at, superseded_at=now, **terms)


def _change_phones(appointments: list[Appointment]) -> None:
    """A bulk update passes by the field's own sealing, so the tokens are made here."""
    for batch in batches(appointments, 200):
        tokens = [When(pk=one.pk, then=Value(str(seal(one.phone, PHONE.binding(one))))) for one in batch]
        Appointment.objects.filter(pk__in=[one.pk for one in batch]).update(phone=Case(*tokens))


def create_appointments(
    rows: list[RosterRow], institution: Institution, now: datetime, people: dict[str, int] | None = None
) -> None:
    """`people`: document -> person, of those whom earlier portions of the file made."""
    people = {} if people is None else people
    people |= _create_people(row for row in rows if row.person_id is None and row.document not in people)
    appointments = [
        Appointment(
            person_id=row.person_id or people[row.document],
            institution=institution,
            start_date=row.values["start_date"],
            recorded_at=now,
            **{name: row.values[name] for name in FIELDS if name in row.values},
        )
        for row in rows
    ]
    made = Appointment.objects.bulk_create(appointments, batch_size=500)
    for row, appointment in zip(rows, made, strict=True):
        row.id = appointment.pk
    open_notices(made)


def _create_people(rows: Iterable[RosterRow]) -> dict[str, int]:
    """People whom the file names first, each once, with the document; nobody has checked their identity yet."""
    firsts = {row.document: row for row in reversed(list(rows))}
    people = [Person(name=row.values["name"], name_key=name_key(row.values["name"])) for row in firsts.values()]
    made = dict(zip(firsts, Person.objects.bulk_create(people, batch_size=500), strict=True))
    documents = [
        IdentityDocument(
            person=made[index], type=row.values["id_type"], number=row.values["id_number"], number_index=index
        )
        for index, row in firsts.items()
    ]
    IdentityDocument.objects.bulk_create(documents, batch_size=500)
    return {index: person.pk for index, person in made.items()}


# --- institutions ---------------------------------------------------------------------------------------------------
class _Reach:
    """Does a worn hat's jurisdiction hold the region? Asked once per region of the file."""

    def __init__(self, actor: User) -> None:
        self.actor = actor
        self.known: dict[int, bool] = {}

    def __call__(self, region: Region) -> bool:
        if region.pk not in self.known:
            try:
                require_region(self.actor, Permission.INSTITUTION_IMPORT, region)
                self.known[region.pk] = True
            except NotAllowed:
                self.known[region.pk] = False
        return self.known[region.pk]


def _plan_institutions(actor: User, table: Table) -> InstitutionPlan:
    return plan_institutions(
        table,
        reaches=_Reach(actor),
        may_set_levels=lambda *levels: may_set_levels(actor, Permission.INSTITUTION_IMPORT, *levels),
    )


def importing_body(actor: User, *permissions: Permission) -> AdminBody:
    """The body for which the actor imports: that of the first permission held. Raises NotAllowed."""
    for permission in permissions:
        if bodies := worn_bodies(actor, permission):
            return bodies[0]
    raise NotAllowed(permission=permissions[0].value)


def _create_institutions(rows: list[InstitutionRow]) -> dict[str, int]:
    """Parents before those below them: as many statements as the tree has storeys."""
    made: dict[str, int] = {}
    while rows:
        ready = [row for row in rows if not row.parent_uscc or row.parent_uscc in made]
        rows = [row for row in rows if row.parent_uscc and row.parent_uscc not in made]
        created = Institution.objects.bulk_create([_institution(row, made) for row in ready], batch_size=500)
        for row, institution in zip(ready, created, strict=True):
            row.id = institution.pk
        made |= {one.uscc: one.pk for one in created if one.uscc}
    return made


def _institution(row: InstitutionRow, made: Mapping[str, int]) -> Institution:
    uscc = row.values.get("uscc")
    return Institution(
        name=row.values["name"],
        name_key=name_key(row.values["name"]),
        kind=Institution.Kind.LEGAL_PERSON if uscc else Institution.Kind.INTERNAL_DEPARTMENT,
        category=row.values["category"],
        level=row.values["level"],
        uscc=uscc,
        region=row.region,
        parent_id=row.parent_id or made.get(row.parent_uscc),
        demo=bool(row.region and row.region.demo),
    )


def _change_institutions(rows: list[InstitutionRow], made: Mapping[str, int], document: str) -> None:
    pairs = [(row.institution, _institution(row, made)) for row in rows if row.institution]
    before = [institution.region_id for institution, _wanted in pairs]
    for institution, wanted in pairs:
        for name in ("name", "name_key", "category", "level", "region_id"):
            setattr(institution, name, getattr(wanted, name))
        institution.parent_id = wanted.parent_id or institution.parent_id
    Institution.objects.bulk_update([one for one, _wanted in pairs], INSTITUTION_COLUMNS, batch_size=500)
    note_moves(zip((one for one, _wanted in pairs), before, strict=True), document=document)
