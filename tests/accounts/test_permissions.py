"""The table of roles: read here as sentences that a change must not break unseen."""

import pytest

from accounts.permissions import GRANTS, OWN_RECORDS, Permission, Role

P = Permission
ABOUT_PERSONS = {
    P.PERSON_VIEW,
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


def test_auditor_looks_and_never_touches():
    assert {p for p in GRANTS[Role.AUDITOR] if not p.endswith("_view")} == set()


def test_auditor_sees_no_persons():
    assert GRANTS[Role.AUDITOR] & ABOUT_PERSONS == set()


def test_editor_edits_content_and_sees_no_records():
    assert GRANTS[Role.EDITOR] == {P.CONTENT_EDIT}


@pytest.mark.parametrize(
    ("permission", "expected"),
    [
        (P.ENROLMENT_ADMIT, {"base_manager"}),
        (P.COMPLETION_REVIEW, {"base_manager"}),
        (P.CERTIFICATE_ISSUE, {"base_manager"}),
        (P.CERTIFICATE_MANAGE, {"base_manager"}),
        (P.ROSTER_IMPORT, {"institution_officer"}),
        (P.TRAINING_RECORD_CONFIRM, {"regulator"}),
        (P.INSTITUTION_IMPORT, {"regulator"}),
        (P.CREDIT_FILE_VIEW, {"regulator"}),
        (P.AUDIT_VIEW, {"auditor"}),
        (P.CONTENT_EDIT, {"editor"}),
        (P.EXAM_SIT, set()),
    ],
)
def test_who_holds_a_permission_of_weight(permission, expected):
    assert holders(permission) == expected


def test_own_records_are_read_sat_or_left():
    assert {p for p in OWN_RECORDS if not p.endswith("_view")} == {P.EXAM_SIT, P.ENROLMENT_WITHDRAW}


def test_nobody_confirms_or_issues_for_oneself():
    assert OWN_RECORDS & {P.TRAINING_RECORD_CONFIRM, P.CERTIFICATE_ISSUE, P.ENROLMENT_ADMIT, P.ATTENDANCE_MARK} == set()
