"""Letters under a body's own rules: words of their own, to whom they concern, and nothing of the other procedure."""

import ast
import re

import pytest
from django.conf import settings

from accounts.permissions import Permission
from accounts.selectors import system_user
from core import clock, outbox
from core.errors import NotAllowed
from core.models import OutboxEvent
from credit import services
from credit.models import CaseLetter, LetterKind
from credit.pdf.self_letters import ACTIVITIES, OUTCOMES, RULES, TITLES
from credit.rules.self_regulation import Result
from credit.selectors.letters import missing_letters
from credit.workflow.self_regulation import MEASURES, Activity, RuleKind
from tests.builders import make_base, make_institution, make_person, make_user, regulator
from tests.credit.letters import docx_words, pdf_words, said, stored, words, written
from tests.credit.own_rules import association_and_member, excluded, outsider, rules_of
from tests.credit.test_self_words import WRONG

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_data_dir")]
TEXTS = settings.ROOT / "credit" / "pdf" / "self_letters.py"


@pytest.fixture
def track():
    return association_and_member()


def fixed_words(path):
    return [
        node.value
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and re.search("[一-鿿]", node.value)
    ]


# --- words ----------------------------------------------------------------------------------------------------------
def test_fixed_words_have_none_of_the_other_procedure():
    found = fixed_words(TEXTS)

    assert len(found) > 60
    assert [one for one in found if WRONG["zh-hans"].search(one)] == []


def test_the_other_track_would_be_found():
    """The twin."""
    found = fixed_words(TEXTS.with_name("case_letters.py"))

    assert [one for one in found if WRONG["zh-hans"].search(one)] != []


def test_drawn_letters_have_none_either(track):
    case = track.review(track.asked(), "set_aside").case
    letters = written(case)

    assert set(letters) == {"self_notice", "self_outcome", "self_review"}
    for letter in letters.values():
        pdf, docx = pdf_words(stored(letter)), docx_words(stored(letter, "docx"))
        assert pdf == docx == said(case, letter.kind)
        assert not WRONG["zh-hans"].search(pdf)
        assert "不属于行政机关的程序" in pdf


def test_every_outcome_activity_and_rule_has_its_words():
    assert set(OUTCOMES) == {str(one) for one in MEASURES}
    assert set(ACTIVITIES) == set(Activity.values)
    assert set(RULES) == set(RuleKind.values)
    assert set(TITLES) == {"self_notice", "self_outcome", "self_review"}


# --- after their step -----------------------------------------------------------------------------------------------
def test_none_comes_before_its_step(track):
    assert missing_letters(track.opened()) == []
    assert [one.kind for one in missing_letters(track.noticed())] == [LetterKind.SELF_NOTICE]
    assert [one.kind for one in missing_letters(track.decided())] == [LetterKind.SELF_NOTICE, LetterKind.SELF_OUTCOME]


def test_nobody_is_written_to_about_what_ended_before_a_notice(track):
    case = services.dismiss_self_case(actor=track.first, case=track.opened(), reasons="x")

    assert missing_letters(case) == []


def test_end_without_ground_after_the_notice_is_told(track):
    case = services.dismiss_self_case(actor=track.first, case=track.noticed(), reasons="事出有因，已说明")

    text = said(case, "self_outcome")

    assert "未发现需要处理的情形，本事项终结。事出有因，已说明" in text
    assert "申请复核" not in text


def test_outbox_makes_them_once(track):
    case = track.decided()
    events = OutboxEvent.objects.filter(kind="credit.self_letters", key=str(case.pk))
    assert events.count() == 2

    for event in events:
        outbox.deliver_event(event.pk)

    assert CaseLetter.objects.filter(self_case=case).count() == 2
    assert services.make_letters_due(actor=system_user(), case=case) == []


def test_notice_says_rule_facts_and_the_most_that_may_follow(track):
    case = track.noticed("talk")

    text = said(case, "self_notice")

    assert text.startswith(words(case.body.name))
    for wanted in ("技术经理人从业公约第七条（2025年版）", "不得以不实宣传招揽业务。", "宣传册第3页", "至多为：约谈。"):
        assert wanted in text
    assert "自收到本告知书之日起5个工作日内" in text


@pytest.mark.parametrize(
    ("result", "wanted"),
    [
        (Result("reminder"), "提醒。"),
        (Result("talk"), "约谈。"),
        (Result("correction", correct_by=clock.today().replace(year=2099)), "限期改正：应当不迟于2099年"),
    ],
)
def test_outcome_says_what_was_decided_and_how_to_have_it_reviewed(track, result, wanted):
    text = said(track.decided(result), "self_outcome")

    assert wanted in text
    assert "自收到本通知书之日起15个工作日内" in text
    assert "已撤下属实，予以考虑。" in text


def test_exclusion_names_the_activity_and_its_first_free_day(track):
    result = excluded(activity="events")

    text = said(track.decided(result), "self_outcome")

    day = result.until
    assert f"本单位的活动、委员会与评优。自{day.year}年{day.month}月{day.day}日起不再暂停。" in text


def test_review_says_what_came_of_it(track):
    case = track.review(track.asked(Result("talk")), "change", result=Result("reminder")).case

    text = said(case, "self_review")

    assert "改为较轻的处理：提醒。" in text
    assert "人数口径不同。" in text


# --- who reads ------------------------------------------------------------------------------------------------------
def reached(user, *permissions):
    found = (CaseLetter.objects.allowed(user, one).values_list("kind", flat=True) for one in permissions or Permission)
    return {kind for kinds in found for kind in kinds}


def test_letters_reach_the_body_and_whom_they_concern(track):
    written(track.decided())

    assert reached(track.third) == {"self_notice", "self_outcome"}
    assert reached(track.answering) == {"self_notice", "self_outcome"}
    assert reached(track.answering, Permission.SELF_CASE_VIEW) == set()
    for stranger in (outsider(), regulator(), regulator("990100"), association_and_member().first):
        assert reached(stranger) == set()


def test_letters_of_a_base_reach_its_teacher(track):
    base, teacher = make_base(host=make_institution()), make_user()
    of_base = rules_of(base, make_person("何讲师", user=teacher), teacher)
    written(of_base.noticed())

    assert reached(teacher) == {"self_notice"}
    assert reached(of_base.second) == {"self_notice"}
    assert reached(track.first) == set()


def test_edition_is_made_by_the_body_alone_and_takes_its_number(track):
    case = track.noticed()
    letter = written(case)["self_notice"]
    with pytest.raises(NotAllowed):
        services.make_edition(actor=track.answering, letter=letter, why="x", document_number="1")

    made = services.make_edition(actor=track.second, letter=letter, why="编号", document_number="协自〔2026〕1号")

    assert (made.edition, made.document_number) == (2, "协自〔2026〕1号")
