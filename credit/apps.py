"""Credit files: basic and positive records, who looked; evaluations by published schemes."""

from typing import ClassVar

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from core.triggers import Draft
from credit.rules.evaluation import WORDS

# Texts of a case: written once, with the step they belong to.
CASE_TEXTS = (
    "officer_one_certificate", "officer_two_certificate", "findings", "evidence", "review_opinion",
    "notice_number", "notice_facts", "notice_reasons", "notice_basis", "intended", "notice_served_by", "notice_proof",
    "considered", "discussion", "hearing_record", "outcome", "decision_rule", "decision_number", "decision_basis",
    "decision_reasons", "proportionality", "remedy_body", "remedy_court", "reference", "served_by", "service_proof",
    "consent_document", "end_reason", "annul_reason", "annul_document", "hearing_asked_document",
)  # fmt: skip
CASE_CHANGES = (
    *CASE_TEXTS, "state", "due_on", "is_provisional", "officer_one_id", "officer_two_id", "found_by_id", "found_on",
    "reviewed_by_id", "reviewed_on", "noticed_by_id", "noticed_at", "notice_served_on", "answer_days",
    "answer_until", "answer_is_provisional", "answer", "answered_at", "answer_recorded_by_id", "waived_at",
    "hearing_asked_on", "hearing_announced_on", "hearing_on", "hearing_place", "hearing_chair_id",
    "considered_by_id", "considered_on", "discussed_on", "outcome_rank", "decided_by_id", "decided_on", "published",
    "repair_from", "ends_on", "served_on", "repair_notice", "begun_on", "ended_on", "ended_by_id", "annulled_on",
    "annulled_by_id", "completed_at", "hearing_asked_by_id", "hearing_time", "hearing_served_on",
    "hearing_served_by", "hearing_proof", "reopened_at", "reconsidered_on", "rediscussed_on",
)  # fmt: skip
# A prior notice is a draft until it is served.
NOTICE_WORDS = (
    "notice_number", "notice_facts", "notice_reasons", "notice_basis", "intended", "notice_measures",
    "notice_written_on", "notice_written_by_id", "intended_rank",
)  # fmt: skip

SELF_TEXTS = (
    "notice_facts", "intended", "notice_how", "notice_proof", "outcome", "considered", "reasons", "activity",
    "told_how", "told_proof", "fulfilled_how", "answer_paper",
)  # fmt: skip
SELF_CHANGES = (
    *SELF_TEXTS, "state", "due_on", "is_provisional", "intended_firmness", "noticed_by_id", "noticed_at", "noticed_on",
    "answer_days", "answer_until", "answer_is_provisional", "answer", "answered_at", "answer_recorded_by_id",
    "firmness", "excluded_until", "correct_by", "decided_by_id", "decided_on", "told_on", "review_until",
    "review_is_provisional", "fulfilled_on", "answer_came_on",
)  # fmt: skip
SELF_REVIEW_TEXTS = ("outcome", "activity", "considered", "own_grounds")


class CreditConfig(AppConfig):
    name = "credit"
    verbose_name = _("Credit")
    append_only: ClassVar[list[str]] = [
        "credit_creditrecord",
        "credit_casemeasure",
        "credit_caseletter",
        "credit_evaluator",
        "credit_conflictdeclaration",
        "credit_indicatorvalue",
        "credit_evaluationresult",
        "credit_evaluationconsequence",
        "credit_subjectstatement",
        "credit_statementhidden",
        "credit_objectiondecision",
        "credit_entitylook",
        "credit_creditreportfile",
        "credit_overduestep",
        "credit_exchangereceipt",
        "credit_exchangeline",
        "credit_exchangegiven",
        "credit_tokenuse",
    ]
    # Of a case who is concerned, under which rules and since when stands; each phase comes with its step. A scheme is
    # published once it is adopted; of a round and what follows it only the steps write.
    frozen: ClassVar[dict[str, list[str]]] = {
        "credit_casereport": [
            "state", "track", "decided_at", "decided_by_id", "reason", "due_on", "is_provisional",
            # Sealed: written anew under a later key.
            "reporter",
        ],
        "credit_administrativecase": list(CASE_CHANGES),
        "credit_selfregulatorycase": list(SELF_CHANGES),
        "credit_selfreview": [
            *SELF_REVIEW_TEXTS, "state", "due_on", "is_provisional", "firmness", "excluded_until", "correct_by",
            "decided_by_id", "decided_at", "decided_on", "own_grounds_at",
        ],
        "credit_catalogueitem": ["valid_to"],
        "credit_measure": ["valid_to"],
        "credit_catalogueproposal": [
            "state", "item_id", "measure_id", "decided_by_id", "decided_at", "reason",
        ],
        # What was made of the paper comes once, with its step.
        "credit_casereopening": [
            "considered", "considered_by_id", "considered_on", "discussion", "discussed_on",
        ],
        "credit_recusal": ["state", "decided_by_id", "decided_at", "answer"],
        "credit_creditrepair": ["state", "decided_by_id", "decided_at", "answer", "due_on", "is_provisional"],
        "credit_exchangepartner": ["valid_to", "ended_by_id"],
        "credit_apitoken": ["revoked_at", "revoked_by_id"],
        "credit_endnotice": [
            "acknowledged_at", "acknowledged_how", "acknowledged_by_id", "due_on", "is_provisional",
        ],
        "credit_evaluationscheme": ["state", "adopted_at", "adopted_by_id"],
        "credit_evaluationround": [
            "state", "proposed_by_id", "publicity_from", "publicity_days", "finalised_by_id", "finalised_at",
        ],
        "credit_evaluationsubject": ["self_submitted_at", "self_submitted_by_id", "opted_out_at"],
        "credit_evaluationobjection": ["state", "answer", "answered_by_id", "answered_at"],
        "credit_supervisionitem": ["state", "closing_evidence", "closed_by_id", "closed_at"],
        # An objection is what was said; only where it stands moves on.
        "credit_creditobjection": ["state", "asked", "working_days"],
        "credit_publicationlink": ["ended_on"],
        # Sealed: written anew under a later key, and emptied when somebody is erased.
        "credit_creditreport": ["sealed_content"],
    }  # fmt: skip
    drafts: ClassVar[dict[str, Draft]] = {
        "credit_evaluationscheme": Draft("draft", [*WORDS, "written_by_id"]),
        "credit_administrativecase": Draft("written", NOTICE_WORDS, entered_from=("found", "reviewed")),
    }
    filled_once: ClassVar[dict[str, list[str]]] = {
        "credit_administrativecase": list(CASE_TEXTS),
        "credit_casereopening": ["considered", "discussion"],
        "credit_selfregulatorycase": list(SELF_TEXTS),
        "credit_selfreview": list(SELF_REVIEW_TEXTS),
    }
    # What the subject wrote goes when the subject is erased.
    erasable: ClassVar[dict[str, list[str]]] = {
        "credit_subjectstatement": ["text"],
        "credit_creditobjection": ["words"],
    }

    def ready(self) -> None:
        import credit.tasks  # noqa: F401, PLC0415 - registers the outbox handlers once the apps are loaded
        from credit.selectors.desks import put_up_desks  # noqa: PLC0415 - models are loaded by now
        from credit.selectors.objection_desk import put_up_objections  # noqa: PLC0415 - models are loaded by now

        put_up_desks()
        put_up_objections()
