"""What an outcome under a body's own rules does, and the word of courtesy to whom it concerns."""

import pytest
from django.core import mail

from accounts.models import Restriction
from core import clock
from core.models import OutboxEvent
from credit.rules.self_regulation import Result
from credit.tasks import tell_of_self_case, tell_of_self_review
from tests.builders import make_base, make_institution, make_person, make_user, officer
from tests.credit.own_rules import association_and_member, excluded, join, rules_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def track():
    return association_and_member()


@pytest.fixture
def of_base():
    base, teacher = make_base(host=make_institution()), make_user()
    return rules_of(base, make_person("何讲师", user=teacher), teacher)


# --- effects --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("activity", "kind"), [("teaching", "no_teaching"), ("marking", "no_marking")])
def test_exclusion_restricts_a_person_within_the_base_at_once(of_base, activity, kind):
    case = of_base.decided(excluded(activity=activity))

    found = Restriction.objects.get()
    assert (found.kind, found.person, found.within_base, found.within_institution) == (
        kind,
        of_base.subject,
        of_base.body,
        None,
    )
    assert (found.valid_from, found.valid_to, found.document) == (clock.today(), case.excluded_until, case.number)
    assert found.source == f"credit.selfregulatorycase:{case.pk}"


def test_exclusion_from_issuing_restricts_the_unit_within_the_association(track):
    track.unit = make_base(host=track.subject)
    track.decided(excluded(activity="issuing"))

    found = Restriction.objects.get()
    assert (found.kind, found.base, found.within_institution) == ("no_issuing", track.unit, track.body)


@pytest.mark.parametrize("result", [Result("reminder"), Result("talk"), None])
def test_other_outcomes_restrict_nothing(track, result):
    track.decided(result or excluded(activity="events"))

    assert Restriction.objects.count() == 0


# --- words to the subject -------------------------------------------------------------------------------------------
def test_notice_and_decision_are_told_by_mail_without_the_matter(track):
    case = track.decided()
    for kind in ("credit.self_case_noticed", "credit.self_case_decided"):
        tell_of_self_case(OutboxEvent.objects.get(kind=kind))

    assert [one.to for one in mail.outbox] == [[track.answering.email]] * 2
    for one in mail.outbox:
        assert f"/own-rules/about-me/{case.uuid}/" in one.body
        for matter in ("包过", "公约第七条", "已撤下", case.number):
            assert matter not in one.body + one.subject


def test_review_is_told_by_mail(of_base):
    review = of_base.review(of_base.asked())
    tell_of_self_review(OutboxEvent.objects.get(kind="credit.self_review_decided", key=str(review.pk)))

    assert [one.to for one in mail.outbox] == [[of_base.answering.email]]


def test_members_of_another_place_are_told_nothing(track):
    officer(join(track.body, make_institution()))
    track.noticed()
    tell_of_self_case(OutboxEvent.objects.get(kind="credit.self_case_noticed"))

    assert [one.to for one in mail.outbox] == [[track.answering.email]]
