"""Each question of the audit page finds the index that was made for it, on both databases."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection

from accounts.models import User
from accounts.permissions import Role
from accounts.selectors import audit as selectors
from accounts.selectors.audit import Period, TrailQuestion
from core.models import AuditEntry
from tests.builders import hat, make_user, place_for

pytestmark = pytest.mark.django_db
SIZE = 2000


@pytest.fixture
def administrator() -> User:
    return hat(Role.AUDIT_ADMIN, place_for(Role.AUDIT_ADMIN))


@pytest.fixture
def busy() -> User:
    """Did every tenth thing. The trail is long enough for a planner to want an index at all."""
    busy, other, at = make_user(), make_user(), datetime(2026, 1, 1, tzinfo=UTC)
    AuditEntry.objects.bulk_create(
        AuditEntry(
            at=at + timedelta(minutes=n),
            actor=other if n % 10 else busy,
            verb=f"test.{n}",
            subject_type="test",
            subject_id=str(n),
        )
        for n in range(SIZE)
    )
    connection.cursor().execute("ANALYZE core_auditentry")
    return busy


def test_what_one_login_did(administrator, busy):
    assert "audit_by_actor" in plan(administrator, TrailQuestion(actors=(busy.pk,)))


def test_a_period(administrator, busy):
    assert "audit_by_time" in plan(administrator, TrailQuestion(period=Period(first=date(2026, 1, 1))))


def test_a_verb(administrator, busy):
    assert "audit_by_verb" in plan(administrator, TrailQuestion(verb="test.1"))


def test_one_thing(administrator, busy):
    assert "audit_by_subject" in plan(administrator, TrailQuestion(subject="accounts.person", record="1"))


def plan(administrator: User, question: TrailQuestion) -> str:
    return selectors.audit_trail(administrator, question)[:50].explain()
