"""What the audit trail says about certificates: a sentence for every verb, a word for every subject."""

from django.utils.translation import gettext_lazy as _

from core import audit

audit.name_verbs(
    {
        "certificates.number_allotted": _("Allotted a certificate number."),
        "certificates.draft_told_anew": _("Took the facts of a certificate in the making anew."),
        "certificates.issue_started": _("Started to issue certificates."),
        "certificates.stamp_renewed": _("Renewed the time stamp of a certificate's file."),
        "certificates.proof_enclosed": _("Put the proof of the public log into a certificate's file."),
        "certificates.issuebatch.ask": _("Asked for certificates by batch."),
        "certificates.issuebatch.confirm": _("Confirmed a batch of certificates."),
        "certificates.issuebatch.approve": _("Approved a batch of certificates as second person."),
        "certificates.issuebatch.refuse": _("Refused a batch of certificates."),
        "certificates.issuebatch.withdraw": _("Withdrew a batch of certificates."),
        "certificates.batch_paused": _("Paused the issue of a batch."),
        "certificates.batch_resumed": _("Resumed the issue of a batch."),
        "certificates.batch_started_again": _("Started the stopped issue of a batch again."),
        "certificates.batch_retried": _("Tried failed certificates of a batch again."),
        "certificates.reduced": _("Took the name off a certificate after an erasure."),
        "certificates.credential_made": _("Made the credential of an earlier certificate."),
        "certificates.issuer_key_taken_into_use": _("Took a key into use that signs credentials."),
        "certificates.rotation_logged": _("Put an earlier rotation of keys down in the public log."),
        "certificates.changes_logged": _("Put earlier changes of a certificate down in the public log."),
        "certificates.certificate.issue": _("Issued a certificate."),
        "certificates.certificate.suspend": _("Suspended a certificate."),
        "certificates.certificate.resume": _("Resumed a suspended certificate."),
        "certificates.certificate.supersede": _("Replaced a certificate by a new one."),
        "certificates.certificate.revoke": _("Revoked a certificate."),
        "certificates.filing_drawn_up": _("Drew up a list for a receiving body."),
        "certificates.filing_exported": _("Exported a list for a receiving body."),
        "certificates.filing_answered": _("Took over numbers from a receiving body."),
        "certificates.filing_line_set_aside": _("Set a line of a filing list aside."),
        "certificates.filinglist.send": _("Recorded that a filing list was sent."),
        "certificates.filinglist.drop": _("Dropped a filing list."),
        "certificates.filinglist.answer": _("A filing list was answered."),
        "certificates.filinglist.close": _("Closed a filing list."),
        "certificates.taken_back": _("Took the paper of a replaced certificate back."),
        "certificates.certificatetemplate.create": _("Named a new design of certificates."),
        "certificates.templateversion.write": _("Wrote a draft of a certificate's design."),
        "certificates.templateversion.publish": _("Published a design of certificates as second person."),
        "certificates.templateversion.drop": _("Dropped a draft of a certificate's design."),
        "certificates.templateversion.retire": _("Retired a design of certificates."),
        "certificates.check_started": _("Asked for a batch check of certificates."),
        "certificates.check_made": _("A batch check of certificates was carried out."),
        "certificates.handed_out": _("Ticked certificates as handed out."),
        "certificates.shared": _("Shared an own certificate by a link."),
        "certificates.share_withdrawn": _("Took back a link that shared a certificate."),
        "certificates.reminded": _("Reminded a holder of the end of a certificate."),
        "certificates.revocationcase.notice": _("Gave notice before revoking a certificate."),
        "certificates.revocationcase.answer": _("Answered before the revocation of a certificate."),
        "certificates.revocationcase.record": _("Put down an answer on paper before a revocation."),
        "certificates.revocationcase.lapse": _("The time to answer before a revocation passed."),
        "certificates.revocationcase.revoke": _("Decided to revoke a certificate."),
        "certificates.revocationcase.drop": _("Dropped the revocation of a certificate."),
        "certificates.revocation_day_settled": _("Counted the day of an answer anew."),
        "certificates.certificate.deregister": _("Deregistered a certificate."),
    }
)
audit.name_subjects(
    {
        "certificates.certificate": _("certificate"),
        "certificates.batchcheck": _("batch check of certificates"),
        "certificates.issuerkey": _("key that signs credentials"),
        "certificates.filinglist": _("filing list"),
        "certificates.certificatetemplate": _("design of certificates"),
        "certificates.templateversion": _("version of a design"),
        "certificates.issuebatch": _("batch of certificates"),
        "certificates.revocationcase": _("revocation"),
    }
)
