"""Certificates: issue, bytes, status, verification."""

from typing import ClassVar

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from core.triggers import Draft


class CertificatesConfig(AppConfig):
    name = "certificates"
    verbose_name = _("Certificates")
    append_only: ClassVar[list[str]] = [
        "certificates_certificatefile",
        "certificates_certificateevent",
        "certificates_issuerkey",
        "certificates_credentialintent",
        "certificates_certificatecredential",
        "certificates_filerevision",
        "certificates_seal",
        "certificates_stampauthority",
        "certificates_issuebatchitem",
        "certificates_expiryreminder",
        "certificates_certificatehandout",
        "certificates_certificatereturn",
        "certificates_certificatetemplate",
        "certificates_coissuers",
        "certificates_statusstatement",
        "certificates_keyrotation",
        "certificates_beforethelog",
    ]
    # Everything a certificate says is frozen at issue; the filing number comes back later from the receiving body.
    frozen: ClassVar[dict[str, list[str]]] = {
        "certificates_certificate": ["state", "filing_number"],
        # What was asked for stays; who decided, and the job, come later.
        "certificates_issuebatch": ["state", "decided_at", "decided_by_id", "reason", "job_id"],
        "certificates_sharelink": ["withdrawn_at"],
        "certificates_filinglist": [
            "state",
            "sent_on",
            "sent_how",
            "sent_document",
            "sent_by_id",
            "answered_at",
        ],
        "certificates_filingline": ["filing_number", "filed_at", "set_aside_at", "set_aside_why"],
        # The words of a version stay, of a draft as well; what changes is whether and when it draws.
        "certificates_templateversion": ["state", "valid_to"],
        # The notice stands as it was given; the last day to answer is counted anew while it is provisional.
        "certificates_revocationcase": [
            "state",
            "answer",
            "answered_at",
            "answer_came",
            "answer_came_on",
            "answer_recorded_by_id",
            "answer_until",
            "is_provisional",
            "considered",
            "decided_on",
            "decided_at",
            "decided_by_id",
        ],
    }

    # A number that a receiving body gave is filled in while there is none, and never changed.
    filled_once: ClassVar[dict[str, list[str]]] = {
        "certificates_certificate": ["filing_number"],
        "certificates_filingline": ["filing_number"],
    }

    # Before its bytes exist, a certificate may be told anew what it will say, under the same number.
    drafts: ClassVar[dict[str, Draft]] = {
        "certificates_certificate": Draft(
            "draft",
            [
                "training_record_id",
                "holder_name",
                "holder_document_type",
                "holder_document_masked",
                "holder_document_tail",
                "facts",
                "hours",
                "completed_on",
                "valid_until",
                "design_id",
            ],
        ),
        # When and by whom it is published is written once, when it ceases to be a draft.
        "certificates_templateversion": Draft("draft", ["valid_from", "published_at", "published_by_id"]),
    }

    # What says whose it is may become empty, when its holder is erased.
    erasable: ClassVar[dict[str, list[str]]] = {
        "certificates_certificate": [
            "holder_name",
            "holder_document_masked",
            "holder_document_tail",
            "facts.latin_name",
        ],
        "certificates_certificateevent": ["note"],
        "certificates_credentialintent": ["salt"],
        "certificates_certificatecredential": ["json_form", "jwt_form"],
        "certificates_revocationcase": ["said"],
        "certificates_filingline": ["name"],
    }

    def ready(self) -> None:
        from certificates.selectors.heads import put_up  # noqa: PLC0415 - models are loaded by now

        put_up()
        import certificates.tasks  # noqa: F401, PLC0415 - registers the outbox handlers once the apps are loaded
