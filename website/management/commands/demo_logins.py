"""Print one login per role of the demo."""

from typing import Any

from django.core.management.base import BaseCommand

from website.management.demo.world import PASSWORD
from website.selectors import cast


class Command(BaseCommand):
    help = "The demo's cast with their logins."

    def handle(self, *args: Any, **options: Any) -> None:
        for member in cast():
            self.stdout.write(f"  {member.hat['zh-hans']}\t{member.email}\t{member.name['zh-hans']}")
        self.stdout.write(f"  password for all: {PASSWORD}")
