"""What people type or hand in to verify a certificate, and the filter of the base's list."""

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from certificates.workflow import CertificateState


class CodeForm(forms.Form):
    """Number and code, as they stand on the paper; blanks and small letters do not matter."""

    number = forms.CharField(
        label=_("Certificate number"),
        max_length=60,
        help_text=_("As printed, for example TM-J-2026-9901-000123-P."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    code = forms.CharField(
        label=_("Verification code"),
        max_length=60,
        help_text=_("Sixteen characters in groups of four, printed below the number."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


class NameForm(forms.Form):
    """Without the code: number, full name, end of the document number. Sent by POST: logs hold no names."""

    number = forms.CharField(
        label=_("Certificate number"), max_length=60, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    name = forms.CharField(
        label=_("Full name of the holder"),
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    tail = forms.CharField(
        label=_("Last four characters of the identity document"),
        min_length=4,
        max_length=4,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class ReferenceForm(forms.Form):
    """The reference of another paper, which is its code at the same time."""

    reference = forms.CharField(
        label=_("Reference of a proof, a report or a receipt"),
        max_length=60,
        help_text=_("As printed, for example RP-2026-7K3M-9QXW-2B8A-T4UN-3."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


# Issued files have at most 260 KB; every renewed time stamp adds some.
MAX_FILE = 2 * 1024 * 1024


class FileForm(forms.Form):
    """The file itself. Browsers let one drop it on the field; no script is needed for that."""

    file = forms.FileField(
        label=_("The file as it was downloaded"),
        help_text=_(
            "Drop the file on the field, or choose it. Up to 2 MB. It is looked at in memory and never stored."
        ),
        widget=forms.FileInput(attrs={"accept": ".pdf,.json,.csv,application/pdf", "class": "drop"}),
        error_messages={"empty": _("The file is empty.")},
    )

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        if (file.size or 0) > MAX_FILE:
            raise forms.ValidationError(
                _("The file is larger than 2 MB: it is no certificate that was issued here."), code="too_large"
            )
        return file


class IssuedFilterForm(forms.Form):
    q = forms.CharField(label=_("Number or name"), required=False, max_length=100)
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[
            ("", _("All")),
            *((value, label) for value, label in CertificateState.choices if value != CertificateState.DRAFT),
        ],
    )
