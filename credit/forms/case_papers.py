"""What whoever has no login asked for on paper, put down by an officer with the day it came and where it lies."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core import clock
from credit import services
from credit.forms.case_base import DAY, StepForm, long_text
from credit.models import AdministrativeCase
from credit.services import OnPaper


class PaperForm(StepForm):
    came_on = forms.DateField(label=_("Came on"), widget=DAY, help_text=_("Periods count from this day."))
    document = forms.CharField(
        label=_("Where the paper lies"), max_length=200, help_text=_("Number in the file of the case.")
    )

    def known(self, case: AdministrativeCase) -> dict[str, Any]:
        return {"came_on": clock.today()}

    def paper(self) -> OnPaper:
        return OnPaper(self.cleaned_data["came_on"], self.cleaned_data["document"])


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
        label=_("Where the paper lies"),
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
