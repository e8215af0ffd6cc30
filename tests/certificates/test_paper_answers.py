"""An answer on paper: somebody else puts it down, the time to answer runs on, and the holder may still speak."""

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.selectors import system_user
from certificates import services, tasks
from certificates.models import RevocationCase
from certificates.services.revocations import close_periods
from core import clock
from core.errors import DomainError, NotAllowed, WrongState
from core.models import OutboxEvent
from tests.builders import regulator
from tests.certificates.builders import certificate_base, manager_of

pytestmark = pytest.mark.django_db
LATER = timedelta(days=40)


@pytest.fixture
def case(certificate, manager):
    given = services.Notice(said="由他人代考", served_how="in_person", served_on=clock.today())
    return services.give_notice(actor=manager, certificate=certificate, notice=given)


def paper(**fields):
    given = {"answer": "没有代考", "came": "post", "came_on": clock.today()}
    return services.PaperAnswer(**{**given, **fields})


def test_answer_on_paper_is_put_down_by_another_and_the_case_does_not_lapse(case, certificate, manager, second):
    with pytest.raises(NotAllowed, match="same_person_twice"):
        services.record_answer(actor=manager, case=case, paper=paper())
    kept = services.record_answer(actor=second, case=case, paper=paper())
    assert (kept.state, kept.answer, kept.answer_came, kept.answer_came_on, kept.answer_recorded_by) == (
        "answered", "没有代考", "post", clock.today(), second,
    )  # fmt: skip
    with clock.travel(LATER):
        assert close_periods(actor=system_user()) == 0


def test_answer_on_paper_does_not_shorten_the_time_to_answer(client, case, certificate, second):
    kept = services.record_answer(actor=second, case=case, paper=paper())
    with pytest.raises(DomainError, match="still_time_to_answer"):
        services.revoke_by_case(actor=second, case=kept, considered="已听取")
    client.force_login(second)
    page = client.get(reverse("certificates:revocation", args=[case.pk])).content.decode()
    assert ('value="revoke"' in page, 'value="drop"' in page) == (False, True)
    with clock.travel(LATER):
        assert services.revoke_by_case(actor=second, case=kept, considered="已听取").state == "revoked"


def test_holder_is_told_of_an_answer_on_paper_and_speaks_after_it(client, case, certificate, second, mailoutbox):
    services.record_answer(actor=second, case=case, paper=paper())
    tasks.tell_of_revocation(OutboxEvent.objects.get(kind="certificates.revocation_answer_recorded"))
    assert certificate.person.user.email in mailoutbox[-1].to
    client.force_login(certificate.person.user)
    address = reverse("certificates:answer_revocation", args=[case.pk])
    assert "<textarea" in client.get(address).content.decode()

    client.post(address, {"answer": "信不是我写的"})

    case.refresh_from_db()
    assert case.answer == f"{clock.today()}: 没有代考\n\n{clock.today()}: 信不是我写的"
    assert (case.state, case.is_answered_by_holder, case.answer_recorded_by) == ("answered", True, None)
    assert "<textarea" not in client.get(address).content.decode()
    with pytest.raises(WrongState):
        services.answer_revocation(actor=certificate.person.user, case=case, answer="再说一次")


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"answer": " "}, "answer_missing"),
        ({"came": "shouted"}, "answer_came_unknown"),
        ({"came_on": clock.today() + timedelta(days=1)}, "answer_day_wrong"),
        ({"came_on": clock.today() - timedelta(days=1)}, "answer_day_wrong"),
    ],
)
def test_faulty_answer_on_paper_is_refused(case, second, fields, code):
    with pytest.raises(DomainError, match=code):
        services.record_answer(actor=second, case=case, paper=paper(**fields))
    assert RevocationCase.objects.get().state == "noticed"


def test_answer_on_paper_is_recorded_by_page(client, case, certificate, manager, second):
    address = reverse("certificates:revocation", args=[case.pk])
    sent = {"step": "record", "paper-answer": "没有代考", "paper-came": "post", "paper-came_on": str(clock.today())}
    client.force_login(manager)
    assert 'value="record"' not in client.get(address).content.decode()
    client.force_login(second)
    assert 'value="record"' in client.get(address).content.decode()
    assert client.post(address, {**sent, "paper-answer": ""}).status_code == 200
    client.post(address, sent)
    case.refresh_from_db()
    assert (case.state, case.answer_recorded_by) == ("answered", second)
    client.force_login(certificate.person.user)
    own = client.get("/en" + reverse("certificates:answer_revocation", args=[case.pk])).content.decode()
    assert ("没有代考" in own, "put down by the office" in own) == (True, True)


def test_nobody_out_of_reach_puts_an_answer_down(case, certificate):
    for actor in (manager_of(certificate_base()), regulator(), certificate.person.user):
        with pytest.raises(NotAllowed):
            services.record_answer(actor=actor, case=case, paper=paper())
