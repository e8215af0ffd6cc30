"""Does the register's state of a certificate agree with what the public log was told of it?

The log holds kind, certificate and turn in the clear, and the day and the ground under a salt: who sets a state back in
the database, or changes when and why it was decided, would have to change the log too, which witnesses have seen.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from certificates.models import BeforeTheLog, Certificate, CertificateEvent
from certificates.models.statements import ISSUE, STATE_OF, Change, status_text
from certificates.tlog import selectors as tlog
from certificates.tlog import services as log
from certificates.tlog.models import PendingEntry
from certificates.workflow import CERTIFICATE_STEPS, CertificateState
from core import clock

Look = Callable[..., str]
# Beside the words of the log: nothing was ever changed; register and log tell of different states; not put down yet,
# within a day or for longer.
NEVER, DIFFERS, WAITS, MISSING = "", "differs", "waits", "missing"
# What nobody may call checked.
UNSURE = frozenset({DIFFERS, MISSING, tlog.LATE, tlog.OTHERWISE})
_COLUMNS = ("pk", "state", "ground", "decided_on", "at", "step", "statement__turn", "statement__salt")


@dataclass(frozen=True)
class LastChange(Change):
    """The newest event of a certificate, as with_last_change() annotates it."""

    event: int
    step: str
    turn: int | None
    salt: str | None


def with_last_change(rows: QuerySet[Certificate]) -> QuerySet[Certificate]:
    """The event that was written last: moments follow a clock, which may be set back."""
    events = CertificateEvent.objects.filter(certificate=OuterRef("pk")).order_by("-pk")
    return rows.annotate(**{f"last_{name}": Subquery(events.values(name)[:1]) for name in _COLUMNS})


def last_change(certificate: Certificate) -> LastChange | None:
    """Of a row of with_last_change(); none for what was never issued by a service."""
    pk, state, ground, decided_on, at, step, turn, salt = [getattr(certificate, f"last_{name}") for name in _COLUMNS]
    return LastChange(state, ground, decided_on, at, pk, step, turn, salt) if pk else None


def status_in_log(certificate: Certificate, entries: list[PendingEntry], look: Look = tlog.seen) -> str:
    """A word of the log, or one of those above. `entries`: everything that the log holds about it, in its order.
    `look`: how the newest entry is looked up in the tree."""
    told = sorted((one for one in entries if one.kind in STATE_OF), key=lambda one: one.turn)
    newest, last = told[-1] if told else None, last_change(certificate)
    changed = last if last and last.step != ISSUE else None
    if not _registered(certificate, changed) or not history_holds(told):
        return DIFFERS
    if newest is None:
        return _unlogged(changed)
    if changed is None or STATE_OF[newest.kind] != certificate.state:
        return DIFFERS
    if changed.salt is None or changed.turn != newest.turn:
        # A change that was not put down, after one that was.
        return DIFFERS
    text = status_text(certificate.uuid, changed, changed.turn)
    found = look(newest, commitment=log.commit(bytes.fromhex(changed.salt), text.encode()))
    return DIFFERS if found == tlog.OTHERWISE else found


def status_of(certificate: Certificate) -> str:
    """The same of a certificate that was read in another way."""
    row = with_last_change(Certificate.objects.filter(pk=certificate.pk)).get()
    return status_in_log(row, tlog.entries_about(row.uuid))


def unsure_among(certificates: Collection[Certificate]) -> frozenset[int]:
    """Of which of these does verification say that it could not check their state? For lists: so many statements for
    one as for many, and the newest head stands for the proof of each entry."""
    pks = [one.pk for one in certificates]
    rows = list(with_last_change(Certificate.objects.filter(pk__in=pks)).order_by("pk")) if pks else []
    entries = tlog.entries_about_each([row.uuid for row in rows]) if rows else {}
    size = tlog.witnessed_size() if any(one.turn for found in entries.values() for one in found) else 0
    look = partial(tlog.glanced, size=size)
    return frozenset(row.pk for row in rows if status_in_log(row, entries[row.uuid], look) in UNSURE)


def history_holds(told: list[PendingEntry]) -> bool:
    """Are these the steps of the table, one after the other and without gap? A register that was set back and then
    changed by the services has an end that agrees, and a history that nobody could have decided.

    A revocation may follow anything: it is how a register that was tampered with comes to agree with the log again.
    """
    state: str = CertificateState.ISSUED
    for turn, entry in enumerate(told, 1):
        target = STATE_OF[entry.kind]
        ways = [step for step in CERTIFICATE_STEPS.values() if step.target == target and state in step.sources]
        if entry.turn != turn or not (ways or target == CertificateState.REVOKED):
            return False
        state = target
    return True


def _registered(certificate: Certificate, changed: LastChange | None) -> bool:
    """Does the register agree with its own history?"""
    return certificate.state == (changed.state if changed else CertificateState.ISSUED)


def _unlogged(changed: LastChange | None) -> str:
    if changed is None:
        return NEVER
    if changed.event not in events_before():
        return DIFFERS
    return MISSING if changed.at < clock.now() - tlog.LONGEST_UNWITNESSED else WAITS


# --- what is not put down yet -----------------------------------------------------------------------------------------
def unlogged_events(certificate: Certificate) -> list[CertificateEvent]:
    """Of those from before there were entries; what else has none was made by no service."""
    return list(_before().filter(certificate=certificate).order_by("pk"))


def unlogged_certificates() -> list[int]:
    """Of which the log holds no change yet."""
    told = PendingEntry.objects.filter(ref=OuterRef("certificate__uuid"), turn__gt=0)
    rows = _before().filter(~Exists(told)).order_by("certificate").values_list("certificate", flat=True)
    return list(rows.distinct())


def stray_events() -> QuerySet[CertificateEvent]:
    """Without an entry, and not from before there were any: made past the services."""
    return _without_entry().exclude(pk__in=events_before())


def events_before() -> frozenset[int]:
    """The closed list of the migration."""
    return frozenset(one for events in BeforeTheLog.objects.values_list("events", flat=True) for one in events)


def _before() -> QuerySet[CertificateEvent]:
    return _without_entry().filter(pk__in=events_before())


def _without_entry() -> QuerySet[CertificateEvent]:
    return CertificateEvent.objects.filter(~Q(step=ISSUE), statement__isnull=True)
