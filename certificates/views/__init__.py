"""Pages: verification for anyone, certificates for their holders, issue for bases."""

import logging
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import holds
from accounts.permissions import Permission
from accounts.views.again import confirm_again
from certificates import credentials, selectors, services
from certificates.forms import MAX_FILE, CodeForm, FileForm, IssuedFilterForm, NameForm, ReferenceForm
from certificates.models import Certificate
from certificates.rules import Outcome
from certificates.selectors import Answer, papers
from certificates.selectors.joint import co_issuers, in_words
from certificates.workflow import BatchState, RevisionKind
from core import clock
from core.errors import DomainError
from core.handed_in import keep_in_memory
from courses.models import Cohort

log = logging.getLogger(__name__)
PAGE_LENGTH = 25
NOT_STARTED = {
    "nothing_to_issue": gettext_lazy("Nobody in this class is waiting for a certificate."),
    "issuers_changed": gettext_lazy(
        "In the meantime others were named as issuers of this class. Nothing was issued: look at the list again."
    ),
}
CREDENTIAL_FILES = {"json": "application/vc", "jwt": "application/vc+jwt"}
STATUS = {Outcome.COULD_NOT_CHECK: 503}


# --- for anyone -----------------------------------------------------------------------------------------------------
@csrf_exempt
@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    """Exempt only until the file that may come has been told to stay in memory; then the token is asked for."""
    keep_in_memory(request, MAX_FILE)
    return _verify(request)


@csrf_protect
def _verify(request: HttpRequest) -> HttpResponse:
    """The forms, and the answer to each: by code or reference through the address, by name and by file through POST."""
    if request.method == "POST":
        return _by_name(request) if "number" in request.POST else _by_file(request)
    if "reference" in request.GET:
        return _by_reference(request, request.GET["reference"])
    if not request.GET.keys() & {"number", "code"}:
        return _forms(request)
    if papers.meant_by(request.GET.get("number", "")):
        # The number of another paper, typed into the first field that asks for one.
        return _by_reference(request, request.GET["number"])
    if "number" not in request.GET:
        return _by_code(request, request.GET["code"])
    form = CodeForm(request.GET)
    if not form.is_valid():
        return _forms(request, code_form=form)
    return _by_code(request, form.cleaned_data["code"], form.cleaned_data["number"])


@login_not_required
@never_cache
@require_safe
def roster(request: HttpRequest) -> HttpResponse:
    """The public roster; never cached, so that whoever withdraws is gone at once."""
    query = request.GET.get("q", "").strip()[:100]
    page = Paginator(selectors.public_roster(query), PAGE_LENGTH).get_page(request.GET.get("page"))
    context = {"page_obj": page, "lines": selectors.roster_lines(list(page)), "query": query}
    return render(request, "certificates/roster.html", context)


@login_not_required
@never_cache
@require_safe
def by_code(request: HttpRequest, code: str) -> HttpResponse:
    """Where the QR code leads: Chinese, with the same answer one click away in the other languages."""
    name = "reference" if papers.meant_by(code) else "code"
    request.translated_paths = {  # type: ignore[attr-defined]
        language: _verify_address(language, name, code) for language, _name in settings.LANGUAGES
    } | {settings.LANGUAGE_CODE: request.path}
    return _by_reference(request, code) if name == "reference" else _by_code(request, code)


def _by_reference(request: HttpRequest, reference: str) -> HttpResponse:
    """Of another paper than a certificate; its reference is too long to be found by trying."""
    form = ReferenceForm({"reference": reference}, auto_id="by_reference_%s")
    paper = papers.meant_by(reference)
    if paper is None or not form.is_valid():
        if form.is_valid():
            form.add_error("reference", _("No such paper has a reference like this one."))
        return _forms(request, reference_form=form)
    if wait := services.wait_by_code(request.META["REMOTE_ADDR"]):
        return _too_many(request, wait)
    return _paper(request, paper, paper.by_reference(reference))


