"""What the audit trail says about the ratio: a sentence for every verb, a word for every subject."""

from django.utils.translation import gettext_lazy as _

from core import audit

audit.name_verbs(
    {
        "staffing.ratiorule.write": _("Wrote a draft of a ratio rule."),
        "staffing.ratiorule.propose": _("Proposed a version of a ratio rule."),
        "staffing.ratiorule.adopt": _("Adopted a version of a ratio rule."),
        "staffing.ratiorule.refuse": _("Refused a version of a ratio rule."),
        "staffing.ratiorule.withdraw": _("Withdrew a version of a ratio rule."),
        "staffing.sealedcount.enter": _("Entered a sealed count."),
        "staffing.sealedcount.confirm": _("Confirmed a sealed count."),
        "staffing.sealedcount.refuse": _("Refused a sealed count."),
        "staffing.sealedcount.end": _("Ended a sealed count."),
        "staffing.sealedcount.annul": _("Annulled a sealed count."),
        "staffing.proof_made": _("Made a proof of a ratio."),
        "staffing.proof_file_stored": _("Sealed and stored the file of a proof."),
        "staffing.sample_drawn": _("Drew and opened a sample of a proof."),
        "staffing.proof_named": _("Read a proof with names."),
        "staffing.entries_closed": _("Closed the lines of an erased person in proofs."),
        "staffing.proof_differs": _("The register no longer gives the figures of a proof, or the proof was changed."),
        "staffing.sealed_count_resumed": _("A sealed count goes on, because what had ended it was annulled."),
    }
)
audit.name_subjects(
    {
        "staffing.ratiorule": _("ratio rule"),
        "staffing.sealedcount": _("sealed count"),
        "staffing.ratioproof": _("proof of a ratio"),
    }
)
