"""Public pages, search, the demo's cast."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core import checks
from django.utils.translation import gettext_lazy as _


class WebsiteConfig(AppConfig):
    name = "website"
    verbose_name = _("Website")

    def ready(self) -> None:
        checks.register(no_demo_in_production, checks.Tags.security)


def no_demo_in_production(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[checks.CheckMessage]:
    """The demo lets anybody enter as anybody of its cast."""
    if settings.DEMO and settings.SETTINGS_MODULE.endswith(".production"):
        hint = "Remove DEMO from the production settings."
        return [
            checks.Error(
                "DEMO is on in production: anyone could enter without a password.", hint=hint, id="website.E001"
            )
        ]
    return []
