"""What waits at an office: desks with the number of what lies on them, for the first page of a hat.

A desk is a list somewhere in the platform; its count is of that list's own rows, so that both always agree. Upper rooms
put their desks up when the apps are loaded.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Min, Q, QuerySet
from django.urls import reverse
from django.utils.functional import Promise

from accounts.models import User
from core import clock

# In the place of a role: a login that wears no hat.
PERSON = "person"


@dataclass(frozen=True)
class Waiting:
    """`due`: the next deadline. `since`: how long the oldest has lain there, where there is no deadline."""

    count: int
    due: date | None = None
    since: date | None = None


@dataclass(frozen=True)
class Desk:
    """`query` leads to the waiting ones alone, where the page behind the address shows more."""

    code: str
    roles: frozenset[str]
    title: Promise
    text: Promise
    address: str
    count: Callable[[User], Waiting]
    query: str = ""


@dataclass(frozen=True)
class Line:
    """A desk as one actor finds it."""

    desk: Desk
    waiting: Waiting

    @property
    def url(self) -> str:
        return reverse(self.desk.address) + (self.desk.query if self.waiting.count else "")

    @property
    def late(self) -> bool:
        return self.waiting.due is not None and self.waiting.due < clock.today()


_desks: dict[str, Desk] = {}


def put_up(*desks: Desk) -> None:
    _desks.update({desk.code: desk for desk in desks})


def desks_of(role: str) -> list[Desk]:
    return [desk for desk in _desks.values() if role in desk.roles]


def waiting_lines(actor: User, role: str) -> list[Line]:
    """What is due first comes first, then what has lain longest; empty desks last, in their usual order."""
    lines = [Line(desk, desk.count(actor)) for desk in desks_of(role)]
    return sorted(lines, key=lambda line: (not line.waiting.count, *_order(line.waiting)))


def counted(rows: QuerySet, *, due: str = "", since: str = "", only: Q | None = None) -> Waiting:
    """In one statement: how many, and the earliest day of the field named (`only`: among which of them)."""
    found: dict[str, Any] = rows.order_by().aggregate(count=Count("pk"), first=Min(due or since, filter=only))
    first = found["first"] if found["count"] else None
    day = clock.day_of(first) if isinstance(first, datetime) else first
    return Waiting(found["count"], due=day if due else None, since=None if due else day)


def _order(waiting: Waiting) -> tuple[bool, date]:
    if not waiting.count:
        return (False, date.min)
    return (waiting.due is None, waiting.due or waiting.since or date.max)
