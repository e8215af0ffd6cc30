"""Reads of the request centre: one's own requests, an office's list with its deadlines, what law keeps and why."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import AccessEntry, Appointment, Person, User
from accounts.permissions import Permission
from certificates.models import Certificate
from core import clock
from core.errors import NotAllowed
from core.models import AuditEntry
from courses.models import TrainingRecord
from credit.models import CreditRecord
from oversight.models import DataRequest
from oversight.workflow import OPEN, RequestKind


@dataclass(frozen=True)
class Kept:
    """Something that stays after an erasure: how many rows, in which form, by which law."""

    what: Promise
    rows: int
    form: Promise
    law: str


def my_requests(actor: User) -> list[DataRequest]:
    rows = DataRequest.objects.filter(user=actor.pk).select_related("person")
    return list(rows.order_by("-asked_at", "-pk")[:50])


def my_request(actor: User, uuid: UUID) -> DataRequest:
    found = DataRequest.objects.filter(user=actor.pk, uuid=uuid).first()
    if found is None:
        raise NotAllowed(permission=Permission.DATA_REQUEST_ASK.value)
    return found


def requests_to_answer(actor: User, *, closed: bool = False) -> QuerySet[DataRequest]:
    """What waits in the actor's reach, the next deadline first; closed ones newest first."""
    rows = _reviewed_by(actor).select_related("person", "user")
    if closed:
        return rows.exclude(state__in=OPEN).order_by("-answered_at", "-pk")
    return rows.filter(state__in=OPEN).order_by("due_at", "pk")


def request_to_answer(actor: User, uuid: UUID) -> DataRequest:
    rows = _reviewed_by(actor)
    found = rows.select_related("person", "user").prefetch_related("person__documents").filter(uuid=uuid).first()
    if found is None:
        raise NotAllowed(permission=Permission.DATA_REQUEST_REVIEW.value)
    return found


def _reviewed_by(actor: User) -> QuerySet[DataRequest]:
    """Others' requests within reach; a copy is made by a job and reviewed by nobody."""
    rows = DataRequest.objects.allowed(actor, Permission.DATA_REQUEST_REVIEW)
    return rows.exclude(user=actor.pk).exclude(kind=RequestKind.COPY)


def is_late(request: DataRequest) -> bool:
    return request.state in OPEN and clock.now() > request.due_at


def kept_after_erasure(person: Person | None, user: User) -> list[Kept]:
    """What law keeps of this person, in the order in which the page says it; only what there is."""
    mine = Q(person=person) | Q(person__merged_into=person) if person else Q(pk__in=[])
    kept = [
        Kept(
            _("Certificates"),
            Certificate.objects.filter(mine).count(),
            _("number, level, dates, state and the hash of the file; no name, no document, no file"),
            "档案法第三十七条；档案法实施条例第十九条",
        ),
        Kept(
            _("Training records"),
            TrainingRecord.objects.filter(mine).count(),
            _("level, hours, dates; without a name"),
            "档案法实施条例第十九条",
        ),
        Kept(
            _("Credit records"),
            CreditRecord.objects.filter(mine).count(),
            _("kind, dates, publisher; without a name"),
            "国办发〔2025〕22号",
        ),
        Kept(
            _("Past appointments"),
            Appointment.objects.filter(mine).count(),
            _("institution, dates, kind of post, so that past ratios stay provable; without a name"),
            "个人信息保护法第十三条第一款第三项",
        ),
        Kept(
            _("Looks into your record"),
            AccessEntry.objects.filter(mine).count(),
            _("who looked, when, what for; without your name"),
            "网络安全法；个人信息保护法第五十四条",
        ),
        Kept(
            _("Audit trail"),
            AuditEntry.objects.filter(actor=user.pk).count(),
            _("what this login did, by its number, five years"),
            "网络安全法；个人信息保护法第五十四条",
        ),
    ]
    return [one for one in kept if one.rows]
