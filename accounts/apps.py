"""Who and where: people, places, memberships, appointments."""

from typing import ClassVar

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("Accounts")
    append_only: ClassVar[list[str]] = [
        "accounts_identitycheck",
        "accounts_consent",
        "accounts_accessentry",
        "accounts_appointmentversion",
    ]

    def ready(self) -> None:
        import accounts.tasks  # noqa: F401, PLC0415 - registers the outbox handlers once the apps are loaded
