"""Names, masks and search tokens as people here write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text import (
    compact,
    mask_name,
    mask_number,
    mask_phone,
    name_key,
    narrow,
    normal_name,
    phone_number,
    search_tokens,
)

LOOKALIKES = ["\u2022", "\u30fb", "\uff0e", "\u2027", "\u2219", "\uff65", "\u22c5", "\u318d", ".", "\u00b7"]
HAN = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), min_size=1, max_size=30)


# --- names ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("point", LOOKALIKES)
@pytest.mark.parametrize("before", ["", " "])
@pytest.mark.parametrize("after", ["", " "])
def test_interpunct_between_han_becomes_the_middle_dot(before, point, after):
    assert normal_name(f"阿卜杜拉{before}{point}{after}买买提") == "阿卜杜拉\u00b7买买提"


@pytest.mark.parametrize("name", ["J. R. Smith", "Dr. 高轩", "O'Brien", "Anna-Lena", "スミス ジョン"])
def test_points_elsewhere_stay(name):
    assert normal_name(name) == name


def test_blanks_of_a_name_are_folded():
    assert normal_name("  John \u3000\t  Smith\n") == "John Smith"


@pytest.mark.parametrize("name", ["𠮷野家", "䶮", "㛃", "𠀀"])
def test_rare_characters_of_a_name_stay(name):
    assert normal_name(name) == name


def test_composed_and_decomposed_letters_are_one_name():
    assert normal_name("Zoe\u0308") == normal_name("Zo\u00eb") == "Zo\u00eb"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("阿卜杜拉·买买提", "阿卜杜拉买买提"),
        ("阿卜杜拉・买买提", "阿卜杜拉·买买提"),
        ("John Smith", "JOHN  smith"),
        ("高 轩", "高轩"),
    ],
)
def test_spellings_of_one_name_share_a_key(one, other):
    assert name_key(one) == name_key(other)


@pytest.mark.parametrize(("one", "other"), [("高轩", "高萱"), ("林知夏", "林知"), ("John", "Jon")])
def test_different_names_have_different_keys(one, other):
    assert name_key(one) != name_key(other)


@given(st.text(max_size=40))
def test_normal_form_of_a_name_is_stable(name):
    assert normal_name(normal_name(name)) == normal_name(name)
    assert name_key(normal_name(name)) == name_key(name)


# --- identifiers as typed -------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "typed",
    [
        "12000000dem000014q",
        " 12000000DEM000014Q ",
        "1200 0000 DEM0-0001-4Q",
        "１２００００００ＤＥＭ００００１４Ｑ",
        "12000000–DEM000014Q",
    ],
)
def test_compact_reads_what_people_type(typed):
    assert compact(typed) == "12000000DEM000014Q"


def test_narrow_keeps_inner_blanks():
    assert narrow("　Ａ Ｂ１ ") == "A B1"


# --- masks ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("000000199001010018", "000***********0018"),
        ("00000019770715003X", "000***********003X"),
        ("ABC123456789012", "ABC********9012"),
        ("E12345678", "E*****678"),
        ("EA1234567", "E*****567"),
        ("H12345678", "H*****678"),
        ("M1234567890", "M*******890"),
        ("12345678", "*****678"),
        ("E123456", "E*****6"),
        ("E1234", "*****"),
        ("1234", "****"),
        ("", ""),
    ],
)
def test_masked_number(number, expected):
    assert mask_number(number) == expected


@given(st.text("0123456789X", min_size=15, max_size=20))
def test_masked_number_keeps_the_length_and_shows_seven_characters(number):
    masked = mask_number(number)

    assert len(masked) == len(number)
    assert masked[3:-4] == "*" * (len(number) - 7)


@given(st.from_regex(r"[A-Z]{0,3}[0-9]{5,14}", fullmatch=True))
def test_five_characters_of_any_number_stay_hidden(number):
    masked = mask_number(number)

    assert (len(masked), masked.count("*") >= 5) == (len(number), True)


@pytest.mark.parametrize(
    ("phone", "expected"),
    [("+8613800000018", "138****0018"), ("13800000018", "138****0018"), ("1234567", "****"), ("", "****")],
)
def test_masked_phone(phone, expected):
    assert mask_phone(phone) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("高轩", "高*"),
        ("林知夏", "林**"),
        ("林", "林*"),
        ("阿卜杜拉·买买提", "阿******"),
        ("𠮷田", "𠮷*"),
        ("John Smith", "J*** S***"),
        ("", "***"),
    ],
)
def test_masked_name(name, expected):
    assert mask_name(name) == expected


@given(HAN)
def test_masked_han_name_shows_one_character(name):
    assert mask_name(name).strip("*") == name[0]


# --- search ---------------------------------------------------------------------------------------------------------
def test_tokens_of_a_sentence_hold_every_pair():
    assert search_tokens("科技成果评价") == {"科技", "技成", "成果", "果评", "评价"}


def test_a_word_is_found_inside_a_sentence():
    sentence = "本课讲授科技成果评价的五元价值方法，并给出案例。"

    assert search_tokens("成果评价") <= search_tokens(sentence)
    assert not search_tokens("技术合同") <= search_tokens(sentence)


def test_pairs_do_not_reach_over_punctuation():
    assert "果评" not in search_tokens("成果，评价")


def test_tokens_of_japanese():
    assert search_tokens("技術マネージャー") == {"技術", "術マ", "マネ", "ネー", "ージ", "ジャ", "ャー"}
    assert search_tokens("マネージャー") <= search_tokens("これは技術マネージャーの研修です")


def test_tokens_of_latin_words_and_numbers():
    assert search_tokens("Know-How Transfer 2026, TRL9") == {"know", "how", "transfer", "2026", "trl9"}


def test_tokens_fold_width_and_case():
    assert search_tokens("ＴＲＬ９ ﾏﾈ") == {"trl9", "マネ"}


def test_mixed_scripts_are_cut_where_the_script_changes():
    assert search_tokens("AI成果") == {"ai", "成果"}


def test_single_character_is_a_token_by_itself():
    assert search_tokens("价 A") == {"价", "a"}


@pytest.mark.parametrize("empty", ["", " ", "，。！", "—", "%_"])
def test_no_tokens_without_words(empty):
    assert search_tokens(empty) == set()


def test_rare_characters_are_searched_too():
    assert search_tokens("𠮷䶮") == {"𠮷䶮"}


@given(HAN, HAN, HAN)
def test_any_word_is_found_inside_what_surrounds_it(before, word, after):
    if len(word) > 1:
        assert search_tokens(word) <= search_tokens(before + word + after)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("13800000018", "+8613800000018"),
        ("138 0000 0018", "+8613800000018"),
        ("138-0000-0018", "+8613800000018"),
        ("１３８００００００１８", "+8613800000018"),
        ("+86 138 0000 0018", "+8613800000018"),
        ("＋８６ 13800000018", "+8613800000018"),
        ("8613800000018", "+8613800000018"),
        ("008613800000018", "+8613800000018"),
        ("(+86)13800000018", "+8613800000018"),
        ("19900000018", "+8619900000018"),
        ("+852 9123 4567", "+85291234567"),
        ("00852 91234567", "+85291234567"),
        ("+853 6612 3456", "+85366123456"),
        ("+886 912 345 678", "+886912345678"),
        ("+81 90-1234-5678", "+819012345678"),
        ("+1 (415) 555.0123", "+14155550123"),
    ],
)
def test_phone_number_as_typed_has_one_form(typed, stored):
    assert phone_number(typed) == stored


@pytest.mark.parametrize(
    "typed",
    [
        *("", "12800000018", "1380000001", "138000000180", "+86 12800000018", "+86 010 12345678", "91234567"),
        *("+0123456789", "+123456", "+1234567890123456", "he@example.test", "1.38E+10", "+852 9123 456x", "十三八"),
    ],
)
def test_what_is_no_phone_number_is_none(typed):
    assert phone_number(typed) == ""
