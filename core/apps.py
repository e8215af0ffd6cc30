"""Machinery without domain nouns."""

from typing import ClassVar

import openpyxl
from django.apps import AppConfig
from django.core.exceptions import ImproperlyConfigured
from django.db.models.signals import post_migrate
from django.utils.module_loading import autodiscover_modules

from core.expiry import Expiry


class CoreConfig(AppConfig):
    name = "core"
    append_only: ClassVar[list[str]] = ["core_auditentry"]
    expires: ClassVar[dict[str, Expiry]] = {"core_auditentry": Expiry("at", "audit")}

    def ready(self) -> None:
        from core.dense import install_dense  # noqa: PLC0415 - apps must be loaded first
        from core.logs import mask_every_record  # noqa: PLC0415
        from core.lookups import install_lookups  # noqa: PLC0415
        from core.marks import install_marks  # noqa: PLC0415
        from core.spans import install_no_overlap  # noqa: PLC0415
        from core.triggers import install_append_only  # noqa: PLC0415

        require_safe_xml()
        install_lookups()
        mask_every_record()
        post_migrate.connect(install_append_only, dispatch_uid="append-only triggers")
        post_migrate.connect(install_dense, dispatch_uid="numbers without gaps")
        post_migrate.connect(install_no_overlap, dispatch_uid="rows that share no day")
        post_migrate.connect(install_marks, dispatch_uid="marks of what was touched")
        # What each room calls its own writes.
        autodiscover_modules("verbs")


def require_safe_xml() -> None:
    """Spreadsheets from elsewhere are parsed without entities, or the platform does not start."""
    if openpyxl.LXML or not openpyxl.DEFUSEDXML:
        raise ImproperlyConfigured(
            "openpyxl must parse with defusedxml: see core/__init__.py, and leave OPENPYXL_DEFUSEDXML alone"
        )
