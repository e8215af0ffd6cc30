"""Letters of administrative cases: made once after their step, in two forms of one text, for those to whom they go."""

import hashlib
import io
import zipfile
from datetime import timedelta

import pytest
from docx import Document

from accounts.models import AdminBody
from accounts.permissions import Permission, Role
from accounts.selectors import system_user
from core import clock, outbox
from core.errors import DomainError, NotAllowed
from core.models import AuditEntry, OutboxEvent
from credit import services
from credit.models import AdministrativeCase, CaseLetter, LetterKind
from credit.pdf.case_letters import TITLES
from credit.pdf.letter_text import BLANK_NUMBER, WORDING
from credit.selectors.letters import letters_of, missing_letters
from credit.services import Fallen, Said
from tests.builders import hat, make_base, make_person, make_user, regulator
from tests.credit.cases import Authority, hearing, later, measure, notice, notify, refused, ruling, served
from tests.credit.letters import docx_words, pdf_words, said, stored, words, written

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_data_dir")]
K = LetterKind


@pytest.fixture
def desk():
    return Authority()


def nation():
    """Above the body: it reads, and takes no step."""
    return AdminBody.objects.get(code="NATIONAL")


def everything(desk):
    """A case with a hearing and a measure, in force, an entity's."""
    one = measure("no_issuing", title_zh="一年内不得发证")
    desk.of_entity()
    case = desk.noticed("general", (one,))
    services.ask_hearing(actor=desk.login, case=case)
    day = clock.today() + timedelta(days=20)
    case = services.announce_hearing(actor=desk.one, case=case, hearing=hearing(day, desk.free))
    services.serve_hearing(actor=desk.one, case=case, served=served())
    with later(20):
        services.record_hearing(actor=desk.free, case=case, record="笔录")
        services.answer_notice(actor=desk.login, case=case, answer="并无此事。", complete=True)
        services.consider(actor=desk.two, case=case, considered="一、不予采纳。\n二、予以采纳。")
        case = services.decide_case(actor=desk.decider, case=case, ruling=ruling("general", (one,)))
        return services.serve_decision(actor=desk.free, case=case, served=served())


# --- made once, after the step --------------------------------------------------------------------------------------
def test_each_step_leaves_its_letter_and_none_comes_before(desk):
    def kinds(case):
        return {str(one.kind) for one in missing_letters(case)}

    case = desk.filed()
    assert kinds(case) == {"filing"}
    case = Authority(code="990100").reviewed()
    assert kinds(case) == {"filing"}
    case = Authority(code="990200").noticed()
    assert kinds(case) == {"filing", "notice", "notice_service"}
    case = Authority(code="990101").decided()
    assert kinds(case) == {"filing", "notice", "notice_service", "decision", "repair_notice"}


def test_a_case_through_all_has_all_its_letters(desk):
    case = everything(desk)

    assert set(written(case)) == {
        "filing", "notice", "notice_service", "hearing", "hearing_service", "decision", "repair_notice",
        "decision_service",
    }  # fmt: skip
    assert missing_letters(case) == []


@pytest.mark.parametrize("outcome", ["not_established", "exempt"])
def test_without_an_adverse_outcome_there_is_no_repair_notice(desk, outcome):
    case = desk.decided(outcome)

    assert "repair_notice" not in {str(one.kind) for one in missing_letters(case)}
    text = said(case, "decision")
    assert "不产生任何不利后果" in text
    assert "程度为" not in text
    assert "行政复议" in text


def test_the_outbox_makes_them_and_a_second_time_nothing(desk):
    case = desk.noticed()
    events = OutboxEvent.objects.filter(kind="credit.case_letters", key=str(case.pk))
    assert events.count() == 3

    for event in events:
        outbox.deliver_event(event.pk)

    assert OutboxEvent.objects.filter(kind="credit.case_letters", state="done").count() == 3
    assert CaseLetter.objects.filter(case=case).count() == 3
    body = stored(CaseLetter.objects.get(kind="notice"))
    assert services.make_letters_due(actor=system_user(), case=case) == []
    assert stored(CaseLetter.objects.get(kind="notice")) == body


