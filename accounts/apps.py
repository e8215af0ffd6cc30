"""Who and where: people, places, memberships, appointments."""

from typing import ClassVar

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from accounts.permissions import ADMINISTRATORS
from core.expiry import Expiry
from core.spans import NoOverlap


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("Accounts")
    append_only: ClassVar[list[str]] = [
        "accounts_identitycheck",
        "accounts_consent",
        "accounts_accessentry",
        "accounts_appointmentversion",
        "accounts_leaveofabsence",
        "accounts_viewedpage",
        "accounts_designationevent",
        "accounts_publicityperiod",
        "accounts_placement",
        "accounts_noticefact",
        "accounts_claimtry",
        "accounts_personmerge",
        "accounts_notadouble",
        "accounts_disputedecision",
    ]
    expires: ClassVar[dict[str, Expiry]] = {
        "accounts_accessentry": Expiry("at", "access_ledger"),
        "accounts_viewedpage": Expiry("at", "viewed_pages"),
    }
    # Entries are ended, never rewritten.
    erasable: ClassVar[dict[str, list[str]]] = {
        "accounts_appointmentversion": ["email", "department", "staff_no"],
        "accounts_leaveofabsence": ["reason"],
    }
    frozen: ClassVar[dict[str, list[str]]] = {
        "accounts_associationmember": ["state", "valid_from", "valid_to", "reason"],
        "accounts_duty": ["valid_to"],
        "accounts_restriction": ["lifted_on", "lifted_why"],
        "accounts_competence": ["valid_to", "end_reason", "end_document"],
    }
    # A person holds a post once at a time, and has one main place of work at a time.
    no_overlap: ClassVar[dict[str, list[NoOverlap]]] = {
        "accounts_appointment": [
            NoOverlap(
                name="appointment_post_once_at_a_time",
                same=("person_id", "institution_id", "post_key"),
                start="start_date",
                end="end_date",
                only=(("voided_at", "IS NULL"),),
            ),
            NoOverlap(
                name="appointment_primary_once_at_a_time",
                same=("person_id",),
                start="start_date",
                end="end_date",
                only=(("is_primary", "IS TRUE"), ("voided_at", "IS NULL")),
            ),
        ],
        # System, security and audit: whoever has one of these hats has none of the others at the same time.
        "accounts_membership": [
            NoOverlap(
                name="one_administrator_hat_at_a_time",
                same=("user_id",),
                start="valid_from",
                end="valid_to",
                only=(("role", f"IN ({', '.join(repr(str(role)) for role in sorted(ADMINISTRATORS))})"),),
            ),
            # A hat is held once: whoever ends it has ended it. One promise for each kind of place, for a hat has one.
            *(
                NoOverlap(
                    name=f"hat_once_at_{kind}",
                    same=("user_id", "role", f"{kind}_id"),
                    start="valid_from",
                    end="valid_to",
                )
                for kind in ("admin_body", "institution", "base")
            ),
        ],
        # One status of a kind at a time; applications that were never granted have no days.
        "accounts_designation": [
            NoOverlap(
                name=f"{kind}_designated_once_at_a_time",
                same=(f"{kind}_id", "kind"),
                start="valid_from",
                end="valid_to",
                only=(("valid_from", "IS NOT NULL"),),
            )
            for kind in ("institution", "base")
        ],
        # A member once at a time; what was only asked for has no days.
        "accounts_associationmember": [
            NoOverlap(
                name="association_member_once_at_a_time",
                same=("institution_id", "association_id"),
                start="valid_from",
                end="valid_to",
                only=(("valid_from", "IS NOT NULL"),),
            )
        ],
        "accounts_duty": [
            NoOverlap(
                name="duty_once_at_a_time",
                same=("body_id", "line"),
                start="valid_from",
                end="valid_to",
            )
        ],
        "accounts_competence": [
            NoOverlap(
                name="competence_of_one_body_at_a_time",
                same=("matter", "region_id"),
                start="valid_from",
                end="valid_to",
            )
        ],
    }

    def ready(self) -> None:
        import accounts.adapters  # noqa: PLC0415 - hears allauth's signals, once the apps are loaded
        import accounts.tasks  # noqa: F401, PLC0415 - registers the outbox handlers
        from accounts.selectors.desks import put_up_desks  # noqa: PLC0415 - models are loaded by now

        put_up_desks()
