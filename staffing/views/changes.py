"""Changes of the roster line by line. Each form shows the new fraction first; the second press of a button saves."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts import services
from accounts.forms.appointments import ChangeForm, CorrectionForm, JoiningForm, LeavingForm, LineForm, TransferForm
from accounts.imports.lines import Line
from accounts.middleware import SignedInRequest
from accounts.models import Appointment, Institution
from accounts.permissions import Permission
from accounts.selectors import masked_numbers, reached_institution
from accounts.selectors.staff import held_appointment, lines_by_hand
from accounts.services import LineRefused
from accounts.views.again import confirm_again
from accounts.views.imports import ROSTER_LABELS, ROSTER_WORDS
from core.errors import DomainError, NotAllowed
from staffing.selectors.foresight import Foreseen, foreseen


@dataclass(frozen=True)
class Page:
    """One kind of line: how it is asked for, previewed and written."""

    title: str
    form: LineForm
    institution: Institution
    preview: Callable[[dict[str, str]], list[Line]]
    write: Callable[[dict[str, str]], object]
    done: str
    appointment: Appointment | None = None
    # Where it leads afterwards, if not to the door of an officer or the roster of an authority.
    back: str = ""


@require_GET
def changes(request: SignedInRequest) -> HttpResponse:
    """The door: who joined is entered, who left or changed is looked for first."""
    asked = request.GET.get("institution", "")
    institution = reached_institution(request.user, Permission.ROSTER_IMPORT, asked)
    context = {
        "institution": institution,
        "asked": asked,
        "suffix": _suffix(request),
        "written": lines_by_hand(request.user, institution),
    }
    return render(request, "staffing/changes.html", context)


def joined(request: SignedInRequest) -> HttpResponse:
    asked, actor = request.GET.get("institution", ""), request.user
    institution = reached_institution(actor, Permission.ROSTER_IMPORT, asked)
    page = Page(
        title=_("Somebody joined"),
        form=JoiningForm(request.POST or None),
        institution=institution,
        preview=lambda values: [
            services.preview_joining(actor=actor, institution=institution, values=values),
        ],
        write=lambda values: services.record_joining(actor=actor, institution=institution, values=values),
        done=_("Entered. The person counts from the first day here."),
    )
    return answer(request, page)


def left(request: SignedInRequest, pk: int) -> HttpResponse:
    actor, held = request.user, held_appointment(request.user, Permission.ROSTER_IMPORT, pk)
    page = Page(
        title=_("Somebody left or is going to leave"),
        form=LeavingForm(request.POST or None),
        institution=held.institution,
        preview=lambda values: [services.preview_leaving(actor=actor, appointment=held, values=values)],
        write=lambda values: services.record_leaving(actor=actor, appointment=held, values=values),
        done=_("The leaving date is recorded."),
        appointment=held,
    )
    return answer(request, page)


def changed(request: SignedInRequest, pk: int) -> HttpResponse:
    actor, held = request.user, held_appointment(request.user, Permission.ROSTER_IMPORT, pk)
    page = Page(
        title=_("Something changed from a day on"),
        form=ChangeForm(request.POST or None, initial=ChangeForm.present(held)),
        institution=held.institution,
        preview=lambda values: [services.preview_change(actor=actor, appointment=held, values=values)],
        write=lambda values: services.record_change(actor=actor, appointment=held, values=values),
        done=_("The change is recorded from its day on."),
        appointment=held,
    )
    return answer(request, page)


def corrected(request: SignedInRequest, pk: int) -> HttpResponse:
    actor, held = request.user, held_appointment(request.user, Permission.ROSTER_IMPORT, pk)
    form = CorrectionForm(request.POST or None, initial=CorrectionForm.present(held))
    page = Page(
        title=_("Something was wrongly entered"),
        form=form,
        institution=held.institution,
        preview=lambda values: [services.preview_correction(actor=actor, appointment=held, values=values)],
        write=lambda values: services.correct_appointment(
            actor=actor, appointment=held, values=values, reason=form.cleaned_data["reason"]
        ),
        done=_("The correction is recorded; what was believed before stays readable."),
        appointment=held,
    )
    return answer(request, page)


@confirm_again(reading_is_free=True)
def moved(request: SignedInRequest, pk: int) -> HttpResponse:
    """For whoever reaches both institutions; others enter a leaving here and a joining there."""
    actor, held = request.user, held_appointment(request.user, Permission.APPOINTMENT_TRANSFER, pk)

    def target(values: dict[str, str]) -> Institution:
        try:
            return reached_institution(actor, Permission.APPOINTMENT_TRANSFER, values["institution"])
        except NotAllowed:
            raise DomainError("institution_unknown") from None

    page = Page(
        title=_("Somebody moves to another institution"),
        form=TransferForm(request.POST or None, initial=TransferForm.present(held)),
        institution=held.institution,
        preview=lambda values: list(
            services.preview_transfer(actor=actor, appointment=held, institution=target(values), values=values)
        ),
        write=lambda values: services.transfer_person(
            actor=actor, appointment=held, institution=target(values), values=values
        ),
        done=_("Moved: the appointment ends here and begins there on the same day. Training follows the person."),
        appointment=held,
    )
    return answer(request, page)


# --- one page for all -----------------------------------------------------------------------------------------------


def answer(request: SignedInRequest, page: Page) -> HttpResponse:
    """Fill in, see the new fraction, save: a confirmation holds for exactly what was shown."""
    lines = _lines(page) if request.method == "POST" and page.form.is_valid() else []
    outcomes = [foreseen(line) for line in lines]
    token = _token(request, page, outcomes) if lines else ""
    if lines and constant_time_compare(request.POST.get("shown", ""), token) and _written(page):
        messages.success(request, page.done)
        return redirect(_back(request, page))
    return render(request, "staffing/change.html", _context(request, page, lines, outcomes, token))


def _lines(page: Page) -> list[Line]:
    """None when something is wrong, which the form then says."""
    try:
        lines = page.preview(page.form.values())
    except DomainError as refusal:
        return _refused(page.form, refusal)
    if lines[0].errors:
        page.form.refuse(lines[0].errors)
        return []
    return lines


def _written(page: Page) -> bool:
    try:
        page.write(page.form.values())
    except DomainError as refusal:
        _refused(page.form, refusal)
        return False
    return True


def _refused(form: LineForm, refusal: DomainError) -> list[Line]:
    if isinstance(refusal, NotAllowed):
        raise refusal
    if isinstance(refusal, LineRefused):
        form.refuse(refusal.problems)
    elif refusal.code == "institution_unknown":
        form.add_error("institution", _("No institution of your region has this code or number."))
    elif refusal.code == "voided":
        form.add_error(None, _("This appointment was withdrawn by a decision. Nothing was changed."))
    else:
        form.add_error(None, _("Somebody changed the same records at this moment. Look at the fraction again."))
    return []


def _token(request: SignedInRequest, page: Page, outcomes: list[Foreseen]) -> str:
    """What was shown, to whom: another value or another fraction is shown anew before anything is saved."""
    figures = [[str(one.day), asdict(one.before), asdict(one.after)] for one in outcomes]
    shown = json.dumps([request.user.pk, request.path, dict(page.form.cleaned_data), figures], default=str)
    return salted_hmac("staffing.change", shown, algorithm="sha256").hexdigest()


def _context(
    request: SignedInRequest, page: Page, lines: list[Line], outcomes: list[Foreseen], token: str
) -> dict[str, Any]:
    held = page.appointment
    person = (held.person.merged_into or held.person) if held else None
    return {
        "page": page,
        "form": page.form,
        "person": person,
        "masked": masked_numbers([person.pk]).get(person.pk, "") if person else "",
        "outcomes": [(one, _why_it_stays(line, one)) for line, one in zip(lines, outcomes, strict=True)],
        "token": "" if page.form.errors else token,
        "changes": _in_words(lines[0].changes) if lines else {},
        "warnings": lines[0].warnings if lines else [],
        "last": lines[0].wordings[0] if lines else None,
        "labels": ROSTER_LABELS,
        "suffix": _suffix(request),
        "back": _back(request, page),
    }


def _why_it_stays(line: Line, found: Foreseen) -> str:
    """Of a leave: whoever enters one expects that somebody is counted no longer."""
    kinds = {kind for kind in line.changes.get("leave_kind", ()) if kind} | ({line.asked.kind} if line.asked else set())
    if found.changes or not (line.asked or kinds):
        return ""
    if kinds.isdisjoint(found.rule.leaves_left_out):
        return _("By the rule in force whoever is on such a leave counts all the same.")
    return _("Whoever is away is not counted on that day anyway, or the day lies outside of the leave.")


def _in_words(changes: dict[str, list[Any]]) -> dict[str, list[Any]]:
    return {name: [ROSTER_WORDS.get(name, {}).get(value, value) for value in pair] for name, pair in changes.items()}


def _back(request: SignedInRequest, page: Page) -> str:
    """An officer goes back to the door, an authority to the roster it came from."""
    if page.back:
        return page.back
    own = bool(request.hat and request.hat.institution_id == page.institution.pk)
    return reverse("staffing:changes") + _suffix(request) if own else _roster(page)


def _roster(page: Page) -> str:
    return f"{reverse('accounts:roster')}?institution={page.institution.pk}"


def _suffix(request: SignedInRequest) -> str:
    asked = request.GET.get("institution", "")
    return f"?institution={asked}" if asked.isalnum() else ""
