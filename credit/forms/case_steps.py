"""What steps of a case share: one form per step, filled in beforehand where the case says it already."""

from collections.abc import Collection
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.permissions import Permission
from accounts.selectors.hats import officers_at, shown_name
from core import clock
from credit.models import AdministrativeCase
from credit.services import Served
from credit.workflow.cases import ServedBy

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
READ_BY_SUBJECT = _("The person or body concerned reads it.")


def long_text(label: Any, *, help_text: Any = "", required: bool = True) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": 5})
    return forms.CharField(label=label, max_length=8000, widget=widget, help_text=help_text, required=required)


class StepForm(forms.Form):
    """One step: `title` is the button and the head of the page, `about` says what the step does."""

    title: ClassVar[Any]
    about: ClassVar[Any] = ""
    danger: ClassVar[bool] = False

    def __init__(self, *args: Any, case: AdministrativeCase, actor: User, **kwargs: Any) -> None:
        self.case, self.actor = case, actor
        kwargs["initial"] = {**self.known(case), **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        self.prepare()

    def known(self, case: AdministrativeCase) -> dict[str, Any]:
        """What the case says already."""
        return {}

    def prepare(self) -> None:
        """Choices that depend on the case."""

    def carry_out(self) -> None:
        """Calls the service of this step; raises what it raises."""
        raise NotImplementedError

    def choose_officers(self, *names: str, without: Collection[int | None] = ()) -> None:
        people = officers_at(self.case.body, Permission.CASE_HANDLE)
        for name in names:
            fitting = ((str(pk), shown_name(user)) for pk, user in people.items() if pk not in without)
            choices = [("", "—"), *fitting]
            self.fields[name].choices = choices  # type: ignore[attr-defined]

    def chosen_officer(self, name: str) -> User:
        return officers_at(self.case.body, Permission.CASE_HANDLE)[int(self.cleaned_data[name])]


class Serving(StepForm):
    """Steps that serve a document."""

    by = forms.ChoiceField(label=_("How it was served"), choices=ServedBy.choices)
    proof = forms.CharField(
        label=_("Proof of service"), max_length=200, help_text=_("Number of the receipt or return.")
    )
    on = forms.DateField(label=_("Served on"), widget=DAY)
    consent = forms.CharField(
        label=_("Signed confirmation of electronic service"),
        max_length=200,
        required=False,
        help_text=_("Only for electronic service: without it a message here is a courtesy copy and no service."),
    )

    def known(self, case: AdministrativeCase) -> dict[str, Any]:
        return {"on": clock.today()}

    def served(self) -> Served:
        return Served(**{name: self.cleaned_data[name] for name in ("by", "proof", "on", "consent")})
