"""What pages of evaluations say: why a step was refused, what was done, and a value in words."""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core.errors import DomainError
from credit.rules.evaluation import Source

REFUSALS: dict[str, Promise] = {
    "same_person_twice": gettext_lazy("You took an earlier step of this: a second person does this one."),
    "wrong_state": gettext_lazy("Somebody has moved this on in the meantime. Nothing was changed."),
    "reason_missing": gettext_lazy("Please give the reason. Nothing was changed."),
    "words_missing": gettext_lazy("Please say it in words. Nothing was changed."),
    "scheme_of_another_region": gettext_lazy("This scheme belongs to another region. Nothing was saved."),
    "scheme_not_adopted": gettext_lazy("This scheme has not been adopted."),
    "period_cannot_be": gettext_lazy("The period has to lie in the past, its first day before its last one."),
    "nobody_in_it": gettext_lazy("Enter first who is evaluated."),
    "round_has_begun": gettext_lazy("The evaluation has begun: nobody can be added."),
    "subject_elsewhere": gettext_lazy("One of them lies outside the region of this evaluation."),
    "cannot_score": gettext_lazy("By the scheme this person cannot score here."),
    "round_is_over": gettext_lazy("For that the evaluation has gone too far."),
    "weight_cannot_be": gettext_lazy("The points of an indicator lie between 1 and 100."),
    "no_such_indicator": gettext_lazy("Somebody has moved this on in the meantime. Nothing was changed."),
    "no_such_group": gettext_lazy("Somebody has moved this on in the meantime. Nothing was changed."),
    "not_scored": gettext_lazy("Nobody has scored: %(names)s. Score them first, or say why they are left unrated."),
    "nobody_scores": gettext_lazy("Assign an evaluator first."),
    "publicity_running": gettext_lazy("Objections can still be made, or the calendar of the year is not known yet."),
    "objections_open": gettext_lazy("An objection waits for its answer."),
    "objection_upheld": gettext_lazy("An objection was upheld: work the result out again first."),
    "not_in_self_evaluation": gettext_lazy("The time of self-evaluation is over or has not begun."),
    "not_in_scoring": gettext_lazy("This evaluation is not in scoring."),
    "not_assigned": gettext_lazy("You were not assigned to this evaluation."),
    "conflict_missing": gettext_lazy("Please say which conflict there is."),
    "own_place": gettext_lazy("You belong to this place: that is a conflict of interest. Somebody else scores here."),
    "conflict_not_declared": gettext_lazy("First say whether there is a conflict of interest."),
    "conflict_declared": gettext_lazy("You declared a conflict of interest: somebody else scores here."),
    "evidence_missing": gettext_lazy("Please say what shows it. Nothing was changed."),
    "not_open_to_objections": gettext_lazy("Objections can be made while the result is open to them."),
    "objection_open": gettext_lazy("Your objection waits for its answer; a second one can follow after that."),
    "not_final": gettext_lazy("The result is not final yet."),
    "not_on_the_ladder": gettext_lazy("By the scheme this does not follow from the grade."),
    "document_missing": gettext_lazy("Please give the document's number."),
    "deadline_missing": gettext_lazy("Please say in how many working days."),
    "due_in_the_past": gettext_lazy("The day lies in the past."),
    "nobody_competent": gettext_lazy("No body is competent for this designation today. Nothing was changed."),
    "other_body_competent": gettext_lazy("Another body is competent for this designation. Nothing was changed."),
    "rectification_running": gettext_lazy("The time for putting it right is not over. Nothing was changed."),
    "ends_before_start": gettext_lazy("The designation would end before it began. Nothing was changed."),
}
FAULTS: dict[str, Promise] = {
    "weights_not_whole": gettext_lazy("The points have to add up to 100, one for each indicator at least."),
    "indicator_cannot_be": gettext_lazy("All points have to be reached at a higher value than the first one."),
    "bounds_cannot_be": gettext_lazy("The bounds of the grades have to fall."),
    "indicator_twice": gettext_lazy("The scheme has an indicator of this short name already."),
    "indicator_not_known": gettext_lazy("The platform does not know this value of those whom the scheme is about."),
    "asks_for_papers": gettext_lazy("No publication, paper or degree may be asked of a person."),
}
SAID: dict[str, Promise] = {
    "open": gettext_lazy("Opened. Those in it can evaluate themselves."),
    "score": gettext_lazy("Scoring has begun. What the platform knows is computed."),
    "propose": gettext_lazy("Proposed. The result can be opened to objections."),
    "publicise": gettext_lazy("Open to objections. A second person can make it final afterwards."),
    "rework": gettext_lazy("Back in scoring. What was proposed stays on file."),
    "finalise": gettext_lazy("Final. It can be read by everybody it concerns and never changes."),
    "drop": gettext_lazy("Dropped. Nobody was told of it."),
}


