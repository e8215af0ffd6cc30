"""No list of dishonest people can be made here: no spelling passes, and no model could hold one."""

import unicodedata
from datetime import date

import pytest
from django.apps import apps
from django.db import models
from django.test import Client
from django.utils import translation

from accounts.models.restrictions import RestrictionKind
from core import clock
from core.errors import DomainError
from credit.models import CatalogueProposal
from credit.rules.lists import bare, speaks_of_a_list, words_on
from credit.services.catalogue import adopt_proposal, propose_item, propose_measure
from credit.workflow.cases import CaseOutcome
from tests.credit.test_catalogue import MEASURE, TITLE, WORDS, listed, measure_words, of_the_nation

TODAY = date(2026, 7, 1)
SPELLINGS = [
    "列入严重失信主体名单",
    "列入嚴重失信主體名單",
    "黑名单",
    "黑 名 单",
    "黑\u3000名\u200b单",
    "黑·名·单",
    "黑—名（单）",
    "黑\u2f26\u2f1d名单",
    "失信人",
    "失信被执行人名录",
    "失信企业红黑榜",
    "老赖",
    "Blacklist",
    "BLACK LIST",
    "ｂｌａｃｋｌｉｓｔ",
    "b l a c k - l i s t",
    "black\u00adlist",
    "list of dishonest persons",
    "List of seriously DISHONEST subjects",
    "register of the dishonest",
    "ブラックリスト",
    "ﾌﾞﾗｯｸﾘｽﾄ",
    "ブラック・リスト",
    "信用失墜者リスト",
    "hei ming dan",
]
HARMLESS = [
    "在技术转移服务中提供虚假信息或者虚假证明",
    "失信惩戒措施基础清单（2025年版）",
    "公共信用信息基础目录",
    "提高监督检查频次",
    "No teaching in training",
    "More frequent inspection",
    "研修講師の制限",
    "隐瞒利益冲突",
]


@pytest.mark.parametrize("text", SPELLINGS)
def test_no_spelling_of_a_list_passes(text):
    assert speaks_of_a_list("x", text, on=TODAY)


@pytest.mark.parametrize("text", HARMLESS)
def test_words_of_catalogues_and_measures_pass(text):
    assert not speaks_of_a_list(text, on=TODAY)


def test_words_are_dated_data_with_a_source():
    words = words_on(TODAY)

    assert words.valid_from <= TODAY
    assert [language for language in ("zh-hans", "en", "ja") if not words.source[language]] == []
    assert all(bare(word) for word in words.words)
    assert words_on(date(1990, 1, 1)) == words_on(words.valid_from)


@pytest.mark.parametrize("text", ["黑\u200b名單", "ﾌﾞﾗｯｸﾘｽﾄ", "list of dishonest persons"])
@pytest.mark.parametrize("name", ["catalogue", "conduct"])
@pytest.mark.django_db
def test_item_that_speaks_of_a_list_is_refused(name, text):
    with pytest.raises(DomainError) as refusal:
        propose_item(actor=of_the_nation(), listed=listed(**{name: f"{WORDS[name]}{text}"}))

    assert refusal.value.code == "is_a_list"
    assert not CatalogueProposal.objects.exists()


@pytest.mark.parametrize(
    "changed",
    [
        {"title": TITLE | {"zh": "列入黑 名 單"}},
        {"title": TITLE | {"en": "Entry in a black-list"}},
        {"title": TITLE | {"ja": "ﾌﾞﾗｯｸﾘｽﾄ"}},
        {"code": "black_list"},
        {"listed_in": "严重失信主体名\u200b单"},
    ],
)
@pytest.mark.django_db
def test_measure_that_speaks_of_a_list_is_refused(changed):
    with pytest.raises(DomainError) as refusal:
        propose_measure(actor=of_the_nation(), listed=measure_words(**changed))

    assert refusal.value.code == "is_a_list"


@pytest.mark.django_db
def test_what_was_proposed_before_the_words_were_known_is_not_adopted_either():
    one, other = of_the_nation(), of_the_nation()
    words = WORDS | {"conduct": "列入黑名單", "highest": "general", "valid_from": str(clock.today())}
    given = {"what": "item", "words": words, "proposed_by": one, "proposed_at": clock.now()}
    with pytest.raises(DomainError) as refusal:
        adopt_proposal(actor=other, proposal=CatalogueProposal.objects.create(**given))
    assert refusal.value.code == "is_a_list"


@pytest.mark.django_db
def test_page_says_so_and_keeps_what_was_typed():
    client = Client()
    client.force_login(of_the_nation())
    sent = {"code": "m", "title_zh": "列入嚴重失信主體名單", **MEASURE, "valid_from": clock.today()}

    page = client.post("/en/credit/catalogue/measures/new/", sent).content.decode()

    assert "such lists are made by law alone" in page
    assert "列入嚴重失信主體名單" in page
    assert not CatalogueProposal.objects.exists()


# --- nothing could hold one -----------------------------------------------------------------------------------------
def named(model: type[models.Model]) -> list[str]:
    """Every name and every choice of a model, in the three languages."""
    found = [model.__name__, *(field.name for field in model._meta.get_fields())]
    choices = [pair for field in model._meta.get_fields() for pair in getattr(field, "choices", None) or ()]
    found += [str(value) for value, _label in choices]
    for language in ("zh-hans", "en", "ja"):
        with translation.override(language):
            found += [str(label) for _value, label in choices]
    return found


# Not of `accounts`: a list of certificates that is filed with a body (名单) is one of people who were trained.
@pytest.mark.parametrize("room", ["credit", "oversight"])
def test_no_model_and_no_choice_of_one_is_such_a_list(room):
    for model in apps.get_app_config(room).get_models():
        assert [text for text in named(model) if speaks_of_a_list(text, on=TODAY)] == [], model


def test_what_a_measure_restricts_and_what_a_decision_says_are_closed_sets_without_a_list():
    assert set(RestrictionKind.values) == {"no_teaching", "no_marking", "no_issuing"}
    assert set(CaseOutcome.values) == {"not_established", "exempt", "minor", "general", "serious"}


def test_spellings_above_are_tricky():
    """The twin: compared as they stand most of them would pass."""
    plain = [word for word in words_on(TODAY).words if "*" not in word]
    slipped = [text for text in SPELLINGS if not any(word in text for word in plain)]
    assert len(slipped) > len(SPELLINGS) // 3
    assert any(unicodedata.normalize("NFKC", text) != text for text in slipped)
