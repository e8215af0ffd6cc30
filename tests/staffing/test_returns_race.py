"""The same return at the same moment from two windows: one version, one decision, one row."""

from datetime import timedelta

import pytest

from accounts.models import User
from accounts.selectors import system_user
from core import clock
from staffing import services
from staffing.models import RatioReturn, ReturnDecision, ReturnReminder, ReturnVersion
from tests.builders import officer
from tests.courses.test_race import together
from tests.staffing.returns_builders import attested, begun, filed, make_period, receiver, staffed

pytestmark = pytest.mark.django_db(transaction=True)


def just_over():
    return make_period(clock.today() - timedelta(days=3))


def fresh(actor):
    return User.objects.get(pk=actor.pk)


def test_two_windows_declare_one_return():
    place, period = staffed(2, 3), just_over()
    actor = officer(place)

    together(lambda _n: begun(place, period, fresh(actor)), [1, 2])

    assert RatioReturn.objects.count() == 1


def test_two_windows_file_one_version():
    place, period = staffed(2, 3), just_over()
    actor = officer(place)
    found = begun(place, period, actor)
    services.check_return(actor=actor, ratio_return=found)

    together(lambda _n: attested(RatioReturn.objects.get(pk=found.pk), fresh(actor)), [1, 2])

    assert (ReturnVersion.objects.count(), RatioReturn.objects.get().filed_turn) == (1, 1)


def test_two_officers_decide_once():
    first, second = receiver(), receiver()
    version = filed(staffed(2, 3), just_over())

    def decide(actor):
        found = RatioReturn.objects.get(pk=version.ratio_return_id)
        services.accept_return(actor=fresh(actor), ratio_return=found, version=version.pk)

    together(decide, [first, second])

    assert (ReturnDecision.objects.count(), RatioReturn.objects.get().state) == (1, "accepted")


def test_two_rounds_remind_once():
    staffed(2, 3)
    just_over()

    together(lambda _n: services.remind_of_returns(actor=system_user()), [1, 2])

    assert ReturnReminder.objects.count() == 1
