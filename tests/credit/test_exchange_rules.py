"""The dictionary and the accepted bases: what each reason refuses, and titles and articles however they are written."""

from dataclasses import replace
from datetime import date

import pytest

from credit.models import CreditRecord
from credit.rules.exchange import (
    REASONS,
    Basis,
    Stated,
    accepted_bases,
    article_number,
    dictionary_on,
    reason_in_words,
    same_title,
    wrong_with,
)
from credit.rules.publication import FIELDS

DAY = date(2026, 11, 28)
GOOD = Stated(
    "integrity_notice", "科研失信行为调查处理规则", "第三十条", "科诚〔2026〕1号", date(2026, 11, 1), date(2027, 11, 1)
)


def wrong(stated, partner="integrity"):
    return wrong_with(stated, partner_kind=partner, bases=accepted_bases(), on=DAY)


def test_record_with_its_basis_is_taken():
    assert wrong(GOOD) == ""


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"statute": ""}, "basis_missing"),
        ({"article": ""}, "basis_missing"),
        ({"document": ""}, "basis_missing"),
        ({"statute": "某单位内部规定"}, "basis_wrong"),
        ({"statute": "科学技术进步法", "article": "第一百零三条"}, "basis_wrong"),
        # In force since 2022-08-25.
        ({"valid_from": date(2022, 8, 24)}, "basis_over"),
        ({"valid_to": date(2026, 10, 31)}, "days_wrong"),
        ({"valid_from": date(2026, 11, 29)}, "day_to_come"),
        ({"valid_to": date(2026, 11, 27)}, "over"),
        ({"kind": "platform_notice"}, "kind_not_of_partner"),
    ],
)
def test_each_reason_refuses(changes, reason):
    assert wrong(replace(GOOD, **changes)) == reason


def test_partner_delivers_only_its_kinds():
    assert wrong(GOOD, partner="trading") == "kind_not_of_partner"


def test_last_day_still_counts():
    assert wrong(replace(GOOD, valid_to=DAY)) == ""


def test_repealed_basis_holds_for_what_began_before():
    old = {"kind": "platform_notice", "statute": "失信行为纠正后的信用信息修复管理办法（试行）"}

    assert wrong(replace(GOOD, **old, valid_from=date(2026, 3, 31)), "platform") == ""
    assert wrong(replace(GOOD, **old, valid_from=date(2026, 4, 1)), "platform") == "basis_over"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("第30条", 30),
        ("30", 30),
        ("第一百零四条", 104),
        ("第十条", 10),
        ("二十", 20),
        ("Art. 47", 47),
        ("（六）", None),
    ],
)
def test_articles_are_read_however_they_are_written(text, number):
    assert article_number(text) == number


def test_listed_articles_need_a_number():
    basis = Basis("x", frozenset(), "某法", frozenset({30}), DAY, None)

    assert basis.covers("《某法》", "第30条第一款")
    assert not basis.covers("某法", "第三章")


def test_titles_are_the_same_with_marks_and_the_name_of_the_state():
    assert same_title("《中华人民共和国科学技术进步法》", "科学技术进步法")
    assert not same_title("科学技术进步法", "科学技术普及法")


def test_dictionary_says_every_field_in_three_languages():
    held = dictionary_on(DAY)
    rows = [*held.incoming, *held.outgoing, *(one for rows in held.codes.values() for one in rows)]

    assert [row for row in rows if not (row["zh"] and row["en"] and row["ja"])] == []
    assert {one["shown_with"] for one in held.outgoing} - {""} <= set(FIELDS)
    assert {one["code"] for one in held.codes["kind"]} <= set(CreditRecord.Kind.values)
    assert {basis.kind for basis in accepted_bases()} == {one["code"] for one in held.codes["kind"]}


def test_before_the_first_dictionary_there_is_none():
    with pytest.raises(LookupError):
        dictionary_on(date(2025, 12, 31))


def test_every_reason_is_a_sentence():
    for code in REASONS:
        assert reason_in_words(code if code != "value" else "value:内容") != code
    assert "内容" in reason_in_words("value:内容")
    assert reason_in_words("of_other:days 100%") == "of_other:days 100%"
