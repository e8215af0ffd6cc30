"""Designs of certificates in the administration: list, drafts, findings, previews, publishing, ZIP out and in."""

from typing import Any

from csp.decorators import csp_replace, csp_update
from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import holds
from accounts.middleware import SignedInRequest
from accounts.permissions import Permission
from accounts.views.again import confirm_again
from accounts.views.trails import trail
from certificates.forms.designs import DesignFileForm, DesignForm, NewDesignForm, PublishForm, RetireForm
from certificates.identifiers import LEVEL_LETTERS
from certificates.models import CertificateTemplate, TemplateVersion
from certificates.pdf.designs import linter, package, samples
from certificates.pdf.renderer import draw
from certificates.pdf.sheet import version_design
from certificates.selectors import designs as selectors
from certificates.services import designs as services
from certificates.views.findings import SAMPLES, in_words
from certificates.workflow import TEMPLATE_VERSION_STEPS, DesignState
from core import clock
from core.errors import DomainError
from core.workflow import steps_for
from courses.selectors.content import levels as all_levels

REFUSALS = {
    "same_person_twice": gettext_lazy("You wrote this draft or one before it: a second person publishes it."),
    "design_refused": gettext_lazy("It has findings. Nothing was published; mend them and save a new draft."),
    "too_few_places": gettext_lazy(
        "A design for joint issue has a place for each of the three bodies that may be named. Nothing was published."
    ),
    "day_has_passed": gettext_lazy("The day has passed. Nothing was published; choose today or a later day."),
    "reason_missing": gettext_lazy("Please say why it is retired."),
    "nothing_would_draw": gettext_lazy("It is the last design of its kind. Publish another one first."),
    "wrong_state": gettext_lazy("Somebody has decided on this version in the meantime. Nothing was changed."),
    "template_exists": gettext_lazy("There is a design of this short name. Choose another one."),
    "package_refused": gettext_lazy(
        "This is not an exported design as it was exported. Nothing was taken in; export it again."
    ),
    "saved_meanwhile": gettext_lazy(
        "Another version has been saved since you opened this one. Nothing was saved and your text is still here: "
        "look at the newest version first. If yours is to take its place, save again."
    ),
    "moved_since_export": gettext_lazy(
        "The archive was exported from %(base)s, and version %(newest)s has been saved since. Nothing was taken in and "
        "version %(newest)s is as it was: look at it, or export it and change that archive. If yours is to take its "
        "place all the same, choose the file again and tick the box."
    ),
    "design_too_large": gettext_lazy("It is too large for a design. Nothing was saved."),
    "design_empty": gettext_lazy("HTML or fields are empty. Nothing was saved."),
}

DECISIONS = {"publish": services.publish_version, "retire": services.retire_version, "drop": services.drop_draft}


@require_http_methods(["GET", "HEAD", "POST"])
def designs(request: SignedInRequest) -> HttpResponse:
    """What draws today, and a form for another name."""
    _require_hat(request)
    levels = {level.code: level.title for level in all_levels() if level.code in LEVEL_LETTERS}
    form = NewDesignForm(request.POST or None, levels=levels)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        titles = {language: given[f"title_{language}"] for language in ("zh", "en", "ja")}
        facts = {name: given[name] for name in ("key", "kind", "levels", "joint")}
        if _done(form, lambda: services.create_template(actor=request.user, titles=titles, **facts)):
            return redirect("certificates:edit_design", given["key"])
    context = {
        "templates": [(one, [levels[code] for code in one.levels]) for one in selectors.templates(request.user)],
        "form": form,
        "crumbs": trail(_("Designs of certificates")),
    }
    return render(request, "certificates/designs.html", context)


