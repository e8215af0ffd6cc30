"""The profile, the one-time code of a claim, the hat."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.identifiers import DocumentType, check_document
from accounts.selectors import known_areas
from core import clock

DOCUMENT_PROBLEMS = {
    "length": _("A number of this document has 18 characters; please compare it with the card."),
    "form": _("The number does not have the form of this document; please compare it with the card."),
    "old_number": _(
        "This is a number of 15 digits of the first generation; please give the 18 characters in use today."
    ),
    "float": _("The number was turned into a calculated value; please type it digit by digit."),
    "check_character": _("The last character does not fit the rest; a digit is probably mistyped."),
    "date": _("The birth date inside the number is not a real day; a digit is probably mistyped."),
    "type": _("Choose the kind of document."),
}


class ProfileForm(forms.Form):
    """Name and one identity document; the number is checked by its arithmetic, stored encrypted, shown masked."""

    name = forms.CharField(
        label=_("Full name"),
        max_length=100,
        help_text=_("As in the document; an interpunct (·) inside the name is welcome."),
    )
    latin_name = forms.CharField(
        label=_("Name in Latin script"), max_length=100, required=False, help_text=_("As in the passport, if you like.")
    )
    document_type = forms.ChoiceField(label=_("Kind of document"), choices=DocumentType.choices)
    country = forms.RegexField(
        label=_("Issuing country"),
        regex=r"^[A-Za-z]{3}$",
        required=False,
        help_text=_("Of a passport only: three letters, for example CHN, JPN, KOR. Every other document is China's."),
    )
    number = forms.CharField(
        label=_("Number of the document"),
        max_length=40,
        help_text=_("Stored encrypted; pages show only its first and last characters."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    # The one consent that stands before anything is collected; the whole text is on the page of consents.
    sensitive_data = forms.BooleanField(
        label=_("I agree that this number is used to know that it is me"),
        help_text=_("Stored encrypted, shown masked. You can withdraw on the page of your consents at any time."),
    )

    def clean_country(self) -> str:
        return str(self.cleaned_data["country"]).upper()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        kind, number = cleaned.get("document_type"), cleaned.get("number")
        if kind and kind != DocumentType.PASSPORT:
            cleaned["country"] = "CHN"
            self.errors.pop("country", None)
        elif not cleaned.get("country") and "country" not in self.errors:
            self.add_error("country", _("Which country issued the passport?"))
        if kind and number:
            checked = check_document(kind, number, on=clock.today(), known_areas=known_areas())
            for code in checked.errors:
                self.add_error("number", DOCUMENT_PROBLEMS[code])
        return cleaned


class ClaimCodeForm(forms.Form):
    """The six digits sent to the phone on file."""

    code = forms.RegexField(
        label=_("Six-digit code"),
        regex=r"^\s*\d{6}\s*$",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
    )
