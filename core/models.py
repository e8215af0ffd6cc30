"""Machinery kept in tables: audit trail, outbox, jobs, working days, search tokens. No word of the trade."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class AuditEntry(models.Model):
    """One write by one actor. Append-only by trigger on both databases."""

    at = models.DateTimeField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    verb = models.CharField(max_length=80)
    subject_type = models.CharField(max_length=80)
    subject_id = models.CharField(max_length=40)
    reason = models.TextField(blank=True)
    facts = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "at"], name="audit_by_subject"),
            # What the audit administrator asks: a period, what one login did, where one thing was done.
            models.Index(fields=["at", "id"], name="audit_by_time"),
            models.Index(fields=["actor", "at", "id"], name="audit_by_actor"),
            models.Index(fields=["verb", "at", "id"], name="audit_by_verb"),
        ]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.verb} {self.subject_type} {self.subject_id}"


class OutboxEvent(models.Model):
    """An effect to bring about after the commit; at least once, so every handler is safe to run twice."""

    class State(models.TextChoices):
        NEW = "new", _("new")
        LEASED = "leased", _("leased")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    kind = models.CharField(max_length=60)
    key = models.CharField(max_length=60)
    state = models.CharField(max_length=10, choices=State.choices, default=State.NEW)
    attempts = models.PositiveSmallIntegerField(default=0)
    leased_until = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["state", "leased_until"], name="outbox_open"),
            models.Index(fields=["kind", "key"], name="outbox_by_kind"),
        ]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.kind}:{self.key}"


# What people read for a kind of job; each room names its own kinds (core.jobs.name_kind).
JOB_NAMES: dict[str, Promise | str] = {}


class Job(models.Model):
    """Long work with progress: `done` of `total` items, failures kept per item, resumable.

    `failed`: its effect was given up, `error` says why; what it had done is kept, and it can be started again.
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("queued")
        RUNNING = "running", _("running")
        PAUSED = "paused", _("paused")
        DONE = "done", _("done")
        FAILED = "failed", _("stopped by a failure")

    OVER = (State.DONE, State.FAILED)

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=60)
    subject_id = models.CharField(max_length=40)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="jobs")
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    total = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=100, blank=True, default="")

    class Meta:
        indexes = [models.Index(fields=["created_at"], name="job_by_time")]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_id}"

    @property
    def label(self) -> str:
        return str(JOB_NAMES.get(self.kind, self.kind))


class JobItem(models.Model):
    """One thing a job has to do; `key` is the id of the record concerned."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="items")
    key = models.CharField(max_length=40)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    # Somebody is at it until then; a killed worker's item is free again afterwards.
    leased_until = models.DateTimeField(null=True)
    error = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["job", "key"], name="job_item_once")]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.job_id}:{self.key}"


class CalendarYear(models.Model):
    """A year whose official holiday arrangement is known: deadlines in other years are provisional."""

    year = models.PositiveSmallIntegerField(unique=True)
    source = models.CharField(max_length=200)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.year)


class SpecialDay(models.Model):
    """A weekday off, or a weekend day that is worked in exchange."""

    day = models.DateField(unique=True)
    is_working = models.BooleanField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.day} {'+' if self.is_working else '-'}"


class SearchEntry(models.Model):
    """Something that can be found: `kind` and `key` name the record, `language` the text that was indexed."""

    kind = models.CharField(max_length=30)
    key = models.CharField(max_length=40)
    language = models.CharField(max_length=10)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "key", "language"], name="search_entry_once")]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.kind}:{self.key}:{self.language}"


class SearchToken(models.Model):
    """One token of one entry; `weight` is higher for titles."""

    entry = models.ForeignKey(SearchEntry, on_delete=models.CASCADE, related_name="tokens")
    token = models.CharField(max_length=40)
    weight = models.PositiveSmallIntegerField(default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["token", "entry"], name="search_token_once")]
        default_permissions = ()

    def __str__(self) -> str:
        return self.token