def refusal(error: DomainError) -> str:
    """In words; what has none is an error of ours and goes on."""
    if error.code == "scheme_faulty":
        return " ".join(str(FAULTS.get(fault, fault)) for fault in error.facts["faults"])
    if error.code not in REFUSALS:
        raise error
    if error.code == "not_scored":
        return str(REFUSALS[error.code]) % {"names": ", ".join(error.facts["subjects"])}
    return str(REFUSALS[error.code])


def done(form: forms.Form, write: Callable[[], Any]) -> Any:
    """The record, or None with the refusal above the form."""
    try:
        return write()
    except DomainError as error:
        form.add_error(None, refusal(error))
        return None


def tried(request: HttpRequest, write: Callable[[], Any], said: str | Promise) -> None:
    """A press of a button, answered on the page that follows."""
    try:
        write()
    except DomainError as error:
        messages.error(request, refusal(error))
    else:
        messages.success(request, str(said))


def value_in_words(leaf: Mapping[str, Any], line: Mapping[str, Any]) -> str:
    """A value of a snapshot as people read it; never a figure where nothing was measured."""
    numerator, denominator = line["numerator"], line["denominator"]
    if numerator is None:
        return _("not measured")
    if line["small"]:
        return _("%(numerator)s of %(denominator)s: too few to be graded") % line
    if leaf["unit"] == "percent":
        tenths = numerator * 1000 // denominator
        share = {"percent": f"{tenths // 10}.{tenths % 10}", **line}
        return _("%(percent)s%% (%(numerator)s of %(denominator)s)") % share
    hundredths = numerator * 100 // denominator
    return str(numerator) if denominator == 1 else f"{hundredths // 100}.{hundredths % 100:02d}"


def counted_from(leaf: Mapping[str, Any], drill: Mapping[str, Any]) -> str:
    """What a computed value was counted from, in one sentence; nothing for entered ones."""
    if not drill:
        return ""
    said = _DRILLS.get(leaf["source"])
    return said(drill) if said else ""


def _records(drill: Mapping[str, Any]) -> str:
    count = drill.get("records", drill.get("count", 0))
    return ngettext("%(count)s confirmed record", "%(count)s confirmed records", count) % {"count": count}


def _entries(drill: Mapping[str, Any]) -> str:
    count = drill["entries"]
    return ngettext("%(count)s entry of the ledger of hours", "%(count)s entries of the ledger of hours", count) % {
        "count": count
    }


_DRILLS: dict[str, Callable[[Mapping[str, Any]], str]] = {
    Source.RATIO: lambda drill: (
        _("%(trained)s trained of %(staff)s professional staff on %(as_of)s, by %(rule)s") % drill
    ),
    Source.TRAINED: _records,
    Source.HOURS: _entries,
    Source.PASS_RATE: lambda drill: _("%(passed)s passed of %(examined)s examined") % drill,
    Source.FILED_ON_TIME: lambda drill: _("%(on_time)s of %(due)s returns filed on time") % drill,
}
