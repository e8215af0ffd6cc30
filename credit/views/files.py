"""One's own credit file, and a look into somebody else's: purpose first, then fifteen minutes."""

from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from accounts.forms.purpose import PurposeForm
from accounts.models import Person
from accounts.selectors import own_person
from accounts.views.again import confirm_again
from core.errors import NotAllowed
from credit import services
from credit.access import leave_open, opened
from credit.selectors.files import no_longer_in_force, person_in_reach, records_about

PAGE_SIZE = 25


def my_file(request: HttpRequest) -> HttpResponse:
    """What is recorded about the reader, by whom and when; empty without a profile."""
    person = own_person(request.user)  # type: ignore[arg-type]
    return render(request, "credit/my_file.html", {"person": person, **(_records(request, person) if person else {})})


def file(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody's file while it is open; otherwise the question what for, which shows nothing of it."""
    person = person_in_reach(request.user, pk)  # type: ignore[arg-type]
    if person.user_id == request.user.pk:
        return redirect("credit:my_file")
    look = opened(request.session, person_id=pk, hat_id=_hat_id(request))
    if look is None:
        return render(request, "credit/purpose.html", {"person": person, "form": PurposeForm()})
    return render(request, "credit/file.html", {"person": person, "look": look, **_records(request, person)})


@require_POST
@confirm_again
def open_file(request: HttpRequest, pk: int) -> HttpResponse:
    """Write the look down, then show the file. A try without the power to look is written down as refused."""
    form = PurposeForm(request.POST)
    if not form.is_valid() and (person := _in_reach(request, pk)):
        return render(request, "credit/purpose.html", {"person": person, "form": form})
    entry = services.open_file(actor=request.user, person_id=pk, purpose=form.stated())  # type: ignore[arg-type]
    if entry is None or not entry.granted:
        raise NotAllowed(permission="credit_file_view")
    leave_open(request.session, person_id=pk, hat_id=_hat_id(request), purpose=entry.purpose)
    return redirect("credit:file", pk=pk)


def _records(request: HttpRequest, person: Person) -> dict[str, Any]:
    page: Page = Paginator(records_about(request.user, person), PAGE_SIZE).get_page(  # type: ignore[arg-type]
        request.GET.get("page")
    )
    return {"page": page, "ended": no_longer_in_force(page.object_list)}


def _in_reach(request: HttpRequest, pk: int) -> Person | None:
    try:
        return person_in_reach(request.user, pk)  # type: ignore[arg-type]
    except NotAllowed:
        return None


def _hat_id(request: HttpRequest) -> int:
    hat = request.hat  # type: ignore[attr-defined]
    return hat.pk if hat else 0
