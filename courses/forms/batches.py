"""Many evidences at once: the table with its scans, the size of the sample, the decision."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from accounts.forms.imports import UploadForm
from core.scans import MAX_ZIP


class BatchForm(UploadForm):
    """The table of training records, and a ZIP of scans."""

    scans = forms.FileField(
        label=_("ZIP of scans"),
        widget=forms.FileInput(attrs={"accept": ".zip"}),
        help_text=_(
            "PDF, JPG or PNG. Each name ends with the last four or six characters of the document number, such as "
            "name-0018.pdf. Up to 20 MB."
        ),
        error_messages={"empty": _("The file is empty.")},
    )

    def clean_scans(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["scans"]
        if (file.size or 0) > MAX_ZIP:
            raise forms.ValidationError(_("The file is larger than 20 MB."), code="too_large")
        return file


class DrawForm(forms.Form):
    size = forms.IntegerField(label=_("Rows to look at"), min_value=1)

    def __init__(self, *args: Any, least: int, most: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["size"]
        field.initial, field.min_value, field.max_value = least, least, most  # type: ignore[attr-defined]
        field.widget.attrs |= {"min": least, "max": most}
