"""Many evidences at once: handing in a table with scans, and deciding about all of them by a sample."""

from collections.abc import Callable

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.access import holds
from accounts.middleware import SignedInRequest
from accounts.models import Institution
from accounts.permissions import Permission
from accounts.selectors import reached_institution
from accounts.views.again import confirm_again
from accounts.views.imports import ImportPages, download
from core import uploads
from core.errors import DomainError, NotAllowed
from core.tables import TableUnreadable
from courses import services
from courses.exports import evidence_template
from courses.forms.batches import BatchForm, DrawForm
from courses.imports.evidence_tables import MOST_ROWS
from courses.models import EvidenceBatch
from courses.selectors import evidence as evidences
from courses.selectors import evidence_batches as selectors
from courses.views.records import LABELS, WORDS
from courses.views.refusals import words
from courses.views.trails import evidence_trail
from courses.workflow import BatchState

PAGE_SIZE = 25
BESIDE = "scans"
STEPS: dict[str, tuple[Callable[..., EvidenceBatch], Promise]] = {
    "accept": (services.accept_batch, gettext_lazy("All of them are accepted.")),
    "refuse": (services.refuse_batch, gettext_lazy("All of them are refused; the institution reads why.")),
    "part": (services.part_batch, gettext_lazy("Each of them is now decided by itself, on the desk of evidence.")),
}


