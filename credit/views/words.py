"""What the credit room says when it refuses."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.errors import DomainError

REFUSALS: dict[str, Promise] = {
    "no_credit_code": _("This unit has no credit code: its facts stand in the file of its parent or host."),
    "own_record": _("This is about you or about the house you belong to: another officer has to do it."),
    "document_missing": _("Name the document: no entry is made without one."),
    "day_to_come": _("This day has not come yet."),
    "words_missing": _(
        "Something is missing: a contract needs its registration number and a class, others a line of text."
    ),
    "falls_with_its_case": _("An adverse entry falls with its decision: the case is set aside, by a document."),
    "already_corrected": _("This entry has been corrected or withdrawn already. Look at the second entry."),
    "nothing_changed": _("The second entry would say the same as the first."),
    "reason_missing": _("Say why."),
    "not_by_hand": _("Entries of this kind are not made by hand."),
    "already_open": _("An objection to this entry is being checked already."),
    "same_person_twice": _("You made this entry: another officer has to decide."),
    "already_hidden": _("This statement has been hidden already."),
    "too_long": _("A statement has at most 500 characters."),
    "not_https": _("The address has to begin with https://."),
    "wrong_state": _("This has been decided in the meantime. Nothing was changed."),
}


def said(refusal: DomainError) -> str:
    """Raises the refusal itself where it is none of these."""
    if refusal.code not in REFUSALS:
        raise refusal
    return str(REFUSALS[refusal.code])
