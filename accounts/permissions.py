"""Who may do what: the roles, the permissions, and the table between them. Where it reaches is access.py's business."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Role(TextChoices):
    BASE_MANAGER = "base_manager", _("Base manager")
    INSTITUTION_OFFICER = "institution_officer", _("Institution officer")
    REGULATOR = "regulator", _("Regulator")
    AUDITOR = "auditor", _("Auditor")
    EDITOR = "editor", _("Content editor")
    SYSTEM = "system", _("System")


class Permission(TextChoices):
    """`<record>_<verb>`; the values stand in the audit trail."""

    INSTITUTION_VIEW = "institution_view"
    INSTITUTION_IMPORT = "institution_import"
    BASE_VIEW = "base_view"
    BASE_MANAGE = "base_manage"
    PERSON_VIEW = "person_view"
    ROSTER_VIEW = "roster_view"
    ROSTER_IMPORT = "roster_import"
    RATIO_VIEW = "ratio_view"
    COHORT_VIEW = "cohort_view"
    COHORT_MANAGE = "cohort_manage"
    ENROLMENT_VIEW = "enrolment_view"
    ENROLMENT_ADMIT = "enrolment_admit"
    ENROLMENT_WITHDRAW = "enrolment_withdraw"
    ATTENDANCE_MARK = "attendance_mark"
    COMPLETION_REVIEW = "completion_review"
    EXAM_MANAGE = "exam_manage"
    EXAM_SIT = "exam_sit"
    TRAINING_RECORD_VIEW = "training_record_view"
    TRAINING_RECORD_CLAIM = "training_record_claim"
    TRAINING_RECORD_CONFIRM = "training_record_confirm"
    CERTIFICATE_VIEW = "certificate_view"
    CERTIFICATE_ISSUE = "certificate_issue"
    CERTIFICATE_MANAGE = "certificate_manage"
    CREDIT_FILE_VIEW = "credit_file_view"
    OVERSIGHT_VIEW = "oversight_view"
    AUDIT_VIEW = "audit_view"
    CONTENT_EDIT = "content_edit"


P = Permission

# What everybody may do with their own records, without any membership.
OWN_RECORDS: frozenset[str] = frozenset(
    {
        P.PERSON_VIEW,
        P.ENROLMENT_VIEW,
        P.ENROLMENT_WITHDRAW,
        P.EXAM_SIT,
        P.TRAINING_RECORD_VIEW,
        P.CERTIFICATE_VIEW,
        P.CREDIT_FILE_VIEW,
    }
)

GRANTS: dict[str, frozenset[str]] = {
    Role.BASE_MANAGER: frozenset(
        {
            P.BASE_VIEW, P.BASE_MANAGE, P.COHORT_VIEW, P.COHORT_MANAGE, P.ENROLMENT_VIEW, P.ENROLMENT_ADMIT,
            P.ENROLMENT_WITHDRAW, P.ATTENDANCE_MARK, P.COMPLETION_REVIEW, P.EXAM_MANAGE, P.TRAINING_RECORD_VIEW,
            P.CERTIFICATE_VIEW, P.CERTIFICATE_ISSUE, P.CERTIFICATE_MANAGE,
        }
    ),
    Role.INSTITUTION_OFFICER: frozenset(
        {
            P.INSTITUTION_VIEW, P.PERSON_VIEW, P.ROSTER_VIEW, P.ROSTER_IMPORT, P.RATIO_VIEW, P.TRAINING_RECORD_VIEW,
            P.TRAINING_RECORD_CLAIM,
        }
    ),
    Role.REGULATOR: frozenset(
        {
            P.INSTITUTION_VIEW, P.INSTITUTION_IMPORT, P.BASE_VIEW, P.PERSON_VIEW, P.ROSTER_VIEW, P.RATIO_VIEW,
            P.COHORT_VIEW, P.TRAINING_RECORD_VIEW, P.TRAINING_RECORD_CLAIM, P.TRAINING_RECORD_CONFIRM,
            P.CERTIFICATE_VIEW, P.CREDIT_FILE_VIEW, P.OVERSIGHT_VIEW,
        }
    ),
    Role.AUDITOR: frozenset({P.INSTITUTION_VIEW, P.BASE_VIEW, P.RATIO_VIEW, P.OVERSIGHT_VIEW, P.AUDIT_VIEW}),
    Role.EDITOR: frozenset({P.CONTENT_EDIT}),
    # What commands and the demo loader act as; no person can wear it.
    Role.SYSTEM: frozenset(Permission) - {P.EXAM_SIT},
}  # fmt: skip
