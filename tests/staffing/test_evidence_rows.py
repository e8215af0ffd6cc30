"""Rows that are written in one piece: every part is escaped, whoever wrote it."""

from datetime import date

from courses.models import TrainingRecord
from staffing.selectors import StaffLine
from staffing.selectors.people import Proofs, StaffStanding, TableLine
from staffing.views.evidence_rows import evidence_rows

HOSTILE = "<i>\"'&{x}%s</i>"


def line(person, *, trained=False, why=""):
    told = StaffLine(person, f"{HOSTILE}{person}", HOSTILE, HOSTILE, date(2024, 1, 1), trained)
    return TableLine(told, StaffStanding.TRAINED if trained else StaffStanding.UNTRAINED, why=why)


def test_nothing_that_people_wrote_is_markup():
    record = TrainingRecord(title=HOSTILE, provider=HOSTILE, completed_on=date(2025, 1, 1), standing="issued")
    lines = [line(1, why=HOSTILE), line(2, trained=True), line(3)]
    rows = evidence_rows(lines, Proofs({2: record}, {3: record}, {1: HOSTILE}), submits=True)
    assert "<i>" not in rows
    assert rows.count("&lt;i&gt;") == 16
    assert (rows.count("<tr>"), rows.count("</tr>")) == (3, 3)


def test_evidence_is_offered_where_there_is_none_and_to_whoever_hands_it_in():
    nothing = Proofs({}, {}, {})
    assert "submit" not in evidence_rows([line(1)], nothing, submits=False)
    assert "?name=%3Ci%3E%22%27%26%7Bx%7D%25s%3C/i%3E1" in evidence_rows([line(1)], nothing, submits=True)
