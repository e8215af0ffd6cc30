"""What the audit trail says about credit: a sentence for every verb, a word for every subject."""

from django.utils.translation import gettext_lazy as _

from core import audit

audit.name_verbs(
    {
        "credit.recorded": _("Entered a credit record."),
        "credit.entered": _("Entered a credit record by a document."),
        "credit.file_opened": _("Opened a person's credit file."),
        "credit.file_refused": _("Tried to open a credit file and was refused."),
        "credit.entity_file_opened": _("Opened an entity's credit file."),
        "credit.entity_file_refused": _("Tried to open an entity's credit file and was refused."),
        "credit.statement_written": _("Wrote a statement beside a credit record."),
        "credit.statement_hidden": _("Hid a statement that holds data about somebody else."),
        "credit.objection_opened": _("Objected to a credit record."),
        "credit.creditobjection.ask": _("Asked others about an objection to a credit record."),
        "credit.creditobjection.uphold": _("Upheld an objection to a credit record."),
        "credit.creditobjection.reject": _("Rejected an objection to a credit record."),
        "credit.creditobjection.withdraw": _("Took back an objection to a credit record."),
        "credit.words_forgotten": _("Erased what a person said about the own credit file."),
        "credit.report_made": _("Made a report of a credit file."),
        "credit.report_file_stored": _("Sealed and kept the file of a credit report."),
        "credit.reports_forgotten": _("Erased the contents of a person's credit reports."),
        "credit.outlets_differ": _("Found that page, report, interface or open data of a credit file differ."),
        "credit.publication_linked": _("Linked a department's publication about an entity."),
        "credit.publication_unlinked": _("Ended the link to a department's publication."),
    }
)
audit.name_subjects(
    {
        "credit.creditrecord": _("credit record"),
        "credit.creditobjection": _("objection to a credit record"),
        "credit.creditreport": _("credit report"),
        "credit.publicationlink": _("link to a publication"),
    }
)
