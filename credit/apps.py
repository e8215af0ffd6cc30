"""Credit files: basic and positive records, who looked."""

from typing import ClassVar

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CreditConfig(AppConfig):
    name = "credit"
    verbose_name = _("Credit")
    append_only: ClassVar[list[str]] = ["credit_creditrecord"]

    def ready(self) -> None:
        import credit.tasks  # noqa: F401, PLC0415 - registers the outbox handlers once the apps are loaded
