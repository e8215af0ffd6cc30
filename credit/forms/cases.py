"""What each step of an administrative case asks for, filled in beforehand where the case says it already."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core import clock
from credit import services
from credit.forms.case_papers import HearingRequestForm, PaperRecusalForm, ReopenForm, RepairRequestForm
from credit.forms.case_steps import DAY, READ_BY_SUBJECT, Serving, StepForm, long_text
from credit.models import AdministrativeCase
from credit.selectors.cases import measures_for, to_consider
from credit.services import Hearing, Notice, Officer, Ruling
from credit.workflow.cases import RANK, SEVERITIES, CaseOutcome


class AssignForm(StepForm):
    title = _("Name two investigators")
    about = _("Two officers of this body, each with a certificate to enforce the law.")
    one = forms.ChoiceField(label=_("First officer"))
    one_certificate = forms.CharField(label=_("Certificate number of the first officer"), max_length=40)
    two = forms.ChoiceField(label=_("Second officer"))
    two_certificate = forms.CharField(label=_("Certificate number of the second officer"), max_length=40)

    def prepare(self) -> None:
        self.choose_officers("one", "two")

    def carry_out(self) -> None:
        said = self.cleaned_data
        pair = {name: Officer(self.chosen_officer(name), said[f"{name}_certificate"]) for name in ("one", "two")}
        services.assign_officers(actor=self.actor, case=self.case, **pair)


class FindingsForm(StepForm):
    title = _("Write the findings")
    about = _("By one of the two investigators. The words stand and cannot be changed afterwards.")
    findings = long_text(_("Facts found"))
    evidence = long_text(_("Evidence, item by item"))

    def carry_out(self) -> None:
        services.write_findings(actor=self.actor, case=self.case, **self.cleaned_data)


class ReviewForm(StepForm):
    title = _("Review the law")
    about = _("By nobody who investigated. Needed before a notice that intends more than a minor outcome.")
    opinion = long_text(_("Opinion on facts, evidence, basis and procedure"))

    def carry_out(self) -> None:
        services.review_law(actor=self.actor, case=self.case, opinion=self.cleaned_data["opinion"])


class WriteForm(StepForm):
    title = _("Write the prior notice")
    about = _("Nothing can follow later that is not announced here. It can be written anew until it is served.")
    number = forms.CharField(label=_("Document number"), max_length=60)
    on = forms.DateField(label=_("Date of the notice"), widget=DAY)
    facts = long_text(_("Facts"), help_text=READ_BY_SUBJECT)
    reasons = long_text(_("Reasons"), help_text=READ_BY_SUBJECT)
    basis = long_text(_("Legal basis"), help_text=READ_BY_SUBJECT)
    intended = forms.ChoiceField(label=_("Intended outcome"))
    measures = forms.MultipleChoiceField(
        label=_("Intended measures"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def known(self, case: AdministrativeCase) -> dict[str, Any]:
        if case.notice_written_on is None:
            return {"on": clock.today(), "facts": case.findings, "basis": case.item.basis}
        return {
            "number": case.notice_number,
            "on": case.notice_written_on,
            "facts": case.notice_facts,
            "reasons": case.notice_reasons,
            "basis": case.notice_basis,
            "intended": case.intended,
            "measures": [str(pk) for pk in case.notice_measures],
        }

    def prepare(self) -> None:
        # None is proposed: how severe it is is said by whoever signs, and never above what the item allows.
        possible = [one for one in SEVERITIES if RANK[one] <= RANK[self.case.item.highest]]
        choices = [("", "—"), *((str(one), one.label) for one in possible)]
        self.fields["intended"].choices = choices  # type: ignore[attr-defined]
        self.fields["measures"].choices = _measures(self.case)  # type: ignore[attr-defined]

    def carry_out(self) -> None:
        said = dict(self.cleaned_data)
        notice = Notice(**said | {"measures": _chosen(self.case, said["measures"])})
        services.write_notice(actor=self.actor, case=self.case, notice=notice)


class NoticeForm(Serving):
    title = _("Serve the prior notice")
    about = _("The time to answer runs from the day of service. Print the notice from the letters of the case.")

    def carry_out(self) -> None:
        services.serve_notice(actor=self.actor, case=self.case, served=self.served())


class RecordAnswerForm(StepForm):
    title = _("Put down an answer that came on paper")
    about = _("The time to answer runs on: the person or body concerned may still speak for itself.")
    answer = long_text(_("What was answered"))

    def carry_out(self) -> None:
        services.record_answer(actor=self.actor, case=self.case, answer=self.cleaned_data["answer"])


class AnnounceForm(StepForm):
    title = _("Announce the hearing")
    about = _("Served at least seven working days ahead; led by somebody who did not investigate.")
    on = forms.DateField(label=_("Day of the hearing"), widget=DAY)
    at = forms.TimeField(label=_("Begins at"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    place = forms.CharField(label=_("Place"), max_length=200)
    chair = forms.ChoiceField(label=_("Led by"))

    def known(self, case: AdministrativeCase) -> dict[str, Any]:
        if case.hearing_on is None:
            return {}
        known = {"on": case.hearing_on, "at": case.hearing_time, "place": case.hearing_place}
        return known | {"chair": str(case.hearing_chair_id)}

    def prepare(self) -> None:
        self.choose_officers("chair", without=self.case.officers)

    def carry_out(self) -> None:
        said = self.cleaned_data
        hearing = Hearing(said["on"], said["at"], said["place"], self.chosen_officer("chair"))
        services.announce_hearing(actor=self.actor, case=self.case, hearing=hearing)


class PostponeForm(AnnounceForm):
    title = _("Put the hearing off")
    about = _("To another day, or with somebody else to lead it; the announcement is served anew, as far ahead.")


class ServeHearingForm(Serving):
    title = _("Serve the announcement of the hearing")
    about = _("It has to reach whom it concerns seven working days ahead; otherwise announce a later day.")

    def carry_out(self) -> None:
        services.serve_hearing(actor=self.actor, case=self.case, served=self.served())


class HearingRecordForm(StepForm):
    title = _("Write the record of the hearing")
    record = long_text(_("Record of the hearing"))

    def carry_out(self) -> None:
        services.record_hearing(actor=self.actor, case=self.case, record=self.cleaned_data["record"])


class ConsiderForm(StepForm):
    title = _("Answer the defence point by point")
    heard = forms.CharField(widget=forms.HiddenInput, required=False)
    considered = long_text(_("Each point of the defence, and what was made of it"), help_text=READ_BY_SUBJECT)

    def known(self, case: AdministrativeCase) -> dict[str, Any]:
        points = [line.strip() for line in to_consider(case).splitlines() if line.strip()]
        return {"heard": case.heard, "considered": "\n".join(f"{n}. {point}\n— " for n, point in enumerate(points, 1))}

    def carry_out(self) -> None:
        services.consider(actor=self.actor, case=self.case, **self.cleaned_data)


class DiscussForm(StepForm):
    title = _("Record the collective discussion")
    heard = forms.CharField(widget=forms.HiddenInput, required=False)
    discussion = long_text(_("Who took part, what was said and held"))

    def known(self, case: AdministrativeCase) -> dict[str, Any]:
        return {"heard": case.heard}

    def carry_out(self) -> None:
        services.record_discussion(actor=self.actor, case=self.case, **self.cleaned_data)


class DecideForm(StepForm):
    title = _("Decide")
    about = _("By nobody who investigated or reviewed the law; never above what the notice said.")
    danger = True
    heard = forms.CharField(widget=forms.HiddenInput, required=False)
    number = forms.CharField(label=_("Document number"), max_length=60)
    outcome = forms.ChoiceField(label=pgettext_lazy("a case", "Outcome"))
    reasons = long_text(_("Reasons"), help_text=READ_BY_SUBJECT)
    basis = long_text(_("Legal basis"), help_text=READ_BY_SUBJECT)
    proportionality = long_text(
        _("Why no milder means would do"), required=False, help_text=_("Needed for every adverse outcome.")
    )
    measures = forms.MultipleChoiceField(label=_("Measures"), required=False, widget=forms.CheckboxSelectMultiple)
    remedy_body = forms.CharField(label=_("Body for reconsideration"), max_length=200)
    remedy_court = forms.CharField(label=_("Court for a suit"), max_length=200)
    published = forms.BooleanField(
        label=_("The competent department publishes it"),
        required=False,
        help_text=_("Entities alone, general and serious alone; this platform only links to that publication."),
    )
    reference = forms.CharField(label=_("Reference of the publication"), max_length=200, required=False)

    def known(self, case: AdministrativeCase) -> dict[str, Any]:
        announced = case.measures.filter(ordered=False).values_list("measure_id", flat=True)
        return {
            "heard": case.heard,
            "outcome": case.intended,
            "reasons": case.notice_reasons,
            "basis": case.notice_basis,
            "measures": [str(pk) for pk in announced],
        }

    def prepare(self) -> None:
        self.fields["outcome"].choices = CaseOutcome.choices  # type: ignore[attr-defined]
        announced = set(self.case.measures.filter(ordered=False).values_list("measure_id", flat=True))
        found = [(value, label) for value, label in _measures(self.case) if int(value) in announced]
        self.fields["measures"].choices = found  # type: ignore[attr-defined]
        if self.case.person_id:
            del self.fields["published"], self.fields["reference"]

    def carry_out(self) -> None:
        said = dict(self.cleaned_data)
        heard = said.pop("heard")
        ruling = Ruling(**said | {"measures": _chosen(self.case, said["measures"])})
        services.decide_case(actor=self.actor, case=self.case, ruling=ruling, heard=heard)


class ServeForm(Serving):
    title = _("Serve the decision and the repair notice")
    about = _("Both together. The decision stands from the day of service on.")
    danger = True

    def carry_out(self) -> None:
        services.serve_decision(actor=self.actor, case=self.case, served=self.served())


class DropForm(StepForm):
    title = _("Drop the case")
    about = _("Before anybody was noticed. Nothing is entered anywhere.")
    reason = long_text(_("Reason"))

    def carry_out(self) -> None:
        services.drop_case(actor=self.actor, case=self.case, reason=self.cleaned_data["reason"])


class AnnulForm(StepForm):
    title = _("Record that the decision was set aside")
    about = _("By nobody who had a part in it. The entry and everything that followed from it end at once.")
    danger = True
    reason = long_text(_("Reason"))
    document = forms.CharField(label=_("Judgment or decision, with its number"), max_length=200)

    def carry_out(self) -> None:
        fallen = services.Fallen(**self.cleaned_data)
        services.annul_case(actor=self.actor, case=self.case, fallen=fallen)


def _measures(case: AdministrativeCase) -> list[tuple[str, str]]:
    return [(str(one.pk), str(one)) for one in measures_for(case)]


def _chosen(case: AdministrativeCase, keys: list[str]) -> tuple:
    return tuple(one for one in measures_for(case) if str(one.pk) in keys)


# By address; what stands first for a state is the next step, the others are offered below it.
STEP_FORMS: dict[str, type[StepForm]] = {
    "assign": AssignForm,
    "find": FindingsForm,
    "review": ReviewForm,
    "write": WriteForm,
    "notice": NoticeForm,
    "record": RecordAnswerForm,
    "announce": AnnounceForm,
    "serve-hearing": ServeHearingForm,
    "postpone": PostponeForm,
    "hearing": HearingRecordForm,
    "consider": ConsiderForm,
    "discuss": DiscussForm,
    "decide": DecideForm,
    "serve": ServeForm,
    "drop": DropForm,
    "annul": AnnulForm,
    "reopen": ReopenForm,
    "hearing-request": HearingRequestForm,
    "repair-request": RepairRequestForm,
    "recusal": PaperRecusalForm,
}
