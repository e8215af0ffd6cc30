"""The few figures that stand on the first page of an office: counts, never whose."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from accounts.models import User
from accounts.permissions import Role
from accounts.selectors.audit import LedgerQuestion, Period, TrailQuestion, access_ledger, audit_trail
from accounts.selectors.jobs import job_figures
from accounts.selectors.logins import login_figures
from core import clock

LATELY = timedelta(days=30)


def office_figures(actor: User, role: str) -> dict[str, Any]:
    """Empty for roles whose first page shows none."""
    found: dict[str, Any] = {**FIGURES[role](actor)} if role in FIGURES else {}
    for figures in _MORE[role]:
        found |= figures(actor)
    return found


def also(role: str, figures: Callable[[User], Mapping[str, Any]]) -> None:
    """Further figures for the first page of a role, of rooms above this one."""
    if figures not in _MORE[role]:
        _MORE[role].append(figures)


def _of_audit(actor: User) -> dict[str, int]:
    today = clock.today()
    lately = Period(first=today - LATELY)
    return {
        "entries": audit_trail(actor, TrailQuestion(period=Period(first=today))).count(),
        "exports": audit_trail(actor, TrailQuestion(verb="accounts.trail_exported", period=lately)).count()
        + audit_trail(actor, TrailQuestion(verb="accounts.ledger_exported", period=lately)).count(),
        "looks": access_ledger(actor, LedgerQuestion(period=lately)).count(),
        "refused": access_ledger(actor, LedgerQuestion(period=lately, granted=False)).count(),
    }


FIGURES: dict[str, Callable[[User], dict[str, int]]] = {
    Role.SYSTEM_ADMIN: job_figures,
    Role.SECURITY_ADMIN: login_figures,
    Role.AUDIT_ADMIN: _of_audit,
}
_MORE: dict[str, list[Callable[[User], Mapping[str, Any]]]] = defaultdict(list)
