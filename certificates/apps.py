"""Certificates: issue, bytes, status, verification."""

from typing import ClassVar

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CertificatesConfig(AppConfig):
    name = "certificates"
    verbose_name = _("Certificates")
    append_only: ClassVar[list[str]] = [
        "certificates_certificatefile",
        "certificates_certificateevent",
    ]

    def ready(self) -> None:
        import certificates.tasks  # noqa: F401, PLC0415 - registers the outbox handlers once the apps are loaded
