"""What the layout needs on every page: navigation of the hat worn, the hats to choose from, the languages."""

from functools import lru_cache
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, get_urlconf, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, override
from django.utils.translation import gettext_lazy as _

from accounts.middleware.viewing import SHOWN
from accounts.permissions import Role

# Signed in, choosing a language is sent by the form of site_header.html and remembered.
KEPT = (
    '<button form="keep-language" formaction="{address}" name="language" value="{code}" lang="{code}"{current}>'
    "{label}</button>"
)
LINKED = '<a href="{address}" lang="{code}" hreflang="{code}"{current}>{label}</a>'
CURRENT = SafeString(' aria-current="true"')
DEMO_CONTACT = "help@demo.invalid"
PUBLIC = [
    ("courses:catalogue", _("Courses")),
    ("website:bases", _("Training bases")),
    ("website:institutions", _("Institutions")),
    ("certificates:verify", _("Verify a certificate")),
    ("website:rules", _("Rules and methods")),
]
TRAINEE = [
    ("accounts:home", _("Home")),
    ("courses:catalogue", _("Courses")),
    ("courses:my_cohorts", _("My training")),
    ("certificates:mine", _("My certificates")),
    ("credit:my_file", _("My credit file")),
]
BY_ROLE = {
    Role.BASE_MANAGER: [
        ("accounts:home", _("Home")),
        ("courses:cohorts", _("Cohorts")),
        ("certificates:issued", _("Certificates")),
    ],
    Role.INSTRUCTOR: [
        ("accounts:home", _("Home")),
        ("courses:cohorts", _("Cohorts")),
    ],
    Role.INVIGILATOR: [
        ("accounts:home", _("Home")),
        ("exams:sittings", _("Examinations")),
    ],
    Role.INSTITUTION_OFFICER: [
        ("accounts:home", _("Home")),
        ("staffing:cockpit", _("Trained-staff ratio")),
        ("accounts:roster", _("Staff roster")),
        ("courses:training_records", _("Training records")),
        ("credit:my_entity", _("Our credit file")),
    ],
    Role.REGULATOR: [
        ("accounts:home", _("Home")),
        ("oversight:regions", _("Regions and institutions")),
        ("accounts:import_institutions", _("Import institutions")),
    ],
    Role.EVALUATOR: [
        ("accounts:home", _("Home")),
        ("oversight:regions", _("Regions and institutions")),
        ("website:bases", _("Training bases")),
    ],
    Role.AUDITOR: [
        ("accounts:home", _("Home")),
        ("oversight:regions", _("Regions and institutions")),
    ],
    Role.EDITOR: [
        ("accounts:home", _("Home")),
        ("wagtailadmin_home", _("Edit content")),
    ],
    Role.SYSTEM_ADMIN: [
        ("accounts:home", _("Home")),
        ("accounts:bodies", _("Bodies and base codes")),
        ("accounts:all_jobs", _("Background jobs")),
    ],
    Role.SECURITY_ADMIN: [
        ("accounts:home", _("Home")),
        ("accounts:logins", _("Logins")),
        ("accounts:own_members", _("Memberships")),
    ],
    Role.AUDIT_ADMIN: [
        ("accounts:home", _("Home")),
        ("accounts:audit", _("Audit trail")),
        ("accounts:access_ledger", _("Access ledger")),
    ],
}


def site(request: HttpRequest) -> dict[str, Any]:
    """navigation, hats, hat, languages; safe on error pages, where middleware may not have run."""
    hat, viewing = getattr(request, "hat", None), getattr(request, "viewing", None)
    hats = [] if viewing else getattr(request, "hats", [])
    languages = _languages(request, keeps=not viewing)
    labels = [{"pk": one.pk, "label": one.label, "current": one == hat} for one in hats]
    return {
        "navigation": _navigation(request, hat, looking=viewing is not None),
        "hat": hat,
        "viewing": viewing,
        "hat_label": next((one["label"] for one in labels if one["current"]), "") or (hat.label if hat else ""),
        "hats": labels,
        "languages": languages,
        "language_items": _items(languages),
        "demo": settings.DEMO,
        "footer_links": [] if viewing else _footer(),
        "contact_of_site": settings.CONTACT or (DEMO_CONTACT if settings.DEMO else ""),
    }


def _navigation(request: HttpRequest, hat: Any, *, looking: bool) -> list[dict[str, Any]]:
    """While looking as somebody else: only what such a look is shown."""
    user = getattr(request, "user", None)
    entries = PUBLIC
    if user is not None and user.is_authenticated:
        entries = BY_ROLE[hat.role] if hat else TRAINEE
    links = ((_url(name), label) for name, label in entries if not looking or name in SHOWN)
    return [{"url": url, "label": label, "current": url == request.path} for url, label in links if url]


def _footer() -> list[dict[str, Any]]:
    """What everybody may have to find from any page."""
    links = [{"url": _url("credit:report_misconduct"), "label": _("Report misconduct")}]
    return [link for link in links if link["url"]]


def _url(name: str) -> str:
    return _address(name, get_language(), get_urlconf())


@lru_cache(maxsize=512)
def _address(name: str, _language: str | None, urlconf: str | None) -> str:
    """Looked up once per language and set of addresses: there are a dozen of them on every page."""
    try:
        return reverse(name, urlconf)
    except NoReverseMatch:
        return ""


def _languages(request: HttpRequest, *, keeps: bool) -> list[dict[str, Any]]:
    """`keep`: whoever is signed in chooses with a POST, and the login remembers it; a look sends nothing."""
    found = [_language(request, code, name) for code, name in settings.LANGUAGES]
    user = getattr(request, "user", None)
    if keeps and user is not None and user.is_authenticated and (address := _url("accounts:choose_language")):
        return [one | {"keep": f"{address}?next={quote(one['url'])}"} for one in found]
    return found


def _items(languages: list[dict[str, Any]]) -> SafeString:
    """The languages as items of a list, which a page shows two or three times."""
    return format_html_join(
        "",
        "<li>{}</li>",
        (
            (
                format_html(
                    KEPT if "keep" in one else LINKED,
                    address=one.get("keep") or one["url"],
                    code=one["code"],
                    current=CURRENT if one["current"] else "",
                    label=one["label"],
                ),
            )
            for one in languages
        ),
    )


def _language(request: HttpRequest, code: str, name: str) -> dict[str, Any]:
    """The same page in another language; pages without languages answer with that language's home."""
    here, current = request.get_full_path(), code == get_language()
    alternates = getattr(request, "translated_paths", {})
    # In the language that one reads it is this very address.
    url = alternates.get(code) or (here if current else _translated(request, code))
    if url == here and not current:
        url = "/" if code == settings.LANGUAGE_CODE else f"/{code}/"
    return {"code": code, "label": name, "url": url, "current": current}


def _translated(request: HttpRequest, code: str) -> str:
    """As `django.urls.translate_url`, of the match there is already: to match an address against every pattern once
    more per language was a tenth of a page."""
    here, match = request.get_full_path(), request.resolver_match
    if match is None:
        return here
    with override(code):
        try:
            path = reverse(match.view_name, args=match.args, kwargs=match.kwargs)
        except NoReverseMatch:
            return here
    _path, mark, query = here.partition("?")
    return f"{path}{mark}{query}"