def test_only_the_platform_makes_them_unasked(desk):
    case = desk.noticed()

    with pytest.raises(NotAllowed):
        services.make_letters_due(actor=desk.one, case=case)


def test_what_is_kept_has_the_hashes_of_the_row(desk):
    for letter in written(desk.decided()).values():
        for form in ("pdf", "docx"):
            assert hashlib.sha256(stored(letter, form)).hexdigest() == letter.kept(form).sha256
        assert letter.size == len(stored(letter))
        assert letter.docx_size == len(stored(letter, "docx"))
        assert letter.wording == WORDING


def test_every_letter_is_written_down_in_the_trail(desk):
    letter = written(desk.noticed())["notice"]

    entry = AuditEntry.objects.get(verb="credit.letter_made", subject_id=str(letter.pk))
    assert entry.facts["sha256"] == letter.sha256


# --- one text -------------------------------------------------------------------------------------------------------
def test_pdf_and_docx_say_the_same_and_what_the_text_says(desk):
    case = everything(desk)

    for kind, letter in written(case).items():
        pdf, docx = pdf_words(stored(letter)), docx_words(stored(letter, "docx"))
        assert pdf == said(case, kind), kind
        assert docx == pdf, kind


def test_notice_says_what_the_law_asks_for(desk):
    case = desk.noticed("general", (measure(title_zh="不得推荐"),))

    text = said(case, "notice")

    for wanted in ("一、事实", "二、理由", "三、依据", "四、拟作出的决定", "五、你的权利", "程度为一般", "不得推荐"):
        assert wanted in text
    assert "自本告知书送达之日起5个工作日内" in text
    assert "要求举行听证" in text
    assert "申请其回避" in text
    assert text.startswith(words(case.body.name + case.notice_number + "事先告知书何磊："))


def test_notice_of_something_slight_names_no_hearing(desk):
    assert "听证" not in said(desk.noticed("minor"), "notice")


def test_decision_names_remedies_repair_and_the_answer_to_each_point(desk):
    case = everything(desk)

    text = said(case, "decision")

    assert "60日内向岚江省人民政府申请行政复议" in text
    assert "6个月内依法向岚州市中级人民法院提起行政诉讼" in text
    assert "一、不予采纳。二、予以采纳。" in text
    assert "（一）一年内不得发证（列于清单；依据：某法第2条）。" in text
    assert f"最早日期为{case.repair_from.year}年{case.repair_from.month}月{case.repair_from.day}日" in text
    assert "附件：《信用修复告知书》" in text
    assert case.subject.uscc in text


def test_notice_is_never_younger_than_its_service(desk):
    case = desk.reviewed()
    day = clock.today() - timedelta(days=1)
    AdministrativeCase.objects.filter(pk=case.pk).update(found_on=day, reviewed_on=day)
    case.refresh_from_db()
    case = notify(desk.one, case, notice(), served(on=day))

    assert written(case)["notice"].dated_on == day


def test_repair_that_is_refused_and_one_that_is_granted_are_two_letters(desk):
    case = desk.in_force("minor")
    for grant in (False, True):
        asked = services.ask_repair(actor=desk.login, case=case, corrected="已退还", commitment="承诺", committed=True)
        act = services.grant_repair if grant else services.refuse_repair
        act(actor=desk.free, repair=asked, answer="凭证不足" if not grant else "属实")
    case.refresh_from_db()
    written(case)

    first, second = CaseLetter.objects.filter(kind="repair").order_by("pk")
    assert "不予信用修复决定书" in pdf_words(stored(first))
    assert "凭证不足" in pdf_words(stored(first))
    assert "准予信用修复。" in pdf_words(stored(second))
    assert (first.edition, second.edition) == (1, 1)
    assert len(letters_of(desk.login, case, Permission.CASE_ANSWER)) == 5


def test_decision_that_was_set_aside_has_its_letter(desk):
    case = desk.in_force()
    fallen = Fallen("事实认定有误", "岚政复〔2026〕5号")
    case = services.annul_case(actor=desk.free, case=case, fallen=fallen)

    text = said(case, "annulment")

    assert "岚政复〔2026〕5号" in text
    assert "自始无效" in text


