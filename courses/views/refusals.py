"""Domain errors of the courses room in words, for messages and forms."""

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.errors import DomainError

WORDS: dict[str, Promise] = {
    "wrong_state": gettext_lazy("This is no longer possible: the record has moved on in the meantime."),
    "cohort_full": gettext_lazy("Every seat is taken. Somebody has to leave before another one is admitted."),
    "seats_held": gettext_lazy(
        "The last seats are held by institutions, the first of them until %(until)s. Somebody for whom none is held "
        "can be admitted once one of them is free."
    ),
    "profile_missing": gettext_lazy("Fill in your profile first: an application needs your name and document."),
    "commitment_missing": gettext_lazy("An application needs the commitment."),
    "application_exists": gettext_lazy("This application cannot be taken online. Please come to the base's desk."),
    "person_taken": gettext_lazy(
        "This document already belongs to another login. Nothing was changed; ask the platform's service."
    ),
    "no_document": gettext_lazy(
        "This person has no document on record, so none can be checked. They fill in their profile first; nothing was "
        "changed."
    ),
    "own_record": gettext_lazy("This concerns yourself: somebody else at the base has to do it. Nothing was changed."),
    "may_not_teach": gettext_lazy(
        "A decision in force keeps you from teaching here: somebody else marks. Nothing was changed."
    ),
    "own_evidence": gettext_lazy("This concerns yourself: somebody else has to decide. Nothing was changed."),
    "own_institution": gettext_lazy(
        "You work or act for an institution that it concerns: somebody else decides. Nothing was changed."
    ),
    "same_person_twice": gettext_lazy("You submitted it yourself: somebody else has to decide. Nothing was changed."),
    "nobody_competent": gettext_lazy(
        "No body is entered that recognises evidence of training in this region. Enter it under “Competent bodies” "
        "first."
    ),
    "other_body_competent": gettext_lazy("In this region another body decides about evidence: %(body)s."),
    "scans_missing": gettext_lazy("There is no scan to look at. Nothing was changed."),
    "scan_twice": gettext_lazy("The same scan was chosen twice. Choose each file once."),
    "in_future": gettext_lazy("The day of completion lies in the future."),
    "track_wrong": gettext_lazy("A degree is degree education."),
    "agreement_wrong": gettext_lazy(
        "The agreement does not hold between this region and the other one on the day of completion."
    ),
    "counted_already": gettext_lazy("This training of this person is on record already and counts."),
    "evidence_waiting": gettext_lazy("Evidence of this training waits for a decision already. Withdraw it first."),
    "region_missing": gettext_lazy("Name the region whose authority is to decide."),
    "nobody_decides_there": gettext_lazy("In this region no body is entered that recognises evidence. Name another."),
    "person_not_found": gettext_lazy(
        "Nobody of this name whose document ends so is on your staff roster today. Look at the roster."
    ),
    "zip_too_large": gettext_lazy("The ZIP unpacks to more than 60 MB, or is larger than 20 MB. Split it."),
    "zip_unreadable": gettext_lazy(
        "This is no ZIP that can be opened: it is broken, locked by a password, holds another archive or a way to "
        "another folder, or unpacks to far more than it holds."
    ),
    "in_batch": gettext_lazy("It was handed in with others and is decided with them. Nothing was changed."),
    "not_drawn": gettext_lazy("This row is not part of the sample. Nothing was changed."),
    "sample_too_small": gettext_lazy("The sample is too small: at least five rows, and a tenth of many."),
    "sample_too_large": gettext_lazy("There are fewer rows than that."),
    "sample_disagrees": gettext_lazy(
        "Not every drawn row agrees with its scans. Refuse all of them, or decide one by one. Nothing was changed."
    ),
    "row_in_the_way": gettext_lazy(
        "Row %(place)s is in the way of all: its training is on record already, its agreement holds no longer, or "
        "somebody of its house decides. Decide one by one. Nothing was changed."
    ),
    "annulled_already": gettext_lazy("The record of this training was annulled. Nothing was changed."),
    "annulment_runs": gettext_lazy("An annulment of this record runs already. Nothing was changed."),
    "served_in_future": gettext_lazy("A notice cannot have been handed over on a day to come."),
    "served_before_record": gettext_lazy("The notice cannot be older than the record."),
    "still_time_to_answer": gettext_lazy("There is still time to answer. Nothing was changed."),
    "answered_meanwhile": gettext_lazy(
        "An answer came while this page was open. Nothing was changed: read it above, then decide."
    ),
    "answer_day_wrong": gettext_lazy(
        "An answer comes on the day of the notice at the earliest, and not in the future."
    ),
    "considered_missing": gettext_lazy("There is an answer: say what was made of each point of it."),
    "replaced": gettext_lazy("This record was replaced by another wording. Nothing was changed."),
    "changed_meanwhile": gettext_lazy("Somebody changed the same record at this moment. Nothing was changed."),
    "document_missing": gettext_lazy("Name the agreement and the number of its document."),
    "same_region": gettext_lazy("An agreement is between two regions."),
    "claim_open": gettext_lazy(
        "Somebody on the list has not shown the original document yet. Check it at the desk first; nothing was changed."
    ),
    "deadline_wrong": gettext_lazy("A seat is held for two weeks at most, and not beyond the first day of the class."),
    "nobody_chosen": gettext_lazy("Nobody was chosen and no number of seats given. Nothing was reserved."),
    "held_changed": gettext_lazy(
        "The number of seats that your institution holds in this class has changed in the meantime. Nothing was "
        "reserved; look at the number and send it again."
    ),
    "held_lately": gettext_lazy(
        "A seat held for somebody there lapsed or was given back: in this class none is held for the same person, and "
        "none without a name, until two weeks after its last day. Nothing was reserved."
    ),
    "not_staff": gettext_lazy("Somebody on the list does not work at this institution. Nothing was reserved."),
    "seats_missing": gettext_lazy("The class has fewer free seats than that. Nothing was reserved."),
    "too_many_held": gettext_lazy("One institution holds at most half of a class. Nothing was reserved."),
    "cohort_over": gettext_lazy("The last day of this cohort is over: it takes no applications any more."),
    "reason_missing": gettext_lazy("Write a reason: the person concerned must be able to read it."),
    "session_in_future": gettext_lazy("Attendance can be marked from the day of the session on."),
    "not_in_cohort": gettext_lazy("Somebody on the list no longer takes part. Nothing was saved; open the list again."),
    "session_marked": gettext_lazy("Attendance stands for this session: its time is a fact and stays."),
    "no_sessions": gettext_lazy("A cohort without sessions cannot be reported."),
    "too_few_days": gettext_lazy("The days do not hold all sessions of the level, two a day at most."),
    "dates_wrong": gettext_lazy("The end must lie after the beginning."),
    "sitting_times_wrong": gettext_lazy("The end must lie after the beginning."),
    "number_taken": gettext_lazy("This number is taken."),
    "no_blueprint": gettext_lazy("The programme has no exam blueprint yet. Ask the content editors."),
    "sitting_over": gettext_lazy("The exam is over and somebody has sat it: it cannot be moved any more."),
    "attempts_running": gettext_lazy("Somebody is sitting the exam: its end cannot be moved before theirs."),
}


def words(refusal: DomainError) -> str:
    """A sentence for people; one that is not foreseen still says its code, so that it can be reported."""
    known = WORDS.get(refusal.code)
    if refusal.code in ("other_body_competent", "row_in_the_way"):
        return str(known) % refusal.facts
    if refusal.code == "seats_held":
        return str(known) % {"until": date_format(refusal.facts["until"])}
    return str(known) if known else _("This was refused (%(code)s). Nothing was changed.") % {"code": refusal.code}
