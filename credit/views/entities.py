"""Credit files of entities with a credit code: one's own, a look with its purpose, what everybody sees, the matrix."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import holds
from accounts.forms.purpose import PurposeForm
from accounts.middleware import SignedInRequest
from accounts.models import Institution
from accounts.permissions import Permission
from accounts.views.again import confirm_again
from accounts.views.trails import trail
from core import clock
from core.errors import DomainError, NotAllowed
from core.exports import CSV
from credit import services
from credit.access import leave_open
from credit.exports import open_table
from credit.forms.files import LinkForm
from credit.rules.publication import CATEGORIES, FIELDS, Audience, Subject, matrix_on
from credit.selectors.files import (
    entity_in_reach,
    links_of,
    looks_into_entity,
    own_entity,
    public_entity,
    public_records_of,
    records_of_entity,
)
from credit.selectors.lines import lines_of, with_voice
from credit.views.files import hat_id, lines_on_page, open_now
from credit.views.words import said


@require_safe
def my_entity(request: SignedInRequest) -> HttpResponse:
    """The file of the place one acts for, and who looked into it; a department is told where its facts stand."""
    crumbs = trail(_("Our credit file"))
    if (entity := own_entity(request.user)) is None:
        return render(request, "credit/my_entity.html", {"entity": None, "crumbs": crumbs})
    rows = records_of_entity(request.user, entity, Permission.CREDIT_OBJECT)
    context = {
        "entity": entity,
        "looks": looks_into_entity(request.user, entity),
        "links": links_of(entity),
        "crumbs": crumbs,
        **lines_on_page(request, rows, Audience.SUBJECT),
    }
    return render(request, "credit/my_entity.html", context)


@require_safe
def entity_file(request: SignedInRequest, pk: int) -> HttpResponse:
    """An entity's file while it is open; otherwise the question what for, which shows nothing of it."""
    entity = entity_in_reach(request.user, pk)
    look = open_now(request, entity)
    if look is None:
        return _ask(request, entity, PurposeForm())
    context = {
        "entity": entity,
        "look": look,
        "links": links_of(entity),
        "may_enter": holds(request.user, Permission.CREDIT_RECORD_ENTER),
        "crumbs": trail(_("Credit file of the entity"), _to_entity(entity)),
        **lines_on_page(request, records_of_entity(request.user, entity), Audience.REGION),
    }
    return render(request, "credit/entity.html", context)


@require_POST
@confirm_again
def open_entity(request: SignedInRequest, pk: int) -> HttpResponse:
    """Write the look down, then show the file. A try without the power to look is written down as refused."""
    form = PurposeForm(request.POST)
    if not form.is_valid() and (entity := _in_reach(request, pk)):
        return _ask(request, entity, form)
    look = services.open_entity_file(actor=request.user, institution_id=pk, purpose=form.stated())
    if look is None or not look.granted:
        raise NotAllowed(permission="credit_file_view")
    leave_open(request.session, subject=look.institution, hat_id=hat_id(request), purpose=look.purpose)
    return redirect("credit:entity", pk=pk)


@confirm_again(reading_is_free=True)
def link(request: SignedInRequest, pk: int) -> HttpResponse:
    """Point to what a competent department published about the entity; nothing of it is copied."""
    entity = entity_in_reach(request.user, pk, Permission.CREDIT_RECORD_ENTER)
    form = LinkForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.link_publication(actor=request.user, institution=entity, **form.cleaned_data)
        except DomainError as refusal:
            form.add_error(None, said(refusal))
        else:
            messages.success(request, _("The publication is linked."))
            return redirect("credit:entity", pk)
    context = {"entity": entity, "form": form, "crumbs": trail(_("Link a publication"), _to_file(entity))}
    return render(request, "credit/link.html", context)


@login_not_required
@require_safe
def public(request: HttpRequest, pk: int) -> HttpResponse:
    """What everybody sees of an entity's file, by the matrix: nothing adverse, but where to look for it."""
    entity = public_entity(pk)
    context = {
        "entity": entity,
        "links": links_of(entity),
        **lines_on_page(request, public_records_of(entity), Audience.PUBLIC),
    }
    return render(request, "credit/public.html", context)


@login_not_required
@require_safe
def open_data(request: HttpRequest, pk: int) -> HttpResponse:
    """The same as a table."""
    entity = public_entity(pk)
    lines = lines_of(with_voice(public_records_of(entity)), Audience.PUBLIC)
    answer = HttpResponse(open_table(lines), content_type=CSV)
    answer["Content-Disposition"] = f'attachment; filename="credit-{entity.uscc}.csv"'
    return answer


@login_not_required
@require_safe
def matrix(request: HttpRequest) -> HttpResponse:
    """Who sees what of a credit file, field by field; the very data by which pages and papers are made."""
    held = matrix_on(clock.today())
    tables = [
        {
            "subject": subject.label,
            "category": category,
            "rows": [
                (label, [name in held.cells.get((subject, category, audience), ()) for audience in Audience])
                for name, label in FIELDS.items()
                if subject == Subject.ENTITY or name != "unit"
            ],
        }
        for subject in Subject
        for category in CATEGORIES
    ]
    context = {"matrix": held, "tables": tables, "audiences": Audience.labels}
    return render(request, "credit/matrix.html", context)


def _ask(request: SignedInRequest, entity: Institution, form: PurposeForm) -> HttpResponse:
    context: dict[str, Any] = {
        "entity": entity,
        "form": form,
        "crumbs": trail(_("Credit file of the entity"), _to_entity(entity)),
    }
    return render(request, "credit/entity_purpose.html", context)


def _in_reach(request: SignedInRequest, pk: int) -> Institution | None:
    try:
        return entity_in_reach(request.user, pk)
    except NotAllowed:
        return None


def _to_entity(entity: Institution) -> tuple[str, str]:
    return entity.name, reverse("staffing:public", args=[entity.pk])


def _to_file(entity: Institution) -> tuple[str, str]:
    return _("Credit file of the entity"), reverse("credit:entity", args=[entity.pk])