def _paper(request: HttpRequest, paper: papers.Paper, answer: papers.PaperAnswer) -> HttpResponse:
    return render(request, paper.template, {"answer": answer}, status=503 if answer.is_unsure else 200)


def _by_code(request: HttpRequest, code: str, number: str | None = None) -> HttpResponse:
    wait = services.wait_by_code(request.META["REMOTE_ADDR"])
    return _too_many(request, wait) if wait else _answered(request, selectors.verify(code=code, number=number))


def _by_name(request: HttpRequest) -> HttpResponse:
    form = NameForm(request.POST, auto_id="by_name_%s")
    if not form.is_valid():
        return _forms(request, name_form=form)
    try:
        wait = services.wait_by_name(request.META["REMOTE_ADDR"], form.cleaned_data["number"])
    except services.NotCounted:
        return _answered(request, selectors.could_not_check())
    if wait:
        return _too_many(request, wait)
    return _answered(request, selectors.verify_by_name(**form.cleaned_data), by_name=True)


def _by_file(request: HttpRequest) -> HttpResponse:
    form = FileForm(request.POST, request.FILES, auto_id="by_file_%s")
    if not form.is_valid():
        return _forms(request, file_form=form)
    if wait := services.wait_by_file(request.META["REMOTE_ADDR"]):
        return _too_many(request, wait)
    body = form.cleaned_data["file"].read()
    answer = selectors.verify_file(body)
    if answer.certificate is None and (other := papers.with_bytes(body)):
        return _paper(request, *other)
    return _answered(request, answer)


def _answered(request: HttpRequest, answer: Answer, *, by_name: bool = False) -> HttpResponse:
    if request.method != "HEAD":
        services.count_verification(answer.certificate)
    # A file that is not in the register is an answer; what could not be read is none.
    status = 200 if answer.file else STATUS.get(answer.outcome, 200)
    return render(request, "certificates/outcome.html", {"answer": answer, "by_name": by_name}, status=status)


def _too_many(request: HttpRequest, wait: int) -> HttpResponse:
    answer = render(request, "certificates/too_many.html", {"wait": wait}, status=429)
    answer["Retry-After"] = str(wait)
    return answer


def _forms(
    request: HttpRequest,
    code_form: CodeForm | None = None,
    name_form: NameForm | None = None,
    file_form: FileForm | None = None,
    reference_form: ReferenceForm | None = None,
) -> HttpResponse:
    forms = {
        "file_form": file_form or FileForm(auto_id="by_file_%s"),
        "code_form": code_form or CodeForm(),
        "name_form": name_form or NameForm(auto_id="by_name_%s"),
        "reference_form": reference_form or ReferenceForm(auto_id="by_reference_%s"),
        "by_name": name_form is not None,
    }
    return render(request, "certificates/verify.html", forms)


def _verify_address(language: str, name: str, code: str) -> str:
    with translation.override(language):
        return f"{reverse('certificates:verify')}?{urlencode({name: code})}"


# --- for machines ---------------------------------------------------------------------------------------------------
@login_not_required
@cache_control(public=True, max_age=300)
@require_safe
def did_document(request: HttpRequest) -> HttpResponse:
    """The keys under which this site signs and has signed."""
    return _published(credentials.did_document(), "application/did+json")


@login_not_required
@cache_control(public=True, max_age=60)
@require_safe
def status_list(request: HttpRequest, name: str) -> HttpResponse:
    """A signed list of states as it stands now; it names nobody."""
    if (published := credentials.published_list(name)) is None:
        raise Http404
    return _published(published.body, "application/vc+jwt" if name.endswith(".jwt") else "application/vc")


def _published(body: bytes, content_type: str) -> HttpResponse:
    """Pages of wallets and of other verifiers may read it too; it depends on nobody's login."""
    answer = HttpResponse(body, content_type=content_type)
    answer["Access-Control-Allow-Origin"] = "*"
    return answer


