"""Domain errors about places, bodies and designations in words, for messages and forms."""

from datetime import date

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.errors import DomainError

WORDS: dict[str, Promise] = {
    "wrong_state": gettext_lazy("This is no longer possible: the record has moved on in the meantime."),
    "document_missing": gettext_lazy("Name the document: nothing is entered without one."),
    "no_such_region": gettext_lazy("No region of your jurisdiction has this code or name. Nothing was changed."),
    "no_such_body": gettext_lazy("No body has this code. Nothing was changed."),
    "parent_elsewhere": gettext_lazy("The body above has another jurisdiction, which does not hold this region."),
    "rank_not_below_parent": gettext_lazy("The rank must lie below that of the body above."),
    "code_taken": gettext_lazy("This code is taken by another one."),
    "duty_overlaps": gettext_lazy("The body has this line of duty at that time already. End the other entry first."),
    "body_elsewhere": gettext_lazy("This body's jurisdiction does not hold the region."),
    "competence_overlaps": gettext_lazy(
        "An entry for a later day stands already. Choose a day after it, or end that entry first."
    ),
    "ends_before_start": gettext_lazy("The end lies before the beginning. Nothing was changed."),
    "reason_missing": gettext_lazy("Write a reason: those concerned must be able to read it."),
    "unknown_institution": gettext_lazy("No institution has this credit code. Enter it first."),
    "needs_parent": gettext_lazy(
        "Give a unified social credit code; a department without one needs the institution it belongs to."
    ),
    "uscc_wrong": gettext_lazy("This is no valid credit code: a character was mistyped. Compare it with the licence."),
    "uscc_taken": gettext_lazy("An institution with this credit code is entered already."),
    "department_exists": gettext_lazy("The institution has a department of this name already."),
    "level_above_own_rank": gettext_lazy(
        "Neither the old level nor the new one may lie above that of your own body. The body above changes it;"
        " nothing was changed."
    ),
    "circle": gettext_lazy("An institution cannot stand below itself."),
    "host_missing": gettext_lazy("Name the host organisation by its credit code: a base has one that answers for it."),
    "host_is_a_department": gettext_lazy("The host has to be a legal person, not a department."),
    "move_in_future": gettext_lazy(
        "A move is recorded on the day it happens, because the powers over the place change at that moment."
        " Come back on that day; nothing was changed."
    ),
    "move_in_past": gettext_lazy(
        "A move counts from the day it is recorded: who could see what on earlier days cannot be changed any more."
        " Enter today, and name the document with its date."
    ),
    "region_out_of_reach": gettext_lazy("You do not oversee the new region: the body above both records the move."),
    "region_not_in_use": gettext_lazy("This region is not in use any more. Choose its successor."),
    "same_region": gettext_lazy("It stands in this region already. Nothing was changed."),
    "kind_not_for_subject": gettext_lazy("This designation is not for this kind of institution or base."),
    "application_open": gettext_lazy("An application for this designation is under way already."),
    "already_designated": gettext_lazy("This designation is held already."),
    "nobody_competent": gettext_lazy(
        "No body is competent for this matter in this region today: nobody is entered, or the last entry has ended."
        " Enter one under “Competent bodies” first."
    ),
    "other_body_competent": gettext_lazy("Another body is competent for this matter in this region: %(body)s."),
    "same_person_twice": gettext_lazy(
        "You took an earlier step of it, or applied yourself: somebody else has to take this one. Nothing was changed."
    ),
    "publicity_running": gettext_lazy("The publicity runs until %(until)s; nothing is decided before it has passed."),
    "rectification_running": gettext_lazy(
        "The time to put it right runs until %(until)s; it cannot be revoked before."
    ),
    "granted_too_early": gettext_lazy("It cannot count from a day before the end of the publicity."),
    "no_association": gettext_lazy("This institution is not entered as an association. Nothing was changed."),
    "own_member": gettext_lazy("An association is not its own member. Nothing was changed."),
    "member_already": gettext_lazy("The institution is a member already, at least until the day its membership ends."),
    "asked_already": gettext_lazy("This was asked already and waits for an answer: look at the list."),
    "end_in_past": gettext_lazy("An end counts from today or a later day; earlier days stay as they were."),
    "end_too_late": gettext_lazy(
        "This day is more than a year ahead. Enter it when it is nearer; nothing was changed."
    ),
    "association_has_members": gettext_lazy(
        "The association has members or open applications: its category stays until these have ended."
    ),
    "has_ended": gettext_lazy("It has ended by that day already. Nothing was changed."),
}


def words(refusal: DomainError) -> str:
    """A sentence for people; one that is not foreseen still says its code, so that it can be reported."""
    if known := WORDS.get(refusal.code):
        return str(known) % {name: _shown(value) for name, value in refusal.facts.items()}
    return _("This was refused (%(code)s). Nothing was changed.") % {"code": refusal.code}


def _shown(value: object) -> object:
    """Facts hold days as they are written down; people read them in their own way."""
    if not isinstance(value, str):
        return value
    try:
        return date_format(date.fromisoformat(value))
    except ValueError:
        return value
