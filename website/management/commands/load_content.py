"""load_content: the first page and the written courses, from the plain files that come with the platform."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from accounts.selectors import system_user
from courses.services.content import load_course
from website.services import load_home


class Command(BaseCommand):
    help = "Load the first page and the written courses of demo/; safe to run again."

    def handle(self, *args: Any, **options: Any) -> None:
        actor = system_user()
        folder = Path(settings.ROOT) / "demo"
        load_home(actor=actor, folder=folder / "website")
        for course in sorted(path.parent for path in (folder / "courses").glob("*/course.zh-hans.md")):
            page = load_course(actor=actor, folder=course)
            self.stdout.write(f"{page.title}: {page.get_children().count()}")