# --- for holders ----------------------------------------------------------------------------------------------------
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    page = _page(request, selectors.my_certificates(request.user))  # type: ignore[arg-type]
    has_transcript = selectors.has_transcript(request.user)  # type: ignore[arg-type]
    waiting = selectors.own_awards_to_file(request.user)  # type: ignore[arg-type]
    unsure = selectors.unsure_among(list(page))
    context = {"page": page, "has_transcript": has_transcript, "waiting": waiting, "unsure": unsure}
    return render(request, "certificates/mine.html", context)


@require_safe
def certificate(request: HttpRequest, number: str) -> HttpResponse:
    found = _certificate_or_404(request, number)
    context = {
        "certificate": found,
        "unsure": selectors.unsure_among([found]),
        "events": found.events.all(),
        "revisions": found.file.revisions.all(),
        "with_proof": any(one.kind == RevisionKind.PROOF for one in found.file.revisions.all()),
        "outcome": selectors.state_of(found),
        "own": found.person.user_id == request.user.pk,
        "credential": selectors.my_credential(request.user, number),  # type: ignore[arg-type]
        "steps": selectors.decision_steps(request.user, found),  # type: ignore[arg-type]
        "wallet": _wallet(request, found),
        "cases": selectors.cases_of(request.user, found),  # type: ignore[arg-type]
    }
    return render(request, "certificates/certificate.html", context)


def _wallet(request: HttpRequest, found: Certificate) -> dict[str, Any]:
    """What the holder alone sees: links, and how often it was verified."""
    person = found.person.merged_into or found.person
    if person.user_id != request.user.pk:
        return {}
    links = [
        {"link": one.link, "address": settings.SITE_URL + reverse("certificates:shared", args=[one.token])}
        for one in selectors.open_links(request.user, found)  # type: ignore[arg-type]
    ]
    return {"links": links, "seen": selectors.seen(request.user, found)}  # type: ignore[arg-type]


@require_safe
def download(request: HttpRequest, number: str) -> HttpResponse:
    """The bytes as issued, with the time stamps that were added since; a file that differs is not given out."""
    file = selectors.file_of(request.user, number)  # type: ignore[arg-type]
    if file is None:
        raise Http404
    try:
        body, sha256 = selectors.given_out(file)
    except (DomainError, OSError):
        log.exception("certificate %s cannot be served", number)
        return render(request, "certificates/damaged.html", {"number": number}, status=500)
    answer = HttpResponse(body, content_type="application/pdf")
    way = "inline" if "print" in request.GET else "attachment"
    answer["Content-Disposition"] = f'{way}; filename="{number}.pdf"'
    answer["ETag"] = f'"{sha256}"'
    return answer


@require_safe
def add_to_wallet(request: HttpRequest, number: str) -> HttpResponse:
    """The credential of one's own certificate: what it is for, and how it gets into a wallet."""
    found = _own_or_404(request, number)
    trail = [
        {"label": _("My certificates"), "url": reverse("certificates:mine")},
        {"label": found.title, "url": reverse("certificates:certificate", args=[found.number])},
        {"label": _("Add to a wallet")},
    ]
    context = {"certificate": found, "trail": trail, "unsure": selectors.unsure_among([found])}
    return render(request, "certificates/wallet.html", context)


@require_safe
@never_cache
def credential(request: HttpRequest, number: str, form: str) -> HttpResponse:
    """The file goes to the holder alone, as issued."""
    stored = getattr(_own_or_404(request, number), "credential", None)
    if stored is None or not stored.json_form:
        raise Http404
    body = {"json": stored.json_form, "jwt": stored.jwt_form}[form]
    return _file(body, f"{number}.{form}", CREDENTIAL_FILES[form])


