"""What officers enter about partners, their files, what is sent to them, and tokens of their machines."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import AdminBody
from core import clock
from core.tables import MAX_BYTES
from credit.forms.files import DATE
from credit.models import MOST_DAYS, FileForm, PartnerKind, Scope
from credit.services import Partner

TEXT = forms.Textarea(attrs={"rows": 3})


class PartnerForm(forms.Form):
    kept_by = forms.ChoiceField(label=_("Partner of"))
    kind = forms.ChoiceField(label=_("Kind of partner"), choices=PartnerKind.choices)
    name = forms.CharField(label=pgettext_lazy("exchange", "Name"), max_length=120)
    name_en = forms.CharField(label=_("Name in English"), max_length=200, required=False)
    name_ja = forms.CharField(label=_("Name in Japanese"), max_length=200, required=False)
    basis = forms.CharField(
        label=_("Legal basis of the exchange"),
        max_length=300,
        widget=TEXT,
        help_text=_("Title, article and number of the agreement or document. It stands in every receipt."),
    )
    sources = forms.CharField(
        label=_("Bodies whose records it hands on"),
        max_length=2000,
        widget=TEXT,
        required=False,
        help_text=_("Those named in the basis, one a line. Empty: its own records alone."),
    )
    ways = forms.MultipleChoiceField(
        label=_("What is exchanged"),
        choices=[("delivers", _("It delivers records")), ("receives", _("It is given records"))],
        widget=forms.CheckboxSelectMultiple,
    )
    valid_from = forms.DateField(label=_("From"), widget=DATE)
    valid_to = forms.DateField(
        label=_("First day on which it is no longer one"), widget=DATE, required=False, help_text=_("Empty: open end.")
    )

    def __init__(self, *args: Any, bodies: list[AdminBody], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.bodies = {str(body.pk): body for body in bodies}
        self.fields["kept_by"].choices = [(key, str(body)) for key, body in self.bodies.items()]  # type: ignore[attr-defined]
        self.fields["valid_from"].initial = clock.today()

    def body(self) -> AdminBody:
        return self.bodies[self.cleaned_data["kept_by"]]

    def told(self) -> Partner:
        given = dict(self.cleaned_data)
        given.pop("kept_by")
        ways = given.pop("ways")
        return Partner(**given, delivers="delivers" in ways, receives="receives" in ways)


class EndPartnerForm(forms.Form):
    valid_to = forms.DateField(
        label=_("First day on which it is no longer one"),
        widget=DATE,
        help_text=_("From that day on nothing is taken from it or given to it, and its tokens are not answered."),
    )


class ExchangeFileForm(forms.Form):
    file = forms.FileField(
        label=_("File of the partner"),
        widget=forms.FileInput(attrs={"accept": ".json,.csv"}),
        help_text=_("JSON or CSV by the data dictionary, up to 2,000 records. Nothing is written before a preview."),
        error_messages={"empty": _("The file is empty.")},
    )

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        if (file.size or 0) > MAX_BYTES:
            raise forms.ValidationError(_("The file is larger than 20 MB."), code="too_large")
        return file


class SendForm(forms.Form):
    form = forms.ChoiceField(label=_("Form of the file"), choices=FileForm.choices)
    uscc = forms.CharField(
        label=_("Credit code of one entity"),
        max_length=40,
        required=False,
        help_text=_("Empty: every entity in your reach."),
    )
    purpose = forms.CharField(
        label=_("Purpose"),
        max_length=200,
        widget=TEXT,
        help_text=_("Stands in the receipt; the entities in the file read it with the partner's name."),
    )


class TokenForm(forms.Form):
    name = forms.CharField(
        label=pgettext_lazy("exchange", "Name"), max_length=60, help_text=_("Which machine will use it.")
    )
    scopes = forms.MultipleChoiceField(
        label=_("What it may read"), choices=Scope.choices, widget=forms.CheckboxSelectMultiple
    )
    days = forms.IntegerField(
        label=_("Valid for (days)"), min_value=1, max_value=MOST_DAYS, initial=90, help_text=_("At most 365.")
    )


class AcknowledgeForm(forms.Form):
    how = forms.CharField(
        label=_("How the partner acknowledged"),
        max_length=200,
        widget=TEXT,
        help_text=_("Its letter and number, or who said so on which day: the entry is gone there, too."),
    )
