"""Numbers and codes: what a slip of the pen does to them."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.identifiers import USCC_ALPHABET
from certificates.identifiers import (
    CODE_ALPHABET,
    NumberParts,
    certificate_number,
    check_character,
    code_from_bytes,
    in_fours,
    normal_code,
    normal_number,
    parse_number,
)

TYPED = string.digits + string.ascii_uppercase
parts = st.builds(
    NumberParts,
    level=st.sampled_from("JIS"),
    year=st.integers(2000, 2999),
    base=st.text(USCC_ALPHABET, min_size=4, max_size=4),
    running=st.integers(1, 99_999_999),
)


def number_of(made: NumberParts) -> str:
    return certificate_number(level=made.level, year=made.year, base=made.base, running=made.running)


def test_certificate_number_has_the_documented_form():
    assert certificate_number(level="J", year=2026, base="9901", running=123) == "TM-J-2026-9901-000123-P"


@given(parts)
def test_parse_number_gives_back_what_was_put_in(made):
    assert parse_number(number_of(made)) == made


@given(parts)
def test_parse_number_refuses_every_single_wrong_character(made):
    number = number_of(made)
    accepted = [
        other
        for place, character in enumerate(number)
        if character != "-"
        for replaced in TYPED
        if replaced != character
        for other in [number[:place] + replaced + number[place + 1 :]]
        if parse_number(other) is not None
    ]
    assert accepted == []


@given(parts)
def test_parse_number_refuses_every_swap_of_neighbours(made):
    plain = number_of(made).replace("-", "")
    accepted = [
        swapped
        for place in range(len(plain) - 1)
        if plain[place] != plain[place + 1]
        for swapped in [plain[:place] + plain[place + 1] + plain[place] + plain[place + 2 :]]
        if parse_number(swapped) is not None
    ]
    assert accepted == []


def test_parse_number_refuses_a_second_spelling_of_the_running_number():
    """0000123 would be the same count under another number."""
    body = "2026-9901-0000123"
    assert parse_number(f"TM-J-{body}-{check_character('J', body)}") is None


@pytest.mark.parametrize(
    "typed",
    [
        "TM-J-2026-9901-000123-P",
        "tm j 2026 9901 000123 p",
        "ＴＭ－Ｊ－２０２６－９９０１－０００１２３－Ｐ",
        "TMJ20269901000123P",
    ],
)
def test_normal_number_reads_what_people_type(typed):
    assert normal_number(typed) == "TM-J-2026-9901-000123-P"


@pytest.mark.parametrize("typed", ["", "TM", "TM-X-2026-9901-000123-P", "TM-J-2026-9901-123-U", "' OR 1=1 --"])
def test_normal_number_is_empty_for_what_cannot_be_one(typed):
    assert normal_number(typed) == ""


@pytest.mark.parametrize(("base", "running"), [("99", 1), ("99O1", 1), ("9901", 100_000_000), ("", 5)])
def test_certificate_number_refuses_parts_that_do_not_fit(base, running):
    with pytest.raises(ValueError, match="no certificate number"):
        certificate_number(level="J", year=2026, base=base, running=running)


@given(st.binary(min_size=10, max_size=10))
def test_code_holds_all_eighty_bits(random):
    code = code_from_bytes(random)

    value = 0
    for character in code:
        value = value * 32 + CODE_ALPHABET.index(character)
    assert (len(code), value.to_bytes(10, "big")) == (16, random)


@given(st.binary(min_size=10, max_size=10))
def test_normal_code_reads_fours_small_letters_and_lookalikes(random):
    code = code_from_bytes(random)

    assert normal_code(in_fours(code).lower()) == code
    assert normal_code(code.replace("1", "l").replace("0", "o")) == code
    assert normal_code(code.replace("1", "I").replace("0", "O")) == code


@pytest.mark.parametrize("typed", ["", "ABCD", "U" * 16, "A" * 17, "甲" * 16])
def test_normal_code_is_empty_for_what_cannot_be_one(typed):
    assert normal_code(typed) == ""


def test_code_from_bytes_refuses_fewer_bits():
    with pytest.raises(ValueError, match="80 bits"):
        code_from_bytes(b"short")
