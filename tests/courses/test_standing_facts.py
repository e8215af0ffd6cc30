"""What nothing has annulled or replaced is asked in a form that a database can plan for a whole country."""

import re

import pytest
from django.db import connection

from accounts.models import LeaveOfAbsence
from courses.models import TrainingRecord

pytestmark = pytest.mark.django_db


def test_it_is_asked_by_the_columns_that_join():
    """By any other column PostgreSQL expects a single row, and goes through a whole staff for each of a million."""
    records, leaves = TrainingRecord.objects.standing_facts(), LeaveOfAbsence.objects.believed()
    assert sorted(re.findall(r'"(\w+)" IS NULL', str(records.query))) == ["record_id", "replaces_id"]
    assert re.findall(r'"(replaces_id)" IS NULL', str(leaves.query)) == ["replaces_id"]


def test_database_looks_for_what_would_undo_a_record_by_an_index():
    """PostgreSQL says besides that it wants rows without a partner: only then does it know how many there are."""
    plan = TrainingRecord.objects.standing_facts().order_by().explain()
    if connection.vendor == "postgresql":
        assert plan.count("Anti Join") == 2, plan
    else:
        assert plan.count("LEFT-JOIN") == plan.count("SEARCH") == 2, plan
