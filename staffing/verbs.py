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
        "staffing.filing_call_entered": _("Entered a call for returns."),
        "staffing.filingcall.withdraw": _("Withdrew a call for returns before it opened."),
        "staffing.filing_period_opened": _("Opened a filing period."),
        "staffing.ratioreturn.declare": _("Began a return of the ratio."),
        "staffing.ratioreturn.check": _("Checked the figures of a return."),
        "staffing.ratioreturn.answer": _("Answered about an anomaly of a return."),
        "staffing.ratioreturn.attest": _("Attested a return: filed."),
        "staffing.ratioreturn.reopen": _("Took a return back to correct it."),
        "staffing.ratioreturn.accept": _("Accepted a return."),
        "staffing.ratioreturn.return": _("Sent a return back with questions."),
        "staffing.ratioreturn.correct": _("Corrected a return."),
        "staffing.receipt_stored": _("Sealed and stored the receipt of a return."),
        "staffing.receipt_differs": _("A receipt of a return no longer agrees with the register."),
        "staffing.return_anomaly_judged": _("Judged an anomaly of a return."),
        "staffing.return_reminded": _("Reminded an institution of its return."),
        "staffing.sealedcount.enter": _("Entered a sealed count."),
        "staffing.sealedcount.confirm": _("Confirmed a sealed count."),
        "staffing.sealedcount.refuse": _("Refused a sealed count."),
        "staffing.sealedcount.end": _("Ended a sealed count."),
        "staffing.sealedcount.annul": _("Annulled a sealed count."),
        "staffing.ratio_published": _("Showed the ratio to everybody."),
        "staffing.ratio_hidden": _("Ceased to show the ratio to everybody."),
        "staffing.proof_made": _("Made a proof of a ratio."),
        "staffing.proof_file_stored": _("Sealed and stored the file of a proof."),
        "staffing.sample_drawn": _("Drew and opened a sample of a proof."),
        "staffing.proof_named": _("Read a proof with names."),
        "staffing.entries_closed": _("Closed the lines of an erased person in proofs."),
        "staffing.proof_differs": _("The register no longer gives the figures of a proof, or the proof was changed."),
        "staffing.figures_differ": _("Kept figures of the ratio differed from the records and were computed anew."),
        "staffing.sealed_count_resumed": _("A sealed count goes on, because what had ended it was annulled."),
    }
)
audit.name_subjects(
    {
        "staffing.figureround": _("kept figures of the ratio"),
        "staffing.filingcall": _("call for returns"),
        "staffing.filingperiod": _("filing period"),
        "staffing.ratioreturn": _("return of the ratio"),
        "staffing.ratiorule": _("ratio rule"),
        "staffing.sealedcount": _("sealed count"),
        "staffing.ratioproof": _("proof of a ratio"),
    }
)
