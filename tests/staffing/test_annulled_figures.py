"""A filed figure stays as it was filed; that a training record which it counted was annulled since is said beside it,
with the figure known now; the institution's officers are told, nobody is named in public."""

from datetime import date, timedelta

import pytest

from core import clock
from core.models import OutboxEvent
from staffing import services, tasks
from staffing.selectors.public import public_page
from staffing.selectors.returns import with_days
from staffing.selectors.then_now import returns_that_counted, then_now
from staffing.services.returns_told import COUNTED_ANNULLED, put_down_annulled
from tests.builders import make_appointment, make_institution, make_person, officer
from tests.courses.annulling import annul, make_annulment
from tests.staffing.returns_builders import NOW, filed, make_period, on, receiver, staffed
from tests.staffing.test_selectors import train

pytestmark = pytest.mark.django_db
NEXT = NOW + timedelta(days=1)
NOTE = "其计入的培训记录被撤销"


@pytest.fixture
def place(after_the_day):
    return staffed(7, 10)


@pytest.fixture
def period():
    return make_period()


def first(place):
    return place.appointments.order_by("pk")[0].person


def false_record(place):
    """One of the records that the figure counted, annulled on the day after."""
    with on(NEXT):
        return make_annulment(first(place).training_records.get()).record


def accepted(place, period):
    version = filed(place, period)
    services.accept_return(actor=receiver(), ratio_return=version.ratio_return, version=version.pk)
    return version


def page_of(client, place, period):
    with on(with_days([period])[0].correct_until.day + timedelta(days=1)):
        return client.get(f"/institutions/{place.pk}/").content.decode()


# --- on the pages of the return -------------------------------------------------------------------------------------
def test_note_stands_on_the_return_for_the_institution_and_the_authority(client, place, period):
    version = filed(place, period)
    client.force_login(version.attested_by)
    address = f"/returns/{version.ratio_return_id}/"
    assert NOTE not in client.get(address).content.decode()
    false_record(place)

    for reader in (version.attested_by, receiver()):
        client.force_login(reader)
        page = client.get(address).content.decode()
        assert (NOTE in page, "现知 6 / 10" in page) == (True, True)
    version.refresh_from_db()
    assert (version.trained, version.staff) == (7, 10)


def test_note_tells_annulled_from_corrected(place, period):
    version = filed(place, period)
    people = [one.person for one in place.appointments.order_by("pk")]
    false_record(place)
    with on(NEXT):
        train(people[1], standing="claimed", replaces=people[1].training_records.get())
        found = then_now(version)

    assert (found.untrained, found.annulled) == (2, (NEXT,))


def test_note_stands_although_another_training_makes_the_figure_the_same(place, period):
    version = filed(place, period)
    false_record(place)
    train(place.appointments.order_by("pk")[9].person)

    found = then_now(version)

    assert (found.differs, found.annulled) == (False, (NEXT,))


def test_what_was_annulled_before_it_was_filed_is_no_note(place, period):
    make_annulment(first(place).training_records.get())
    with on(NEXT):
        assert then_now(filed(place, period)).annulled == ()


# --- in public ------------------------------------------------------------------------------------------------------
def test_public_page_shows_the_note_and_names_nobody(client, place, period):
    accepted(place, period)
    assert NOTE not in page_of(client, place, period)
    name = first(place).name
    false_record(place)

    page = page_of(client, place, period)

    assert ("7 / 10" in page, "6 / 10" in page, NOTE in page) == (True, True, True)
    assert name not in page
    assert "初级培训" not in page


@pytest.mark.parametrize(("staff", "words"), [(9, True), (3, False)])
def test_small_groups_read_no_cause_and_very_small_ones_nothing(client, after_the_day, period, staff, words):
    place = staffed(staff, staff)
    accepted(place, period)
    false_record(place)

    page = page_of(client, place, period)

    assert NOTE not in page
    assert ("此后已更正" in page) is words
    assert f"{staff - 1} / {staff}" not in page


def test_annulment_elsewhere_leaves_the_public_page_alone(place, period):
    accepted(place, period)
    elsewhere = staffed(1, 1, make_institution(name="另一所"))
    false_record(elsewhere)

    with on(with_days([period])[0].correct_until.day + timedelta(days=1)):
        assert [one.note for one in public_page(place.pk).periods] == [None]


# --- the officers are told ------------------------------------------------------------------------------------------
def test_officers_of_whoever_counted_it_are_told_once(place, period, mailoutbox):
    version = filed(place, period)
    record = false_record(place)
    stranger = staffed(1, 10, make_institution(name="另一所"))
    filed(stranger, period, officer(stranger))

    assert put_down_annulled(record_id=record.pk) == 1
    assert put_down_annulled(record_id=record.pk) == 0
    tasks.tell_of_annulled(OutboxEvent.objects.get(kind=COUNTED_ANNULLED))

    [mail] = mailoutbox
    assert mail.to == [version.attested_by.email]
    assert f"/returns/{version.ratio_return_id}/" in mail.body
    assert first(place).name not in mail.body


def test_figure_that_another_record_holds_up_is_nobodys_word(place, period):
    filed(place, period)
    train(first(place), on=date(2024, 5, 1))
    record = make_annulment(first(place).training_records.order_by("pk")[0]).record

    assert returns_that_counted(record) == []


def test_record_that_the_figure_never_counted_is_nobodys_word(place, period):
    filed(place, period)
    outside = train(make_person("局外"))
    untrained = place.appointments.order_by("pk")[9].person
    later = train(untrained, on=clock.today())
    for record in (outside, later):
        assert returns_that_counted(make_annulment(record).record) == []


def test_somebody_who_left_before_the_day_is_not_counted(place, period):
    left = make_person("离职")
    make_appointment(left, place, end_date=NOW - timedelta(days=90))
    record = train(left)
    filed(place, period)

    assert returns_that_counted(make_annulment(record).record) == []


def test_decision_rings_for_the_figures(place, period):
    filed(place, period)
    with on(NEXT):
        annul(first(place).training_records.get())
        event = OutboxEvent.objects.get(kind="courses.training_record_annulled")
        tasks.put_down_annulled(event)

    assert OutboxEvent.objects.filter(kind=COUNTED_ANNULLED).count() == 1
