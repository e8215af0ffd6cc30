"""The form of documents that editors publish: the content has to be what the name says."""

from pathlib import PurePath

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _
from wagtail.documents.forms import BaseDocumentForm

from core.kinds import fits


class DocumentForm(BaseDocumentForm):
    """What is published here, visitors open: a page or a program under the name of a table is refused."""

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        if "file" in self.changed_data:
            content = file.read()
            file.seek(0)
            if not fits(PurePath(file.name or "").suffix.lstrip("."), content):
                words = _("The content of this file is not what its name says, or it holds what may not be published.")
                raise forms.ValidationError(words, code="wrong_kind")
        return file
