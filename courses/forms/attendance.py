"""The list of one session: a choice per trainee, and one button for everybody who has none yet."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from courses.models import Attendance, Enrolment

REST_PRESENT = "rest_present"


class AttendanceForm(forms.Form):
    def __init__(self, *args: Any, enrolments: Sequence[Enrolment], marks: Mapping[int, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.enrolments = enrolments
        for one in enrolments:
            self.fields[_name(one)] = forms.ChoiceField(
                label=one.person.name,
                choices=Attendance.Status.choices,
                widget=forms.RadioSelect,
                required=False,
                initial=marks.get(one.pk),
                error_messages={"invalid_choice": _("Choose one of the four.")},
            )

    def lines(self) -> list[tuple[Enrolment, BoundField]]:
        return [(one, self[_name(one)]) for one in self.enrolments]

    def marks(self, *, rest_present: bool) -> dict[int, str]:
        """What was chosen; those without a choice are left alone, or present with the one button."""
        rest = Attendance.Status.PRESENT.value if rest_present else ""
        chosen = {one.pk: self.cleaned_data[_name(one)] or rest for one in self.enrolments}
        return {pk: status for pk, status in chosen.items() if status}


def _name(enrolment: Enrolment) -> str:
    return f"trainee-{enrolment.pk}"
