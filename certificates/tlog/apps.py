"""The tamper-evident log: salted commitments that nobody, its operator included, changes unseen. Imports core alone."""

from typing import ClassVar

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TlogConfig(AppConfig):
    name = "certificates.tlog"
    label = "tlog"
    verbose_name = _("Tamper-evident log")
    append_only: ClassVar[list[str]] = [
        "tlog_pending",
        "tlog_leaf",
        "tlog_node",
        "tlog_checkpoint",
        "tlog_cosignature",
        "tlog_alarm",
    ]
    # The numbers of leaves have no gap, and no leaf comes in between.
    dense: ClassVar[dict[str, str]] = {"tlog_leaf": "idx"}

    def ready(self) -> None:
        from certificates.tlog.selectors import log_moves  # noqa: PLC0415 - apps must be loaded first
        from core import readiness  # noqa: PLC0415

        readiness.tell("log", log_moves)
