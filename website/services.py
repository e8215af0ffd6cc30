"""Writes of the website room: the first pages of the three trees and the site they belong to."""

from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from wagtail.models import Locale, Page, Site

from accounts.access import holds
from accounts.models import User
from accounts.permissions import Permission
from core import audit
from core.errors import NotAllowed
from website.imports import read_home
from website.models import HomePage


@transaction.atomic
def load_home(*, actor: User, folder: Path) -> HomePage:
    """Make or renew the first page in each language and point the site at it; nothing changes the second time."""
    if not holds(actor, Permission.CONTENT_EDIT):
        raise NotAllowed(permission=str(Permission.CONTENT_EDIT))
    written = read_home(folder)
    default = Locale.get_default()
    home, changed = _put(actor, default, written[default.language_code], None)
    touched = [default.language_code] if changed else []
    for locale in Locale.objects.exclude(pk=default.pk).filter(language_code__in=written).order_by("pk"):
        _, changed = _put(actor, locale, written[locale.language_code], home)
        touched += [locale.language_code] if changed else []
    moved = _point_site_at(home)
    if touched or moved:
        audit.record(actor, "website.home_loaded", home, languages=touched, site=settings.SITE_URL)
    return home


def _put(actor: User, locale: Locale, texts: dict[str, str], source: HomePage | None) -> tuple[HomePage, bool]:
    page = HomePage.objects.filter(locale=locale, depth=2).order_by("path").first()
    fields = {"notice": "", **texts}
    if page is not None and page.live and all(getattr(page, name) == text for name, text in fields.items()):
        return page, False
    is_new = page is None
    page = page or HomePage(locale=locale, slug=f"home-{locale.language_code}", live=False)
    for name, text in fields.items():
        setattr(page, name, text)
    if is_new:
        if source is not None:
            page.translation_key = source.translation_key
        Page.get_first_root_node().add_child(instance=page)
    page.save_revision(user=actor).publish(user=actor, skip_permission_checks=True)
    # The revision published a copy of its own.
    page.refresh_from_db()
    return page, True


def _point_site_at(home: HomePage) -> bool:
    """The site follows SITE_URL; Wagtail's welcome page goes once nothing points at it."""
    address = urlsplit(settings.SITE_URL)
    port = address.port or (443 if address.scheme == "https" else 80)
    wanted = {"hostname": address.hostname, "port": port, "root_page_id": home.pk}
    site = Site.objects.get(is_default_site=True)
    if all(getattr(site, name) == value for name, value in wanted.items()):
        return False
    former = site.root_page
    for name, value in wanted.items():
        setattr(site, name, value)
    site.site_name = home.title
    site.save()
    if former.specific_class is Page and not former.get_children().exists():
        former.delete()
    return True