@require_GET
def batches(request: SignedInRequest) -> HttpResponse:
    """The institution's own; for an authority those that wait for it."""
    decides = holds(request.user, Permission.TRAINING_RECORD_CONFIRM)
    if not decides and not holds(request.user, Permission.EVIDENCE_SUBMIT):
        raise NotAllowed(permission=Permission.EVIDENCE_SUBMIT.value)
    rows = selectors.batches_to_decide(request.user) if decides else selectors.own_batches(request.user)
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page_obj": page,
        "decides": decides,
        "crumbs": evidence_trail(pgettext("evidence from elsewhere", "Many at once")),
    }
    return render(request, "courses/batches.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new_batch(request: SignedInRequest) -> HttpResponse:
    """The two files; what can be read is kept for a day and shown as a preview."""
    institution = reached_institution(request.user, Permission.EVIDENCE_SUBMIT)
    form = BatchForm(request.POST or None, request.FILES or None, most_rows=MOST_ROWS)
    if request.method == "POST" and form.is_valid():
        table, scans = (form.cleaned_data[name] for name in ("file", "scans"))
        packed = scans.read()
        try:
            answer = _pages(request, institution, packed).kept_and_read(request, table.read(), table.name)
        except TableUnreadable as error:
            form.add_error("file", error.sentence)
        except NotAllowed:
            raise
        except DomainError as refusal:
            form.add_error("scans", words(refusal))
        else:
            sha256 = answer.rstrip("/").rpartition("/")[2]
            kept = uploads.keep(request.user.pk, packed)
            uploads.keep_beside(request.user.pk, sha256, BESIDE, {"zip": kept})
            return HttpResponseRedirect(answer)
    context = {"form": form, "crumbs": evidence_trail(_("Submit many at once"))}
    return render(request, "courses/new_batch.html", context)


@require_GET
def download_template(request: SignedInRequest) -> HttpResponse:
    return download(evidence_template(), _("evidence-template.xlsx"))


@confirm_again(reading_is_free=True)
def review_batch(request: SignedInRequest, sha256: str) -> HttpResponse:
    institution = reached_institution(request.user, Permission.EVIDENCE_SUBMIT)
    beside = uploads.kept_beside(request.user.pk, sha256, BESIDE)
    packed = uploads.kept(request.user.pk, beside["zip"]) if beside else None
    pages = _pages(request, institution, packed or b"")
    if beside is None or packed is None:
        return pages.gone(request)
    answer = pages.review(request, sha256)
    if uploads.kept(request.user.pk, sha256) is None:
        # The table was carried out.
        uploads.forget(request.user.pk, beside["zip"])
    return answer


def _pages(request: SignedInRequest, institution: Institution, packed: bytes) -> ImportPages:
    actor = request.user
    return ImportPages(
        template="courses/new_batch.html",
        upload_url=reverse("courses:new_batch"),
        review_url=lambda sha256: reverse("courses:review_batch", args=[sha256]),
        done_url=reverse("courses:batches"),
        preview=lambda content: services.preview_batch(
            actor=actor, institution=institution, table=content, scans=packed
        ),
        write=lambda content, _name: services.submit_batch(
            actor=actor, institution=institution, table=content, scans=packed
        ),
        labels=LABELS | {"scans": gettext_lazy("Scans"), "agreement": gettext_lazy("Agreement of mutual recognition")},
        words=WORDS,
        context={"crumbs": evidence_trail(_("Submit many at once"))},
    )


@require_GET
def batch(request: SignedInRequest, pk: int) -> HttpResponse:
    """One, with its rows; whoever decides sees which were drawn."""
    decides = holds(request.user, Permission.TRAINING_RECORD_CONFIRM)
    needed = Permission.TRAINING_RECORD_CONFIRM if decides else Permission.EVIDENCE_SUBMIT
    found = selectors.batch_for(request.user, pk, needed)
    context = {
        "batch": found,
        "rows": selectors.rows_of(found, shows_draw=decides or found.state in BatchState.decided()),
        "decides": decides,
        "all_agree": selectors.all_agree(found),
        "draw_form": DrawForm(least=selectors.least_sample(found.rows), most=found.rows),
        "crumbs": evidence_trail(pgettext("evidence from elsewhere", "Many at once")),
    }
    return render(request, "courses/batch.html", context)


@require_POST
def withdraw_batch(request: SignedInRequest, pk: int) -> HttpResponse:
    found = selectors.batch_for(request.user, pk, Permission.EVIDENCE_SUBMIT)
    return _told(request, found, lambda: services.withdraw_batch(actor=request.user, batch=found), _("Withdrawn."))


@confirm_again
@require_POST
def draw_batch(request: SignedInRequest, pk: int) -> HttpResponse:
    found = selectors.batch_for(request.user, pk, Permission.TRAINING_RECORD_CONFIRM)
    form = DrawForm(request.POST, least=selectors.least_sample(found.rows), most=found.rows)
    size = form.cleaned_data["size"] if form.is_valid() else 0
    done = _("Drawn. Compare each drawn row with its scans.")
    return _told(request, found, lambda: services.draw_batch(actor=request.user, batch=found, size=size), done)


@require_POST
def mark_drawn(request: SignedInRequest, pk: int) -> HttpResponse:
    """`pk`: of the evidence."""
    found = evidences.evidence_for(request.user, pk, Permission.TRAINING_RECORD_CONFIRM)
    if found.batch is None:
        raise NotAllowed(permission=Permission.TRAINING_RECORD_CONFIRM.value)
    agrees = request.POST.get("agrees") == "yes"
    work = lambda: services.mark_drawn(actor=request.user, evidence=found, agrees=agrees)  # noqa: E731
    return _told(request, found.batch, work, _("Recorded for this row."))


@confirm_again
@require_POST
def decide_batch(request: SignedInRequest, pk: int) -> HttpResponse:
    found = selectors.batch_for(request.user, pk, Permission.TRAINING_RECORD_CONFIRM)
    step = request.POST.get("step", "")
    if step not in STEPS:
        return redirect("courses:evidence_batch", pk)
    service, done = STEPS[step]
    given = {} if step == "accept" else {"reason": request.POST.get("reason", "")[:1000]}
    return _told(request, found, lambda: service(actor=request.user, batch=found, **given), str(done))


def _told(request: SignedInRequest, found: EvidenceBatch, work: Callable[[], object], done: str) -> HttpResponse:
    """What is refused is said on the page of the batch, which whoever asks reaches."""
    try:
        work()
    except DomainError as refusal:
        messages.error(request, words(refusal))
    else:
        messages.success(request, done)
    return redirect("courses:evidence_batch", found.pk)
