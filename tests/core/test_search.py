"""Search over tokens: the same way on both databases."""

import pytest

from core.models import SearchEntry, SearchToken
from core.search import find, forget, index

pytestmark = pytest.mark.django_db


def found(query: str, *, kinds: tuple[str, ...] = ("course",), language: str = "zh-hans", **more: int) -> list[str]:
    return [key for _kind, key in find(query, kinds=list(kinds), language=language, **more)]


def test_a_word_inside_a_sentence_is_found():
    index("course", 1, "zh-hans", title="初级课程", text="本课讲授科技成果评价的方法。")
    index("course", 2, "zh-hans", title="中级课程", text="本课讲授技术合同登记。")

    assert found("成果评价") == ["1"]


def test_every_token_of_the_query_must_occur():
    index("course", 1, "zh-hans", title="成果", text="评价")

    assert found("成果") == ["1"]
    assert found("成果评价") == []
    assert found("成果 评价") == ["1"]


def test_title_weighs_more_than_text():
    index("course", 1, "zh-hans", title="别的", text="成果评价")
    index("course", 2, "zh-hans", title="成果评价", text="别的")

    assert found("成果评价") == ["2", "1"]


def test_equal_weight_is_ordered_by_kind_and_key():
    for kind, key in (("lesson", 1), ("course", 2), ("course", 1)):
        index(kind, key, "zh-hans", title="成果评价")

    assert find("评价", kinds=["course", "lesson"], language="zh-hans") == [
        ("course", "1"),
        ("course", "2"),
        ("lesson", "1"),
    ]


def test_only_the_kinds_and_the_language_asked_for():
    index("course", 1, "zh-hans", title="Transfer")
    index("rule", 2, "zh-hans", title="Transfer")
    index("course", 3, "en", title="Transfer")

    assert found("transfer") == ["1"]
    assert found("transfer", language="en") == ["3"]
    assert found("transfer", kinds=("rule",)) == ["2"]
    assert found("transfer", kinds=()) == []


def test_a_token_in_title_and_text_counts_as_one():
    index("course", 1, "zh-hans", title="成果评价", text="成果评价 成果评价")

    assert found("成果评价") == ["1"]


def test_index_replaces_what_was_known():
    index("course", 1, "zh-hans", title="成果评价")
    index("course", 1, "zh-hans", title="技术合同")

    assert (found("成果"), found("合同")) == ([], ["1"])
    assert SearchEntry.objects.count() == 1


def test_index_of_one_language_leaves_the_others():
    index("course", 1, "en", title="Transfer")
    index("course", 1, "zh-hans", title="转移")

    assert found("transfer", language="en") == ["1"]


def test_forget_removes_every_language():
    for language in ("zh-hans", "en"):
        index("course", 1, language, title="Transfer")
    index("course", 2, "en", title="Transfer")

    forget("course", 1)

    assert (found("transfer"), found("transfer", language="en")) == ([], ["2"])
    assert SearchToken.objects.count() == 1


@pytest.mark.parametrize("query", ["", "  ", "，。", "%", "_", "'; DROP TABLE core_searchtoken; --"])
def test_nothing_is_found_without_a_word_that_occurs(query):
    index("course", 1, "zh-hans", title="成果评价")

    assert found(query) == []


def test_a_very_long_word_is_found_again():
    word = "pneumonoultramicroscopicsilicovolcanoconiosis" * 2
    index("course", 1, "en", title=word, text=word + "x")

    assert found(word, language="en") == ["1"]


def test_limit_cuts_the_answer():
    for key in range(5):
        index("course", key, "en", title="Transfer")

    assert found("transfer", language="en", limit=2) == ["0", "1"]


@pytest.mark.parametrize("count", [1, 3])
def test_search_costs_one_query(count, django_assert_num_queries):
    for key in range(count):
        index("course", key, "zh-hans", title="成果评价", text="价值评估")

    with django_assert_num_queries(1):
        assert len(found("成果评价")) == count
