"""What a request about one's data asks for, and the reasons of a refusal."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms.profile import DOCUMENT_PROBLEMS
from accounts.identifiers import DocumentType, check_document
from accounts.selectors import known_areas
from core import clock


class CorrectionForm(forms.Form):
    """A name, or a number, or both; whatever stays empty stays as it is."""

    name = forms.CharField(label=_("Correct name"), max_length=100, required=False)
    document_type = forms.ChoiceField(label=_("Kind of document"), choices=DocumentType.choices)
    number = forms.CharField(
        label=_("Correct number of the document"),
        max_length=40,
        required=False,
        help_text=_("Stored encrypted until two people have looked at it, then erased from the request."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        number = cleaned.get("number")
        if not number and not cleaned.get("name"):
            self.add_error("name", _("Say what is wrong: the name or the number."))
        if number:
            kind = cleaned.get("document_type", "")
            checked = check_document(kind, number, on=clock.today(), known_areas=known_areas())
            cleaned["number"] = checked.value
            for code in checked.errors:
                self.add_error("number", DOCUMENT_PROBLEMS[code])
        return cleaned


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Reasons, as the person reads them"), max_length=1000, widget=forms.Textarea(attrs={"rows": 4})
    )
