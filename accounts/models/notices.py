"""Whoever a roster names newly is told: the notice, what became of it, and a denial on its way to an officer."""

import hashlib
import uuid
from datetime import date
from typing import ClassVar, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q, Subquery
from django.utils.translation import gettext_lazy as _

from accounts.access import ScopedQuerySet
from accounts.models.people import User
from accounts.models.positions import Appointment
from accounts.workflow import DisputeState
from core import clock
from core.fields import blind_indexes


def notice_token(notice: "AppointmentNotice") -> str:
    """160 bits as 40 hexadecimal digits, the same whenever it is asked for; cannot be told without the server's key."""
    tokens = [index[:40] for index in blind_indexes("appointment_notice_link", f"{notice.uuid}:{notice.edition}")]
    # A letter from before the present key goes on as it was sent.
    return next((token for token in tokens if token_hash(token) == notice.token_hash), tokens[0])


def token_hash(token: str) -> str:
    return hashlib.sha256(token.strip().lower().encode()).hexdigest()


class NoticeQuerySet(ScopedQuerySet):
    scope_paths: ClassVar = {
        "user": "appointment__person__user", "institution": "appointment__institution",
        "region": "appointment__institution__region__path",
    }  # fmt: skip

    def with_facts(self) -> Self:
        """`told`: the link of now was sent, handed out or answered. `answer`: the person's last word, or None."""
        facts = NoticeFact.objects.filter(notice=OuterRef("pk"))
        answers = facts.filter(what__in=NoticeFact.ANSWERS).order_by("-at", "-pk")
        renewed = NoticeFact.objects.filter(
            notice=OuterRef("notice"), pk__gt=OuterRef("pk"), what=NoticeFact.What.LINK_RENEWED
        )
        told = facts.exclude(what=NoticeFact.What.LINK_RENEWED).filter(~Exists(renewed))
        return self.annotate(told=Exists(told), answer=Subquery(answers.values("what")[:1]))

    def waiting(self) -> Self:
        """Nobody has told the person yet, or not of the link made since."""
        return self.with_facts().filter(told=False, appointment__voided_at__isnull=True)

    def unanswered(self) -> Self:
        """The person has said nothing yet, and nothing was decided over the row."""
        return self.with_facts().filter(answer__isnull=True, appointment__voided_at__isnull=True)

    def overdue(self, on: date) -> Self:
        """Never by a provisional day: it needs a calendar that is not out yet."""
        return self.waiting().filter(due_on__lt=on, due_provisional=False)


class AppointmentNotice(models.Model):
    """Somebody newly named has to be told by a day (practice 1.6); one link lets them confirm or deny.

    The link's token is derived and not stored, so that message and paper show the same one; its hash finds the row.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    appointment = models.OneToOneField(Appointment, on_delete=models.PROTECT, related_name="notice")
    created_at = models.DateTimeField()
    due_on = models.DateField()
    due_provisional = models.BooleanField(default=False)
    # Another edition is another token: the old link is dead.
    edition = models.PositiveSmallIntegerField(default=1)
    token_hash = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    # Wrong last characters of the document, by this link.
    tries = models.PositiveSmallIntegerField(default=0)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.appointment_id}: due {self.due_on}"

    @property
    def token(self) -> str:
        return notice_token(self)


class NoticeFactQuerySet(ScopedQuerySet):
    scope_paths: ClassVar = {
        "user": "notice__appointment__person__user", "institution": "notice__appointment__institution",
        "region": "notice__appointment__institution__region__path",
    }  # fmt: skip


class NoticeFact(models.Model):
    """What happened to a notice (append-only): sent, handed out, answered, given another link."""

    class What(models.TextChoices):
        TOLD_BY_SMS = "told_by_sms", _("told by text message")
        TOLD_BY_MAIL = "told_by_mail", _("told by e-mail")
        HANDED_OUT = "handed_out", _("handed out on paper")
        CONFIRMED = "confirmed", _("confirmed by the person")
        DENIED = "denied", _("denied by the person")
        LINK_RENEWED = "link_renewed", _("new link made")

    ANSWERS: ClassVar = (What.CONFIRMED, What.DENIED)

    notice = models.ForeignKey(AppointmentNotice, on_delete=models.PROTECT, related_name="facts")
    what = models.CharField(max_length=16, choices=What.choices)
    at = models.DateTimeField()
    # Nobody for an answer by the link: its holder showed the end of the document and no login.
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    objects = NoticeFactQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["notice", "at"], name="notice_facts_in_order")]

    def __str__(self) -> str:
        return f"{self.notice_id}: {self.what}"


class DisputeQuerySet(ScopedQuerySet):
    scope_paths: ClassVar = {
        "user": "appointment__person__user", "institution": "appointment__institution",
        "region": "appointment__institution__region__path",
    }  # fmt: skip

    def open_ones(self) -> Self:
        return self.filter(state=DisputeState.OPEN)


class AppointmentDispute(models.Model):
    """The person says not to work there. The row counts on until an officer has decided."""

    appointment = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="disputes")
    state = models.CharField(max_length=12, choices=DisputeState.choices, default=DisputeState.OPEN)
    opened_at = models.DateTimeField(default=clock.now)
    words = models.CharField(max_length=500, blank=True)

    objects = DisputeQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["appointment"],
                condition=Q(state=DisputeState.OPEN),
                name="one_open_dispute_per_appointment",
            ),
        ]
        indexes = [models.Index(fields=["state", "opened_at"], name="disputes_by_age")]

    def __str__(self) -> str:
        return f"{self.appointment_id}: {self.state}"


class DisputeDecisionQuerySet(ScopedQuerySet):
    scope_paths: ClassVar = {
        "user": "dispute__appointment__person__user", "institution": "dispute__appointment__institution",
        "region": "dispute__appointment__institution__region__path",
    }  # fmt: skip


class DisputeDecision(models.Model):
    """Who decided a dispute, when, why and by which document (append-only); upheld: it voided the appointment."""

    dispute = models.OneToOneField(AppointmentDispute, on_delete=models.PROTECT, related_name="decision")
    upheld = models.BooleanField()
    reason = models.CharField(max_length=500)
    document = models.CharField(max_length=150, blank=True)
    decided_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    body_name = models.CharField(max_length=150)

    objects = DisputeDecisionQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(name="decision_has_a_reason", condition=~Q(reason="")),
            models.CheckConstraint(name="upheld_needs_a_document", condition=Q(upheld=False) | ~Q(document="")),
        ]

    def __str__(self) -> str:
        return f"{self.dispute_id}: {'upheld' if self.upheld else 'rejected'}"
