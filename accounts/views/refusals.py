"""Domain errors about places, bodies and designations in words, for messages and forms."""

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
    "has_ended": gettext_lazy("It has ended by that day already. Nothing was changed."),
}


def words(refusal: DomainError) -> str:
    """A sentence for people; one that is not foreseen still says its code, so that it can be reported."""
    known = WORDS.get(refusal.code)
    return str(known) if known else _("This was refused (%(code)s). Nothing was changed.") % {"code": refusal.code}
