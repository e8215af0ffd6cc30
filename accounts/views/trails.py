"""The way back from a page of this room: home, what lies between, the page itself."""

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _


def trail(here: str | Promise, *between: tuple[str | Promise, str]) -> list[dict[str, str]]:
    """`between`: (label, address) of the pages on the way."""
    steps = [{"label": str(label), "url": url} for label, url in between]
    return [{"label": _("Home"), "url": reverse("accounts:home")}, *steps, {"label": str(here), "url": ""}]
