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
from accounts.services.base_imports import import_bases, preview_bases
from accounts.services.bodies import (
    assign_duty,
    correct_admin_body,
    create_admin_body,
    end_competence,
    end_duty,
    name_competent_body,
)
from accounts.services.body_imports import import_bodies, preview_bodies
from accounts.services.claim_invitations import check_colleague, confirm_claim_by_invitation, invite_to_claim
from accounts.services.consents import agree, withdraw
from accounts.services.designations import (
    apply_for_designation,
    designate,
    grant_designation,
    leave_designation,
    publicise_designation,
    rectify_designation,
    refuse_designation,
    restore_designation,
    resume_designation,
    review_designation,
    revoke_designation,
    suspend_designation,
    withdraw_designation,
)
from accounts.services.desk_names import correct_name_at_desk
from accounts.services.disputes import answer_by_link, answer_notice, decide_dispute
from accounts.services.doubles import dismiss_double, merge_persons, unmerge_persons
from accounts.services.first_hats import appoint
from accounts.services.identity import (
    confirm_claim_at_desk,
    confirm_claim_by_code,
    record_identity_check,
    resend_claim_code,
    save_profile,
)
from accounts.services.imports import import_institutions, import_roster, preview_institutions, preview_roster
from accounts.services.institutions import correct_base, correct_institution, move_place
from accounts.services.invitations import (
    accept_invitation,
    decline_invitation,
    invite,
    second_invitation,
    withdraw_invitation,
)
from accounts.services.joining import accept_request, ask_to_join, end_hat, leave, refuse_request, withdraw_request
from accounts.services.memberships import end_membership, grant_membership
from accounts.services.notices import hand_out_notices, notice_url, renew_links
from accounts.services.places import (
    add_person,
    correct_name,
    create_base,
    create_institution,
    create_login,
    create_region,
)
from accounts.services.released_numbers import release_number
from accounts.services.reveal import reveal
from accounts.services.roster_heads import say_heads

__all__ = [
    "LineRefused",
    "accept_invitation",
    "accept_request",
    "add_person",
    "agree",
    "answer_by_link",
    "answer_notice",
    "apply_for_designation",
    "appoint",
    "ask_to_join",
    "assign_duty",
    "check_colleague",
    "confirm_claim_at_desk",
    "confirm_claim_by_code",
    "confirm_claim_by_invitation",
    "correct_admin_body",
    "correct_appointment",
    "correct_base",
    "correct_institution",
    "correct_name",
    "correct_name_at_desk",
    "create_admin_body",
    "create_base",
    "create_institution",
    "create_login",
    "create_region",
    "decide_dispute",
    "decline_invitation",
    "designate",
    "dismiss_double",
    "end_competence",
    "end_duty",
    "end_hat",
    "end_membership",
    "give_consent",
    "grant_designation",
    "grant_membership",
    "hand_out_notices",
    "import_bases",
    "import_bodies",
    "import_institutions",
    "import_roster",
    "invite",
    "invite_to_claim",
    "leave",
    "leave_designation",
    "make_primary",
    "merge_persons",
    "move_place",
    "name_competent_body",
    "note_access",
    "notice_url",
    "preview_bases",
    "preview_bodies",
    "preview_change",
    "preview_correction",
    "preview_institutions",
    "preview_joining",
    "preview_leaving",
    "preview_roster",
    "preview_transfer",
    "publicise_designation",
    "record_change",
    "record_identity_check",
    "record_joining",
    "record_leaving",
    "rectify_designation",
    "refuse_designation",
    "refuse_request",
    "release_number",
    "renew_links",
    "resend_claim_code",
    "restore_designation",
    "resume_designation",
    "reveal",
    "review_designation",
    "revoke_designation",
    "save_profile",
    "say_heads",
    "second_invitation",
    "suspend_designation",
    "transfer_person",
    "unmerge_persons",
    "withdraw",
    "withdraw_designation",
    "withdraw_invitation",
    "withdraw_request",
]
