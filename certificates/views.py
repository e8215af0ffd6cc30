"""Pages of the certificates room."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse


@login_not_required
def by_code(request: HttpRequest, code: str) -> HttpResponse:
    return HttpResponse(code)
