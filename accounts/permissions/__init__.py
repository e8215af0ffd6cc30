"""Who may do what: the roles, the permissions, and the tables between them. Where it reaches is access.py's business.

`powers.py` beside this file says every permission in words, for the page on which people read the table.
"""

from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Role(TextChoices):
    BASE_MANAGER = "base_manager", _("Base manager")
    INSTRUCTOR = "instructor", _("Instructor")
    INVIGILATOR = "invigilator", _("Invigilator")
    INSTITUTION_OFFICER = "institution_officer", _("Institution officer")
    REGULATOR = "regulator", _("Regulator")
    EVALUATOR = "evaluator", _("Third-party evaluator")
    AUDITOR = "auditor", _("Auditor")
    EDITOR = "editor", _("Content editor")
    SYSTEM_ADMIN = "system_admin", _("System administrator")
    SECURITY_ADMIN = "security_admin", _("Security administrator")
    AUDIT_ADMIN = "audit_admin", _("Audit administrator")
    SYSTEM = "system", _("System")


class Permission(TextChoices):
    """`<record>_<verb>`; the values stand in the audit trail."""

    INSTITUTION_VIEW = "institution_view"
    INSTITUTION_IMPORT = "institution_import"
    PLACE_MANAGE = "place_manage"
    BASE_VIEW = "base_view"
    BASE_MANAGE = "base_manage"
    DESIGNATION_VIEW = "designation_view"
    DESIGNATION_APPLY = "designation_apply"
    DESIGNATION_DECIDE = "designation_decide"
    ASSOCIATION_KEEP = "association_keep"
    ASSOCIATION_JOIN = "association_join"
    PERSON_VIEW = "person_view"
    PERSON_REVEAL = "person_reveal"
    DATA_REQUEST_ASK = "data_request_ask"
    DATA_REQUEST_REVIEW = "data_request_review"
    ROSTER_VIEW = "roster_view"
    ROSTER_IMPORT = "roster_import"
    APPOINTMENT_ANSWER = "appointment_answer"
    DISPUTE_DECIDE = "dispute_decide"
    IDENTITY_VOUCH = "identity_vouch"
    PERSON_MERGE = "person_merge"
    APPOINTMENT_CHOOSE_PRIMARY = "appointment_choose_primary"
    APPOINTMENT_TRANSFER = "appointment_transfer"
    SEALED_COUNT_ENTER = "sealed_count_enter"
    SEALED_COUNT_DECIDE = "sealed_count_decide"
    RATIO_VIEW = "ratio_view"
    RATIO_PROVE = "ratio_prove"
    RATIO_AUDIT = "ratio_audit"
    RULE_MANAGE = "rule_manage"
    RETURN_FILE = "return_file"
    RETURN_DECIDE = "return_decide"
    COHORT_VIEW = "cohort_view"
    COHORT_MANAGE = "cohort_manage"
    ENROLMENT_VIEW = "enrolment_view"
    ENROLMENT_ADMIT = "enrolment_admit"
    ENROLMENT_WITHDRAW = "enrolment_withdraw"
    SEAT_RESERVE = "seat_reserve"
    ATTENDANCE_MARK = "attendance_mark"
    COMPLETION_REVIEW = "completion_review"
    EXAM_MANAGE = "exam_manage"
    EXAM_SUPERVISE = "exam_supervise"
    EXAM_SIT = "exam_sit"
    TRAINING_RECORD_VIEW = "training_record_view"
    TRAINING_RECORD_CLAIM = "training_record_claim"
    TRAINING_RECORD_CONFIRM = "training_record_confirm"
    TRAINING_RECORD_ANNUL = "training_record_annul"
    TRAINING_RECORD_OWN = "training_record_own"
    EVIDENCE_SUBMIT = "evidence_submit"
    CERTIFICATE_VIEW = "certificate_view"
    CERTIFICATE_OWN = "certificate_own"
    CERTIFICATE_CHECK = "certificate_check"
    CERTIFICATE_ISSUE = "certificate_issue"
    CERTIFICATE_MANAGE = "certificate_manage"
    TEMPLATE_MANAGE = "template_manage"
    CREDIT_FILE_VIEW = "credit_file_view"
    CASE_VIEW = "case_view"
    CASE_HANDLE = "case_handle"
    CASE_ANSWER = "case_answer"
    OWN_CASE_VIEW = "own_case_view"
    EVALUATION_VIEW = "evaluation_view"
    EVALUATION_MANAGE = "evaluation_manage"
    EVALUATION_SCORE = "evaluation_score"
    EVALUATION_ANSWER = "evaluation_answer"
    SCHEME_MANAGE = "scheme_manage"
    SELF_CASE_VIEW = "self_case_view"
    SELF_CASE_HANDLE = "self_case_handle"
    CREDIT_RECORD_ENTER = "credit_record_enter"
    CREDIT_OBJECT = "credit_object"
    CREDIT_OBJECTION_DECIDE = "credit_objection_decide"
    EXCHANGE_VIEW = "exchange_view"
    EXCHANGE_MANAGE = "exchange_manage"
    OVERSIGHT_VIEW = "oversight_view"
    MEMBER_VIEW = "member_view"
    MEMBER_MANAGE = "member_manage"
    MEMBERSHIP_OWN = "membership_own"
    PLACE_VIEW_AS = "place_view_as"
    COMPETENCE_MANAGE = "competence_manage"
    BODY_VIEW = "body_view"
    BODY_MANAGE = "body_manage"
    BASE_REGISTER = "base_register"
    JOB_VIEW = "job_view"
    LOGIN_VIEW = "login_view"
    LOGIN_MANAGE = "login_manage"
    AUDIT_VIEW = "audit_view"
    ACCESS_LEDGER_VIEW = "access_ledger_view"
    AUDIT_EXPORT = "audit_export"
    CONTENT_EDIT = "content_edit"


