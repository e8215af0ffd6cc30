"""Machinery without domain nouns."""

from typing import ClassVar

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class CoreConfig(AppConfig):
    name = "core"
    append_only: ClassVar[list[str]] = ["core_auditentry"]

    def ready(self) -> None:
        from core.triggers import install_append_only  # noqa: PLC0415 - apps must be loaded first

        post_migrate.connect(install_append_only, dispatch_uid="append-only triggers")
