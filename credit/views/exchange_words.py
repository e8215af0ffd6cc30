"""What the exchange says when it refuses."""

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.errors import DomainError

REFUSALS: dict[str, Promise] = {
    "name_missing": _("A name is needed."),
    "basis_missing": _("Without a legal basis there is no exchange."),
    "does_nothing": _("Say what is exchanged."),
    "days_wrong": _("The last day lies before the first."),
    "partner_there": _("This body has a partner of this name already."),
    "already_ended": _("This has been ended already."),
    "ended_meanwhile": _("An entry ended while the file was made. Nothing was sent: make the file again."),
    "partner_over": _("Today this is no partner: before its first day, or after its end."),
    "partner_does_not": _("This partner is not one for that: it only delivers, or is only given records."),
    "file_empty": _("The file is empty."),
    "file_too_large": _("The file is larger than 20 MB."),
    "no_exchange_file": _(
        "This is no file of the exchange: JSON with a list of records, or CSV, by the data dictionary."
    ),
    "too_many_records": _("The file has more than 2,000 records. Split it."),
    "changed_meanwhile": _("What the file would do has changed since you looked. Look at it again."),
    "names_differ": _("Names differ between the file and those who were found: compare them and say so."),
    "purpose_missing": _("Say what for."),
    "nothing_to_send": _("There is nothing that partners are shown of it."),
    "too_much": _("These are more than 5,000 entries: send them entity by entity."),
    "scope_unknown": _("Say what the token may read."),
    "how_missing": _("Say how."),
    "wrong_state": _("This has been done in the meantime. Nothing was changed."),
}


def said(refusal: DomainError) -> str:
    """Raises the refusal itself where it is none of these."""
    if sentence := getattr(refusal, "sentence", ""):
        return str(sentence)
    if refusal.code not in REFUSALS:
        raise refusal
    return str(REFUSALS[refusal.code])


def refused(form: forms.Form, refusal: DomainError, field: str | None = None) -> None:
    """The form comes back filled, with what happened."""
    form.add_error(field, said(refusal))
