"""Writes of the accounts room: people and their identity, places and memberships, access to records."""

from accounts.services.access import give_consent, note_access
from accounts.services.identity import (
    confirm_claim_at_desk,
    confirm_claim_by_code,
    record_identity_check,
    resend_claim_code,
    save_profile,
)
from accounts.services.imports import import_institutions, import_roster, preview_institutions, preview_roster
from accounts.services.memberships import end_membership, grant_membership
from accounts.services.places import (
    add_person,
    correct_name,
    create_admin_body,
    create_base,
    create_institution,
    create_login,
    create_region,
    designate,
)

__all__ = [
    "add_person",
    "confirm_claim_at_desk",
    "confirm_claim_by_code",
    "correct_name",
    "create_admin_body",
    "create_base",
    "create_institution",
    "create_login",
    "create_region",
    "designate",
    "end_membership",
    "give_consent",
    "grant_membership",
    "import_institutions",
    "import_roster",
    "note_access",
    "preview_institutions",
    "preview_roster",
    "record_identity_check",
    "resend_claim_code",
    "save_profile",
]
