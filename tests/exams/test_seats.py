"""Seats by lot: everybody one, nobody two, and what was given stays."""

from datetime import timedelta
from random import Random

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.permissions import Role
from core import clock
from core.errors import DomainError, NotAllowed
from core.models import AuditEntry
from courses.exams import services
from courses.exams.models import SittingCandidate
from courses.exams.selectors import rooms as selectors
from tests.builders import hat, make_base
from tests.exams.builders import candidate, make_sitting

pytestmark = pytest.mark.django_db


@pytest.fixture
def sitting():
    return make_sitting(base=make_base())


@pytest.fixture
def manager(sitting):
    return hat(Role.BASE_MANAGER, sitting.base)


def seats_of(sitting):
    return dict(SittingCandidate.objects.filter(sitting=sitting).values_list("person__name", "seat"))


def test_seats_are_drawn_and_the_room_stands_in_their_order(sitting, manager):
    names = ["甲", "乙", "丙", "丁", "戊", "己"]
    for name in names:
        candidate(sitting, name=name)
    by_name = [seat.name for seat in selectors.seats(manager, sitting)]

    given = services.give_seats(actor=manager, sitting=sitting, random=Random(1))

    seen = [(seat.name, seat.number) for seat in selectors.seats(manager, sitting)]
    assert (given, sorted(seats_of(sitting).values())) == (6, [1, 2, 3, 4, 5, 6])
    assert [number for _name, number in seen] == [1, 2, 3, 4, 5, 6]
    assert [name for name, _number in seen] != by_name
    assert AuditEntry.objects.filter(verb="exams.seats_given").get().facts == {"seats": 6}


def test_seat_once_given_stays_and_a_late_candidate_sits_behind(sitting, manager):
    candidate(sitting, name="甲")
    candidate(sitting, name="乙")
    services.give_seats(actor=manager, sitting=sitting, random=Random(1))
    before = seats_of(sitting)
    candidate(sitting, name="丙")
    assert services.give_seats(actor=manager, sitting=sitting, random=Random(2)) == 1
    assert seats_of(sitting) == {**before, "丙": 3}
    assert services.give_seats(actor=manager, sitting=sitting, random=Random(3)) == 0


def test_two_joined_records_are_one_person_with_one_seat(sitting, manager):
    kept, double, _other = (candidate(sitting, name=name) for name in ("甲", "甲", "乙"))
    join(double, kept)
    assert services.give_seats(actor=manager, sitting=sitting, random=Random(1)) == 2
    seen = [(seat.name, seat.number) for seat in selectors.seats(manager, sitting)]
    assert sorted(name for name, _number in seen) == ["乙", "甲"]
    assert sorted(number for _name, number in seen) == [1, 2]
    assert services.give_seats(actor=manager, sitting=sitting, random=Random(2)) == 0


def test_records_joined_after_the_lot_stand_once_and_have_arrived_by_either(sitting, manager):
    kept, double = (candidate(sitting, name=name) for name in ("甲", "乙"))
    services.give_seats(actor=manager, sitting=sitting, random=Random(1))
    with clock.travel(sitting.opens_at - clock.now()):
        services.record_arrival(actor=manager, sitting=sitting, person_id=kept.pk)
        join(double, kept)
        [seat] = selectors.seats(manager, sitting)
    assert (seat.number, seat.state) == (1, "arrived")
    assert services.give_seats(actor=manager, sitting=sitting, random=Random(1)) == 0


def join(double, kept):
    double.merged_into, double.user = kept, None
    double.save()


def test_no_seats_after_the_examination(sitting, manager):
    candidate(sitting)
    with clock.travel(timedelta(hours=4)), pytest.raises(DomainError, match="sitting_over"):
        services.give_seats(actor=manager, sitting=sitting, random=Random(1))


def test_only_the_base_that_holds_it_gives_seats(client, sitting, manager):
    candidate(sitting)
    for actor in (hat(Role.INVIGILATOR, sitting.base), hat(Role.BASE_MANAGER, make_base("7777"))):
        with pytest.raises(NotAllowed):
            services.give_seats(actor=actor, sitting=sitting, random=Random(1))
        client.force_login(actor)
        assert client.post(reverse("exams:give_seats", args=[sitting.pk])).status_code == 404
    assert set(seats_of(sitting).values()) == {None}
    client.force_login(manager)
    assert client.post(reverse("exams:give_seats", args=[sitting.pk])).status_code == 302
    assert set(seats_of(sitting).values()) == {1}


def test_database_refuses_a_seat_twice_and_seat_zero(sitting):
    candidate(sitting, name="甲")
    candidate(sitting, name="乙")
    first, second = SittingCandidate.objects.order_by("pk")
    SittingCandidate.objects.filter(pk=first.pk).update(seat=1)
    for seat in (1, 0):
        with pytest.raises(IntegrityError), transaction.atomic():
            SittingCandidate.objects.filter(pk=second.pk).update(seat=seat)
