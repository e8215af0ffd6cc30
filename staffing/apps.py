"""Ratio rules and the share of trained staff."""

from typing import ClassVar

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class StaffingConfig(AppConfig):
    name = "staffing"
    verbose_name = _("Staffing")
    append_only: ClassVar[list[str]] = ["staffing_ratiorule"]
