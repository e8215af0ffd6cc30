"""Reads of the machinery: a person's own jobs."""

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet

from core.models import Job, JobItem


def jobs_of(actor: AbstractBaseUser | AnonymousUser) -> QuerySet[Job]:
    """Jobs are private to whoever started them."""
    return Job.objects.filter(owner=actor.pk).order_by("-created_at", "-pk")


def failed_items(job: Job) -> QuerySet[JobItem]:
    return job.items.filter(state=JobItem.State.FAILED).order_by("pk")
