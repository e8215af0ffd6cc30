"""A full number, shown once as the answer to a POST: never at an address, never kept by a browser."""

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render

from accounts.forms.purpose import RevealForm
from accounts.middleware import SignedInRequest
from accounts.selectors.privacy import person_to_reveal
from accounts.services import reveal as reveal_number
from accounts.views.again import confirm_again
from core.errors import NotAllowed


@confirm_again
def reveal(request: SignedInRequest, pk: int) -> HttpResponse:
    """The question what for; sent, the value once, or the word that this hour's number of looks is used up."""
    form = RevealForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        person = person_to_reveal(request.user, pk)
        context = {"person": person, "form": form, "limit": settings.REVEALS_AN_HOUR}
        return render(request, "accounts/reveal.html", context)
    what = form.cleaned_data["what"]
    answer = reveal_number(actor=request.user, person_id=pk, what=what, purpose=form.stated())
    if answer.refusal == "out_of_reach":
        raise NotAllowed(permission="person_reveal")
    context = {"answer": answer, "person": answer.person, "what": what, "limit": settings.REVEALS_AN_HOUR}
    return render(request, "accounts/revealed.html", context, status=429 if answer.refusal else 200)
