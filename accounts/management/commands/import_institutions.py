"""./run manage import_institutions FILE [--confirm] [--json]: institutions and their departments."""

from typing import Any

from accounts.selectors import system_user
from accounts.services import import_institutions, preview_institutions
from core.plan_command import PlanCommand
from core.plans import Plan


class Command(PlanCommand):
    help = __doc__

    def plan(self, content: bytes, *, confirm: bool, file_name: str, **options: Any) -> Plan:
        if confirm:
            return import_institutions(actor=system_user(), content=content, file_name=file_name)
        return preview_institutions(actor=system_user(), content=content)
