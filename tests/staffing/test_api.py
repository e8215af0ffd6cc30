"""The interface for machines: the same object as the command, and refusals that tell nothing."""

import json
from datetime import UTC, date, datetime, timedelta
from io import StringIO

import pytest
from django import forms
from django.core.management import call_command

from core import clock
from core.clock import SHANGHAI, end_of_day
from staffing.forms import read_moment
from tests.builders import make_appointment, make_institution, make_person, make_user, officer

KEYS = (
    "institution", "rule", "binding", "as_of", "known_at",
    "staff", "trained", "percent_floor", "outcome", "shortfall",
)  # fmt: skip


def address(identifier: object) -> str:
    return f"/api/v1/institutions/{identifier}/staffing-ratio"


def printed(*arguments: str) -> dict:
    out = StringIO()
    call_command("staffing_ratio", *arguments, "--json", stdout=out)
    return json.loads(out.getvalue())


@pytest.mark.django_db
@pytest.mark.parametrize("known_at", ["2026-11-20", "2026-11-20T09:00:00Z", "2026-11-20T17:00:00+08:00"])
def test_interface_and_command_give_the_same_object(client, known_at):
    institution = make_institution()
    make_appointment(make_person(), institution)
    client.force_login(officer(institution))
    asked = {"as_of": "2026-06-30", "known_at": known_at}

    answers = [
        client.get(address(name), asked).json() for name in (institution.uscc, institution.uscc.lower(), institution.pk)
    ]

    told = printed(institution.uscc, "--as-of", "2026-06-30", "--known-at", known_at)
    assert answers == [told] * 3
    assert list(answers[0]) == list(told) == list(KEYS)


@pytest.mark.django_db
def test_staff_entered_later_were_not_known_before(client):
    institution = make_institution()
    before = clock.now()
    with clock.travel(timedelta(days=2)):
        make_appointment(make_person(), institution)
        told = printed(str(institution.pk), "--as-of", "2026-06-30", "--known-at", before.isoformat())

        assert printed(str(institution.pk), "--as-of", "2026-06-30")["staff"] == 1
    assert [told[name] for name in KEYS[5:]] == [0, 0, None, "not_applicable", 0]


@pytest.mark.django_db
@pytest.mark.parametrize("spelling", ["{uscc}", "{pk}", "-{pk}", "0", "999999", "abc", "9" * 5000])
def test_foreign_and_unknown_institutions_are_one_answer(client, spelling):
    foreign = make_institution("不该看见")
    client.force_login(officer() if spelling != "{pk}" else make_user())

    response = client.get(address(spelling.format(uscc=foreign.uscc, pk=foreign.pk)))

    assert (response.status_code, response.json()) == (404, {"detail": "not found"})


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("", None),
        ("2026-11-20", end_of_day(date(2026, 11, 20))),
        ("2026-11-20T09:30:00+08:00", datetime(2026, 11, 20, 9, 30, tzinfo=SHANGHAI)),
        ("2026-11-20T09:30:00 08:00", datetime(2026, 11, 20, 9, 30, tzinfo=SHANGHAI)),
        ("2026-11-20T01:30:00Z", datetime(2026, 11, 20, 1, 30, tzinfo=UTC)),
        ("2026-11-20t01:30:00z", datetime(2026, 11, 20, 1, 30, tzinfo=UTC)),
        ("2026-11-20T09:30", datetime(2026, 11, 20, 9, 30, tzinfo=SHANGHAI)),
    ],
)
def test_moments_are_read(text, moment):
    assert read_moment(text) == moment


@pytest.mark.parametrize("text", ["gestern", "2026-02-30", "2026-11-20T25:00:00Z", "0001-01-01", "20.11.2026"])
def test_moments_that_are_none_are_refused(text):
    with pytest.raises(forms.ValidationError):
        read_moment(text)
