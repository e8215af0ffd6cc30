"""Where a page of the courses room stands, for its breadcrumbs."""

from django.urls import reverse
from django.utils.translation import gettext as _

from courses.models import Cohort

Trail = list[dict[str, str]]


def base_trail(cohort: Cohort | None, *, here: str = "") -> Trail:
    """Cohorts › one cohort › a page of it."""
    trail = [_step(_("Cohorts"), reverse("courses:cohorts"))]
    if cohort is not None:
        trail.append(_step(cohort.title, reverse("courses:cohort", args=[cohort.pk])))
    return trail + ([_step(here)] if here else [])


def public_trail(cohort: Cohort, *, here: str = "") -> Trail:
    """Courses › one cohort › applying for it."""
    courses = _step(_("Courses"), reverse("courses:catalogue"))
    one = _step(cohort.title, reverse("courses:cohort_public", args=[cohort.pk]))
    return [courses, one] + ([_step(here)] if here else [])


def own_trail(cohort: Cohort) -> Trail:
    return [_step(_("My training"), reverse("courses:my_cohorts")), _step(cohort.title)]


def records_trail(here: str) -> Trail:
    return [_step(_("Training records"), reverse("courses:training_records")), _step(here)]


def annulments_trail(here: str) -> Trail:
    records = _step(_("Training records"), reverse("courses:training_records"))
    return [records, _step(_("Annulments"), reverse("courses:annulments")), _step(here)]


def evidence_trail(here: str) -> Trail:
    records = _step(_("Training records"), reverse("courses:training_records"))
    return [records, _step(_("Evidence from elsewhere"), reverse("courses:own_evidence")), _step(here)]


def recognitions_trail(here: str) -> Trail:
    return [_step(_("Mutual recognition"), reverse("courses:recognitions")), _step(here)]


def _step(label: str, url: str = "") -> dict[str, str]:
    return {"label": label, "url": url}
