"""Credit files of people: one's own, and a look into somebody else's: purpose first, then fifteen minutes."""

from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from accounts.access import holds
from accounts.forms.purpose import PurposeForm
from accounts.middleware import SignedInRequest
from accounts.models import Person
from accounts.permissions import Permission
from accounts.selectors import own_person
from accounts.views.again import confirm_again
from core.errors import NotAllowed
from credit import services
from credit.access import OpenFile, leave_open, opened
from credit.models import CreditRecordQuerySet
from credit.rules.publication import Audience
from credit.selectors.files import person_in_reach, records_about
from credit.selectors.lines import lines_of, with_voice

PAGE_SIZE = 25


def my_file(request: SignedInRequest) -> HttpResponse:
    """What is recorded about the reader, by whom and when; empty without a profile."""
    person = own_person(request.user)
    rows = records_about(request.user, person) if person else None
    found = lines_on_page(request, rows, Audience.SUBJECT) if rows is not None else {}
    return render(request, "credit/my_file.html", {"person": person, **found})


def file(request: SignedInRequest, pk: int) -> HttpResponse:
    """Somebody's file while it is open; otherwise the question what for, which shows nothing of it."""
    person = person_in_reach(request.user, pk)
    if person.user_id == request.user.pk:
        return redirect("credit:my_file")
    look = open_now(request, person)
    if look is None:
        return render(request, "credit/purpose.html", {"person": person, "form": PurposeForm()})
    context = {
        "person": person,
        "look": look,
        "may_enter": holds(request.user, Permission.CREDIT_RECORD_ENTER),
        **lines_on_page(request, records_about(request.user, person), Audience.REGION),
    }
    return render(request, "credit/file.html", context)


@require_POST
@confirm_again
def open_file(request: SignedInRequest, pk: int) -> HttpResponse:
    """Write the look down, then show the file. A try without the power to look is written down as refused."""
    form = PurposeForm(request.POST)
    if not form.is_valid() and (person := _in_reach(request, pk)):
        return render(request, "credit/purpose.html", {"person": person, "form": form})
    entry = services.open_file(actor=request.user, person_id=pk, purpose=form.stated())
    if entry is None or not entry.granted:
        raise NotAllowed(permission="credit_file_view")
    leave_open(
        request.session, subject=person_in_reach(request.user, pk), hat_id=hat_id(request), purpose=entry.purpose
    )
    return redirect("credit:file", pk=pk)


def lines_on_page(request: HttpRequest, rows: CreditRecordQuerySet, audience: str) -> dict[str, Any]:
    """One page of a file as the audience is shown it."""
    page: Page = Paginator(with_voice(rows), PAGE_SIZE).get_page(request.GET.get("page"))
    return {"page": page, "lines": lines_of(page.object_list, audience)}


def open_now(request: SignedInRequest, subject: Model) -> OpenFile | None:
    return opened(request.session, subject=subject, hat_id=hat_id(request))


def hat_id(request: SignedInRequest) -> int:
    return request.hat.pk if request.hat else 0


def _in_reach(request: SignedInRequest, pk: int) -> Person | None:
    try:
        return person_in_reach(request.user, pk)
    except NotAllowed:
        return None
