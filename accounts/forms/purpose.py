"""The purpose of a look, asked before anything is shown: for credit files and for full numbers."""

from typing import Any

from django import forms
from django.db.models import TextChoices
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from accounts.models import AccessEntry


class Purpose(TextChoices):
    """What an office may look for; how it was in fact used is the office's to answer for."""

    CASE = "case", _("Handling of a case")
    DESIGNATION = "designation", _("Award or designation")
    SUPERVISION = "supervision", _("Supervision of an institution or base")
    REQUEST = "request", _("Request of the person concerned")
    OTHER = "other", _("Another purpose")


class PurposeForm(forms.Form):
    """A purpose from the list, and what it is about; `stated()` is what the person concerned will read."""

    purpose = forms.ChoiceField(label=_("Purpose"), choices=[("", _("Choose a purpose")), *Purpose.choices])
    # With the name of the purpose in front it has to fit into the 200 characters of the ledger.
    about = forms.CharField(
        label=_("What it is about"),
        max_length=150,
        required=False,
        help_text=_("For example the number of the case. Needed for another purpose. The person will read it."),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("purpose") == Purpose.OTHER and not cleaned.get("about"):
            self.add_error("about", _("Say in a few words what you need it for."))
        return cleaned

    def stated(self) -> str:
        """In the language of the records, whatever the reader's language is."""
        purpose, about = self.cleaned_data.get("purpose"), self.cleaned_data.get("about", "")
        with translation.override("zh-hans"):
            name = str(Purpose(purpose).label) if purpose and purpose != Purpose.OTHER else ""
        return " · ".join(part for part in (name, about) if part)


class RevealForm(PurposeForm):
    """Which value is needed, and what for. One value at a time: nobody sees a phone who needed the document."""

    SHOWN = (AccessEntry.What.IDENTITY_NUMBER, AccessEntry.What.PHONE)

    what = forms.ChoiceField(label=_("What you need to see"), choices=[(what.value, what.label) for what in SHOWN])

    field_order = ("what", "purpose", "about")
