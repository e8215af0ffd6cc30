"""allauth's joints: links in mails start with SITE_URL, whatever host the request named."""

from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser

from accounts.views.again import recently_confirmed


class AccountAdapter(DefaultAccountAdapter):
    def is_reauthentication_required(self, *, app: str, **options: Any) -> bool:
        """allauth's own pages (password, second factor, numbers) ask by the same rule as ours."""
        return not recently_confirmed(self.request)

    def get_reauthentication_methods(self, user: AbstractBaseUser | AnonymousUser) -> list[dict[str, Any]]:
        """Whoever has a second factor confirms with it: a password that was read over a shoulder is not enough."""
        ways = super().get_reauthentication_methods(user)
        return [way for way in ways if way["id"].startswith("mfa_")] or ways

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Every mail passes here: to confirm, to reset, to say that an address is known or unknown."""
        links = {name: _from_site(value) for name, value in context.items() if name.endswith("_url") and value}
        super().send_mail(template_prefix, email, context | links)


def _from_site(url: str) -> str:
    parts = urlsplit(url)
    return settings.SITE_URL + parts.path + (f"?{parts.query}" if parts.query else "")
