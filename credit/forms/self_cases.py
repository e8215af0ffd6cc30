"""What the steps of self-regulation ask for, pre-filled where the platform knows it."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import Institution, Person, TrainingBase
from core import clock
from core.errors import DomainError
from credit.forms.paper import PaperFields
from credit.models import CaseReport, Ground, SelfRegulatoryCase
from credit.rules.self_regulation import Result, activities
from credit.selectors.self_cases import body_named, person_of, places_of
from credit.services import Decision, Finding, Letter, Opening, Rule, Said
from credit.workflow.self_regulation import (
    FIRMNESS,
    MEASURES,
    HandedOver,
    RuleKind,
    SelfOutcome,
)

DAY = {"type": "date"}
PERSON = "person"


def day(label: str | Promise, **fields: Any) -> forms.DateField:
    return forms.DateField(
        label=label,  # type: ignore[arg-type]
        widget=forms.DateInput(attrs=DAY, format="%Y-%m-%d"),
        **fields,
    )


def text(label: str | Promise, rows: int = 5, **fields: Any) -> forms.CharField:
    return forms.CharField(
        label=label,  # type: ignore[arg-type]
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": rows}),
        **fields,
    )


class SelfReportForm(forms.Form):
    """What happened, in the reporter's own words, to a body with rules of its own."""

    to = forms.CharField(
        label=_("To which association or training base"),
        max_length=150,
        help_text=_("Its full name, as the public register has it, or the code of the base."),
    )
    said_of = forms.CharField(
        label=_("Who it is about"), max_length=200, help_text=_("Name of a person or institution.")
    )
    said_at = forms.CharField(label=_("Where that person works"), max_length=200, required=False)
    ground = forms.ChoiceField(label=_("What kind of conduct"), choices=Ground.choices)
    happened_on = day(_("When it happened"), help_text=_("The last day, if it went on."))
    said = text(_("What happened, and what shows it"), help_text=_("No secrets of state may be entered here."))

    def clean_to(self) -> Institution | TrainingBase:
        if (found := body_named(self.cleaned_data["to"])) is None:
            raise forms.ValidationError(_("No association and no training base has this name."))
        return found

    def told(self) -> Said:
        given = self.cleaned_data
        names = ("said_of", "said_at", "ground", "said", "happened_on")
        return Said(region=given["to"].region, **{name: given[name] for name in names})


class RefuseReportForm(forms.Form):
    reason = text(_("Why it is not accepted"), rows=3, help_text=_("Whoever reported reads it."))


