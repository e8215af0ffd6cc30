"""The table of roles: read here as sentences that a change must not break unseen."""

import pytest

from accounts.permissions import ADMINISTRATORS, GRANTINGS, GRANTS, OWN_RECORDS, PLACE_OF, Permission, Reach, Role
from accounts.permissions.powers import POWERS, ROOMS

P = Permission
ABOUT_PERSONS = {
    P.PERSON_VIEW,
    P.PERSON_REVEAL,
    P.ROSTER_VIEW,
    P.ENROLMENT_VIEW,
    P.TRAINING_RECORD_VIEW,
    P.CERTIFICATE_VIEW,
    P.CREDIT_FILE_VIEW,
}


def holders(permission: Permission) -> set[str]:
    return {str(role) for role in Role if permission in GRANTS[role]} - {"system"}


def test_every_role_has_a_line():
    assert set(GRANTS) == set(Role)


@pytest.mark.parametrize("role", Role)
def test_grants_name_known_permissions(role):
    assert GRANTS[role] <= set(Permission)
    assert GRANTS[role] != frozenset()


def test_own_records_name_known_permissions():
    assert set(Permission) >= OWN_RECORDS


def test_permission_words_are_their_names():
    assert [p.value for p in Permission] == [p.name.lower() for p in Permission]


@pytest.mark.parametrize("permission", Permission)
def test_every_permission_is_held_by_somebody(permission):
    assert holders(permission) or permission in OWN_RECORDS


def test_system_does_everything_but_sit_exams():
    assert GRANTS[Role.SYSTEM] == set(Permission) - {P.EXAM_SIT}


def test_editor_edits_content_and_sees_no_records():
    assert GRANTS[Role.EDITOR] == {P.CONTENT_EDIT}


@pytest.mark.parametrize(
    ("permission", "expected"),
    [
        (P.ENROLMENT_ADMIT, {"base_manager"}),
        (P.SEAT_RESERVE, {"institution_officer"}),
        (P.COMPLETION_REVIEW, {"base_manager"}),
        (P.CERTIFICATE_ISSUE, {"base_manager"}),
        (P.CERTIFICATE_MANAGE, {"base_manager"}),
        (P.CERTIFICATE_CHECK, {"institution_officer"}),
        (P.ROSTER_IMPORT, {"institution_officer"}),
        (P.TRAINING_RECORD_CONFIRM, {"regulator"}),
        (P.TRAINING_RECORD_ANNUL, {"base_manager", "regulator"}),
        (P.INSTITUTION_IMPORT, {"regulator"}),
        (P.CREDIT_FILE_VIEW, {"regulator"}),
        (P.EVALUATION_VIEW, {"base_manager", "institution_officer", "regulator", "evaluator"}),
        (P.EVALUATION_MANAGE, {"regulator"}),
        (P.EVALUATION_SCORE, {"regulator", "evaluator"}),
        (P.EVALUATION_ANSWER, {"base_manager", "institution_officer"}),
        (P.SCHEME_MANAGE, {"regulator"}),
        (P.CREDIT_RECORD_ENTER, {"regulator"}),
        (P.CREDIT_OBJECTION_DECIDE, {"regulator"}),
        (P.CREDIT_OBJECT, {"institution_officer"}),
        (P.PERSON_REVEAL, {"regulator"}),
        (P.DATA_REQUEST_REVIEW, {"regulator"}),
        (P.ATTENDANCE_MARK, {"base_manager", "instructor"}),
        (P.EXAM_SUPERVISE, {"base_manager", "invigilator"}),
        (P.MEMBER_MANAGE, {"base_manager", "institution_officer", "regulator", "security_admin"}),
        (P.PLACE_VIEW_AS, {"regulator"}),
        (P.BODY_MANAGE, {"system_admin"}),
        (P.BASE_REGISTER, {"system_admin"}),
        (P.JOB_VIEW, {"system_admin"}),
        (P.TEMPLATE_MANAGE, {"system_admin"}),
        (P.LOGIN_VIEW, {"security_admin"}),
        (P.LOGIN_MANAGE, {"security_admin"}),
        (P.AUDIT_VIEW, {"audit_admin"}),
        (P.ACCESS_LEDGER_VIEW, {"audit_admin"}),
        (P.AUDIT_EXPORT, {"audit_admin"}),
        (P.DISPUTE_DECIDE, {"regulator"}),
        (P.PERSON_MERGE, {"regulator"}),
        (P.IDENTITY_VOUCH, {"institution_officer"}),
        (P.APPOINTMENT_ANSWER, set()),
        (P.CONTENT_EDIT, {"editor"}),
        (P.EXAM_SIT, set()),
    ],
)
def test_who_holds_a_permission_of_weight(permission, expected):
    assert holders(permission) == expected


