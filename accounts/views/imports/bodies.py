"""Administrative bodies as a file: preview, confirm, template."""

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from accounts.access import holds
from accounts.exports import bodies_template
from accounts.middleware import SignedInRequest
from accounts.models import AdminBody, User
from accounts.models.places import Rank
from accounts.services import import_bodies as write_bodies
from accounts.services import preview_bodies
from accounts.services.body_imports import IMPORTING
from accounts.views.again import confirm_again
from accounts.views.imports.pages import ImportPages, download
from core.errors import NotAllowed

BODY_LABELS = {
    "name": gettext_lazy("Name"),
    "code": gettext_lazy("Code of the body"),
    "kind": gettext_lazy("Kind"),
    "rank": gettext_lazy("Rank"),
    "region_code": gettext_lazy("Jurisdiction"),
    "region_name": gettext_lazy("Name of the region"),
    "within": gettext_lazy("Lies in the region"),
    "parent": gettext_lazy("Code of the body above"),
    "line": gettext_lazy("Line of duty"),
    "valid_from": gettext_lazy("From"),
    "document": gettext_lazy("Document"),
    "name_en": gettext_lazy("Name in English"),
    "name_ja": gettext_lazy("Name in Japanese"),
    "region_name_en": gettext_lazy("Name of the region in English"),
    "region_name_ja": gettext_lazy("Name of the region in Japanese"),
}
BODY_WORDS = {"kind": dict(AdminBody.Kind.choices), "rank": dict(Rank.choices)}


def import_bodies(request: SignedInRequest) -> HttpResponse:
    return _body_pages(request).upload(request)


@confirm_again(reading_is_free=True)
def review_bodies(request: SignedInRequest, sha256: str) -> HttpResponse:
    return _body_pages(request).review(request, sha256)


@require_GET
def download_bodies_template(request: SignedInRequest) -> HttpResponse:
    return download(bodies_template(), _("bodies-template.xlsx"))


def _body_pages(request: SignedInRequest) -> ImportPages:
    actor: User = request.user
    if not any(holds(actor, one) for one in IMPORTING):
        raise NotAllowed(permission=IMPORTING[0].value)
    return ImportPages(
        template="accounts/import_bodies.html",
        upload_url=reverse("accounts:import_bodies"),
        review_url=lambda sha256: reverse("accounts:review_bodies", args=[sha256]),
        done_url=reverse("accounts:bodies"),
        preview=lambda content: preview_bodies(actor=actor, content=content),
        write=lambda content, name: write_bodies(actor=actor, content=content, file_name=name),
        labels=BODY_LABELS,
        words=BODY_WORDS,
    )
