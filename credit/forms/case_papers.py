"""What whoever has no login asked for on paper, put down by an officer with the day it came and where it lies."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core import clock
from credit import services
from credit.forms.case_steps import StepForm, long_text
from credit.forms.paper import PaperFields
from credit.models import AdministrativeCase


class PaperForm(PaperFields, StepForm):
    def known(self, case: AdministrativeCase) -> dict[str, Any]:
        return {"came_on": clock.today()}


class HearingRequestForm(PaperForm):
    title = _("Put down a request for a hearing that came on paper")
    about = _("Within five working days of service; the hearing then has to be announced and held.")

    def carry_out(self) -> None:
        services.record_hearing_request(actor=self.actor, case=self.case, paper=self.paper())


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
