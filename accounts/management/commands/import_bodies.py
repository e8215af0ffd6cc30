"""./run manage import_bodies FILE [--confirm] [--json]: administrative bodies, their zones and lines of duty."""

from typing import Any

from accounts.selectors import system_user
from accounts.services import import_bodies, preview_bodies
from core.plan_command import PlanCommand
from core.plans import Plan


class Command(PlanCommand):
    help = __doc__

    def plan(self, content: bytes, *, confirm: bool, file_name: str, **options: Any) -> Plan:
        if confirm:
            return import_bodies(actor=system_user(), content=content, file_name=file_name)
        return preview_bodies(actor=system_user(), content=content)
