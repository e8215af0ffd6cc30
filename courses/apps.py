"""Training: content as pages, delivery as records."""

from typing import ClassVar

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CoursesConfig(AppConfig):
    name = "courses"
    verbose_name = _("Courses")
    append_only: ClassVar[list[str]] = [
        "courses_hourentry",
        "courses_trainingrecord",
        "courses_trainingrecordannulment",
    ]
    # Agreements are ended, never rewritten.
    frozen: ClassVar[dict[str, list[str]]] = {"courses_mutualrecognition": ["valid_to"]}

    def ready(self) -> None:
        import courses.tasks  # noqa: F401, PLC0415 - registers the outbox handlers once the apps are loaded
        from courses.selectors.desks import put_up_desks  # noqa: PLC0415 - models are loaded by now

        put_up_desks()