@require_safe
@never_cache
def transcript(request: HttpRequest) -> HttpResponse:
    """All of one's certificates in force in one signed file, made anew at each download."""
    try:
        made = services.make_transcript(actor=request.user)  # type: ignore[arg-type]
    except DomainError as refusal:
        return render(request, "certificates/transcript_unsure.html", refusal.facts, status=503)
    if made is None:
        raise Http404
    return _file(made, f"transcript-{clock.today():%Y%m%d}.json", "application/vc")


def _file(body: bytes | str, name: str, content_type: str) -> HttpResponse:
    answer = HttpResponse(body, content_type=content_type)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _own_or_404(request: HttpRequest, number: str) -> Certificate:
    found = selectors.my_credential(request.user, number)  # type: ignore[arg-type]
    if found is None:
        raise Http404
    return found


def _certificate_or_404(request: HttpRequest, number: str) -> Certificate:
    found = selectors.certificate_of(request.user, number)  # type: ignore[arg-type]
    if found is None:
        raise Http404
    return found


# --- for bases ------------------------------------------------------------------------------------------------------
@require_safe
def issued(request: HttpRequest) -> HttpResponse:
    if not holds(request.user, Permission.CERTIFICATE_ISSUE):  # type: ignore[arg-type]
        raise Http404
    form = IssuedFilterForm(request.GET)
    wanted = form.cleaned_data if form.is_valid() else {}
    rows = selectors.issued_certificates(
        request.user,  # type: ignore[arg-type]
        state=wanted.get("state", ""),
        search=wanted.get("q", ""),
    )
    page = _page(request, rows)
    context = {"page": page, "form": form, "unsure": selectors.unsure_among(list(page))}
    return render(request, "certificates/issued.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@confirm_again(reading_is_free=True)
def issue(request: HttpRequest, pk: int) -> HttpResponse:
    """The dry run; POST starts the job."""
    cohort = selectors.cohort_to_issue(request.user, pk)  # type: ignore[arg-type]
    if cohort is None:
        raise Http404
    if request.method == "POST":
        return _start(request, cohort)
    people = services.plan_issue(actor=request.user, cohort=cohort)  # type: ignore[arg-type]
    named = co_issuers(request.user, cohort)  # type: ignore[arg-type]
    counts = {
        "ready": sum(one.is_ready for one in people),
        "made": sum(one.certificate is not None for one in people),
        "refused": sum(bool(one.refusals) for one in people),
    }
    context = {
        "cohort": cohort,
        "people": people,
        "counts": counts,
        "bodies": in_words(named),
        "shown": named.pk if named else 0,
        "alone_up_to": selectors.alone_up_to(),
        "batches": selectors.batches_of(request.user, cohort),  # type: ignore[arg-type]
    }
    return render(request, "certificates/issue.html", context)


def _start(request: HttpRequest, cohort: Cohort) -> HttpResponseRedirect:
    """Up to the number of the rule the asker confirms here; above it the batch waits for a second person."""
    try:
        batch = services.ask_for_cohort(actor=request.user, cohort=cohort, shown=_shown(request))  # type: ignore[arg-type]
        if batch.state == BatchState.ASKED and not selectors.needs_second(batch):
            batch = services.confirm_batch(actor=request.user, batch=batch)  # type: ignore[arg-type]
    except DomainError as refusal:
        if refusal.code not in NOT_STARTED:
            raise
        messages.warning(request, str(NOT_STARTED[refusal.code]))
        return redirect("certificates:issue", cohort.pk)
    if batch.job and batch.job.owner_id == request.user.pk:
        return redirect("core:job", batch.job.uuid)
    return redirect("certificates:batch", batch.pk)


def _shown(request: HttpRequest) -> int:
    """The list of others who issue that stood on the page; 0 where the base stood alone."""
    value = request.POST.get("shown", "0")
    return int(value) if value.isascii() and value.isdecimal() and len(value) < 19 else -1


def _page(request: HttpRequest, rows: Any) -> Any:
    return Paginator(rows, PAGE_LENGTH).get_page(request.GET.get("page"))
