"""Certificates: issue, bytes, status, verification."""

from typing import ClassVar

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CertificatesConfig(AppConfig):
    name = "certificates"
    verbose_name = _("Certificates")
    append_only: ClassVar[dict[str, list[str]]] = {
        "certificates_certificatefile": ["certificate_id", "storage_name"],
        "certificates_certificateevent": [],
    }
