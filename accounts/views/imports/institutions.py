"""Institutions as a file: preview, confirm, template."""

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from accounts.access import holds
from accounts.exports import institutions_template
from accounts.middleware import SignedInRequest
from accounts.models import Institution, User
from accounts.models.places import Rank
from accounts.permissions import Permission
from accounts.services import import_institutions as write_institutions
from accounts.services import preview_institutions
from accounts.views.again import confirm_again
from accounts.views.imports.pages import ImportPages, download
from core.errors import NotAllowed

INSTITUTION_LABELS = {
    "name": gettext_lazy("Name of the institution"),
    "uscc": gettext_lazy("Unified social credit code"),
    "category": gettext_lazy("Category"),
    "level": gettext_lazy("Level"),
    "region_code": gettext_lazy("Region"),
    "parent": gettext_lazy("Parent organisation"),
}
INSTITUTION_WORDS = {"category": dict(Institution.Category.choices), "level": dict(Rank.choices)}


def import_institutions(request: SignedInRequest) -> HttpResponse:
    return _institution_pages(request).upload(request)


@confirm_again(reading_is_free=True)
def review_institutions(request: SignedInRequest, sha256: str) -> HttpResponse:
    return _institution_pages(request).review(request, sha256)


@require_GET
def download_institutions_template(request: SignedInRequest) -> HttpResponse:
    return download(institutions_template(), _("institutions-template.xlsx"))


def _institution_pages(request: SignedInRequest) -> ImportPages:
    actor: User = request.user
    if not holds(actor, Permission.INSTITUTION_IMPORT):
        raise NotAllowed(permission=Permission.INSTITUTION_IMPORT.value)
    return ImportPages(
        template="accounts/import_institutions.html",
        upload_url=reverse("accounts:import_institutions"),
        review_url=lambda sha256: reverse("accounts:review_institutions", args=[sha256]),
        done_url=reverse("accounts:import_institutions"),
        preview=lambda content: preview_institutions(actor=actor, content=content),
        write=lambda content, name: write_institutions(actor=actor, content=content, file_name=name),
        labels=INSTITUTION_LABELS,
        words=INSTITUTION_WORDS,
    )
