"""What the audit trail says about certificates: a sentence for every verb, a word for every subject."""

from django.utils.translation import gettext_lazy as _

from core import audit

audit.name_verbs(
    {
        "certificates.number_allotted": _("Allotted a certificate number."),
        "certificates.issue_started": _("Started to issue certificates."),
        "certificates.stamp_renewed": _("Renewed the time stamp of a certificate's file."),
        "certificates.reduced": _("Took the name off a certificate after an erasure."),
        "certificates.credential_made": _("Made the credential of an earlier certificate."),
        "certificates.issuer_key_taken_into_use": _("Took a key into use that signs credentials."),
        "certificates.certificate.issue": _("Issued a certificate."),
        "certificates.certificate.suspend": _("Suspended a certificate."),
        "certificates.certificate.resume": _("Resumed a suspended certificate."),
        "certificates.certificate.supersede": _("Replaced a certificate by a new one."),
        "certificates.certificate.revoke": _("Revoked a certificate."),
        "certificates.certificate.deregister": _("Deregistered a certificate."),
    }
)
audit.name_subjects(
    {
        "certificates.certificate": _("certificate"),
        "certificates.issuerkey": _("key that signs credentials"),
    }
)
