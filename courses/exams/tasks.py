"""The doorbell that collects attempts whose time is over."""

from celery import shared_task

from accounts.selectors import system_user
from courses.exams.services import collect_overdue_attempts


@shared_task(name="exams.collect_overdue")
def collect_overdue() -> None:
    collect_overdue_attempts(actor=system_user())
