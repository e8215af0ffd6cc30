"""What the audit administrator reads: who did what (the audit trail), and who looked at whom (the access ledger).

Both belong to no place: the doors ask `require_everywhere`. Nothing here shows a full name, address or number.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.access import require_everywhere
from accounts.models import AccessEntry, Person, User
from accounts.permissions import Permission, Role
from accounts.selectors.sign_in import user_by_phone
from core import audit, clock
from core.models import AuditEntry
from core.text import mask_email, mask_name, mask_numbers_in, mask_phone, name_key

# So many logins or persons of one name are searched for together.
NAMESAKES = 20
# Facts whose values are words of the platform or counts, never of a person; every other value stays in the database.
PLAIN: dict[str, Promise] = {
    "role": _("role"),
    "kind": _("kind"),
    "code": _("code"),
    "standing": _("identity standing"),
    "way": _("way"),
    "version": _("version"),
    "line": _("line of duty"),
    "valid_from": _("from"),
    "valid_to": _("until"),
    "tries": _("tries"),
    "people": _("people"),
    "rows": _("rows"),
    "pages": _("pages"),
    "created": _("created"),
    "updated": _("updated"),
    "refusal": _("refusal"),
    "cause": _("cause"),
}
WORDS_OF: dict[str, Callable[[str], Any]] = {"role": lambda value: Role(value).label}


@dataclass(frozen=True)
class Period:
    """Days in Shanghai, both included; None leaves an end open."""

    first: date | None = None
    last: date | None = None

    def lookups(self, moment: str = "at") -> dict[str, datetime]:
        """For a column that says when."""
        found = {}
        if self.first:
            found[f"{moment}__gte"] = _midnight(self.first)
        if self.last:
            found[f"{moment}__lt"] = _midnight(self.last + timedelta(days=1))
        return found


@dataclass(frozen=True)
class TrailQuestion:
    """What is searched in the trail; what is left empty does not narrow."""

    actors: tuple[int, ...] = ()
    verb: str = ""
    subject: str = ""
    record: str = ""
    period: Period = field(default_factory=Period)

    def facts(self) -> dict[str, Any]:
        """For the entry about an export: numbers and words of the platform alone."""
        asked = {"actors": list(self.actors), "verb": self.verb, "subject": self.subject, "record": self.record}
        return {name: value for name, value in asked.items() if value} | _days(self.period)


@dataclass(frozen=True)
class LedgerQuestion:
    """What is searched in the ledger: who looked, at whom, at what, and whether it was refused."""

    actors: tuple[int, ...] = ()
    persons: tuple[int, ...] = ()
    what: str = ""
    granted: bool | None = None
    period: Period = field(default_factory=Period)

    def facts(self) -> dict[str, Any]:
        asked = {"actors": list(self.actors), "persons": list(self.persons), "what": self.what}
        found = {name: value for name, value in asked.items() if value} | _days(self.period)
        return found if self.granted is None else {**found, "granted": self.granted}


@dataclass(frozen=True)
class TrailLine:
    entry: AuditEntry
    sentence: str
    who: str
    subject: str
    reason: str
    details: list[tuple[str, str]]
    # How many facts are kept and not shown.
    hidden: int


@dataclass(frozen=True)
class LedgerLine:
    entry: AccessEntry
    who: str
    whom: str
    purpose: str


# --- the audit trail ------------------------------------------------------------------------------------------------
def audit_trail(actor: User, asked: TrailQuestion) -> QuerySet[AuditEntry]:
    """The newest first. Raises NotAllowed."""
    require_everywhere(actor, Permission.AUDIT_VIEW)
    rows = AuditEntry.objects.filter(**asked.period.lookups())
    if asked.actors:
        rows = rows.filter(actor__in=asked.actors)
    if asked.verb:
        rows = rows.filter(verb=asked.verb)
    if asked.subject:
        rows = rows.filter(subject_type=asked.subject)
    if asked.record:
        rows = rows.filter(subject_id=record_id(asked.subject, asked.record))
    return rows.select_related("actor__person").order_by("-at", "-pk")


def trail_lines(entries: Iterable[AuditEntry]) -> list[TrailLine]:
    return [_trail_line(entry) for entry in entries]


def record_id(subject: str, record: str) -> str:
    """The id that entries keep; a uuid finds the row that has it. What nobody has is looked for as it stands."""
    model = apps.get_model(subject) if subject in audit.subjects() else None
    if model is None or record.isdecimal() or not any(one.name == "uuid" for one in model._meta.concrete_fields):
        return record
    try:
        found = model._base_manager.filter(uuid=record).values_list("pk", flat=True).first()
    except ValidationError:
        return record
    return str(found) if found else record


def _trail_line(entry: AuditEntry) -> TrailLine:
    details = _state_change(entry) + [
        (str(PLAIN[name]), _plain_value(name, value)) for name, value in entry.facts.items() if name in PLAIN
    ]
    shown = len(details) + (1 if _is_step(entry) else 0)
    return TrailLine(
        entry=entry,
        sentence=audit.sentence(entry.verb),
        who=shown_login(entry.actor),
        subject=audit.subject_word(entry.subject_type),
        reason=mask_numbers_in(entry.reason),
        details=details,
        hidden=max(len(entry.facts) - shown, 0),
    )


def _is_step(entry: AuditEntry) -> bool:
    """Written by the engine: `<app>.<model>.<step>`, with the states before and after."""
    return entry.verb.count(".") == 2 and {"before", "after"} <= entry.facts.keys()


def _state_change(entry: AuditEntry) -> list[tuple[str, str]]:
    if not _is_step(entry):
        return []
    before, after = (_state_word(entry.subject_type, str(entry.facts[name])) for name in ("before", "after"))
    return [(str(_("state")), f"{before} → {after}")]


def _state_word(label: str, state: str) -> str:
    try:
        choices: Mapping[Any, Any] = dict(apps.get_model(label)._meta.get_field("state").flatchoices)
    except LookupError:
        return state
    return str(choices.get(state, state))


def _plain_value(name: str, value: Any) -> str:
    try:
        return mask_numbers_in(str(WORDS_OF[name](value) if name in WORDS_OF else value))[:120]
    except ValueError:
        return str(value)[:120]


# --- the access ledger ----------------------------------------------------------------------------------------------
def access_ledger(actor: User, asked: LedgerQuestion) -> QuerySet[AccessEntry]:
    """Who looked, or tried to, the newest first. Raises NotAllowed."""
    require_everywhere(actor, Permission.ACCESS_LEDGER_VIEW)
    rows = AccessEntry.objects.filter(**asked.period.lookups())
    if asked.actors:
        rows = rows.filter(actor__in=asked.actors)
    if asked.persons:
        rows = rows.filter(person__in=asked.persons)
    if asked.what:
        rows = rows.filter(what=asked.what)
    if asked.granted is not None:
        rows = rows.filter(granted=asked.granted)
    return rows.select_related("actor__person", "person").order_by("-at", "-pk")


def ledger_lines(entries: Iterable[AccessEntry]) -> list[LedgerLine]:
    return [
        LedgerLine(entry, shown_login(entry.actor), shown_person(entry.person), mask_numbers_in(entry.purpose))
        for entry in entries
    ]


# --- who is meant ---------------------------------------------------------------------------------------------------
def logins_meant(actor: User, words: str, *, permission: Permission) -> list[int]:
    """The logins of a whole mail address, a whole number or a whole name; never of a part of one."""
    require_everywhere(actor, permission)
    words = words.strip()
    if "@" in words:
        found = User.objects.filter(email=words.lower())
    elif by_phone := user_by_phone(words):
        return [by_phone.pk]
    else:
        found = User.objects.filter(person__name_key=name_key(words))
    return list(found.order_by("pk").values_list("pk", flat=True)[:NAMESAKES]) if words else []


def persons_meant(actor: User, words: str) -> list[int]:
    """The people whose login or name this is, doubles that were merged included: their entries stay where they are."""
    logins = logins_meant(actor, words, permission=Permission.ACCESS_LEDGER_VIEW)
    named = Person.objects.filter(name_key=name_key(words)) if words.strip() else Person.objects.none()
    people = Person.objects.filter(user__in=logins) | named
    found = list(people.order_by("pk").values_list("pk", flat=True)[:NAMESAKES])
    merged = Person.objects.filter(merged_into__in=found).exclude(pk__in=found)
    return found + list(merged.order_by("pk").values_list("pk", flat=True)[:NAMESAKES])


def shown_login(user: User) -> str:
    """Enough to tell two logins apart, and not who it is: 林** · h***@demo.invalid · #12."""
    person = getattr(user, "person", None)
    address = mask_email(user.email) if user.email else mask_phone(user.phone)
    return " · ".join([*([mask_name(person.name)] if person else []), address, f"#{user.pk}"])


def shown_person(person: Person) -> str:
    return f"{mask_name(person.name)} · #{person.pk}"


def logins_shown(actor: User, ids: Iterable[int], *, permission: Permission) -> list[str]:
    """Those of a question, as the page says them back."""
    require_everywhere(actor, permission)
    return [shown_login(one) for one in User.objects.filter(pk__in=ids).select_related("person").order_by("pk")]


def persons_shown(actor: User, ids: Iterable[int]) -> list[str]:
    require_everywhere(actor, Permission.ACCESS_LEDGER_VIEW)
    return [shown_person(one) for one in Person.objects.filter(pk__in=ids).order_by("pk")]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=clock.SHANGHAI)


def _days(period: Period) -> dict[str, str]:
    days = {"from": period.first, "to": period.last}
    return {name: day.isoformat() for name, day in days.items() if day}
