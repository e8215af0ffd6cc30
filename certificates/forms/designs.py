"""What the administration enters about designs: the three texts, a name, an archive, a day."""

from typing import Any, cast

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from certificates.pdf.designs.linter import MOST
from certificates.pdf.designs.package import MOST_BYTES
from certificates.workflow import CertificateKind

CODE = {"spellcheck": "false", "autocomplete": "off", "rows": 24, "class": "code"}


class DesignForm(forms.Form):
    """Blanks at the ends are the author's own: what is exported is what was written.

    `base`: the newest version when the form was opened, so that nobody's later one is dropped unseen.
    """

    base = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    html = forms.CharField(
        label=_("HTML"), max_length=MOST["html"], strip=False, widget=forms.Textarea(attrs=CODE),
        help_text=_("The inside of the page. Elements: header main section footer div p h1 h2 span b dl dt dd br img."),
    )  # fmt: skip
    css = forms.CharField(
        label=_("CSS"), max_length=MOST["css"], strip=False, required=False, widget=forms.Textarea(attrs=CODE),
        help_text=_("Measures in mm, pt or em; no addresses, no fonts."),
    )  # fmt: skip
    fields_json = forms.CharField(
        label=_("Fields"), max_length=MOST["fields"], strip=False, widget=forms.Textarea(attrs=CODE),
        help_text=_("JSON: for texts of any length their width in mm and sizes in points with lines."),
    )  # fmt: skip

    def begin_at(self, number: int) -> None:
        """Once its author has been told of that version, saving again is meant."""
        self.data = {**{name: self.data[name] for name in self.data}, "base": str(number)}

    def texts(self) -> dict[str, str]:
        """Browsers send line ends of two signs; files have one."""
        given = {"html": "html", "css": "css", "fields": "fields_json"}
        return {name: self.cleaned_data[field].replace("\r\n", "\n") for name, field in given.items()}


class NewDesignForm(forms.Form):
    key = forms.SlugField(label=_("Short name"), max_length=30, help_text=_("Stands in the version of every file."))
    kind = forms.ChoiceField(label=_("Kind"), choices=CertificateKind.choices)
    levels = forms.MultipleChoiceField(
        label=_("For these levels only"), required=False,
        widget=forms.CheckboxSelectMultiple, help_text=_("None chosen: for all levels of the kind."),
    )  # fmt: skip
    joint = forms.BooleanField(
        label=_("For classes whose certificates others issue together with the base"), required=False,
        help_text=_("It comes before the others where a class has further issuers, and draws nothing else."),
    )  # fmt: skip
    title_zh = forms.CharField(label=_("Title in Chinese"), max_length=100)
    title_en = forms.CharField(label=_("Title in English"), max_length=100)
    title_ja = forms.CharField(label=_("Title in Japanese"), max_length=100)

    def __init__(self, *args: Any, levels: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("forms.MultipleChoiceField", self.fields["levels"]).choices = list(levels.items())


class DesignFileForm(forms.Form):
    file = forms.FileField(
        label=_("ZIP of a design"), help_text=_("As it was exported; it becomes a draft."),
        widget=forms.FileInput(attrs={"accept": ".zip,application/zip"}),
    )  # fmt: skip
    in_its_place = forms.BooleanField(
        label=_("Let it take the place of what was saved since its export"), required=False,
        help_text=_("Look at the newest version before you tick it. A draft is dropped then, and stays in the list."),
    )  # fmt: skip

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        if (file.size or 0) > MOST_BYTES:
            raise forms.ValidationError(_("The file is too large for a design."), code="too_large")
        return file


class PublishForm(forms.Form):
    valid_from = forms.DateField(
        label=_("Draws from"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


class RetireForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=300)
