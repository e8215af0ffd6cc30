"""Submitting evidence from elsewhere, deciding on it, and entering agreements of mutual recognition."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Region
from core import clock
from core.errors import DomainError
from core.scans import MAX_BYTES, Scan, checked_scan
from courses.models import EvidenceKind, Level, MutualRecognition
from courses.models.records import Track
from courses.selectors.evidence import TAIL, levels, provinces, recognitions, recognitions_of
from courses.services import Training
from courses.services.evidence import MOST_SCANS
from courses.workflow import EvidenceState

DATE = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
SCAN_WORDS: dict[str, Promise] = {
    "scan_empty": _("%(name)s is empty."),
    "scan_too_large": _("%(name)s is larger than 4 MB. Scan it in grey or with fewer dots."),
    "scan_wrong_kind": _("%(name)s is no PDF, JPG or PNG. Nothing was taken from it."),
}


class ScansInput(forms.FileInput):
    allow_multiple_selected = True


class ScansField(forms.FileField):
    """Several files at once; each is looked at by its bytes."""

    widget = ScansInput

    def clean(self, data: Any, initial: Any = None) -> list[Scan]:
        files: list[Any] = list(data) if isinstance(data, list | tuple) else [data]
        if not files or files == [None]:
            super().clean(None, initial)
        if len(files) > MOST_SCANS:
            raise forms.ValidationError(_("At most six scans belong to one training."))
        return [self._checked(one) for one in files]

    def _checked(self, file: UploadedFile) -> Scan:
        # Of a file that is too large nothing is read into memory.
        content = file.read(MAX_BYTES + 1)
        try:
            return checked_scan(file.name or "", content)
        except DomainError as refusal:
            raise forms.ValidationError(str(SCAN_WORDS[refusal.code]) % refusal.facts) from refusal


class EvidenceForm(forms.Form):
    """One training with its scans; `name` and `tail` say whom an institution means."""

    name = forms.CharField(label=_("Name of the person"), max_length=100)
    tail = forms.RegexField(
        label=_("End of the document number"),
        regex=rf"^\s*[0-9A-Za-z]{{{TAIL},6}}\s*$",
        help_text=_("The last four to six characters, so that nobody of the same name is meant."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"invalid": _("Four to six letters and digits.")},
    )
    region = forms.ModelChoiceField(
        Region.objects.none(),
        label=_("Region whose authority is to decide"),
        empty_label=_("please choose"),
        help_text=_("Where you work next or live. Once an institution employs you, its region decides."),
    )
    kind = forms.ChoiceField(label=_("What it is"), choices=EvidenceKind.choices, widget=forms.RadioSelect)
    track = forms.ChoiceField(label=_("Track"), choices=Track.choices)
    level = forms.ModelChoiceField(
        Level.objects.none(), label=_("Level"), required=False, empty_label=_("none, or not known")
    )
    title = forms.CharField(label=_("Training or degree"), max_length=200, help_text=_("As written on the document."))
    provider = forms.CharField(
        label=_("Trained by"), max_length=200, help_text=_("University or training body, as written on the document.")
    )
    hours = forms.DecimalField(
        label=_("Class hours"), min_value=1, max_value=9999, decimal_places=1, max_digits=6, required=False
    )
    completed_on = forms.DateField(label=_("Completed on"), widget=DATE)
    agreement = forms.ModelChoiceField(
        MutualRecognition.objects.none(),
        label=_("Agreement of mutual recognition"),
        required=False,
        empty_label=_("none"),
        help_text=_("Only for a training in another region."),
    )
    scans = ScansField(
        label=_("Scans"),
        widget=ScansInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png"}),
        help_text=_("Up to six files, PDF, JPG or PNG, up to 4 MB each. After an error they must be chosen again."),
        error_messages={"required": _("Add at least one scan of the document.")},
    )

    def __init__(self, *args: Any, region: Region | None, for_oneself: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if for_oneself:
            del self.fields["name"], self.fields["tail"]
        if region is not None or not for_oneself:
            del self.fields["region"]
        else:
            self.fields["region"].queryset = provinces()  # type: ignore[attr-defined]
            # The region that is named decides whether the agreement holds there.
            self.fields["agreement"].queryset = recognitions()  # type: ignore[attr-defined]
        self.fields["level"].queryset = levels()  # type: ignore[attr-defined]
        if region is not None:
            self.fields["agreement"].queryset = recognitions_of(region)  # type: ignore[attr-defined]
        self.fields["completed_on"].widget.attrs["max"] = clock.today().isoformat()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        mutual = cleaned.get("kind") == EvidenceKind.MUTUAL
        if mutual and not cleaned.get("agreement") and "agreement" not in self.errors:
            self.add_error("agreement", _("Name the agreement under which the training is recognised."))
        if not mutual:
            cleaned["agreement"] = None
        if cleaned.get("kind") == EvidenceKind.DEGREE and cleaned.get("track") == Track.SOCIAL:
            self.add_error("track", _("A degree is degree education."))
        if (day := cleaned.get("completed_on")) and day > clock.today():
            self.add_error("completed_on", _("The day of completion lies in the future."))
        return cleaned

    def training(self) -> Training:
        return Training(**{name: self.cleaned_data[name] for name in Training.__dataclass_fields__})


class EvidenceFilter(forms.Form):
    state = forms.ChoiceField(label=_("State"), required=False, choices=[("", _("all")), *EvidenceState.choices])

    def chosen(self, usual: str = "") -> str:
        """What is asked for; who asks for nothing gets what is usual."""
        if "state" not in self.data:
            return usual
        self.is_valid()
        return str(self.cleaned_data.get("state", ""))


class EvidenceDecisionForm(forms.Form):
    """Which steps there are depends on the state; a refusal needs a reason."""

    step = forms.ChoiceField(label=_("Decision"), widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("For a refusal: who submitted it and the person read this."),
    )

    def __init__(self, *args: Any, steps: list[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["step"].choices = steps  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        needed = cleaned.get("step") == "refuse"
        if needed and not cleaned.get("reason", "").strip() and "reason" not in self.errors:
            self.add_error("reason", _("This is needed for the decision."))
        return cleaned


class RecognitionForm(forms.Form):
    region = forms.ModelChoiceField(Region.objects.none(), label=_("Region"))
    other = forms.ModelChoiceField(Region.objects.none(), label=pgettext_lazy("region", "Other region"))
    title = forms.CharField(label=_("Title of the agreement"), max_length=200)
    document = forms.CharField(label=_("Document number"), max_length=200)
    valid_from = forms.DateField(label=_("Holds from"), widget=DATE)
    valid_to = forms.DateField(
        label=pgettext_lazy("an agreement", "Holds no longer from"),
        widget=DATE,
        required=False,
        help_text=_("The first day on which it does not hold any more; leave empty while it goes on."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("region", "other"):
            self.fields[name].queryset = provinces()  # type: ignore[attr-defined]
            self.fields[name].label_from_instance = lambda one: one.name  # type: ignore[attr-defined]


class EndRecognitionForm(forms.Form):
    on = forms.DateField(label=pgettext_lazy("an agreement", "Holds no longer from"), widget=DATE)
    reason = forms.CharField(label=_("Reason"), max_length=300)