P = Permission

# What everybody may do with their own records, without any membership.
OWN_RECORDS: frozenset[str] = frozenset(
    {
        P.PERSON_VIEW,
        P.APPOINTMENT_ANSWER,
        P.APPOINTMENT_CHOOSE_PRIMARY,
        P.ENROLMENT_VIEW,
        P.ENROLMENT_WITHDRAW,
        P.EXAM_SIT,
        P.TRAINING_RECORD_VIEW,
        P.TRAINING_RECORD_OWN,
        P.EVIDENCE_SUBMIT,
        P.CERTIFICATE_VIEW,
        P.CERTIFICATE_OWN,
        P.CREDIT_FILE_VIEW,
        P.CASE_ANSWER,
        P.OWN_CASE_VIEW,
        P.EVALUATION_VIEW,
        P.EVALUATION_ANSWER,
        P.CREDIT_OBJECT,
        P.DATA_REQUEST_ASK,
        P.MEMBERSHIP_OWN,
    }
)

GRANTS: dict[str, frozenset[str]] = {
    Role.BASE_MANAGER: frozenset(
        {
            P.BASE_VIEW, P.BASE_MANAGE, P.COHORT_VIEW, P.COHORT_MANAGE, P.ENROLMENT_VIEW, P.ENROLMENT_ADMIT,
            P.ENROLMENT_WITHDRAW, P.ATTENDANCE_MARK, P.COMPLETION_REVIEW, P.EXAM_MANAGE, P.EXAM_SUPERVISE,
            P.TRAINING_RECORD_VIEW, P.CERTIFICATE_VIEW, P.CERTIFICATE_ISSUE, P.CERTIFICATE_MANAGE, P.MEMBER_VIEW,
            P.MEMBER_MANAGE, P.DESIGNATION_VIEW, P.DESIGNATION_APPLY, P.EVALUATION_VIEW, P.EVALUATION_ANSWER,
            P.CASE_ANSWER, P.OWN_CASE_VIEW, P.SELF_CASE_VIEW, P.SELF_CASE_HANDLE, P.TRAINING_RECORD_ANNUL,
        }
    ),
    Role.INSTRUCTOR: frozenset({P.BASE_VIEW, P.COHORT_VIEW, P.ATTENDANCE_MARK}),
    Role.INVIGILATOR: frozenset({P.BASE_VIEW, P.EXAM_SUPERVISE}),
    Role.INSTITUTION_OFFICER: frozenset(
        {
            P.INSTITUTION_VIEW, P.PERSON_VIEW, P.ROSTER_VIEW, P.ROSTER_IMPORT, P.RATIO_VIEW, P.TRAINING_RECORD_VIEW,
            P.TRAINING_RECORD_CLAIM, P.MEMBER_VIEW, P.MEMBER_MANAGE, P.SEALED_COUNT_ENTER, P.DESIGNATION_VIEW,
            P.DESIGNATION_APPLY, P.IDENTITY_VOUCH, P.CERTIFICATE_CHECK, P.ASSOCIATION_KEEP, P.ASSOCIATION_JOIN,
            P.SEAT_RESERVE, P.RATIO_PROVE, P.RETURN_FILE, P.EVIDENCE_SUBMIT, P.EVALUATION_VIEW, P.EVALUATION_ANSWER,
            P.CASE_ANSWER, P.OWN_CASE_VIEW, P.SELF_CASE_VIEW, P.SELF_CASE_HANDLE, P.CREDIT_OBJECT,
        }
    ),
    Role.REGULATOR: frozenset(
        {
            P.INSTITUTION_VIEW, P.INSTITUTION_IMPORT, P.BASE_VIEW, P.PERSON_VIEW, P.PERSON_REVEAL, P.ROSTER_VIEW,
            P.DATA_REQUEST_REVIEW, P.TRAINING_RECORD_ANNUL,
            P.RATIO_VIEW, P.COHORT_VIEW, P.TRAINING_RECORD_VIEW, P.TRAINING_RECORD_CLAIM, P.TRAINING_RECORD_CONFIRM,
            P.CERTIFICATE_VIEW, P.CREDIT_FILE_VIEW, P.OVERSIGHT_VIEW, P.MEMBER_VIEW, P.MEMBER_MANAGE, P.PLACE_VIEW_AS,
            P.APPOINTMENT_TRANSFER, P.APPOINTMENT_CHOOSE_PRIMARY, P.SEALED_COUNT_DECIDE,
            P.PLACE_MANAGE, P.BODY_VIEW, P.COMPETENCE_MANAGE, P.DESIGNATION_VIEW, P.DESIGNATION_DECIDE,
            P.DISPUTE_DECIDE, P.PERSON_MERGE, P.RULE_MANAGE, P.RATIO_PROVE, P.RATIO_AUDIT, P.RETURN_DECIDE,
            P.CASE_VIEW, P.CASE_HANDLE,
            P.EVALUATION_VIEW, P.EVALUATION_MANAGE, P.EVALUATION_SCORE, P.SCHEME_MANAGE,
            P.CREDIT_RECORD_ENTER, P.CREDIT_OBJECTION_DECIDE, P.EXCHANGE_VIEW, P.EXCHANGE_MANAGE,
        }
    ),
    Role.EVALUATOR: frozenset(
        {
            P.INSTITUTION_VIEW, P.BASE_VIEW, P.RATIO_VIEW, P.OVERSIGHT_VIEW, P.BODY_VIEW, P.DESIGNATION_VIEW,
            P.EVALUATION_VIEW, P.EVALUATION_SCORE,
        }
    ),
    Role.AUDITOR: frozenset(
        {P.INSTITUTION_VIEW, P.BASE_VIEW, P.RATIO_VIEW, P.OVERSIGHT_VIEW, P.BODY_VIEW, P.DESIGNATION_VIEW}
    ),
    Role.EDITOR: frozenset({P.CONTENT_EDIT}),
    Role.SYSTEM_ADMIN: frozenset({P.BODY_VIEW, P.BODY_MANAGE, P.BASE_REGISTER, P.JOB_VIEW, P.TEMPLATE_MANAGE}),
    Role.SECURITY_ADMIN: frozenset({P.LOGIN_VIEW, P.LOGIN_MANAGE, P.MEMBER_VIEW, P.MEMBER_MANAGE}),
    Role.AUDIT_ADMIN: frozenset({P.AUDIT_VIEW, P.ACCESS_LEDGER_VIEW, P.AUDIT_EXPORT}),
    # What commands and the demo loader act as; no person can wear it.
    Role.SYSTEM: frozenset(Permission) - {P.EXAM_SIT},
}  # fmt: skip

