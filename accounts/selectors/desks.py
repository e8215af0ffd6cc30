"""The desks of the accounts room: who asks to join, what people deny, designations, doubles, who is to be told."""

from datetime import timedelta

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.permissions import Role
from accounts.selectors.associations import waiting_for_answer
from accounts.selectors.designations import waiting_designations
from accounts.selectors.doubles import pairs_of_doubles
from accounts.selectors.hats import requests_to_answer, waiting_for_a_second
from accounts.selectors.notices import DISPUTED, WAITING, disputes_of, own_waiting_notices
from accounts.selectors.waiting import Desk, Waiting, counted, put_up
from accounts.workflow import DisputeState

APPLICANTS = frozenset({Role.BASE_MANAGER.value, Role.INSTITUTION_OFFICER.value})
REGULATOR = frozenset({Role.REGULATOR.value})
OFFICER = frozenset({Role.INSTITUTION_OFFICER.value})
SECURITY = frozenset({Role.SECURITY_ADMIN.value})


def put_up_desks() -> None:
    put_up(
        Desk(
            "disputes", REGULATOR, _("Disputed staff rows"),
            _("People who say they do not work there, and institutions that told nobody"),
            "accounts:disputes", _disputes,
        ),
        Desk(
            "designations", REGULATOR, _("Designations"),
            _("Applications, publicity, rectification, entries and exits"),
            "accounts:designations", _designations, "?state=waiting",
        ),
        Desk(
            "joining", REGULATOR, _("Requests to join"), _("Who asks to act for a place in your region"),
            "accounts:join_requests", _joining,
        ),
        Desk("doubles", REGULATOR, _("Likely doubles"), _("Two records that may be one human being"),
             "accounts:doubles", _doubles),
        Desk(
            "telling", OFFICER, _("Who has been told"),
            _("Everybody newly named learns of it: messages, paper, answers"),
            "accounts:notices", _telling, f"?standing={WAITING}",
        ),
        Desk(
            "denied", OFFICER, _("Denied by the person"),
            _("Who says not to work here: the authority decides, until then the row counts"),
            "accounts:notices", _denied, f"?standing={DISPUTED}",
        ),
        Desk("members", APPLICANTS, _("Members"), _("Who acts for this place; invite, answer, end"),
             "accounts:own_members", _joining),
        Desk(
            "rectifying", APPLICANTS, _("Designations"),
            _("Applications, publicity, rectification, entries and exits"),
            "accounts:designations", _rectifying, "?state=waiting",
        ),
        Desk(
            "associations", OFFICER, _("Associations"),
            _("Memberships in associations: asked, answered, ended"),
            "accounts:associations", _associations,
        ),
        Desk(
            "seconding", SECURITY, _("Memberships"),
            _("Who acts for the authorities and who administers the platform"),
            "accounts:own_members", _seconding,
        ),
    )  # fmt: skip


def _disputes(actor: User) -> Waiting:
    return counted(disputes_of(actor, state=DisputeState.OPEN), since="opened_at")


def _joining(actor: User) -> Waiting:
    return counted(requests_to_answer(actor), since="created_at")


def _doubles(actor: User) -> Waiting:
    return Waiting(len(pairs_of_doubles(actor)))


def _telling(actor: User) -> Waiting:
    """As in the list, nobody is late by a day that is still provisional."""
    return counted(own_waiting_notices(actor, WAITING), due="due_on", only=Q(due_provisional=False))


def _denied(actor: User) -> Waiting:
    return counted(own_waiting_notices(actor, DISPUTED), since="appointment__disputes__opened_at")


def _associations(actor: User) -> Waiting:
    return counted(waiting_for_answer(actor), since="asked_at")


def _seconding(actor: User) -> Waiting:
    return counted(waiting_for_a_second(actor), due="expires_at")


def _designations(actor: User) -> Waiting:
    """For the authority the end of a period is no deadline: it may decide from the day after. The days are counted
    anew, so the rows are read; those that have not come to an end are few."""
    rows = waiting_designations(actor)
    days = [end.day + timedelta(days=1) if end else one.moved_on for one, end in rows]  # type: ignore[attr-defined]
    return Waiting(len(rows), since=min((day for day in days if day), default=None))


def _rectifying(actor: User) -> Waiting:
    rows = waiting_designations(actor)
    return Waiting(len(rows), due=min((end.day for _one, end in rows if end and not end.provisional), default=None))
