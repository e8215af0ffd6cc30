"""The desks of a training base: sessions and examinations of today, applications, cohorts to be judged; and that of
the authority: evidence from elsewhere. Annulments lie on both."""

from dataclasses import replace

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.permissions import Permission, Role
from accounts.selectors.waiting import Desk, Waiting, counted, put_up
from core import clock
from courses.exams.selectors.rooms import supervised_sittings
from courses.models import Cohort, Enrolment
from courses.selectors.annulments import annulments
from courses.selectors.cohorts import TO_DECIDE, sessions_today
from courses.selectors.evidence import evidence_desk
from courses.selectors.evidence_batches import batches_to_decide
from courses.workflow import ADMITTING, CohortState, EnrolmentState, EvidenceState

MANAGER = frozenset({Role.BASE_MANAGER.value})
TEACHING = frozenset({Role.BASE_MANAGER.value, Role.INSTRUCTOR.value})
SUPERVISING = frozenset({Role.BASE_MANAGER.value, Role.INVIGILATOR.value})


def put_up_desks() -> None:
    put_up(
        Desk(
            "sessions", TEACHING, _("Today's sessions"), _("Open one and mark who is there"),
            "courses:cohorts", _sessions,
        ),
        Desk(
            "applications", MANAGER, _("Applications"), _("Who applies to a cohort that still admits"),
            "courses:cohorts", _applications, f"?state={TO_DECIDE}",
        ),
        Desk(
            "completion", MANAGER, _("Completion review"), _("Cohorts whose sessions are over"),
            "courses:cohorts", _completion, f"?state={CohortState.ASSESSING}",
        ),
        Desk(
            "sittings", SUPERVISING, _("Examinations of today and next"),
            _("Who is expected, who is writing, who has handed in"), "exams:sittings", _sittings,
        ),
        Desk(
            "annulments", frozenset({Role.BASE_MANAGER.value, Role.REGULATOR.value}), _("Annulments"),
            _("Training records said to be false: time to answer, then the decision of somebody else"),
            "courses:annulments", _annulments,
        ),
        Desk(
            "evidence", frozenset({Role.REGULATOR.value}), _("Desk of evidence"),
            _("Training elsewhere, submitted with scans, that your body has to decide"),
            "courses:evidence_desk", _evidence,
        ),
        Desk(
            "evidence_batches", frozenset({Role.REGULATOR.value}), _("Many evidences at once"),
            _("Tables with scans that your body decides by a sample"), "courses:batches", _batches,
        ),
    )  # fmt: skip


def applications_to_decide(actor: User) -> QuerySet[Enrolment]:
    """As the cards of the cohorts that still admit count them."""
    rows = Enrolment.objects.allowed(actor, Permission.ENROLMENT_ADMIT)
    return rows.filter(state=EnrolmentState.APPLIED, cohort__state__in=ADMITTING)


def _sessions(actor: User) -> Waiting:
    found = sessions_today(actor)
    return Waiting(len(found), due=clock.today() if found else None)


def _applications(actor: User) -> Waiting:
    return counted(applications_to_decide(actor), since="applied_at")


def _completion(actor: User) -> Waiting:
    rows = Cohort.objects.allowed(actor, Permission.COMPLETION_REVIEW).filter(state=CohortState.ASSESSING)
    return counted(rows, since="ends_on")


def _sittings(actor: User) -> Waiting:
    """All in sight, as its page lists them; the next one says by when, one that runs already is of today."""
    found = counted(supervised_sittings(actor), due="opens_at")
    return replace(found, due=max(found.due, clock.today())) if found.due else found


def _evidence(actor: User) -> Waiting:
    return counted(evidence_desk(actor, state=EvidenceState.SUBMITTED), since="submitted_at")


def _annulments(actor: User) -> Waiting:
    return counted(annulments(actor), due="answer_until")


def _batches(actor: User) -> Waiting:
    return counted(batches_to_decide(actor), since="submitted_at")
