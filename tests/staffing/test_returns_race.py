"""The same return at the same moment from two windows: one version, one decision, one row."""

from datetime import timedelta
from threading import Event, Thread

import pytest
from django.db import connection, transaction

from accounts.models import Institution, User
from accounts.selectors import system_user
from core import clock
from core.errors import DomainError
from staffing import services
from staffing.models import RatioReturn, ReturnCheck, ReturnDecision, ReturnReminder, ReturnVersion
from staffing.selectors.ratios import institution_ratio
from tests.builders import make_appointment, make_person, officer
from tests.courses.test_race import together
from tests.staffing.returns_builders import annul, attested, begun, filed, make_period, receiver, staffed

pytestmark = pytest.mark.django_db(transaction=True)


def just_over():
    return make_period(clock.today() - timedelta(days=3))


# Seconds that a roster is held back after its moment was read.
HELD = 1


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
    officer(staffed(2, 3))
    just_over()

    together(lambda _n: services.remind_of_returns(actor=system_user()), [1, 2])

    assert ReturnReminder.objects.count() == 1


def while_a_roster_is_written(place, act):
    """A roster takes the institution, reads its moment, and writes later; `act` begins between the two."""
    stamped, failures = Event(), []

    def write():
        with transaction.atomic():
            Institution.objects.select_for_update().get(pk=place.pk)
            moment = clock.now()
            stamped.set()
            Event().wait(HELD)
            make_appointment(make_person("迟写"), place, recorded_at=moment)

    def run(work):
        try:
            work()
        except DomainError as refusal:
            failures.append(refusal.code)
        finally:
            connection.close()

    def follow():
        assert stamped.wait(10)
        act()

    threads = [Thread(target=run, args=[work]) for work in (write, follow)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failures


def then_known_is_what_was_kept(check):
    answer = institution_ratio(check.ratio_return.institution, as_of=check.as_of, known_at=check.known_at)
    return (answer.ratio.trained, answer.ratio.staff) == (check.trained, check.staff)


def test_figures_are_checked_after_the_roster_that_is_being_written():
    place, period = staffed(2, 3), just_over()
    actor = officer(place)
    found = begun(place, period, actor)

    def check():
        services.check_return(actor=fresh(actor), ratio_return=RatioReturn.objects.get(pk=found.pk))

    assert while_a_roster_is_written(place, check) == []
    made = ReturnCheck.objects.get()
    assert made.staff == 4
    assert then_known_is_what_was_kept(made)


def test_figures_that_a_roster_is_changing_are_not_attested():
    place, period = staffed(2, 3), just_over()
    actor = officer(place)
    found = begun(place, period, actor)
    services.check_return(actor=actor, ratio_return=found)

    def attest():
        attested(RatioReturn.objects.get(pk=found.pk), fresh(actor))

    assert while_a_roster_is_written(place, attest) == ["figures_moved"]
    assert not ReturnVersion.objects.exists()


def test_figures_are_corrected_after_the_roster_that_is_being_written():
    place, authority = staffed(2, 3), receiver()
    first = filed(place, just_over())
    annul(place)

    def correct():
        words = {"name": "沈砚秋", "post": "处长", "reason": "未能核实"}
        found = RatioReturn.objects.get(pk=first.ratio_return_id)
        services.correct_return(actor=fresh(authority), ratio_return=found, version=first.pk, **words)

    assert while_a_roster_is_written(place, correct) == []
    made = ReturnVersion.objects.get(turn=2)
    assert (made.trained, made.staff) == (1, 4)
    assert then_known_is_what_was_kept(made)
