"""A credit file with everything about it, for the two worlds."""

from datetime import date
from itertools import count

from django.db.models import Model

from accounts.models import Institution, Person, User
from accounts.selectors import system_user
from core import clock
from credit.models import (
    CreditObjection,
    CreditRecord,
    EntityLook,
    ObjectionDecision,
    PublicationLink,
    StatementHidden,
    SubjectStatement,
)

_numbers = count(1)


def credit_of(user: User, person: Person) -> list[Model]:
    """An entry with a hidden statement, and an objection that was rejected."""
    actor, now = system_user(), clock.now()
    record = CreditRecord.objects.create(
        person=person,
        category="positive",
        kind="training_completed",
        occurred_on=date(2026, 5, 1),
        publisher="test",
        source=f"world:{next(_numbers)}",
    )
    statement = SubjectStatement.objects.create(record=record, turn=1, text="说明", written_by=user)
    objection = CreditObjection.objects.create(
        record=record, state="rejected", words="学时有误", opened_by=user, opened_at=now, working_days=5
    )
    return [
        record,
        statement,
        StatementHidden.objects.create(statement=statement, reason="涉及他人", hidden_by=actor, body_name="test"),
        objection,
        ObjectionDecision.objects.create(
            objection=objection, upheld=False, reason="属实", decided_by=actor, body_name="test"
        ),
    ]


def credit_of_entity(institution: Institution) -> list[Model]:
    actor = system_user()
    return [
        EntityLook.objects.create(institution=institution, actor=actor, body_name="test", purpose="test"),
        PublicationLink.objects.create(
            institution=institution,
            department_name="测试局",
            url="https://example.test/1",
            reference="XYZG-1",
            linked_on=date(2026, 5, 1),
            entered_by=actor,
        ),
    ]
