"""Pages of the administrators and of whoever supervises an examination, for the walk."""

from typing import TYPE_CHECKING

from accounts.models import User
from courses.exams.models import Sitting
from courses.exams.services import record_arrival, record_incident

if TYPE_CHECKING:
    from tests.e2e.pages import Tour

SYSTEM, SECURITY = "system-admin@demo.invalid", "security-admin@demo.invalid"
AUDIT, INVIGILATOR = "audit-admin@demo.invalid", "invigilator@demo.invalid"


def offices(made: "Tour", candidate: str, institution: str) -> None:
    """`candidate` sits the examination that is open; `institution` is the login that is looked at."""
    login = User.objects.get(email=institution)
    made.add(AUDIT, "accounts:home", name="home of the audit administrator")
    made.add(AUDIT, "accounts:audit", query="?first=", name="audit trail")
    made.add(AUDIT, "accounts:audit", query="?verb=accounts.keys_rotated", name="audit trail without an answer")
    made.add(AUDIT, "accounts:access_ledger", query="?first=")
    made.add(SECURITY, "accounts:home", name="home of the security administrator")
    made.add(SECURITY, "accounts:logins")
    made.add(SECURITY, "accounts:login", login.uuid)
    made.add(SECURITY, "accounts:change_login", login.uuid, "close")
    made.add(SYSTEM, "accounts:home", name="home of the system administrator")
    made.add(SYSTEM, "accounts:all_jobs")
    made.add(SYSTEM, "certificates:designs")
    made.add(SYSTEM, "certificates:design", "level")
    made.add(SYSTEM, "certificates:edit_design", "level")
    made.add(SYSTEM, "certificates:design_version", "level", 1)
    made.add(SYSTEM, "accounts:audit", status=404, name="not for the system administrator")
    _room(made, candidate)


def _room(made: "Tour", candidate: str) -> None:
    sitting = Sitting.objects.get(candidates__person__user__email=candidate)
    invigilator = User.objects.get(email=INVIGILATOR)
    person = sitting.candidates.get(person__user__email=candidate).person
    record_arrival(actor=invigilator, sitting=sitting, person_id=person.pk)
    record_incident(actor=invigilator, sitting=sitting, words="停电三分钟，全体延后入座。")
    made.add(INVIGILATOR, "accounts:home", name="home of an invigilator")
    made.add(INVIGILATOR, "exams:sittings")
    made.add(INVIGILATOR, "exams:room", sitting.pk)
