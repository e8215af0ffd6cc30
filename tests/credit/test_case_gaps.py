"""Ways round due process that are closed, and pages that go on answering once an entry is over."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts.permissions import Role
from accounts.selectors import system_user
from core import calendar, clock
from core.errors import DomainError, NotAllowed
from credit import services
from credit.models import CreditRecord, EndNotice
from credit.pdf.letter_text import points
from credit.rules.publication import Audience
from credit.selectors.lines import line_of, lines_of, with_voice
from tests.builders import hat
from tests.credit.cases import Authority, later, notice, notify, served
from tests.credit.exchanging import Desk

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk():
    return Authority()


def refused(code, call, **facts):
    with pytest.raises(DomainError) as refusal:
        call(**facts)
    assert refusal.value.code == code


def test_notice_entered_late_leaves_the_whole_time_to_speak(desk):
    case = desk.reviewed()
    with later(15):
        early = served(on=case.reviewed_on)
        noticed = notify(desk.one, case, notice(), early)
        days = calendar.working_day_deadline(clock.today(), noticed.answer_days)
        assert noticed.answer_until == days.day
        refused("still_time_to_answer", services.consider, actor=desk.two, case=noticed, considered="x")
        assert services.ask_hearing(actor=desk.login, case=noticed).hearing_asked_on == clock.today()


def test_notice_is_not_served_before_the_law_was_reviewed(desk):
    case = desk.investigated()
    with later(5):
        case = services.review_law(actor=desk.lawyer, case=case, opinion="合法")
        early = served(on=clock.today() - timedelta(days=5))
        before = notice(on=early.on)
        refused("written_too_early", services.write_notice, actor=desk.one, case=case, notice=before)
        case = services.write_notice(actor=desk.one, case=case, notice=notice())
        refused("served_too_early", services.serve_notice, actor=desk.one, case=case, served=early)


def test_words_put_down_from_paper_leave_the_subject_its_own(desk):
    case = services.record_answer(actor=desk.one, case=desk.noticed(), answer="书面意见")

    case = services.answer_notice(actor=desk.login, case=case, answer="我自己的话")

    assert "书面意见" in case.answer
    assert "我自己的话" in case.answer
    refused("already_said", services.answer_notice, actor=desk.login, case=case, answer="我自己的话")


def test_nobody_handles_a_case_of_the_own_house():
    desk = Authority().of_entity()
    hat(Role.INSTITUTION_OFFICER, desk.subject, desk.lawyer)

    refused("own_case", services.review_law, actor=desk.lawyer, case=desk.investigated(), opinion="合法")
    hat(Role.INSTITUTION_OFFICER, desk.subject, desk.decider)
    refused("own_case", services.file_case, actor=desk.decider, report=desk.report(), filing=desk.filing())


def lines(case):
    rows = CreditRecord.objects.filter(category="adverse", person=case.person).order_by("pk")
    return lines_of(with_voice(rows), Audience.SUBJECT)


def test_adverse_entry_is_corrected_and_the_second_entry_ends_with_the_case(desk):
    case = desk.in_force("minor")
    first = case.entries.get()
    words = {"document": "更正函1号", "reason": "笔误", "changes": {"title": "更正后的行为"}}

    second = services.correct_record(actor=desk.free, record=first, **words)

    assert (second.category, second.case, second.corrects) == ("adverse", case, first)
    assert len(lines(case)) == 2
    services.annul_case(actor=desk.free, case=case, fallen=services.Fallen("判决撤销", "判决书一号"))
    assert lines(case) == []


def test_adverse_entry_is_not_withdrawn_beside_its_case(desk):
    case = desk.in_force("minor")

    words = {"document": "函1号", "reason": "有误"}
    refused("falls_with_its_case", services.withdraw_record, actor=desk.free, record=case.entries.get(), **words)


def test_entry_that_is_over_is_still_drawn_on_its_own_page(desk):
    case = desk.in_force("minor")
    services.annul_case(actor=desk.free, case=case, fallen=services.Fallen("判决撤销", "判决书一号"))

    assert lines(case) == []
    assert line_of(case.entries.get(), Audience.SUBJECT).record == case.entries.get()


def test_partner_entered_again_is_told_beside_its_former_self():
    authority, exchange = Authority().of_entity(), Desk()
    case, first = authority.in_force("minor"), exchange.partner
    services.send_records(actor=exchange.officer, partner=first, form="json", purpose="核对")
    ends = {"actor": exchange.officer, "partner": first}
    services.end_partner(**ends, valid_to=clock.today() + timedelta(days=30))
    # A planned end may come sooner, and never later.
    refused("already_ended", services.end_partner, **ends, valid_to=clock.today() + timedelta(days=31))
    services.end_partner(**ends, valid_to=clock.today())
    again = exchange.another(first.name)
    services.send_records(actor=exchange.officer, partner=again, form="json", purpose="核对")

    services.annul_case(actor=authority.free, case=case, fallen=services.Fallen("判决撤销", "判决书一号"))

    assert set(EndNotice.objects.values_list("told", flat=True)) == {first.pk, again.pk}


def test_one_case_that_cannot_move_on_keeps_no_other_from_its_day(desk):
    broken, sound = desk.in_force("minor"), desk.in_force("minor")
    with later((sound.ends_on - clock.today()).days + 1):
        # The earlier one has lost the version of its rules.
        type(broken).objects.filter(pk=broken.pk).update(end_reason="x")
        services.close_days(actor=system_user())
    sound.refresh_from_db()
    assert sound.state == "expired"


def test_eleventh_point_of_a_letter_is_printed():
    found = points(f"第{number}点" for number in range(1, 23))

    assert len(found) == 22
    assert (found[10].text, found[19].text, found[20].text) == ("（十一）第11点", "（二十）第20点", "（二十一）第21点")


def test_stranger_reads_nothing_of_it(desk):
    case = desk.in_force("minor")
    with pytest.raises(NotAllowed):
        services.correct_record(actor=desk.login, record=case.entries.get(), document="x", reason="x", changes={})


def test_database_keeps_one_entry_per_case_and_no_second_one_without_it(desk):
    case = desk.in_force("minor")
    words = {
        "person": case.person, "category": "adverse", "kind": "note", "occurred_on": clock.today(), "publisher": "x",
        "facts": {}, "document": "x", "entered_by": desk.free,
    }  # fmt: skip
    for wrong in ({"case": case, "source": "raw:1"}, {"corrects": case.entries.get(), "source": "raw:2"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            CreditRecord.objects.create(**words, **wrong)
    assert case.entries.count() == 1
