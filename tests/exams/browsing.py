"""Browsers of candidates, and what they read."""

import re
from html import unescape

from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from courses.exams.models import Attempt


def browser_of(person) -> Client:
    """A browser that has just been opened and signed in."""
    browser = Client()
    browser.force_login(person.user)
    return browser


def url(name: str, attempt: Attempt, position: int | None = None) -> str:
    query = f"?q={position}" if position else ""
    return reverse(f"exams:{name}", kwargs={"uuid": attempt.uuid}) + query


def text_of(response) -> str:
    """What a reader sees, in one line."""
    body = re.sub(r"<(script|style|title)\b.*?</\1>", "", response.content.decode(), flags=re.S)
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body)))


def statements(captured: CaptureQueriesContext) -> list[str]:
    """Without the savepoints that only tests have."""
    marks = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT")
    return [query["sql"] for query in captured if not query["sql"].startswith(marks)]
