"""Frozen rows that are not out yet: what may change in a draft, who becomes one, and nothing that comes back."""

import pytest
from django.db import IntegrityError, connection

from core.triggers import Draft, protect
from tests.core.test_triggers import LEDGER, ROW, rows, run

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("ledger")]


@pytest.fixture
def ledger():
    run(LEDGER)
    run(ROW)


def test_draft_changes_more_until_it_is_out_and_nothing_becomes_one_again():
    with connection.cursor() as cursor:
        protect(cursor, "ledger", changing=["state"], erasing=["number"], draft=Draft("open", ["number"]))
    run("UPDATE ledger SET number = 'B' WHERE id = 1")
    for statement in ("subject = 8", "number = 'C', subject = 8"):
        with pytest.raises(IntegrityError, match="ledger is frozen"):
            run(f"UPDATE ledger SET {statement}")  # noqa: S608
    run("UPDATE ledger SET state = 'closed', number = 'C' WHERE id = 1")
    for statement in ("number = 'D'", "state = 'open'", "state = 'open', number = 'D'"):
        with pytest.raises(IntegrityError, match="ledger is frozen"):
            run(f"UPDATE ledger SET {statement}")  # noqa: S608
    run("UPDATE ledger SET number = '' WHERE id = 1")
    assert rows() == [(1, "", 7, 1, "closed")]


def test_row_comes_into_its_draft_from_named_states_alone():
    with connection.cursor() as cursor:
        draft = Draft("open", ["number"], entered_from=("new",))
        protect(cursor, "ledger", changing=["state"], draft=draft)
    run("UPDATE ledger SET state = 'new' WHERE id = 1")
    with pytest.raises(IntegrityError, match="ledger is frozen"):
        run("UPDATE ledger SET number = 'B' WHERE id = 1")
    run("UPDATE ledger SET state = 'open' WHERE id = 1")
    run("UPDATE ledger SET state = 'closed', number = 'B' WHERE id = 1")
    with pytest.raises(IntegrityError, match="ledger is frozen"):
        run("UPDATE ledger SET state = 'open' WHERE id = 1")
    assert rows() == [(1, "B", 7, 1, "closed")]


def test_text_that_is_filled_once_stays_in_a_draft_too():
    with connection.cursor() as cursor:
        protect(
            cursor, "ledger", changing=["state", "number"], filling=["number"], draft=Draft("open", ["subject", "turn"])
        )
    run("UPDATE ledger SET subject = 8 WHERE id = 1")
    for statement in ("number = 'B'", "number = ''", "number = 'B', subject = 9"):
        with pytest.raises(IntegrityError, match="ledger is frozen"):
            run(f"UPDATE ledger SET {statement}")  # noqa: S608
    run("INSERT INTO ledger (id, number, subject, turn, state) VALUES (2, '', 9, 1, 'draft')")
    run("UPDATE ledger SET number = 'C' WHERE id = 2")
    for statement in ("number = 'D'", "subject = 10"):
        with pytest.raises(IntegrityError, match="ledger is frozen"):
            run(f"UPDATE ledger SET {statement} WHERE id = 2")  # noqa: S608
    run("UPDATE ledger SET state = 'closed' WHERE id = 1")
    with pytest.raises(IntegrityError, match="ledger is frozen"):
        run("UPDATE ledger SET turn = 2 WHERE id = 1")
    assert rows() == [(1, "A", 8, 1, "closed"), (2, "C", 9, 1, "draft")]
