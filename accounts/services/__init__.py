"""Writes of the accounts room: people and their identity, places and memberships, access to records."""

from accounts.services.access import give_consent, note_access
from accounts.services.appointments import (
    LineRefused,
    correct_appointment,
    make_primary,
    preview_change,
    preview_correction,
    preview_joining,
    preview_leaving,
    preview_transfer,
    record_change,
    record_joining,
    record_leaving,
    transfer_person,
)
from accounts.services.bodies import (
    assign_duty,
    correct_admin_body,
    create_admin_body,
    end_competence,
    end_duty,
    name_competent_body,
)
from accounts.services.consents import agree, withdraw
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
    create_base,
    create_institution,
    create_login,
    create_region,
    designate,
)
from accounts.services.reveal import reveal

__all__ = [
    "LineRefused",
    "add_person",
    "agree",
    "assign_duty",
    "confirm_claim_at_desk",
    "confirm_claim_by_code",
    "correct_admin_body",
    "correct_appointment",
    "correct_name",
    "create_admin_body",
    "create_base",
    "create_institution",
    "create_login",
    "create_region",
    "designate",
    "end_competence",
    "end_duty",
    "end_membership",
    "give_consent",
    "grant_membership",
    "import_institutions",
    "import_roster",
    "make_primary",
    "name_competent_body",
    "note_access",
    "preview_change",
    "preview_correction",
    "preview_institutions",
    "preview_joining",
    "preview_leaving",
    "preview_roster",
    "preview_transfer",
    "record_change",
    "record_identity_check",
    "record_joining",
    "record_leaving",
    "resend_claim_code",
    "reveal",
    "save_profile",
    "transfer_person",
    "withdraw",
]