class OpenForm(forms.Form):
    """About whom, by which rule of the body, under which number."""

    number = forms.CharField(label=_("Number of the file"), max_length=60)
    about = forms.ChoiceField(label=_("Whom it concerns"))
    name = forms.CharField(label=_("Full name of the person"), max_length=100, required=False)
    tail = forms.CharField(
        label=_("Last four characters of the identity document"), min_length=4, max_length=4, required=False
    )
    kind = forms.ChoiceField(label=_("Which rules"), choices=RuleKind.choices)
    text = text(_("The rule, word for word"), rows=3)
    source = forms.CharField(label=_("Where it stands"), max_length=200, help_text=_("Document and article."))
    version = forms.CharField(label=_("Version"), max_length=60, help_text=_("Of which year or day."))

    def __init__(self, *args: Any, report: CaseReport, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.report = report
        self.subject: Person | Institution | None = None
        self.unit: Institution | TrainingBase | None = None
        self.places = places_of(report)
        self.fields["about"].choices = [  # type: ignore[attr-defined]
            (PERSON, gettext("a person, named below")),
            *((f"institution-{one.pk}", str(one)) for one in self.places.institutions),
            *((f"base-{one.pk}", str(one)) for one in self.places.bases),
        ]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        about = given.get("about", "")
        if about == PERSON:
            self.subject = self._person(given)
        elif about:
            self.subject, self.unit = self._place(about)
        return given

    def opening(self) -> Opening:
        given = self.cleaned_data
        rule = Rule(given["kind"], given["text"], given["source"], given["version"])
        return Opening(given["number"], self.subject, rule, self.unit)  # type: ignore[arg-type]

    def _person(self, given: dict[str, Any]) -> Person | None:
        try:
            return person_of(self.report, given.get("name", ""), given.get("tail", ""))
        except DomainError:
            words = _("Nobody of this name whose document ends so belongs here, or more than one. Look at both again.")
            self.add_error("name", words)
            return None

    def _place(self, about: str) -> tuple[Institution | None, Institution | TrainingBase | None]:
        """A department stands with its parent, a base with its host, and is named beside it."""
        kind, _dash, key = about.partition("-")
        places: Iterable[Any] = self.places.bases if kind == "base" else self.places.institutions
        one = next(place for place in places if str(place.pk) == key)
        if kind == "base":
            return one.host, one
        return (one.parent, one) if one.parent_id and not one.uscc else (one, None)


class LetterForm(forms.Form):
    """How the letter was handed over, and what shows it."""

    how = forms.ChoiceField(label=_("How the letter was handed over"), choices=HandedOver.choices)
    proof = forms.CharField(
        label=_("What shows it"), max_length=200, help_text=_("Receipt, mail number, agreement: where it is kept.")
    )
    on = day(_("Handed over on"))

    def __init__(self, *args: Any, case: SelfRegulatoryCase, **kwargs: Any) -> None:
        kwargs["initial"] = {"on": clock.today(), **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)

    def letter(self) -> Letter:
        given = self.cleaned_data
        return Letter(given["how"], given["proof"], given["on"])


class NoticeForm(LetterForm):
    field_order = ("facts", "intended", "how", "proof", "on")
    facts = text(_("What is said, and what shows it"), rows=7, help_text=_("The one concerned reads these words."))
    intended = forms.ChoiceField(
        label=_("What may follow at most"),
        choices=[(str(one), one.label) for one in MEASURES],
        help_text=_("Nothing further than this can be decided."),
    )

    def __init__(self, *args: Any, case: SelfRegulatoryCase, **kwargs: Any) -> None:
        facts = gettext("%(source)s (%(version)s): “%(text)s”\nFacts: \nShown by: ") % {
            "source": case.rule_source,
            "version": case.rule_version,
            "text": case.rule_text,
        }
        super().__init__(*args, case=case, initial={"facts": facts}, **kwargs)


class ResultFields(forms.Form):
    """An outcome with what belongs to it."""

    outcome = forms.ChoiceField(label=pgettext_lazy("a case", "Outcome"))
    activity = forms.ChoiceField(label=_("Excluded from"), required=False)
    until = day(_("First day free of it"), required=False, help_text=_("Of an exclusion."))
    correct_by = day(_("Last day to correct"), required=False, help_text=_("Of a correction."))

    def offer(self, case: SelfRegulatoryCase, highest: int) -> None:
        outcomes = [(str(one), one.label) for one in MEASURES if FIRMNESS[one] <= highest]
        named = [(str(one), one.label) for one in activities(of_person=case.person_id is not None)]
        self.fields["outcome"].choices = outcomes  # type: ignore[attr-defined]
        self.fields["activity"].choices = [("", gettext("– only of an exclusion –")), *named]  # type: ignore[attr-defined]
        if highest < FIRMNESS[SelfOutcome.EXCLUSION]:
            del self.fields["activity"], self.fields["until"]
        if highest < FIRMNESS[SelfOutcome.CORRECTION]:
            del self.fields["correct_by"]

    def result(self) -> Result:
        given: dict[str, Any] = self.cleaned_data
        until: date | None = given.get("until")
        return Result(given["outcome"], given.get("activity", ""), until, given.get("correct_by"))


class DecideForm(ResultFields):
    # What of the answer the page showed on which the decision is taken.
    heard = forms.CharField(widget=forms.HiddenInput, required=False)
    considered = text(_("What was made of each point of the answer"), help_text=_("The one concerned reads it."))
    reasons = text(_("Why it is decided so"), rows=3)

    def __init__(self, *args: Any, case: SelfRegulatoryCase, **kwargs: Any) -> None:
        considered = gettext("No answer came in time.") if not case.answered_at else gettext("On point 1: ")
        kwargs["initial"] = {"heard": case.heard, "considered": considered, "outcome": case.intended}
        super().__init__(*args, **kwargs)
        self.offer(case, case.intended_firmness)

    def decision(self) -> Decision:
        return Decision(self.result(), self.cleaned_data["considered"], self.cleaned_data["reasons"])


class ReasonsForm(forms.Form):
    reasons = text(_("Why there is no ground"), rows=3)

    def __init__(self, *args: Any, case: SelfRegulatoryCase, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)


class OwnPaperForm(PaperFields):
    def __init__(self, *args: Any, case: SelfRegulatoryCase, **kwargs: Any) -> None:
        kwargs["initial"] = {"came_on": clock.today()}
        super().__init__(*args, **kwargs)


class PaperAnswerForm(OwnPaperForm):
    field_order = ("answer", "reference", "came_on")
    answer = text(_("What was answered on paper"), help_text=_("Word for word; the paper goes into the file."))


class PaperReviewForm(OwnPaperForm):
    field_order = ("grounds", "reference", "came_on")
    grounds = text(_("What is said against the decision"), help_text=_("Word for word; the paper goes into the file."))


class FulfilForm(forms.Form):
    how = text(_("What was done"), rows=3)
    on = day(_("Done on"))

    def __init__(self, *args: Any, case: SelfRegulatoryCase, **kwargs: Any) -> None:
        kwargs["initial"] = {"on": clock.today()}
        super().__init__(*args, **kwargs)


class OwnAnswerForm(forms.Form):
    answer = text(_("Your answer"), rows=7, help_text=_("Point by point, in your own words; name what shows it."))


class AskReviewForm(forms.Form):
    grounds = text(_("Why it should be reviewed"), rows=5)


class FindingForm(ResultFields):
    field_order = ("step", "outcome", "activity", "until", "correct_by", "considered")
    step = forms.ChoiceField(
        label=_("What the review finds"),
        choices=[
            ("maintain", _("the decision is maintained")),
            ("change", _("the decision is made milder")),
            ("set_aside", _("the decision is set aside")),
        ],
        widget=forms.RadioSelect,
    )
    # Which own words beside a paper the page showed.
    heard = forms.CharField(widget=forms.HiddenInput, required=False)
    considered = text(_("What was made of each ground"), help_text=_("The one concerned reads it."))

    def __init__(self, *args: Any, case: SelfRegulatoryCase, heard: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "initial": {"heard": heard}})
        # A shorter exclusion is milder, too; of anything else only what stands below.
        shorter = case.outcome == SelfOutcome.EXCLUSION
        self.offer(case, case.firmness if shorter else case.firmness - 1)
        self.fields["outcome"].required = False
        self.fields["outcome"].label = gettext("The milder outcome")
        named = self.fields["outcome"].choices  # type: ignore[attr-defined]
        self.fields["outcome"].choices = [("", gettext("– only when it is made milder –")), *named]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("step") == "change" and not given.get("outcome"):
            self.add_error("outcome", _("Choose the milder outcome."))
        return given

    def finding(self) -> Finding:
        step = self.cleaned_data["step"]
        result = self.result() if step == "change" else None
        return Finding(step, self.cleaned_data["considered"], result)