# --- roles and their places -----------------------------------------------------------------------------------------
def test_every_role_sits_at_one_kind_of_place():
    assert set(PLACE_OF) == set(Role)
    assert set(PLACE_OF.values()) == {"base", "institution", "admin_body"}


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.EVALUATOR])
def test_evaluators_and_auditors_see_figures_and_no_persons(role):
    assert GRANTS[role] & ABOUT_PERSONS == set()
    # From outside an evaluator scores in the rounds it was assigned to; an auditor changes nothing.
    allowed = {P.EVALUATION_SCORE} if role == Role.EVALUATOR else set()
    assert {p for p in GRANTS[role] if not p.endswith("_view")} == allowed


def test_instructor_does_nothing_but_attendance():
    assert {p for p in GRANTS[Role.INSTRUCTOR] if not p.endswith("_view")} == {P.ATTENDANCE_MARK}
    assert GRANTS[Role.INSTRUCTOR] & ABOUT_PERSONS == set()


def test_invigilator_stays_on_the_side_of_the_exam():
    assert GRANTS[Role.INVIGILATOR] == {P.BASE_VIEW, P.EXAM_SUPERVISE}


@pytest.mark.parametrize("role", sorted(ADMINISTRATORS))
def test_administrator_reads_no_person_training_or_credit(role):
    rooms = {POWERS[permission].room for permission in GRANTS[role]}

    assert GRANTS[role] & ABOUT_PERSONS == set()
    assert rooms <= {"administration", "accounts"}
    assert {p for p in GRANTS[role] if POWERS[p].room == "accounts"} <= {P.MEMBER_VIEW, P.MEMBER_MANAGE}


def test_no_administrator_does_the_work_of_another():
    work = [GRANTS[role] for role in sorted(ADMINISTRATORS)]

    assert sum(map(len, work)) == len(frozenset().union(*work))


# --- who grants whom ------------------------------------------------------------------------------------------------
def test_every_role_but_the_systems_is_given_by_somebody():
    assert frozenset().union(*(granting.roles for granting in GRANTINGS)) == set(Role) - {Role.SYSTEM}


def test_whoever_grants_may_manage_members():
    assert {granting.giver for granting in GRANTINGS} == holders(P.MEMBER_MANAGE)


def test_roles_given_at_the_own_place_sit_at_such_a_place():
    for granting in GRANTINGS:
        if granting.reach == Reach.SAME_PLACE:
            assert {PLACE_OF[role] for role in granting.roles} == {PLACE_OF[granting.giver]}


def test_administrators_are_given_by_the_security_administrator_alone():
    givers = {granting.giver for granting in GRANTINGS if granting.roles & ADMINISTRATORS}

    assert givers == {Role.SECURITY_ADMIN}


# --- the table in words ---------------------------------------------------------------------------------------------
def test_every_permission_is_said_in_words():
    assert set(POWERS) == set(Permission)
    assert {power.room for power in POWERS.values()} <= set(ROOMS)
    assert len({str(power.label) for power in POWERS.values()}) == len(POWERS)


def test_own_records_are_read_sat_answered_left_or_put_in_order():
    assert {p for p in OWN_RECORDS if not p.endswith("_view")} == {
        P.EXAM_SIT, P.ENROLMENT_WITHDRAW, P.APPOINTMENT_CHOOSE_PRIMARY, P.APPOINTMENT_ANSWER, P.DATA_REQUEST_ASK,
        P.MEMBERSHIP_OWN, P.CERTIFICATE_OWN, P.EVIDENCE_SUBMIT, P.EVALUATION_ANSWER, P.CREDIT_OBJECT,
        P.CASE_ANSWER, P.TRAINING_RECORD_OWN,
    }  # fmt: skip


def test_nobody_confirms_or_issues_for_oneself():
    assert (
        OWN_RECORDS
        & {
            P.TRAINING_RECORD_CONFIRM,
            P.TRAINING_RECORD_ANNUL,
            P.CERTIFICATE_ISSUE,
            P.ENROLMENT_ADMIT,
            P.ATTENDANCE_MARK,
        }
        == set()
    )
