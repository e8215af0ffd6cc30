"""Training: the curriculum, its delivery, the facts it leaves behind, and the pages it is taught from."""

from courses.models.annulments import AnnulmentCase
from courses.models.curriculum import Level, Module, ModuleGroup, ModuleHours, PlannedSession
from courses.models.delivery import (
    Attendance,
    Cohort,
    Enrolment,
    HourEntry,
    Programme,
    Session,
    SessionShare,
)
from courses.models.evidence import EvidenceKind, EvidenceScan, ExternalEvidence, MutualRecognition
from courses.models.evidence_batches import EvidenceBatch
from courses.models.pages import CoursePage, LessonPage, LessonShare
from courses.models.records import TrainingRecord, TrainingRecordAnnulment
from courses.models.seats import SeatReservation

__all__ = [
    "AnnulmentCase",
    "Attendance",
    "Cohort",
    "CoursePage",
    "Enrolment",
    "EvidenceBatch",
    "EvidenceKind",
    "EvidenceScan",
    "ExternalEvidence",
    "HourEntry",
    "LessonPage",
    "LessonShare",
    "Level",
    "Module",
    "ModuleGroup",
    "ModuleHours",
    "MutualRecognition",
    "PlannedSession",
    "Programme",
    "SeatReservation",
    "Session",
    "SessionShare",
    "TrainingRecord",
    "TrainingRecordAnnulment",
]
