"""One line of the roster: joined, left, changed, corrected, moved. What a value means is checked as in a file."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.identifiers import DocumentType
from accounts.imports.lines import AGAIN
from accounts.models import Appointment, LeaveKind, LeaveOfAbsence
from accounts.models.positions import EmploymentType
from core.plans import Problem

YES_NO = [("true", _("yes")), ("false", _("no"))]
MAYBE = [("", _("not stated")), *YES_NO]
NO_LONGER = _("The first day on which the person is no longer counted.")


def _day(label: Any, *, required: bool = True, help_text: Any = "") -> forms.CharField:
    """Text, so that a wrong day is refused in the same words as in a file."""
    widget = forms.DateInput(attrs={"type": "date"})
    return forms.CharField(label=label, required=required, max_length=30, widget=widget, help_text=help_text)


class LineForm(forms.Form):
    """`values()` is what the services take: text by the English heads of the roster."""

    def __init__(self, data: Any = None, **options: Any) -> None:
        super().__init__(data, **options)
        if data and AGAIN in data:
            self._offer_again()

    def _offer_again(self) -> None:
        """Asked only where an officer decided otherwise."""
        label = _("Enter the person again; the authority that decided sees the row on its list at once")
        self.fields[AGAIN] = forms.BooleanField(label=label, required=False)

    def values(self) -> dict[str, str]:
        cleaned = getattr(self, "cleaned_data", {})
        return {name: str(value).strip() for name, value in cleaned.items()}

    def refuse(self, problems: list[Problem]) -> None:
        for problem in problems:
            if problem.column == AGAIN and AGAIN not in self.fields:
                self._offer_again()
            self.add_error(problem.column if problem.column in self.fields else None, problem.message)


class TermsForm(LineForm):
    """What a post is like."""

    post = forms.CharField(label=_("Post"), max_length=100)
    professional = forms.ChoiceField(label=_("Professional staff"), choices=YES_NO, widget=forms.RadioSelect)
    employment_type = forms.ChoiceField(label=_("Employment"), choices=EmploymentType.choices)
    full_time = forms.ChoiceField(label=_("Full time"), choices=MAYBE, required=False)
    share = forms.CharField(label=_("Share of working time (%)"), required=False, max_length=10)
    department = forms.CharField(label=_("Department"), required=False, max_length=100)

    @staticmethod
    def present(appointment: Appointment) -> dict[str, str]:
        """The terms as they stand, to be changed."""
        words = {True: "true", False: "false", None: ""}
        return {
            "post": appointment.post,
            "professional": words[appointment.professional],
            "employment_type": appointment.employment_type,
            "full_time": words[appointment.full_time],
            "share": "" if appointment.share is None else str(appointment.share),
            "department": appointment.department,
            "start_date": f"{appointment.start_date}",
            "end_date": f"{appointment.end_date or ''}",
        }


class JoiningForm(TermsForm):
    name = forms.CharField(label=_("Full name"), max_length=100)
    id_type = forms.ChoiceField(label=_("Kind of document"), choices=DocumentType.choices)
    id_number = forms.CharField(
        label=_("Number of the document"),
        max_length=40,
        help_text=_("Stored encrypted; pages show only its first and last characters."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    start_date = _day(_("First day here"))
    end_date = _day(_("No longer counted from (if already agreed)"), required=False, help_text=NO_LONGER)
    phone = forms.CharField(label=_("Mobile number"), required=False, max_length=30)

    field_order = ("name", "id_type", "id_number", "start_date", "post", "professional", "employment_type")


class LeavingForm(LineForm):
    """Two ways to say one thing; a retirement that is planned is entered here too and never computed."""

    end_date = _day(_("Leaving date (no longer counted from this day on)"), required=False, help_text=NO_LONGER)
    last_day = _day(
        _("or the last day at work"),
        required=False,
        help_text=_("Counted to this day. Give one of the two; a planned retirement may lie in the future."),
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not (cleaned.get("end_date") or cleaned.get("last_day") or self.errors):
            self.add_error("end_date", _("Fill in one of the two: the leaving date or the last day at work."))
        return cleaned


class ChangeForm(TermsForm):
    from_day = _day(_("Holds from"), help_text=_("The days before keep what is recorded for them."))

    field_order = ("from_day",)


class CorrectionForm(TermsForm):
    start_date = _day(_("First day here"))
    end_date = _day(_("No longer counted from"), required=False, help_text=NO_LONGER)
    reason = forms.CharField(
        label=_("What was wrong, and what shows it"), max_length=200, widget=forms.Textarea(attrs={"rows": 3})
    )

    field_order = ("start_date", "end_date")

    def values(self) -> dict[str, str]:
        return {name: value for name, value in super().values().items() if name != "reason"}


class LeaveForm(LineForm):
    """Somebody is away and comes back; the days of a leave may lie in the future."""

    kind = forms.ChoiceField(
        label=_("Kind of leave"),
        choices=LeaveKind.choices,
        help_text=_("No more than this: illness and the like are not to be named."),
    )
    start_date = _day(_("First day away"))
    end_date = _day(_("First day back"), required=False, help_text=_("Leave empty while nobody knows it."))

    @staticmethod
    def present(leave: LeaveOfAbsence) -> dict[str, str]:
        return {"kind": leave.kind, "start_date": f"{leave.start_date}", "end_date": f"{leave.end_date or ''}"}


class LeaveCorrectionForm(LeaveForm):
    reason = forms.CharField(
        label=_("What was wrong, and what shows it"),
        required=False,
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("May stay empty where only the first day back is added."),
    )


class LeaveWithdrawalForm(LineForm):
    reason = forms.CharField(
        label=_("What was wrong, and what shows it"), max_length=200, widget=forms.Textarea(attrs={"rows": 3})
    )


class TransferForm(TermsForm):
    institution = forms.CharField(
        label=_("New institution"), max_length=40, help_text=_("Its unified social credit code or number here.")
    )
    from_day = _day(_("First day there"), help_text=_("At the present institution this is the leaving date."))

    field_order = ("institution", "from_day")