@pytest.mark.parametrize("by", ["post", "left", "in_person", "electronic"])
def test_proof_of_service_says_how_when_and_by_which_proof(desk, by):
    case = desk.decided()
    case = services.serve_decision(actor=desk.free, case=case, served=served(by, proof="EMS 1001", consent="确认书3号"))

    text = said(case, "decision_service")

    assert "EMS1001" in text
    assert f"《决定书》（{words(case.decision_number)}）、《信用修复告知书》" in text
    assert ("确认书3号" in text) is (by == "electronic")


def test_unit_without_a_code_is_named_beside_its_entity(desk):
    desk.of_entity()
    base = make_base(host=desk.subject)
    case = desk.noticed(unit=base)

    assert f"（涉及单位：{words(base.name)}）" in said(case, "notice")


def test_who_reported_stands_in_no_letter(desk):
    report = services.make_report(
        actor=make_user(),
        said=Said(
            "何磊", "某公司", desk.report().region, "collusion", "欧阳举报之语", clock.today(), "欧阳13900000001"
        ),
    )
    with later(1):
        case = services.file_case(actor=desk.decider, report=report, filing=desk.filing())
        letters = written(case)

    for letter in letters.values():
        for form in ("pdf", "docx"):
            assert "欧阳" not in (pdf_words(stored(letter)) if form == "pdf" else docx_words(stored(letter, form)))


def test_chair_is_named_where_there_is_a_name_and_never_by_an_address(desk):
    case = everything(desk)
    assert "由本机关指定的非本案调查人员主持，姓名另行告知。" in said(case, "hearing")
    assert "@" not in said(case, "hearing")

    make_person("马法制", user=desk.free)

    assert "马法制（非本案调查人员）" in said(AdministrativeCase.objects.get(pk=case.pk), "hearing")


# --- numbers and editions -------------------------------------------------------------------------------------------
def test_number_is_that_of_the_step_and_blank_where_none_was_given(desk):
    case = everything(desk)
    letters = written(case)

    assert letters["decision"].document_number == case.decision_number
    assert letters["notice"].document_number == case.notice_number
    assert letters["filing"].document_number == case.number
    assert letters["hearing"].document_number == ""
    assert words(BLANK_NUMBER) in pdf_words(stored(letters["hearing"]))


def test_another_edition_takes_its_number_and_leaves_the_first(desk):
    case = everything(desk)
    first = written(case)["hearing"]
    body = stored(first)

    second = services.make_edition(actor=desk.two, letter=first, why="补填文号", document_number="岚科听〔2026〕3号")

    assert (second.edition, second.supersedes, second.why) == (2, first, "补填文号")
    assert "岚科听〔2026〕3号" in pdf_words(stored(second))
    assert stored(first) == body
    (shown,) = [one for one in letters_of(desk.two, case, Permission.CASE_VIEW) if one.letter.kind == "hearing"]
    assert (shown.letter, shown.earlier) == (second, (first,))
    refused("superseded", services.make_edition, actor=desk.two, letter=first, why="x", document_number="y")
    assert missing_letters(case) == []


def test_a_later_edition_keeps_the_number(desk):
    case = everything(desk)
    second = services.make_edition(actor=desk.two, letter=written(case)["hearing"], why="x", document_number="听1号")
    case.institution.name = "更名后的公司"
    case.institution.save()
    second.refresh_from_db()

    third = services.make_edition(actor=desk.two, letter=CaseLetter.objects.get(pk=second.pk), why="更名")

    assert third.document_number == "听1号"
    assert "更名后的公司" in pdf_words(stored(third))


