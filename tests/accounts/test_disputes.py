"""Denials: an answer by the link or signed in, the officer's decision, and that only the decision changes a count."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from accounts.access import can
from accounts.imports.decisions import RosterChoices
from accounts.models import Appointment, AppointmentDispute, AppointmentNotice, DisputeDecision, Person
from accounts.models.notices import notice_token
from accounts.permissions import Permission
from accounts.selectors import system_user
from accounts.selectors.notices import disputes_of
from accounts.services import (
    LineRefused,
    answer_by_link,
    answer_notice,
    correct_appointment,
    decide_dispute,
    import_roster,
    record_change,
    record_joining,
    record_leaving,
    transfer_person,
)
from accounts.services.disputes import lay_before_officers
from accounts.services.notices import open_notices
from core import audit, clock
from core.errors import NotAllowed, WrongState
from staffing.selectors import disputed_staff, institution_ratio
from tests.accounts.profiles import refused
from tests.accounts.sheets import person_row, roster
from tests.builders import make_appointment, make_institution, make_person, make_user, officer, regulator

pytestmark = pytest.mark.django_db
NUMBER = "00000019900101019X"


@pytest.fixture
def institution(db):
    return make_institution("岚江测试中心")


@pytest.fixture
def person(db):
    return make_person("高轩", number=NUMBER)


@pytest.fixture
def notice(person, institution):
    appointment = make_appointment(person, institution, recorded_at=clock.now() - timedelta(hours=1))
    open_notices([appointment])
    return AppointmentNotice.objects.get()


def by_link(notice, *, tail="019x", denies=True, words=""):
    token = notice_token(notice)
    return answer_by_link(actor=system_user(), token=token, tail=tail, denies=denies, words=words)


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def dispute(notice):
    by_link(notice, words="从未在该机构工作")
    return AppointmentDispute.objects.get()


# --- the answer -----------------------------------------------------------------------------------------------------
def test_page_shows_four_things_and_nothing_more(notice):
    page = Client().get(f"/notice/{notice_token(notice)}/").content.decode()

    for shown in ("岚江测试中心", "技术经理", "2024", "高*"):
        assert shown in page
    for hidden in ("高轩", NUMBER, NUMBER[-4:], "contract"):
        assert hidden not in page


@pytest.mark.parametrize("token", ["0" * 40, "x", "0" * 400])
def test_unknown_link_is_not_found(notice, token):
    assert Client().get(f"/notice/{token}/").status_code == 404


def test_opening_the_page_answers_nothing(notice):
    Client().get(f"/notice/{notice_token(notice)}/")

    assert notice.facts.count() == 0


def test_denial_by_the_page_opens_a_dispute(notice):
    url = f"/notice/{notice_token(notice)}/"
    answer = Client().post(url, {"answer": "deny", "tail": "019X", "words": "从未"})

    assert answer.status_code == 302
    (dispute,) = AppointmentDispute.objects.all()
    assert (dispute.state, dispute.words) == ("open", "从未")


def test_confirmation_opens_no_dispute(notice):
    by_link(notice, denies=False)

    assert (AppointmentDispute.objects.count(), notice.facts.get().what) == (0, "confirmed")


def test_wrong_end_of_the_document_is_counted_and_answers_nothing(notice):
    assert refused(by_link, notice, tail="0190") == "tail_wrong"

    assert (AppointmentNotice.objects.get().tries, notice.facts.count()) == (1, 0)


def test_after_five_wrong_tries_the_right_one_is_refused(notice):
    for _try in range(5):
        refused(by_link, notice, tail="0190")

    assert refused(by_link, notice) == "too_many_tries"
    assert AppointmentDispute.objects.count() == 0


def test_link_is_dead_after_its_time(notice):
    with clock.travel(timedelta(days=181)):
        assert refused(by_link, notice) == "link_expired"
        assert "link" in Client().get(f"/en/notice/{notice_token(notice)}/").content.decode()


def test_same_answer_twice_is_one(notice):
    by_link(notice)
    by_link(notice)

    assert (notice.facts.count(), AppointmentDispute.objects.count()) == (1, 1)


def test_whoever_confirms_after_all_signed_in_withdraws(dispute, notice, person):
    user = make_user()
    Person.objects.filter(pk=person.pk).update(user=user)

    answer_notice(actor=user, notice=notice, denies=False)

    dispute.refresh_from_db()
    assert dispute.state == "withdrawn"


def test_institution_that_reads_the_link_on_paper_cannot_take_a_denial_back(institution, notice, person):
    """It knows the link (it prints it) and the end of the document (it entered it)."""
    user = make_user()
    Person.objects.filter(pk=person.pk).update(user=user)
    answer_notice(actor=user, notice=notice, denies=True, words="从未")

    assert refused(by_link, notice, denies=False) == "denial_stands"

    assert AppointmentDispute.objects.get().state == "open"
    assert list(disputes_of(regulator(), state="open").values_list("words", flat=True)) == ["从未"]
    assert [one.what for one in notice.facts.all()] == ["denied"]


def test_page_behind_the_link_offers_no_confirmation_of_what_was_denied(dispute, notice):
    url = f"/en/notice/{notice_token(notice)}/"
    page = Client().get(url).content.decode()

    assert 'value="confirm"' not in page
    assert "Sign in and answer" in page
    answer = Client().post(url, {"answer": "confirm", "tail": "019X"})
    assert (answer.status_code, AppointmentDispute.objects.get().state) == (200, "open")


def test_signed_in_person_answers_and_nobody_else(notice, person):
    user = make_user()
    Person.objects.filter(pk=person.pk).update(user=user)

    with pytest.raises(NotAllowed):
        answer_notice(actor=make_user(), notice=notice, denies=True)
    assert signed_in(make_user()).post(f"/profile/institutions/{notice.pk}/", {"answer": "deny"}).status_code == 404
    assert AppointmentDispute.objects.count() == 0
    page = signed_in(user).get("/profile/institutions/").content.decode()
    assert "岚江测试中心" in page
    signed_in(user).post(f"/profile/institutions/{notice.pk}/", {"answer": "deny"})

    assert AppointmentDispute.objects.get().state == "open"
    assert notice.facts.get().by == user


# --- the list and the count -----------------------------------------------------------------------------------------
def test_denial_changes_no_count_and_is_shown_beside_it(dispute, institution):
    answer = institution_ratio(institution)

    assert (answer.ratio.staff, disputed_staff(answer)) == (1, 1)
    assert "有争议" in signed_in(officer(institution)).get("/institution/roster/").content.decode()


def test_disputes_reach_officers_of_the_region_alone(dispute, institution):
    assert list(disputes_of(regulator())) == [dispute]
    for actor in (regulator("980000"), officer(institution), make_user()):
        assert list(disputes_of(actor)) == []
        assert signed_in(actor).get(f"/disputes/{dispute.pk}/").status_code == 404


# --- what a denial stops --------------------------------------------------------------------------------------------
LATER = {"from_day": "2024-01-02", "post": "主任"}
LINES = {
    "change": lambda who, held, place: record_change(actor=who, appointment=held, values=LATER),
    "correction": lambda who, held, place: correct_appointment(
        actor=who, appointment=held, values={"end_date": "2024-01-02"}, reason="x"
    ),
    "leaving": lambda who, held, place: record_leaving(actor=who, appointment=held, values={"end_date": "2024-01-02"}),
    "joining": lambda who, held, place: record_joining(
        actor=who,
        institution=place,
        values={
            "name": "高轩", "id_type": "resident_id", "id_number": NUMBER, "post": "主任", "professional": "true",
            "employment_type": "contract", "start_date": "2024-01-02",
        },
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", LINES)
def test_denied_row_stands_still_until_an_officer_has_decided(dispute, institution, name):
    """Otherwise the decision would meet another row than the one that was denied, and the rest would count on."""
    with pytest.raises(LineRefused) as refusal:
        LINES[name](officer(institution), dispute.appointment, institution)

    assert [one.code for one in refusal.value.problems] == ["denied"]
    decide_dispute(actor=regulator(), dispute=dispute, upheld=True, reason="r", document="d")
    assert institution_ratio(institution).ratio.staff == 0
    assert institution_ratio(institution, as_of=date(2024, 6, 1)).ratio.staff == 0


def test_transfer_waits_for_the_decision_at_both_places(dispute, institution):
    elsewhere, values = make_institution(), {"from_day": "2024-06-01"}
    held = make_appointment(dispute.appointment.person, elsewhere)

    for appointment, target in ((dispute.appointment, elsewhere), (held, institution)):
        with pytest.raises(LineRefused) as refusal:
            transfer_person(actor=regulator(), appointment=appointment, institution=target, values=values)
        assert [one.code for one in refusal.value.problems] == ["denied"]


@pytest.mark.parametrize(
    "rows",
    [
        [person_row("高轩", NUMBER, 离职日期="2024-01-02")],
        [person_row("高轩", NUMBER, 岗位="主任")],
        [person_row("高轩", NUMBER), person_row("高轩", NUMBER, 岗位="主任", 入职日期="2024-02-01")],
        [person_row("高轩", NUMBER, 入职日期="2025-01-01", 岗位="主任")],
    ],
)
def test_file_leaves_a_denied_row_as_it_is_whatever_is_ticked(dispute, institution, rows):
    before = list(Appointment.objects.values())
    ticked = RosterChoices(overwrite_all=True, end_all_missing=True, end_on=date(2026, 1, 1))
    plan = import_roster(actor=system_user(), institution=institution, content=roster(*rows), choices=ticked)

    assert "denied" in [one.code for one in plan.rows[-1].warnings]
    assert (list(Appointment.objects.values()), plan.missing) == (before, [])


def test_file_without_a_denied_person_ends_nothing_of_theirs(dispute, institution):
    ticked = RosterChoices(end_all_missing=True, end_on=date(2026, 1, 1))
    plan = import_roster(actor=system_user(), institution=institution, content=roster(person_row()), choices=ticked)

    assert plan.missing == []
    assert institution_ratio(institution).ratio.staff == 2


def test_after_a_rejection_the_row_can_be_changed_again(dispute, institution):
    decide_dispute(actor=regulator(), dispute=dispute, upheld=False, reason="r")

    assert record_change(actor=officer(institution), appointment=dispute.appointment, values=LATER).post == "主任"


# --- the decision ---------------------------------------------------------------------------------------------------
def test_upheld_denial_takes_the_row_out_from_now_on(dispute, institution, person):
    actor, before = officer(institution), clock.now()
    decision = decide_dispute(
        actor=regulator(), dispute=dispute, upheld=True, reason="社保记录不符", document="岚科函〔2026〕1号"
    )

    assert institution_ratio(institution).ratio.staff == 0
    assert institution_ratio(institution, known_at=before).ratio.staff == 1
    assert not can(actor, Permission.PERSON_VIEW, person)
    assert Appointment.objects.get().voided_at == decision.decided_at
    (entry,) = audit.entries_about(dispute.appointment).filter(verb="accounts.appointment_voided")
    assert (entry.reason, entry.facts["document"]) == ("社保记录不符", "岚科函〔2026〕1号")


def test_rejected_denial_leaves_row_and_count(dispute, institution):
    decide_dispute(actor=regulator(), dispute=dispute, upheld=False, reason="合同与社保相符")

    answer = institution_ratio(institution)
    assert (answer.ratio.staff, disputed_staff(answer)) == (1, 0)
    assert Appointment.objects.get().voided_at is None


@pytest.mark.parametrize("upheld", [True, False])
def test_decided_is_decided(dispute, notice, upheld):
    fields = {"upheld": upheld, "reason": "r", "document": "d"}
    decide_dispute(actor=regulator(), dispute=dispute, **fields)

    with pytest.raises(WrongState):
        decide_dispute(actor=regulator(), dispute=dispute, **fields)
    assert refused(by_link, notice, denies=False) == "already_decided"


def test_decision_needs_reason_and_document(dispute):
    actor = regulator()

    assert refused(decide_dispute, actor=actor, dispute=dispute, upheld=False, reason=" ") == "reason_missing"
    assert refused(decide_dispute, actor=actor, dispute=dispute, upheld=True, reason="r") == "document_missing"
    assert AppointmentDispute.objects.get().state == "open"


def test_others_do_not_decide(dispute, institution):
    for actor in (officer(institution), regulator("980000"), make_user()):
        with pytest.raises(NotAllowed):
            decide_dispute(actor=actor, dispute=dispute, upheld=True, reason="r", document="d")

    assert AppointmentDispute.objects.get().state == "open"


def test_nobody_decides_about_oneself(dispute, person):
    actor = regulator()
    Person.objects.filter(pk=person.pk).update(user=actor)

    assert refused(decide_dispute, actor=actor, dispute=dispute, upheld=False, reason="r") == "own_record"
    assert AppointmentDispute.objects.get().state == "open"


def test_officer_decides_on_the_page(dispute):
    client = signed_in(regulator())
    assert "岚江测试中心" in client.get("/disputes/").content.decode()
    wrong = client.post(f"/disputes/{dispute.pk}/", {"decision": "uphold", "reason": "r"})
    assert (wrong.status_code, AppointmentDispute.objects.get().state) == (200, "open")
    client.post(f"/disputes/{dispute.pk}/", {"decision": "uphold", "reason": "r", "document": "d"})

    assert AppointmentDispute.objects.get().state == "upheld"
    assert "岚江测试中心" not in client.get("/disputes/").content.decode()


def test_officer_sees_what_was_decided_before(dispute, person, institution):
    decide_dispute(actor=regulator(), dispute=dispute, upheld=True, reason="无聘用合同", document="岚科函〔2026〕9号")
    again = make_appointment(person, institution)
    lay_before_officers([again.pk])
    lay_before_officers([again.pk])
    other = AppointmentDispute.objects.create(appointment=make_appointment(person, make_institution()))

    page = signed_in(regulator()).get(f"/disputes/{AppointmentDispute.objects.open_ones().first().pk}/")
    assert "无聘用合同" in page.content.decode()
    assert "无聘用合同" not in signed_in(regulator()).get(f"/disputes/{other.pk}/").content.decode()


@pytest.mark.parametrize("size", [1, 3])
def test_list_asks_the_same_whatever_the_rows(institution, django_assert_num_queries, size):
    for _row in range(size):
        AppointmentDispute.objects.create(appointment=make_appointment(make_person(), institution))
    client = signed_in(regulator())
    client.get("/disputes/")

    with django_assert_num_queries(6):
        client.get("/disputes/")


# --- what the database promises -------------------------------------------------------------------------------------
def test_one_open_dispute_per_row(dispute):
    with pytest.raises(IntegrityError), transaction.atomic():
        AppointmentDispute.objects.create(appointment=dispute.appointment)


@pytest.mark.parametrize("fields", [{"reason": ""}, {"upheld": True, "document": ""}])
def test_decision_without_words_is_refused(dispute, fields):
    defaults = {"upheld": False, "reason": "r", "document": "d", "decided_at": clock.now(), "decided_by": system_user()}
    with pytest.raises(IntegrityError), transaction.atomic():
        DisputeDecision.objects.create(dispute=dispute, **{**defaults, **fields})


def test_decision_is_append_only(dispute):
    decide_dispute(actor=regulator(), dispute=dispute, upheld=False, reason="r")

    with pytest.raises(IntegrityError), transaction.atomic():
        DisputeDecision.objects.update(reason="other")
