"""Training records in reach, and importing those from before the platform."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from accounts.access import holds
from accounts.identifiers import DocumentType
from accounts.middleware import SignedInRequest
from accounts.permissions import Permission
from accounts.views.again import confirm_again
from accounts.views.imports import ImportPages, download
from courses import services
from courses.exports import training_records_template
from courses.models.records import Track
from courses.selectors.records import CLAIMED_ONLY, COUNTED_ONLY, REFUSED_ONLY
from courses.selectors.records import training_records as records
from courses.views.trails import records_trail
from courses.workflow import RecordStanding

PAGE_SIZE = 25
NAME_LENGTH = 100


def training_records(request: SignedInRequest) -> HttpResponse:
    """People and the standing of their records; `standing` and `q` narrow the list."""
    standing = request.GET.get("standing", "")
    name = request.GET.get("q", "").strip()[:NAME_LENGTH]
    rows = records(request.user, standing=standing, name=name)
    context = {
        "page_obj": Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page")),
        "standing": standing,
        "name": name,
        "choices": {"counted": COUNTED_ONLY, "claimed": CLAIMED_ONLY, "refused": REFUSED_ONLY},
        "may_annul": holds(request.user, Permission.TRAINING_RECORD_ANNUL),
        "may_import": holds(request.user, Permission.TRAINING_RECORD_CLAIM),
    }
    return render(request, "courses/training_records.html", context)


LABELS = {
    "id_type": gettext_lazy("Kind of document"),
    "id_number": gettext_lazy("Number of the document"),
    "name": gettext_lazy("Full name"),
    "track": gettext_lazy("Track"),
    "title": gettext_lazy("Training"),
    "provider": gettext_lazy("Trained by"),
    "completed_on": gettext_lazy("Completed on"),
    "standing": gettext_lazy("Standing"),
}
WORDS = {
    "id_type": dict(DocumentType.choices),
    "track": dict(Track.choices),
    "standing": dict(RecordStanding.choices),
}


def import_training_records(request: SignedInRequest) -> HttpResponse:
    return _pages(request).upload(request)


@confirm_again(reading_is_free=True)
def review_training_records(request: SignedInRequest, sha256: str) -> HttpResponse:
    return _pages(request).review(request, sha256)


@require_GET
def download_template(request: SignedInRequest) -> HttpResponse:
    return download(training_records_template(), _("training-records-template.xlsx"))


def _pages(request: SignedInRequest) -> ImportPages:
    """A regulator's file confirms, anybody else's only claims; that follows from the hat, never from the form."""
    actor = request.user
    standing = services.standing_brought_by(actor)
    return ImportPages(
        template="courses/import_training_records.html",
        upload_url=reverse("courses:import_training_records"),
        review_url=lambda sha256: reverse("courses:review_training_records", args=[sha256]),
        done_url=reverse("courses:training_records"),
        preview=lambda content: services.preview_training_records(actor=actor, content=content, standing=standing),
        write=lambda content, name: services.import_training_records(
            actor=actor, content=content, standing=standing, file_name=name
        ),
        labels=LABELS,
        words=WORDS,
        context={
            "crumbs": records_trail(_("Import")),
            "claims": standing == RecordStanding.CLAIMED,
            "standing": standing.label,
        },
    )