@require_safe
def design(request: SignedInRequest, key: str) -> HttpResponse:
    found = _template_or_404(request, key)
    context = {
        "template": found,
        "versions": selectors.versions(request.user, found),
        "form": DesignFileForm(),
        "crumbs": _crumbs(found.title),
    }
    return render(request, "certificates/design.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def edit_design(request: SignedInRequest, key: str) -> HttpResponse:
    """The newest texts in a form; POST saves them as the next draft."""
    found = _template_or_404(request, key)
    form = DesignForm(request.POST or None, initial=_newest(request, found))
    sent = request.method == "POST" and form.is_valid()
    if sent and (made := _done(form, lambda: _drafted(request, found, form))):
        return redirect("certificates:design_version", key, made.number)
    context = {"template": found, "form": form, "crumbs": _crumbs(_("Draft"), found)}
    return render(request, "certificates/design_edit.html", context)


@require_http_methods(["POST"])
def import_design(request: SignedInRequest, key: str) -> HttpResponse:
    """An archive becomes a draft; a refused one changes nothing."""
    found = _template_or_404(request, key)
    form = DesignFileForm(request.POST, request.FILES)
    if form.is_valid() and (made := _done(form, lambda: _taken_in(request, found, form))):
        return redirect("certificates:design_version", key, made.number)
    for error in (message for found_ in form.errors.values() for message in found_):
        messages.error(request, str(error))
    return redirect("certificates:design", key)


@csp_update({"frame-src": ["'self'"]})
@require_http_methods(["GET", "HEAD", "POST"])
@confirm_again(reading_is_free=True)
def design_version(request: SignedInRequest, key: str, number: int) -> HttpResponse:
    """Findings, previews, and the decision: publish, drop, retire."""
    found = _version_or_404(request, key, number)
    steps = steps_for(request.user, found, TEMPLATE_VERSION_STEPS)
    forms_ = {
        "publish": PublishForm(request.POST or None, initial={"valid_from": clock.today()}),
        "retire": RetireForm(request.POST or None),
    }
    if request.method == "POST" and _decided(request, found, forms_):
        return redirect("certificates:design_version", key, number)
    context = {
        "version": found,
        "findings": in_words(linter.lint(version_design(found))) if found.state == DesignState.DRAFT else [],
        "samples": SAMPLES,
        "drawn": not linter.read(version_design(found)),
        "steps": [step for step in steps if step != "publish" or request.user.pk not in services.authors(found)],
        "publish_form": forms_["publish"],
        "retire_form": forms_["retire"],
        "crumbs": _crumbs(_("Version %(number)s") % {"number": number}, found.template),
    }
    return render(request, "certificates/design_version.html", context)


@csp_replace({"frame-ancestors": ["'self'"]})  # type: ignore[arg-type]  # typed for plain requests alone
@require_safe
def preview_design(request: SignedInRequest, key: str, number: int, sample: str) -> HttpResponse:
    """The page on data of nobody, which the page of the version may frame; what may not be read is not drawn."""
    found = version_design(_version_or_404(request, key, number))
    if sample not in samples.SAMPLES or linter.read(found):
        raise Http404
    try:
        body = draw(samples.sample_for(sample, found.places), design=found).body
    except DomainError as refusal:
        raise Http404 from refusal
    return HttpResponse(body, content_type="application/pdf")


@require_safe
def export_design(request: SignedInRequest, key: str, number: int) -> HttpResponse:
    found = version_design(_version_or_404(request, key, number))
    name = f'attachment; filename="{key}-{number}.zip"'
    return HttpResponse(package.pack(found), content_type="application/zip", headers={"Content-Disposition": name})


def _decided(request: SignedInRequest, found: TemplateVersion, given: dict[str, forms.Form]) -> bool:
    """The button that was pressed; what is refused is said, and nothing is changed."""
    step, form = request.POST.get("step", ""), given.get(request.POST.get("step", ""))
    if form is not None and not form.is_valid():
        return False
    asked = {**form.cleaned_data} if form else {}
    work: Any = DECISIONS.get(step)
    try:
        if work is not None:
            work(actor=request.user, version=found, **asked)
    except DomainError as refusal:
        if refusal.code not in REFUSALS:
            raise
        messages.error(request, str(REFUSALS[refusal.code]))
    return True


def _done(form: forms.Form, work: Any) -> Any:
    try:
        return work()
    except DomainError as refusal:
        if refusal.code not in REFUSALS:
            raise
        form.add_error(None, str(REFUSALS[refusal.code]) % refusal.facts)
        return None


def _taken_in(request: SignedInRequest, template: CertificateTemplate, form: DesignFileForm) -> TemplateVersion:
    content, meant = form.cleaned_data["file"].read(), form.cleaned_data["in_its_place"]
    return services.import_draft(actor=request.user, template=template, content=content, in_its_place=meant)


def _written(
    request: SignedInRequest, template: CertificateTemplate, texts: dict[str, str], base: int | None = None
) -> TemplateVersion:
    html, css, fields = (texts[name] for name in ("html", "css", "fields"))
    return services.write_draft(actor=request.user, template=template, html=html, css=css, fields=fields, base=base)


def _drafted(request: SignedInRequest, template: CertificateTemplate, form: DesignForm) -> TemplateVersion:
    try:
        return _written(request, template, form.texts(), form.cleaned_data["base"])
    except DomainError as refusal:
        if refusal.code == "saved_meanwhile":
            form.begin_at(refusal.facts["number"])
        raise


def _newest(request: SignedInRequest, template: CertificateTemplate) -> dict[str, Any]:
    """The last version's texts and number; for a new name the texts of the newest design of its kind."""
    mine = selectors.newest_of(request.user, template)
    version = mine or selectors.newest_of_kind(request.user, template.kind, joint=template.joint)
    texts = {"html": version.html, "css": version.css, "fields_json": version.fields} if version else {}
    return {**texts, "base": mine.number if mine else 0}


def _require_hat(request: SignedInRequest) -> None:
    if not holds(request.user, Permission.TEMPLATE_MANAGE):
        raise Http404


def _template_or_404(request: SignedInRequest, key: str) -> CertificateTemplate:
    found = selectors.template_of(request.user, key)
    if found is None:
        raise Http404
    return found


def _version_or_404(request: SignedInRequest, key: str, number: int) -> TemplateVersion:
    found = selectors.version_of(request.user, key, number)
    if found is None:
        raise Http404
    return found


def _crumbs(here: str, template: CertificateTemplate | None = None) -> list[dict[str, str]]:
    between = [(_("Designs of certificates"), reverse("certificates:designs"))]
    if template:
        between.append((template.title, reverse("certificates:design", args=[template.key])))
    return trail(here, *between)
