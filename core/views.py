"""Machine addresses, jobs, local mails of the demo, error pages."""

from datetime import datetime
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from core import jobs, readiness
from core.errors import WrongState
from core.selectors import failed_items, jobs_of

PAGE_SIZE = 25
LOOPBACK = frozenset({"127.0.0.1", "::1"})
# What the file-based mail backend writes between two messages.
MAIL_SEPARATOR = b"-" * 79 + b"\n"


@login_not_required
def healthz(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "alive"})


@login_not_required
def readyz(request: HttpRequest) -> JsonResponse:
    found = readiness.checks()
    ready = readiness.can_serve(found)
    return JsonResponse({"status": "ready" if ready else "not ready", **found}, status=200 if ready else 503)


@login_not_required
def local_mail(request: HttpRequest) -> HttpResponse:
    """The demo's mails, newest first; only for somebody sitting at this machine."""
    if request.META["REMOTE_ADDR"] not in LOOPBACK:
        raise Http404
    files = sorted(Path(settings.EMAIL_FILE_PATH).glob("*.log"), reverse=True)[:50]
    mails = [_readable(raw) for file in files for raw in file.read_bytes().split(MAIL_SEPARATOR) if raw.strip()]
    return render(request, "core/local_mail.html", {"mails": mails})


def job_list(request: HttpRequest) -> HttpResponse:
    page = Paginator(jobs_of(request.user), PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "core/job_list.html", {"page": page})


def job_detail(request: HttpRequest, uuid: str) -> HttpResponse:
    """Progress of one's own job; `?fragment=1` answers the moving part alone."""
    job = get_object_or_404(jobs_of(request.user), uuid=uuid)
    template = "core/job_progress.html" if "fragment" in request.GET else "core/job_detail.html"
    context = {
        "job": job,
        "progress": jobs.progress(job),
        "failures": failed_items(job),
        "result": jobs.result_address(job),
        "failure": jobs.failure_words(job.error),
    }
    return render(request, template, context)


@require_POST
def job_again(request: HttpRequest, uuid: str) -> HttpResponse:
    """Start one's own job again that was stopped by a failure."""
    job = get_object_or_404(jobs_of(request.user), uuid=uuid)
    try:
        jobs.start_again(actor=request.user, job=job)  # type: ignore[arg-type]
    except WrongState:
        messages.error(request, gettext("This is no longer possible: the record has moved on in the meantime."))
    else:
        messages.success(request, gettext("The work begins again; what was done already is not done twice."))
    return redirect("core:job", uuid)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "400.html", status=400)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "403.html", status=403)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "404.html", status=404)


def too_many_requests(request: HttpRequest) -> HttpResponse:
    answer = render(request, "429.html", status=429)
    answer["Retry-After"] = "60"
    return answer


def server_error(request: HttpRequest) -> HttpResponse:
    return render(request, "500.html", status=500)


def _readable(raw: bytes) -> dict[str, Any]:
    message = message_from_bytes(raw, policy=policy.default)
    body = message.get_body(("plain",))
    name, _at, domain = str(message["to"]).partition("@")
    is_text = bool(domain) and domain == settings.SMS_MAIL_DOMAIN
    return {
        "subject": gettext("Text message") if is_text else str(message["subject"]),
        "to": f"+{name}" if is_text else str(message["to"]),
        "date": _moment(message["date"]),
        "text": body.get_content() if body else "",
    }


def _moment(head: Any) -> datetime | str:
    """The day and time of a mail as every other day is written; a head that is none stays as it is."""
    return getattr(head, "datetime", None) or str(head or "")
