"""What another edition of a letter asks for."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from credit.models import CaseLetter


class EditionForm(forms.Form):
    """Why; and the document number where the body gives it here and not with a step."""

    document_number = forms.CharField(
        label=_("Document number"),
        max_length=60,
        required=False,
        help_text=_("As your body gives it, with brackets and year; left empty, its place is printed empty."),
    )
    why = forms.CharField(label=_("Why another edition"), max_length=200)

    def __init__(self, *args: Any, letter: CaseLetter, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial = {"document_number": letter.document_number}
        if not letter.can_be_numbered:
            del self.fields["document_number"]
