"""What whoever has no login asked for on paper, put down by an officer with the day it came and where it lies."""

from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from core import clock
from credit import services
from credit.forms.case_steps import READ_BY_SUBJECT, StepForm, long_text
from credit.forms.paper import PaperFields
from credit.models import AdministrativeCase
from credit.workflow.cases import CameAs

IN_TIME: dict[str, Any] = {
    CameAs.ANSWER.value: _("An answer was in time to the end of %(day)s."),
    CameAs.HEARING.value: _("A request for a hearing was in time to the end of %(day)s."),
}


class PaperForm(PaperFields, StepForm):
    def known(self, case: AdministrativeCase) -> dict[str, Any]:
        return {"came_on": clock.today()}


class HearingRequestForm(PaperForm):
    title = _("Put down a request for a hearing that came on paper")
    about = _("Within five working days of service; the hearing then has to be announced and held.")

    def carry_out(self) -> None:
        services.record_hearing_request(actor=self.actor, case=self.case, paper=self.paper())


class ReopenForm(PaperForm):
    title = _("Put down a paper that came in time")
    about = _(
        "It came within the time to speak and reached you after the defence was considered. The case goes back one "
        "step: what was considered stands, and the paper is answered before anything is decided."
    )
    came_as = forms.ChoiceField(label=_("The paper is"), choices=CameAs.choices, widget=forms.RadioSelect)
    words = long_text(
        _("What the paper says, word for word"), required=False, help_text=_("Nothing for a request for a hearing.")
    )
    why = long_text(_("Why it reached you so late"), help_text=READ_BY_SUBJECT)

    field_order = ("came_as", "reference", "came_on", "words", "why")

    def prepare(self) -> None:
        days = services.last_days_of_papers(self.case)
        # A hearing is offered only where one can still be asked for.
        self.fields["came_as"].choices = [(kind, CameAs(kind).label) for kind in days]  # type: ignore[attr-defined]
        self.fields["came_on"].help_text = format_lazy(
            "{} {}",
            self.fields["came_on"].help_text,
            " ".join(IN_TIME[kind] % {"day": date_format(last.day)} for kind, last in days.items()),
        )

    def known(self, case: AdministrativeCase) -> dict[str, Any]:
        """No day is proposed: it came some time ago."""
        return {}

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        if said.get("came_as") == CameAs.ANSWER and not said.get("words", "").strip():
            self.add_error("words", _("Put down what the paper says."))
        return said

    def carry_out(self) -> None:
        words = {name: self.cleaned_data[name] for name in ("came_as", "why", "words")}
        services.reopen_case(actor=self.actor, case=self.case, paper=self.paper(), said=services.LatePaper(**words))


class RepairRequestForm(PaperForm):
    title = _("Put down an application for repair that came on paper")
    about = _("Free of charge. The time to decide on it counts from the day it came.")
    corrected = long_text(_("What was put right, and what shows it"))
    commitment = long_text(_("The credit commitment that was given"))

    def carry_out(self) -> None:
        said = self.cleaned_data
        words = {"corrected": said["corrected"], "commitment": said["commitment"], "paper": self.paper()}
        services.record_repair_request(actor=self.actor, case=self.case, **words)


class PaperRecusalForm(StepForm):
    title = _("Ask that an officer step aside")
    about = _("For whoever asked on paper, or of your own accord. Somebody else decides on it.")
    officer = forms.ChoiceField(label=_("Officer"))
    reason = long_text(_("Why this officer should step aside"))
    document = forms.CharField(
        label=_("Reference of the paper"),
        max_length=200,
        required=False,
        help_text=_("Only for a request that came on paper."),
    )

    def prepare(self) -> None:
        self.choose_officers("officer")

    def carry_out(self) -> None:
        said = self.cleaned_data
        words = {"officer": self.chosen_officer("officer"), "reason": said["reason"], "document": said["document"]}
        services.ask_recusal(actor=self.actor, case=self.case, **words)
