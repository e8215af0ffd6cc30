"""Revocation for a false fact: notice, answer or time for one, second person; and what the database itself refuses."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.models import Person
from accounts.selectors import system_user
from certificates import services, tasks
from certificates.models import Certificate, RevocationCase
from certificates.services import issue
from certificates.services.revocations import close_periods
from core import clock
from core.errors import DomainError, NotAllowed
from core.models import OutboxEvent
from tests.accounts.hearings import BREAKING, broken, closed
from tests.builders import regulator
from tests.certificates.builders import certificate_base, manager_of

pytestmark = pytest.mark.django_db
LATER = timedelta(days=40)


def notice(**fields):
    given = {"said": "由他人代考", "served_how": "in_person", "served_on": clock.today()}
    return services.Notice(**{**given, **fields})


@pytest.fixture
def case(certificate, manager):
    return services.give_notice(actor=manager, certificate=certificate, notice=notice())


def state_of(certificate):
    return Certificate.objects.get(pk=certificate.pk).state


def test_notice_changes_nothing_and_gives_ten_working_days(case, certificate):
    assert (case.state, case.answer_days, state_of(certificate)) == ("noticed", 10, "issued")
    assert case.answer_until >= case.served_on + timedelta(days=12)


def test_answered_case_is_revoked_by_a_second_person(case, certificate, second):
    services.answer_revocation(actor=certificate.person.user, case=case, answer="没有异议")

    decided = services.revoke_by_case(actor=second, case=case, considered="事实清楚")

    last = certificate.events.order_by("-pk").first()
    assert (decided.state, state_of(certificate)) == ("revoked", "revoked")
    assert (last.step, last.ground, last.actor) == ("revoke", "false_fact", second)


def test_whoever_gave_the_notice_does_not_revoke_and_may_drop(case, certificate, manager):
    services.answer_revocation(actor=certificate.person.user, case=case, answer="没有异议")
    with pytest.raises(NotAllowed, match="same_person_twice"):
        services.revoke_by_case(actor=manager, case=case, considered="x")

    dropped = services.drop_case(actor=manager, case=case, considered="查无此事")

    assert (dropped.state, state_of(certificate)) == ("dropped", "issued")


def test_nobody_revokes_while_there_is_time_to_answer(case, certificate, second):
    with clock.travel(case.answer_until - clock.today()), pytest.raises(DomainError, match="still_time_to_answer"):
        services.revoke_by_case(actor=second, case=case, considered="x")
    assert state_of(certificate) == "issued"
    with clock.travel(case.answer_until - clock.today() + timedelta(days=1)):
        services.revoke_by_case(actor=second, case=case, considered="逾期未申辩")
    assert state_of(certificate) == "revoked"


def test_nothing_expires_on_a_provisional_day(case, certificate, second):
    RevocationCase.objects.filter(pk=case.pk).update(is_provisional=True)
    from core.models import CalendarYear  # noqa: PLC0415 - only here is a year forgotten

    CalendarYear.objects.all().delete()
    with clock.travel(LATER):
        assert close_periods(actor=system_user()) == 0
        with pytest.raises(DomainError, match="still_time_to_answer"):
            services.revoke_by_case(actor=second, case=case, considered="x")
    assert state_of(certificate) == "issued"


def test_daily_run_lets_the_time_pass_once_and_a_late_answer_still_counts(case, certificate):
    with clock.travel(LATER):
        assert [close_periods(actor=system_user()) for _ in range(2)] == [1, 0]
        answered = services.answer_revocation(actor=certificate.person.user, case=case, answer="迟到的申辩")
    assert answered.state == "answered"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"said": "  "}, "said_missing"),
        ({"served_how": "shouted"}, "served_how_unknown"),
        ({"served_on": clock.today() + timedelta(days=1)}, "served_in_future"),
        ({"served_on": clock.today() - timedelta(days=400)}, "served_before_issue"),
    ],
)
def test_faulty_notice_is_refused(certificate, manager, fields, code):
    with pytest.raises(DomainError, match=code):
        services.give_notice(actor=manager, certificate=certificate, notice=notice(**fields))
    assert RevocationCase.objects.count() == 0


def test_one_revocation_runs_at_a_time(case, certificate, manager):
    with pytest.raises(DomainError, match="revocation_runs"):
        services.give_notice(actor=manager, certificate=certificate, notice=notice())


def test_false_fact_is_not_revoked_without_notice(certificate, manager):
    with pytest.raises(DomainError, match="notice_missing"):
        services.revoke_certificate(actor=manager, certificate=certificate, ground="false_fact")
    assert state_of(certificate) == "issued"


def test_strangers_neither_notice_nor_answer_nor_decide(case, certificate):
    stranger = manager_of(certificate_base())
    for actor in (stranger, regulator()):
        with pytest.raises(NotAllowed):
            services.give_notice(actor=actor, certificate=certificate, notice=notice())
        with pytest.raises(NotAllowed):
            services.answer_revocation(actor=actor, case=case, answer="x")
        with pytest.raises(NotAllowed):
            services.drop_case(actor=actor, case=case, considered="x")


def test_certificate_in_question_is_neither_replaced_nor_deregistered(case, certificate, second):
    """Either would leave the holder one that is in force, or without fault, past the case."""
    with pytest.raises(DomainError, match="revocation_runs"):
        services.supersede_certificate(actor=second, certificate=certificate)
    with pytest.raises(DomainError, match="revocation_runs"):
        services.deregister_certificate(actor=second, certificate=certificate, ground="own_request")
    assert (Certificate.objects.count(), state_of(certificate)) == (1, "issued")

    services.drop_case(actor=second, case=case, considered="x")
    assert services.supersede_certificate(actor=second, certificate=certificate).state == "issued"


def test_replacement_begun_before_the_notice_waits_for_the_decision(certificate, manager, monkeypatch):
    with monkeypatch.context() as broken:
        broken.setattr(issue, "draw", lambda _certificate, **_more: (_ for _ in ()).throw(OSError("disk full")))
        with pytest.raises(OSError, match="disk full"):
            services.supersede_certificate(actor=manager, certificate=certificate)
    services.give_notice(actor=manager, certificate=certificate, notice=notice())

    with pytest.raises(DomainError, match="revocation_runs"):
        services.supersede_certificate(actor=manager, certificate=certificate)
    assert state_of(certificate) == "issued"


def test_holder_decides_nothing_about_the_own_certificate(case, certificate, manager):
    Person.objects.filter(pk=certificate.person_id).update(user=manager)
    certificate.refresh_from_db()
    own = RevocationCase.objects.get()
    decided = [
        lambda: services.drop_case(actor=manager, case=own, considered="x"),
        lambda: services.revoke_by_case(actor=manager, case=own, considered="x"),
        lambda: services.suspend_certificate(actor=manager, certificate=certificate, ground="identity_under_check"),
        lambda: services.deregister_certificate(actor=manager, certificate=certificate, ground="own_request"),
    ]
    for decide in decided:
        with pytest.raises(DomainError, match=r"own_record|still_time"):
            decide()
    assert (RevocationCase.objects.get().state, state_of(certificate)) == ("noticed", "issued")


# --- the database ---------------------------------------------------------------------------------------------------
def row(certificate, actor, **fields):
    given = {
        "certificate": certificate,
        "said": "x",
        "served_how": "post",
        "served_on": clock.today(),
        "answer_days": 10,
        "answer_until": clock.today() + timedelta(days=14),
        "noticed_by": actor,
    }
    return RevocationCase(**{**given, **fields})


@pytest.mark.parametrize("name", BREAKING)
def test_database_refuses(name, certificate, manager, second):
    for fields in broken(name, manager, second, done="revoked"):
        with pytest.raises(IntegrityError, match=f"revocation_{name}"), transaction.atomic():
            row(certificate, manager, **fields).save()


def test_database_takes_what_is_whole(certificate, manager, second):
    row(certificate, manager, **closed(second, "revoked", answered_at=clock.now())).save()
    row(certificate, manager, **closed(second, "revoked", decided_on=clock.today() + timedelta(days=15))).save()
    row(certificate, manager, **closed(manager, "dropped")).save()
    row(certificate, manager).save()
    with pytest.raises(IntegrityError), transaction.atomic():
        row(certificate, manager).save()


def test_given_notice_is_frozen(case):
    for fields in ({"said": "另一种说法"}, {"served_on": clock.today() - timedelta(days=1)}, {"noticed_by": None}):
        with pytest.raises(IntegrityError), transaction.atomic():
            RevocationCase.objects.filter(pk=case.pk).update(**fields)
    with pytest.raises(IntegrityError), transaction.atomic():
        RevocationCase.objects.filter(pk=case.pk).delete()


# --- pages ----------------------------------------------------------------------------------------------------------
def test_holder_reads_three_blocks_and_answers(client, case, certificate, mailoutbox):
    client.force_login(certificate.person.user)
    address = reverse("certificates:answer_revocation", args=[case.pk])

    page = client.get(address, headers={"accept-language": "zh-hans"}).content.decode()
    client.post(address, {"answer": "我本人参加了考试"})

    case.refresh_from_db()
    assert page.count('<section class="card">') == 3
    assert (case.state, case.answer) == ("answered", "我本人参加了考试")


def test_word_to_the_holder_says_where_and_nothing_of_the_matter(case, mailoutbox):
    tasks.tell_of_revocation(OutboxEvent.objects.get(kind="certificates.revocation_noticed"))
    [mail] = mailoutbox
    assert f"/revocations/{case.pk}/answer/" in mail.body
    assert "代考" not in mail.body + mail.subject


def test_pages_carry_a_revocation_from_notice_to_decision(client, certificate, manager, second):
    client.force_login(manager)
    sent = {"said": "由他人代考", "served_how": "post", "served_on": str(clock.today())}
    client.post(reverse("certificates:give_notice", args=[certificate.number]), sent)
    case = RevocationCase.objects.get()
    services.answer_revocation(actor=certificate.person.user, case=case, answer="x")
    address = reverse("certificates:revocation", args=[case.pk])
    own = client.get(address).content.decode()
    case.refresh_from_db()
    sent = {"considered": "事实清楚", "step": "revoke", "heard": case.heard}
    refused = client.post(address, sent)
    assert 'value="revoke"' not in own
    assert (refused.status_code, state_of(certificate)) == (200, "issued")
    client.force_login(second)
    assert 'value="revoke"' in client.get(address).content.decode()
    client.post(address, sent)
    assert state_of(certificate) == "revoked"


def test_revocations_are_listed_at_the_base_and_the_regulator(client, case, certificate, django_assert_num_queries):
    for actor, status, shown in [
        (manager_of(certificate.base), 200, True),
        (regulator(), 200, True),
        (manager_of(certificate_base()), 200, False),
        (certificate.person.user, 404, False),
    ]:
        client.force_login(actor)
        answer = client.get(reverse("certificates:revocations"))
        assert (answer.status_code, certificate.number in answer.content.decode()) == (status, shown)


def test_answer_that_came_while_the_page_was_open_is_read_before_the_decision(client, case, certificate, second):
    address = reverse("certificates:revocation", args=[case.pk])
    client.force_login(second)
    assert 'name="heard" value=""' in client.get(address).content.decode()
    services.answer_revocation(actor=certificate.person.user, case=case, answer="当日的申辩")

    for step in ("revoke", "drop"):
        page = client.post("/en" + address, {"considered": "未申辩", "step": step, "heard": ""}).content.decode()
        assert ("answer came while this page was open" in page, "当日的申辩" in page) == (True, True)

    case.refresh_from_db()
    assert (case.state, state_of(certificate)) == ("answered", "issued")


def test_step_that_is_none_decides_nothing(client, case, second):
    client.force_login(second)
    address = reverse("certificates:revocation", args=[case.pk])
    answer = client.post(address, {"step": "other", "considered": "已听取"})
    case.refresh_from_db()
    assert (answer.status_code, case.state) == (200, "noticed")