def test_edition_is_refused_without_reason_change_or_right(desk):
    case = desk.noticed()
    letter = written(case)["notice"]

    refused("why_missing", services.make_edition, actor=desk.two, letter=letter, why=" ")
    refused("nothing_changed", services.make_edition, actor=desk.two, letter=letter, why="x")
    refused("number_of_its_step", services.make_edition, actor=desk.two, letter=letter, why="x", document_number="1")
    for stranger in (desk.login, make_user(), regulator("990200"), hat(Role.REGULATOR, nation())):
        with pytest.raises(NotAllowed):
            services.make_edition(actor=stranger, letter=letter, why="x")


def test_who_stepped_aside_makes_no_letters(desk):
    case = desk.noticed()
    asked = services.ask_recusal(actor=desk.login, case=case, officer=desk.two, reason="亲属")
    services.decide_recusal(actor=desk.free, recusal=asked, uphold=True, answer="属实")

    with pytest.raises(NotAllowed):
        services.make_letters(actor=desk.two, case=case)


# --- what cannot be printed -----------------------------------------------------------------------------------------
def test_missing_character_refuses_and_nothing_is_kept(desk):
    case = desk.reviewed()
    words_of = notice(facts="见\U00031234号凭证")
    case = notify(desk.one, case, words_of, served())

    with pytest.raises(DomainError, match="glyphs_missing") as caught:
        services.make_letters(actor=desk.one, case=case)

    assert caught.value.facts["characters"] == "\U00031234"
    # Neither form of it; the others are made.
    assert set(CaseLetter.objects.values_list("kind", flat=True)) == {"filing", "notice_service"}


def test_signs_that_no_paper_prints_are_left_out(desk):
    case = desk.reviewed()
    words_of = notice(facts="第一行\x0b中\r\n第二行\x1f尾")
    case = notify(desk.one, case, words_of, served())

    letter = written(case)["notice"]

    assert "第一行中第二行尾" in pdf_words(stored(letter))
    assert "第一行中第二行尾" in docx_words(stored(letter, "docx"))


def test_markup_in_a_text_is_text(desk):
    case = desk.reviewed()
    words_of = notice(facts='<b>甲</b> & "乙" {{ case }} </w:t>')
    case = notify(desk.one, case, words_of, served())

    letter = written(case)["notice"]

    assert words('<b>甲</b> & "乙" {{ case }} </w:t>') in pdf_words(stored(letter))
    assert words('<b>甲</b> & "乙" {{ case }} </w:t>') in docx_words(stored(letter, "docx"))


# --- the DOCX -------------------------------------------------------------------------------------------------------
def test_docx_has_no_macro_no_link_and_names_the_body_alone(desk):
    case = desk.noticed()
    body = stored(written(case)["notice"], "docx")

    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        names = archive.namelist()
        everything_in_it = b"".join(archive.read(name) for name in names)
    assert [name for name in names if "vba" in name.lower() or name.endswith((".bin", ".jpeg"))] == []
    assert b'TargetMode="External"' not in everything_in_it
    known = Document(io.BytesIO(body)).core_properties
    assert (known.author, known.last_modified_by, known.comments) == (case.body.name, case.body.name, "")
    assert known.title == "事先告知书"


# --- who reads ------------------------------------------------------------------------------------------------------
def test_subject_gets_what_is_addressed_to_it_from_the_notice_on(desk):
    case = desk.reviewed()
    written(case)
    assert list(CaseLetter.objects.allowed(desk.login, Permission.CASE_ANSWER)) == []

    case = notify(desk.one, case, notice(), served())
    written(case)

    own = CaseLetter.objects.allowed(desk.login, Permission.CASE_ANSWER)
    assert {letter.kind for letter in own} == {"notice"}
    assert {letter.kind for letter in CaseLetter.objects.allowed(desk.free, Permission.CASE_VIEW)} == {
        "filing", "notice", "notice_service",
    }  # fmt: skip


def test_officers_of_an_entity_get_no_letters_of_the_file(desk):
    written(everything(desk))

    for permission in Permission:
        kinds = set(CaseLetter.objects.allowed(desk.login, permission).values_list("kind", flat=True))
        assert kinds <= {"notice", "hearing", "decision", "repair_notice"}


def test_titles_cover_every_kind_of_the_track():
    assert set(TITLES) == {str(kind) for kind in K if not kind.startswith("self_")}
