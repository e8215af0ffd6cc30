"""Refusals of self-regulation in words. NotAllowed out of reach stays what it is: the page answers 404."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.errors import DomainError

WORDS: dict[str, Promise] = {
    "own_case": _("This concerns you or a place you act for: somebody else has to handle it. Nothing was changed."),
    "own_report": _("You reported this yourself: somebody else has to handle it. Nothing was changed."),
    "same_person_twice": _("You took part before: somebody else of your body has to do this. Nothing was changed."),
    "number_taken": _("This number is given already. Nothing was changed."),
    "about_the_body_itself": _("Your body cannot handle a case about itself. Nothing was changed."),
    "unit_without_entity": _("This place does not belong to that entity. Nothing was changed."),
    "letter_in_future": _("A letter cannot have been handed over on a day to come."),
    "letter_too_early": _("The letter cannot be older than what it is about."),
    "still_time_to_answer": _("There is still time to answer. Nothing was changed."),
    "answered_meanwhile": _("An answer came while this page was open. Nothing was changed: read it, then decide."),
    "beyond_the_notice": _("The notice did not announce so much. Nothing was changed."),
    "activity_missing": _("Say from which activity."),
    "until_missing": _("Say until when the exclusion lasts."),
    "until_wrong": _("An exclusion ends on a day to come, at most 24 months away."),
    "correct_by_missing": _("Say by which day it has to be corrected."),
    "correct_by_past": _("The last day to correct has to lie ahead."),
    "only_of_exclusions": _("Activity and last day belong to an exclusion."),
    "only_of_corrections": _("A last day to correct belongs to a correction."),
    "fulfilled_in_future": _("What is done cannot lie in the future."),
    "nothing_to_fulfil": _("There is nothing to be done after this outcome."),
    "came_in_future": _("What came on paper cannot have come on a day to come."),
    "came_too_early": _("The paper cannot have come before what it answers."),
    "still_time_to_ask": _(
        "This request came on paper: until the time to ask is over, whom it concerns can still add own words. Nothing "
        "was changed."
    ),
    "review_asked_already": _("A review was asked for already. Nothing was changed."),
    "too_late_for_review": _("The time to ask for a review is over. Nothing was changed."),
    "not_milder": _("A review makes a decision milder or leaves it. Nothing was changed."),
    "wrong_state": _("Somebody has gone on in the meantime. Nothing was changed: look at the page again."),
}


def words(refusal: DomainError) -> str:
    """Raises what is out of reach again."""
    if refusal.code == "not_allowed":
        raise refusal
    return str(WORDS.get(refusal.code, _("Something is missing or does not fit. Nothing was changed.")))
