"""Training bases as a file: preview, confirm, template, rows with errors."""

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from accounts.access import holds
from accounts.exports import bases_template
from accounts.middleware import SignedInRequest
from accounts.models import User
from accounts.permissions import Permission
from accounts.services import import_bases as write_bases
from accounts.services import preview_bases
from accounts.services.base_imports import BASE_IMPORTING
from accounts.views.again import confirm_again
from accounts.views.imports.pages import ImportPages, download
from core.errors import NotAllowed

BASE_LABELS = {
    "code": gettext_lazy("Code of the base"),
    "name": gettext_lazy("Name"),
    "host": gettext_lazy("Host organisation (credit code)"),
    "region_code": gettext_lazy("Region"),
    "qualification": gettext_lazy("Training qualification"),
    "training_scope": gettext_lazy("Scope of the qualification"),
    "qualified_from": gettext_lazy("Qualified from"),
    "qualified_to": gettext_lazy("First day on which the qualification no longer holds"),
    "name_en": gettext_lazy("Name in English"),
    "name_ja": gettext_lazy("Name in Japanese"),
}


def import_bases(request: SignedInRequest) -> HttpResponse:
    return _base_pages(request).upload(request)


@confirm_again(reading_is_free=True)
def review_bases(request: SignedInRequest, sha256: str) -> HttpResponse:
    return _base_pages(request).review(request, sha256)


@require_GET
def download_base_errors(request: SignedInRequest, sha256: str) -> HttpResponse:
    return _base_pages(request).errors(request, sha256)


@require_GET
def download_bases_template(request: SignedInRequest) -> HttpResponse:
    return download(bases_template(), _("bases-template.xlsx"))


def _base_pages(request: SignedInRequest) -> ImportPages:
    actor: User = request.user
    if not any(holds(actor, one) for one in BASE_IMPORTING):
        raise NotAllowed(permission=BASE_IMPORTING[0].value)
    manages = holds(actor, Permission.PLACE_MANAGE)
    done = reverse("accounts:bases" if manages else "accounts:import_bases")
    return ImportPages(
        template="accounts/import_bases.html",
        upload_url=reverse("accounts:import_bases"),
        review_url=lambda sha256: reverse("accounts:review_bases", args=[sha256]),
        done_url=done,
        preview=lambda content: preview_bases(actor=actor, content=content),
        write=lambda content, name: write_bases(actor=actor, content=content, file_name=name),
        labels=BASE_LABELS,
        context={"manages": manages},
        errors_url=lambda sha256: reverse("accounts:base_errors", args=[sha256]),
    )
