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
    frozen: ClassVar[dict[str, list[str]]] = {
        "courses_mutualrecognition": ["valid_to"],
        # The notice stands as it was given; the last day to answer is counted anew while it is provisional.
        "courses_annulmentcase": [
            "state", "answer", "answered_at", "answer_came", "answer_came_on", "answer_recorded_by_id", "answer_until",
            "is_provisional", "considered", "reason", "decided_on", "decided_at", "decided_by_id", "words_erased_at",
        ],
    }  # fmt: skip
    # What is said of somebody may become empty, when the person is erased.
    erasable: ClassVar[dict[str, list[str]]] = {"courses_annulmentcase": ["said"]}

    def ready(self) -> None:
        import courses.tasks  # noqa: F401, PLC0415 - registers the outbox handlers once the apps are loaded
        from courses.selectors.desks import put_up_desks  # noqa: PLC0415 - models are loaded by now

        put_up_desks()
