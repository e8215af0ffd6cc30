"""What an institution does so that everybody it names is told: the list, the paper to hand out, the ticks."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.access import can
from accounts.forms.notices import NoticeFilter
from accounts.middleware import SignedInRequest
from accounts.models import AppointmentNotice, Institution
from accounts.permissions import Permission
from accounts.selectors import masked_numbers, reached_institution
from accounts.selectors.notices import WAITING, notices_of
from accounts.services import hand_out_notices, notice_url, renew_links
from accounts.views.trails import trail
from core import clock
from core.drawing import qr_code
from core.text import mask_name

PER_PAGE = 50
# One sheet of paper each; more at once would be a pile nobody sorts.
PER_PRINT = 100


@require_GET
def notices(request: SignedInRequest) -> HttpResponse:
    """Of the worn institution, or of the one in the address if it reaches the actor."""
    institution, suffix = _institution(request, Permission.ROSTER_VIEW)
    form, today = NoticeFilter(request.GET), clock.today()
    rows = notices_of(request.user, institution, standing=form.chosen(), on=today, text=form.text())
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    masked = masked_numbers(_survivor(one) for one in page)
    context = {
        "institution": institution,
        "filter": form,
        "asked": request.GET.get("institution", ""),
        "page_obj": page,
        "lines": [{**_line(one), "masked": masked.get(_survivor(one), "")} for one in page],
        "today": today,
        "may_tell": can(request.user, Permission.ROSTER_IMPORT, institution),
        "suffix": suffix,
        "crumbs": trail(_("Who has been told"), (_("Staff roster"), reverse("accounts:roster") + suffix)),
    }
    return render(request, "accounts/notices.html", context)


@require_GET
@never_cache
def print_notices(request: SignedInRequest) -> HttpResponse:
    """One sheet for everybody not told yet, with the same link as a message would hold, as text and as a code."""
    institution, suffix = _institution(request, Permission.ROSTER_IMPORT)
    rows = notices_of(request.user, institution, standing=WAITING, on=clock.today())[:PER_PRINT]
    sheets = [_sheet(one) for one in rows]
    back = reverse("accounts:notices") + suffix
    return render(request, "accounts/notices_print.html", {"institution": institution, "sheets": sheets, "back": back})


@require_POST
def tick_notices(request: SignedInRequest) -> HttpResponse:
    """Handed out on paper, or another link for the ticked ones."""
    institution, suffix = _institution(request, Permission.ROSTER_IMPORT)
    name = "listed" if "all" in request.POST else "notice"
    ids = [int(value) for value in request.POST.getlist(name) if value.isascii() and value.isdigit()]
    act = renew_links if "renew" in request.POST else hand_out_notices
    done = len(act(actor=request.user, institution=institution, notice_ids=ids))
    if act is renew_links:
        words = ngettext("%(count)s new link was made.", "%(count)s new links were made.", done)
    else:
        words = ngettext("%(count)s notice is ticked as handed out.", "%(count)s notices are ticked.", done)
    messages.success(request, words % {"count": done})
    return redirect(reverse("accounts:notices") + suffix)


def _institution(request: SignedInRequest, permission: Permission) -> tuple[Institution, str]:
    asked = request.GET.get("institution", "")
    institution = reached_institution(request.user, permission, asked)
    return institution, f"?institution={institution.pk}" if asked else ""


def _survivor(notice: AppointmentNotice) -> int:
    person = notice.appointment.person
    return person.merged_into_id or person.pk


def _line(notice: AppointmentNotice) -> dict[str, Any]:
    facts = list(notice.facts.all())
    told: bool = notice.told  # type: ignore[attr-defined]
    late = not told and not notice.due_provisional and clock.today() > notice.due_on
    person = notice.appointment.person.merged_into or notice.appointment.person
    return {"notice": notice, "person": person, "last": facts[0] if facts else None, "late": late}


def _sheet(notice: AppointmentNotice) -> dict[str, Any]:
    url, person = notice_url(notice), notice.appointment.person
    return {"notice": notice, "url": url, "code": qr_code(url), "masked_name": mask_name(person.name)}
