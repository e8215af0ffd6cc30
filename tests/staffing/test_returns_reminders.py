"""Reminders: once for each of the period's days, whatever runs twice, and never to whoever has filed."""

from datetime import date, timedelta

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.urls import reverse
from django.utils import translation

from accounts.models import Membership, User
from accounts.permissions import Role
from accounts.selectors import system_user
from core import outbox
from core.errors import NotAllowed
from core.models import AuditEntry, OutboxEvent
from staffing import services
from staffing.models import ReturnReminder
from staffing.rules.calendar import reminder_due
from staffing.selectors.returns import reminders_of
from staffing.tasks import every_day
from tests.builders import hat, make_user, officer, regulator
from tests.staffing.returns_builders import filed, make_period, on, receiver, staffed

pytestmark = pytest.mark.django_db
DUE = date(2026, 7, 14)
DAYS = [30, 14, 7, 1, -1, -10]


@pytest.fixture
def place():
    with on(date(2026, 6, 1)):
        place = staffed(2, 3)
        make_period()
        hat(Role.INSTITUTION_OFFICER, place, make_user("first@example.test"))
    return place


def remind(day):
    with on(day):
        return services.remind_of_returns(actor=system_user())


@pytest.mark.parametrize(
    ("left", "due"),
    [
        (31, None),
        (30, 30),
        (15, 30),
        (14, 14),
        (7, 7),
        (2, 7),
        (1, 1),
        (0, 1),
        (-1, -1),
        (-9, -1),
        (-10, -10),
        (-99, -10),
    ],
)
def test_the_day_reached_last_is_the_one_reminded_of(left, due):
    assert reminder_due(left, DAYS) == due


def test_each_day_reminds_once_and_a_second_round_nobody(place):
    sent = [(remind(DUE - timedelta(days=left)), remind(DUE - timedelta(days=left))) for left in range(35, -15, -1)]

    assert sum(first for first, _second in sent) == 6
    assert sum(second for _first, second in sent) == 0
    assert sorted(ReturnReminder.objects.values_list("days", flat=True)) == sorted(DAYS)
    assert reminders_of(place, ReturnReminder.objects.first().period) == 6


def test_whoever_has_filed_is_not_reminded(place):
    with on(date(2026, 7, 3)):
        filed(place, make_period())

    assert remind(DUE - timedelta(days=1)) == 0


def test_returned_or_taken_back_it_is_filed_all_the_same(place):
    with on(date(2026, 7, 3)):
        version = filed(place, make_period())
        services.send_back_return(
            actor=receiver(), ratio_return=version.ratio_return, version=version.pk, questions="？"
        )

    assert remind(DUE + timedelta(days=1)) == 0


def test_who_is_not_obliged_is_not_reminded():
    with on(date(2026, 7, 1)):
        staffed(2, 3)
        make_period(code="BOUND", obliges="bound")

    assert remind(DUE - timedelta(days=1)) == 0


def test_nobody_is_called_late_by_a_calendar_that_is_not_published():
    with on(date(2030, 6, 1)):
        officer(staffed(2, 3))
        make_period(date(2030, 6, 30))

    assert remind(date(2030, 7, 10)) == 1
    assert remind(date(2030, 10, 1)) == 0


def deliver_all():
    for event in outbox.undelivered():
        outbox.deliver_event(event)


def test_letter_goes_to_each_officer_and_says_where_to_read(place):
    other = officer(place)
    remind(DUE - timedelta(days=7))
    deliver_all()

    assert [letter.to for letter in mail.outbox] == [["first@example.test"], [other.email]]
    assert "/returns/" in mail.outbox[0].body
    assert "2026-07-14" in mail.outbox[0].body


def test_decision_is_told_to_each_officer_with_its_page(place):
    with on(date(2026, 7, 3)):
        version = filed(place, make_period())
        services.accept_return(actor=receiver(), ratio_return=version.ratio_return, version=version.pk)
        OutboxEvent.objects.exclude(kind="staffing.return_decided").delete()
        deliver_all()

    assert sorted(letter.to[0] for letter in mail.outbox) == sorted(["first@example.test", version.attested_by.email])
    assert reverse("staffing:return", args=[version.ratio_return_id]) in mail.outbox[0].body


class LostFor(EmailBackend):
    """A mailbox that refuses one address."""

    def send_messages(self, messages):
        if any("first@example.test" in one.to for one in messages):
            raise OSError("refused")
        return super().send_messages(messages)


@pytest.mark.parametrize("kind", ["staffing.remind_of_return", "staffing.return_decided"])
def test_letter_that_fails_holds_up_no_other_and_sends_none_twice(place, settings, kind):
    settings.EMAIL_BACKEND = f"{__name__}.LostFor"
    other = officer(place)
    with on(DUE - timedelta(days=7)):
        if kind == "staffing.return_decided":
            version = filed(place, make_period(), other)
            services.accept_return(actor=receiver(), ratio_return=version.ratio_return, version=version.pk)
        else:
            services.remind_of_returns(actor=system_user())
        OutboxEvent.objects.exclude(kind=kind).delete()
    for _attempt in range(2):
        for event in list(OutboxEvent.objects.filter(state="new").order_by("pk").values_list("pk", flat=True)):
            outbox.deliver_event(event)

    assert [letter.to for letter in mail.outbox] == [[other.email]]


def test_whoever_left_meanwhile_is_told_nothing(place):
    remind(DUE - timedelta(days=7))
    Membership.objects.filter(institution=place).update(valid_to=date(2026, 7, 1))
    with on(DUE):
        deliver_all()

    assert mail.outbox == []


@pytest.mark.parametrize("why", ["no officer", "closed login", "no address"])
def test_where_nobody_can_be_told_nobody_is_reminded(place, why):
    users = User.objects.filter(memberships__institution=place)
    if why == "no officer":
        Membership.objects.filter(institution=place).update(valid_to=date(2026, 6, 2))
    elif why == "closed login":
        users.update(is_active=False)
    else:
        # A number that nobody confirmed.
        users.update(email=None, phone_index="0" * 64)

    assert remind(DUE - timedelta(days=7)) == 0
    assert not ReturnReminder.objects.exists()
    assert not AuditEntry.objects.filter(verb="staffing.return_reminded").exists()
    with on(DUE - timedelta(days=6)):
        officer(place)
    assert remind(DUE - timedelta(days=6)) == 1


def test_desk_says_where_nobody_can_be_told(client):
    with on(date(2026, 7, 3)), translation.override("en"):
        place, silent = staffed(2, 3, name="有人"), staffed(2, 3, name="无人")
        officer(place)
        make_period()
        client.force_login(receiver())
        page = client.get(reverse("staffing:returns_desk")).content.decode()

    rows = [page.partition(one.name)[2].partition("</tr>")[0] for one in (place, silent)]
    assert ["nobody there is told" in row for row in rows] == [False, True]


def test_daily_round_opens_and_reminds_and_is_safe_to_run_twice(place):
    with on(DUE - timedelta(days=1)):
        every_day()
        every_day()

    assert ReturnReminder.objects.count() == 1


def test_only_the_system_reminds(place):
    for actor in (officer(place), regulator()):
        with on(DUE), pytest.raises(NotAllowed):
            services.remind_of_returns(actor=actor)


@pytest.mark.parametrize("rows", [1, 3])
def test_round_asks_as_much_for_any_number_that_has_filed(rows, django_assert_num_queries):
    with on(date(2026, 7, 3)):
        period = make_period()
        for _number in range(rows):
            filed(staffed(2, 3), period)

    with django_assert_num_queries(6):
        remind(DUE - timedelta(days=1))
