"""allauth's joints: links in mails start with SITE_URL, whatever host the request named."""

from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings


class AccountAdapter(DefaultAccountAdapter):
    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Every mail passes here: to confirm, to reset, to say that an address is known or unknown."""
        links = {name: _from_site(value) for name, value in context.items() if name.endswith("_url") and value}
        super().send_mail(template_prefix, email, context | links)


def _from_site(url: str) -> str:
    parts = urlsplit(url)
    return settings.SITE_URL + parts.path + (f"?{parts.query}" if parts.query else "")
