"""What each step of an administrative case asks for, filled in beforehand where the case says it already."""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from accounts.permissions import Permission
from accounts.selectors.hats import officers_at, shown_name
from core import clock
from credit import services
from credit.models import AdministrativeCase
from credit.selectors.cases import measures_for
from credit.services import Hearing, Notice, Officer, Ruling, Served
from credit.workflow.cases import RANK, SEVERITIES, CaseOutcome, CaseState, ServedBy

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

    def choose_officers(self, *names: str) -> None:
        people = officers_at(self.case.body, Permission.CASE_HANDLE)
        for name in names:
            choices = [("", "—"), *((str(pk), shown_name(user)) for pk, user in people.items())]
            self.fields[name].choices = choices  # type: ignore[attr-defined]

    def officer(self, name: str) -> User:
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
        pair = {name: Officer(self.officer(name), said[f"{name}_certificate"]) for name in ("one", "two")}
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


class NoticeForm(Serving):
    field_order = ("number", "facts", "reasons", "basis", "intended", "measures", "by", "proof", "on", "consent")
    title = _("Serve the prior notice")
    about = _("Nothing can follow later that is not announced here. The time to answer runs from the day of service.")
    number = forms.CharField(label=_("Document number"), max_length=60)
    facts = long_text(_("Facts"), help_text=READ_BY_SUBJECT)
    reasons = long_text(_("Reasons"), help_text=READ_BY_SUBJECT)
    basis = long_text(_("Legal basis"), help_text=READ_BY_SUBJECT)
    intended = forms.ChoiceField(label=_("Intended outcome"))
    measures = forms.MultipleChoiceField(
        label=_("Intended measures"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def known(self, case: AdministrativeCase) -> dict[str, Any]:
        known = {"facts": case.findings, "basis": case.item.basis}
        return super().known(case) | known

    def prepare(self) -> None:
        # None is proposed: how severe it is is said by whoever signs, and never above what the item allows.
        possible = [one for one in SEVERITIES if RANK[one] <= RANK[self.case.item.highest]]
        choices = [("", "—"), *((str(one), one.label) for one in possible)]
        self.fields["intended"].choices = choices  # type: ignore[attr-defined]
        self.fields["measures"].choices = _measures(self.case)  # type: ignore[attr-defined]

    def carry_out(self) -> None:
        said = self.cleaned_data
        words = {name: said[name] for name in ("number", "facts", "reasons", "basis", "intended")}
        notice = Notice(**words, measures=_chosen(self.case, said["measures"]))
        services.serve_notice(actor=self.actor, case=self.case, notice=notice, served=self.served())


class RecordAnswerForm(StepForm):
    title = _("Put down an answer that came on paper")
    about = _("The time to answer runs on: the person or body concerned may still speak for itself.")
    answer = long_text(_("What was answered"))

    def carry_out(self) -> None:
        services.record_answer(actor=self.actor, case=self.case, answer=self.cleaned_data["answer"])


class AnnounceForm(StepForm):
    title = _("Announce the hearing")
    about = _("At least seven working days ahead; led by somebody who did not investigate.")
    on = forms.DateField(label=_("Day of the hearing"), widget=DAY)
    place = forms.CharField(label=_("Place"), max_length=200)
    chair = forms.ChoiceField(label=_("Led by"))

    def prepare(self) -> None:
        self.choose_officers("chair")

    def carry_out(self) -> None:
        hearing = Hearing(self.cleaned_data["on"], self.cleaned_data["place"], self.officer("chair"))
        services.announce_hearing(actor=self.actor, case=self.case, hearing=hearing)


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
        points = [line.strip() for line in case.answer.splitlines() if line.strip()]
        return {"heard": case.heard, "considered": "\n".join(f"{n}. {point}\n— " for n, point in enumerate(points, 1))}

    def carry_out(self) -> None:
        services.consider(actor=self.actor, case=self.case, **self.cleaned_data)


class DiscussForm(StepForm):
    title = _("Record the collective discussion")
    discussion = long_text(_("Who took part, what was said and held"))

    def carry_out(self) -> None:
        services.record_discussion(actor=self.actor, case=self.case, discussion=self.cleaned_data["discussion"])


class DecideForm(StepForm):
    title = _("Decide")
    about = _("By nobody who investigated or reviewed the law; never above what the notice said.")
    danger = True
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
        ruling = Ruling(**said | {"measures": _chosen(self.case, said["measures"])})
        services.decide_case(actor=self.actor, case=self.case, ruling=ruling)


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


C = CaseState
# By address; what stands first for a state is the next step, the others are offered below it.
STEP_FORMS: dict[str, type[StepForm]] = {
    "assign": AssignForm,
    "find": FindingsForm,
    "review": ReviewForm,
    "notice": NoticeForm,
    "record": RecordAnswerForm,
    "announce": AnnounceForm,
    "hearing": HearingRecordForm,
    "consider": ConsiderForm,
    "discuss": DiscussForm,
    "decide": DecideForm,
    "serve": ServeForm,
    "drop": DropForm,
    "annul": AnnulForm,
}
