"""Public pages: the first page, rules, bases, institutions, the search box, and the demo's cast."""

from typing import Any

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.middleware import SignedInRequest
from accounts.models import Designation, Institution
from accounts.selectors.associations import association, members_on
from accounts.selectors.designations import in_force, in_publicity, period_ends, years
from core import clock
from courses.selectors.content import open_cohorts
from website import selectors
from website.models import HomePage

PAGE_SIZE = 25
QUERY_LENGTH = 100
COHORTS_AHEAD = 3


def home(request: HttpRequest, page: HomePage) -> HttpResponse:
    """The first page as visitors get it; Wagtail's preview shows the editors' own texts alone."""
    cohorts = list(open_cohorts()[:COHORTS_AHEAD])
    context = {"page": page, "cohorts": cohorts, "province": selectors.demo_province()}
    return render(request, page.template, context)


@login_not_required
def rules(request: HttpRequest) -> HttpResponse:
    language = get_language()
    texts = ("title", "source", "explanation", "scope_note", "period_note")
    versions = [{"rule": rule, **{name: rule.text(name, language) for name in texts}} for rule in selectors.rules()]
    return render(request, "website/rules.html", {"current": versions[0], "earlier": versions[1:]})


@login_not_required
def bases(request: HttpRequest) -> HttpResponse:
    query = _query(request)
    return render(request, "website/bases.html", {"query": query, **_page(request, selectors.bases(query))})


@login_not_required
def institutions(request: HttpRequest) -> HttpResponse:
    query = _query(request)
    categories = Institution.Category.choices
    category = next((code for code, _label in categories if code == request.GET.get("category")), "")
    rows = selectors.institutions(query, category)
    context = {"query": query, "category": category, "categories": categories, **_page(request, rows)}
    return render(request, "website/institutions.html", context)


@login_not_required
def institution_members(request: HttpRequest, pk: int) -> HttpResponse:
    """The members of an association today; what was asked and declined is nobody's business."""
    found, query, today = association(pk), _query(request), clock.today()
    rows = members_on(found, today, query)
    total = members_on(found, today).count()
    context = {"association": found, "query": query, "total": total, **_page(request, rows)}
    return render(request, "website/institution_members.html", context)


@login_not_required
def designations(request: HttpRequest) -> HttpResponse:
    """The public register: what is in force today, and what anybody may object to now."""
    query = _query(request)
    kind = next((code for code, _label in Designation.Kind.choices if code == request.GET.get("kind")), "")
    open_ones = list(in_publicity()[:PAGE_SIZE])
    ends = period_ends(open_ones)
    context = {
        "query": query,
        "kind": kind,
        "kinds": Designation.Kind.choices,
        "publicity": [{"one": one, "deadline": ends[one.pk]} for one in open_ones],
        **_page(request, in_force(clock.today(), kind=kind, query=query)),
    }
    return render(request, "website/designations.html", context)


@login_not_required
def designation_years(request: HttpRequest) -> HttpResponse:
    found = years(today=clock.today())
    labels = dict(Designation.Kind.choices)
    lines = [
        {"year": one.year, "label": labels.get(line.kind, ""), "figures": line}
        for one in found
        for line in [one.total, *one.lines]
    ]
    points = [{"label": str(one.year), "value": one.total.in_force} for one in reversed(found)]
    return render(request, "website/designation_years.html", {"years": found, "lines": lines, "points": points})


@login_not_required
def search(request: HttpRequest) -> HttpResponse:
    query = _query(request)
    answers = selectors.answers(request.user, query, get_language() or settings.LANGUAGE_CODE)
    return render(request, "website/search.html", {"query": query, "answers": answers})


@login_not_required
def demo(request: HttpRequest) -> HttpResponse:
    """Who is who in the demo; anywhere else there is nothing at this address."""
    _only_in_the_demo()
    language = get_language() or settings.LANGUAGE_CODE
    texts = ("hat", "name", "what")
    people = [
        {"key": one.key, "email": one.email, **{name: getattr(one, name)[language] for name in texts}}
        for one in selectors.cast()
    ]
    names = {one["key"]: one["name"] for one in people}
    tour = [{"key": key, "name": names.get(key, ""), "text": text} for key, text in _tour()]
    return render(request, "website/demo.html", {"cast": people, "tour": tour})


@login_not_required
@require_POST
def demo_enter(request: HttpRequest) -> HttpResponse:
    """One click instead of a password, for the people of the cast alone."""
    _only_in_the_demo()
    user = selectors.login_of_the_cast(request.POST.get("key", ""))
    if user is None:
        raise Http404
    login(request, user)
    return redirect("accounts:home")


def demo_answers(request: SignedInRequest) -> HttpResponse:
    """The answers of one's own running paper, so that a newcomer can pass the demo's exam; nowhere but in the demo."""
    _only_in_the_demo()
    return render(request, "website/demo_answers.html", {"answers": selectors.answers_of_running_paper(request.user)})


def _only_in_the_demo() -> None:
    if not settings.DEMO:
        raise Http404


def _tour() -> list[tuple[str, str]]:
    """Five steps in five minutes: whom to enter as, and what to do there."""
    return [
        ("gaoxuan", _("Sit the junior examination: one question a screen, every answer saved as given.")),
        (
            "qinwen",
            _("Open the class that is being assessed, review completion, and issue the certificate after the dry run."),
        ),
        ("", _("Verify the certificate by its number and code, as anybody may, without signing in.")),
        ("hemin", _("Look at the ratio: 69 of 99 has become 70 of 99, met, with the people behind it.")),
        (
            "shenyanqiu",
            _("Find the institution in the region list and open a credit file; its person sees who looked."),
        ),
    ]


def _query(request: HttpRequest) -> str:
    return request.GET.get("q", "").strip()[:QUERY_LENGTH]


def _page(request: HttpRequest, rows: Any) -> dict[str, Any]:
    return {"page_obj": Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))}
