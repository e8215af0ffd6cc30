"""An employer asks about nine certificates in one file: every state of the story, a slip, a missing consent."""

from accounts.models import Institution, User
from accounts.services import agree
from certificates.imports.checks import COLUMNS
from certificates.models import BatchCheck, Certificate
from certificates.services import start_check
from certificates.services.checks import CHECK
from core import outbox
from core.exports import table
from core.models import OutboxEvent

OFFICER = "hemin@demo.invalid"
# Works at the employer's and has agreed to be checked; somebody else works elsewhere and was never asked.
AGREES, ELSEWHERE = "abdurishit@demo.invalid", "heya@demo.invalid"
SHOWN = ("yoshida", "chenmo", "guoqi", "zhoutao", "sunli")


def agree_to_be_checked(users: dict[str, User]) -> None:
    agree(actor=users[AGREES], code="employer_check")


def ask() -> BatchCheck | None:
    """Once; answered here, so that no worker is needed for it."""
    officer = User.objects.filter(email=OFFICER).first()
    place = Institution.objects.filter(members__user=officer).first() if officer else None
    if officer is None or place is None or BatchCheck.objects.filter(institution=place).exists():
        return None
    content = table("核验", tuple(column.heads[0] for column in COLUMNS), _rows())
    check = start_check(actor=officer, institution=place, content=content)
    outbox.deliver_event(OutboxEvent.objects.get(kind=CHECK, key=str(check.job_id)).pk)
    return check


def _rows() -> list[list[str]]:
    known = [one for name in SHOWN for one in _certificates(f"{name}@demo.invalid")]
    rows = [[one.number, one.code, "", ""] for one in known]
    mistyped = [known[0].number, "0" * 16, "", ""]
    return [*rows, mistyped, _by_name(AGREES), _by_name(ELSEWHERE)]


def _certificates(email: str) -> list[Certificate]:
    return list(Certificate.objects.stored().filter(person__user__email=email).order_by("pk"))


def _by_name(email: str) -> list[str]:
    certificate = _certificates(email)[0]
    document = certificate.person.documents.order_by("pk")[0]
    return [certificate.number, "", certificate.holder_name, document.number[-4:]]
