"""Examinations: bank, blueprint, sitting, attempt, marking. Does not import the rest of courses."""

from typing import ClassVar

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from core.expiry import Expiry


class ExamsConfig(AppConfig):
    name = "courses.exams"
    label = "exams"
    verbose_name = _("Exams")
    append_only: ClassVar[list[str]] = ["exams_answerentry", "exams_paperquestion", "exams_roomentry"]
    expires: ClassVar[dict[str, Expiry]] = {
        "exams_answerentry": Expiry("saved_at", "exam_answers"),
        "exams_paperquestion": Expiry("drawn_at", "exam_answers"),
    }
