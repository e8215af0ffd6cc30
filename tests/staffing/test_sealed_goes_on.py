"""When a sealed count is annulled: the number before it goes on, until when, and what the office reads of it."""

from datetime import date, timedelta

import pytest

from core import clock
from core.models import AuditEntry
from staffing.models import SealedCount
from staffing.services import annul_sealed_count, end_sealed_count
from tests.builders import regulator
from tests.staffing.test_sealed import DAY, FIRST, confirmed, fraction

pytestmark = pytest.mark.django_db


def test_number_before_an_annulled_one_goes_on_and_what_was_known_stays(institution):
    """Ended for the later one's sake alone: nobody has decided that those people left."""
    later, first = date(2026, 5, 1), confirmed(institution)
    with clock.travel(timedelta(days=1)):
        second, replaced = confirmed(institution, 7, 7, valid_from=later), clock.now()
    with clock.travel(timedelta(days=2)):
        annul_sealed_count(actor=regulator(), count=second, reason="误")

        known = (None, replaced, replaced - timedelta(days=1) + timedelta(minutes=1))
        for day, expected in ((FIRST, [(4, 6)] * 3), (later, [(4, 6), (8, 8), (4, 6)])):
            assert [fraction(institution, day, moment) for moment in known] == expected
    first.refresh_from_db()
    resumed = SealedCount.objects.get(resumes=first)
    assert (first.state, first.ended_on, resumed.state) == ("ended", later, "confirmed")
    assert (resumed.valid_from, resumed.valid_to, resumed.document_number) == (later, None, first.document_number)
    assert AuditEntry.objects.get(verb="staffing.sealed_count_resumed").facts["resumes"] == first.pk


def test_number_that_a_decision_ended_stays_ended(institution):
    first = confirmed(institution)
    end_sealed_count(actor=regulator(), count=first, ended_on=date(2026, 5, 1))
    second = confirmed(institution, 7, 7, valid_from=date(2026, 5, 1))

    annul_sealed_count(actor=regulator(), count=second, reason="误")

    assert [fraction(institution, day) for day in (date(2026, 4, 30), DAY)] == [(4, 6), (1, 1)]
    assert SealedCount.objects.count() == 2


def test_number_goes_on_until_the_next_one_begins_and_to_its_own_last_day(institution):
    months = {month: date(2026, month, 1) for month in range(1, 10)}
    confirmed(institution, 1, 1, valid_to=months[9])
    middle = confirmed(institution, 2, 2, valid_from=months[3])
    last = confirmed(institution, 4, 4, valid_from=months[5])

    annul_sealed_count(actor=regulator(), count=middle, reason="误")
    assert [fraction(institution, months[month])[1] - 1 for month in (1, 3, 5, 9)] == [1, 1, 4, 4]
    annul_sealed_count(actor=regulator(), count=last, reason="误")
    assert [fraction(institution, months[month])[1] - 1 for month in (1, 3, 5, 8, 9)] == [1, 1, 1, 1, 0]


def people_in_months(institution, *months):
    return [fraction(institution, date(2026, month, 1))[1] - 1 for month in months]


def test_decision_that_ended_an_annulled_number_ends_what_goes_on_in_its_place(institution):
    """Somebody decided that from that day on nobody is in a secret post; the number being wrong undoes none of it."""
    first = confirmed(institution, 1, 1)
    second = confirmed(institution, 2, 2, valid_from=date(2026, 3, 1))
    end_sealed_count(actor=regulator(), count=second, ended_on=date(2026, 5, 1))

    annul_sealed_count(actor=regulator(), count=second, reason="误")

    assert people_in_months(institution, 2, 3, 4, 5, 6) == [1, 1, 1, 0, 0]
    resumed = SealedCount.objects.get(resumes=first)
    assert (resumed.state, resumed.ended_on, resumed.gave_way_to) == ("ended", date(2026, 5, 1), None)


def test_decision_stands_through_every_row_that_a_number_went_on_in(institution):
    confirmed(institution, 1, 1)
    second = confirmed(institution, 2, 2, valid_from=date(2026, 3, 1))
    third = confirmed(institution, 4, 4, valid_from=date(2026, 4, 1))
    annul_sealed_count(actor=regulator(), count=third, reason="误")
    end_sealed_count(actor=regulator(), count=SealedCount.objects.get(resumes=second), ended_on=date(2026, 5, 1))

    annul_sealed_count(actor=regulator(), count=second, reason="误")

    assert people_in_months(institution, 2, 3, 4, 5, 6) == [1, 1, 1, 0, 0]


def test_own_last_day_and_the_next_number_come_before_a_later_decision(institution):
    confirmed(institution, 1, 1, valid_to=date(2026, 4, 1))
    second = confirmed(institution, 2, 2, valid_from=date(2026, 3, 1))
    end_sealed_count(actor=regulator(), count=second, ended_on=date(2026, 5, 1))
    third = confirmed(institution, 4, 4, valid_from=date(2026, 5, 1))

    annul_sealed_count(actor=regulator(), count=second, reason="误")
    assert people_in_months(institution, 3, 4, 5) == [1, 0, 4]
    annul_sealed_count(actor=regulator(), count=third, reason="误")
    assert people_in_months(institution, 3, 4, 5) == [1, 0, 0]


def test_what_an_annulled_number_went_on_in_goes_with_it(institution):
    first = confirmed(institution, 1, 1)
    middle = confirmed(institution, 2, 2, valid_from=date(2026, 3, 1))
    last = confirmed(institution, 4, 4, valid_from=date(2026, 5, 1))
    for one in (last, middle):
        annul_sealed_count(actor=regulator(), count=one, reason="误")

    assert [fraction(institution, date(2026, month, 1))[1] - 1 for month in (1, 3, 5)] == [1, 1, 1]
    annul_sealed_count(actor=regulator(), count=first, reason="误")
    assert [fraction(institution, date(2026, month, 1))[1] - 1 for month in (1, 3, 5)] == [0, 0, 0]


def test_office_reads_which_number_goes_on(client, institution):
    confirmed(institution)
    second = confirmed(institution, 7, 7, valid_from=date(2026, 5, 1))
    client.force_login(regulator())
    assert "涉密岗位5人" in client.get(f"/sealed-counts/{second.pk}/").content.decode()

    client.post(f"/sealed-counts/{second.pk}/", {"step": "annul", "reason": "误"})

    resumed = SealedCount.objects.get(resumes__isnull=False)
    here, there = (f"/sealed-counts/{pk}/" for pk in (resumed.resumes_id, resumed.pk))
    assert f'<a href="{here}">接续此前的人数' in client.get(there).content.decode()
    assert f'<a href="{there}">自2026年5月1日起的另一项</a>' in client.get(here).content.decode()


def test_office_reads_until_when_a_number_goes_on(client, institution):
    confirmed(institution)
    second = confirmed(institution, 7, 7, valid_from=date(2026, 5, 1))
    end_sealed_count(actor=regulator(), count=second, ended_on=date(2026, 6, 1))
    client.force_login(regulator())

    assert "自2026年6月1日起该人数不再计入" in client.get(f"/sealed-counts/{second.pk}/").content.decode()