# At which kind of place a role sits, by the name of Membership's field. One kind each: the database holds to it.
PLACE_OF: dict[str, str] = {
    Role.BASE_MANAGER: "base",
    Role.INSTRUCTOR: "base",
    Role.INVIGILATOR: "base",
    Role.INSTITUTION_OFFICER: "institution",
    Role.REGULATOR: "admin_body",
    Role.EVALUATOR: "admin_body",
    Role.AUDITOR: "admin_body",
    Role.EDITOR: "admin_body",
    Role.SYSTEM_ADMIN: "admin_body",
    Role.SECURITY_ADMIN: "admin_body",
    Role.AUDIT_ADMIN: "admin_body",
    Role.SYSTEM: "admin_body",
}

# System, security and audit apart (GB/T 22239-2019): nobody holds two of them at once, none does another's work,
# and none of them reads persons, training or credit. They work for the whole platform: at the national body only.
ADMINISTRATORS: frozenset[str] = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN})


class Reach(TextChoices):
    """At which places somebody may give a role and take it away."""

    SAME_PLACE = "same_place", _("at the own place")
    FIRST_BELOW = "first_below", _("the first one at a place of the own region, of the own rank or below")
    EVERYWHERE = "everywhere", _("at every body")


@dataclass(frozen=True)
class Granting:
    """Who gives these roles, and where."""

    giver: str
    roles: frozenset[str]
    reach: Reach


# Who grants whom. The system itself (commands, the loader) stands outside: it grants everything but itself.
GRANTINGS: tuple[Granting, ...] = (
    Granting(Role.INSTITUTION_OFFICER, frozenset({Role.INSTITUTION_OFFICER}), Reach.SAME_PLACE),
    Granting(Role.BASE_MANAGER, frozenset({Role.BASE_MANAGER, Role.INSTRUCTOR, Role.INVIGILATOR}), Reach.SAME_PLACE),
    Granting(Role.REGULATOR, frozenset({Role.INSTITUTION_OFFICER, Role.BASE_MANAGER}), Reach.FIRST_BELOW),
    Granting(
        Role.SECURITY_ADMIN,
        frozenset({Role.REGULATOR, Role.EVALUATOR, Role.AUDITOR, Role.EDITOR}) | ADMINISTRATORS,
        Reach.EVERYWHERE,
    ),
)


def kinds_of_places(giver: str) -> frozenset[str]:
    """Of which kinds of places a role sees the members: those whose roles it gives, and its own."""
    given = {PLACE_OF[role] for granting in GRANTINGS if granting.giver == giver for role in granting.roles}
    return frozenset(given | {PLACE_OF[giver]})


def roles_given_by(giver: str) -> frozenset[str]:
    return frozenset().union(*(granting.roles for granting in GRANTINGS if granting.giver == giver))
