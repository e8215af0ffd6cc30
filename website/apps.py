"""Public pages, search, the demo's cast."""

from typing import ClassVar

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WebsiteConfig(AppConfig):
    name = "website"
    verbose_name = _("Website")
    append_only: ClassVar[dict[str, list[str]]] = {}
