"""What the audit trail says about public pages: a sentence for every verb, a word for every subject."""

from django.utils.translation import gettext_lazy as _

from core import audit

audit.name_verbs(
    {
        "website.home_loaded": _("Loaded the home page."),
    }
)
audit.name_subjects(
    {
        "website.homepage": _("home page"),
    }
)
