"""What the audit trail says about the machinery: a sentence for every verb, a word for every subject."""

from django.utils.translation import gettext_lazy as _

from core import audit

audit.name_verbs({"core.job_started_again": _("Started a stopped job again.")})
audit.name_subjects({"core.job": _("job")})
