"""The upload of a table file, and the filters of the staff roster."""

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from accounts.models.positions import EmploymentType
from core.tables import MAX_BYTES


class UploadForm(forms.Form):
    """One XLSX or CSV. What stands in it is the importer's business."""

    file = forms.FileField(
        label=_("Table file"),
        help_text=_("XLSX or CSV, up to 20 MB and 20,000 rows. Nothing is written before you have seen a preview."),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
        error_messages={"empty": _("The file is empty.")},
    )

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        if (file.size or 0) > MAX_BYTES:
            raise forms.ValidationError(_("The file is larger than 20 MB."), code="too_large")
        return file


class RosterFilter(forms.Form):
    """The filters of the roster as they stand in the address; a value that is none of them filters nothing."""

    q = forms.CharField(label=_("Name, post, department or staff number"), required=False, max_length=100)
    working = forms.ChoiceField(
        label=_("Working here"),
        required=False,
        choices=[("", _("at any time")), ("now", _("today")), ("left", _("left")), ("later", _("from a later day"))],
    )
    professional = forms.ChoiceField(
        label=_("Professional staff"), required=False, choices=[("", _("all")), ("yes", _("yes")), ("no", _("no"))]
    )
    employment_type = forms.ChoiceField(
        label=_("Employment"), required=False, choices=[("", _("all")), *EmploymentType.choices]
    )

    def chosen(self) -> dict[str, str]:
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}
