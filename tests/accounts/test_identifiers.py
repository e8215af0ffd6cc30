"""The arithmetic of identifiers, with the vectors of the standards and with every slip of a hand."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.identifiers import (
    USCC_ALPHABET,
    DocumentType,
    birth_date,
    check_document,
    check_uscc,
    resident_check_character,
    uscc_check_character,
)

ON = date(2026, 11, 20)
INVENTED_CODES = [
    "12000000DEM000014Q",
    "12000000DEM000022K",
    "91000000DEM000014K",
    "91000000DEM000022E",
    "52000000DEM000014L",
    "N2000000DEM0000143",
    "Y1000000DEM000014X",
]
# Codes of real bodies, from public registers: for the arithmetic only.
REAL_CODES = ["91110000600037341L", "12100000400000624D", "12100000400002259P", "91350100M000100Y43"]
INVENTED_NUMBERS = ["000000199001010018", "000000198506300024", "00000019770715003X"]


def errors(kind: str, number: str, on: date = ON) -> tuple[str, ...]:
    return check_document(kind, number, on=on).errors


def resident(number: str, on: date = ON) -> tuple[str, ...]:
    return errors(DocumentType.RESIDENT_ID, number, on)


def with_check(body: str) -> str:
    return body + resident_check_character(body)


# --- unified social credit codes ------------------------------------------------------------------------------------
@pytest.mark.parametrize("code", INVENTED_CODES + REAL_CODES)
def test_valid_code(code):
    assert check_uscc(code).ok
    assert uscc_check_character(code[:17]) == code[17]


@pytest.mark.parametrize(
    "typed", ["12000000dem000014q", " 12000000 DEM00001-4Q ", "１２００００００ＤＥＭ００００１４Ｑ"]
)
def test_code_is_read_as_people_type_it(typed):
    assert check_uscc(typed).value == "12000000DEM000014Q"
    assert check_uscc(typed).ok


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("", "length"),
        ("12000000DEM000014", "length"),
        ("12000000DEM000014QQ", "length"),
        ("110000006000373", "length"),
        ("40000062X", "length"),
        ("1200000ODEM000014Q", "alphabet"),
        ("I2000000DEM000014Q", "alphabet"),
        ("12000000DEM00001SQ", "alphabet"),
        ("12000000DEM00001VQ", "alphabet"),
        ("12000000DEM00001ZQ", "alphabet"),
        ("12000000DEM00001\u06644Q"[:18], "alphabet"),
        ("12000000DEM000014K", "check_character"),
        ("12000000DEM000014R", "check_character"),
    ],
)
def test_invalid_code(code, expected):
    assert check_uscc(code).errors == (expected,)


def test_every_wrong_last_character_is_noticed():
    body = "12000000DEM000014"

    assert [c for c in USCC_ALPHABET if check_uscc(body + c).ok] == ["Q"]


@pytest.mark.parametrize("code", INVENTED_CODES + REAL_CODES)
def test_every_single_slip_in_a_code_is_noticed(code):
    slips = {code[:i] + c + code[i + 1 :] for i in range(18) for c in USCC_ALPHABET if c != code[i]}

    assert len(slips) == 18 * 30
    assert [slip for slip in slips if check_uscc(slip).ok] == []


@pytest.mark.parametrize("code", INVENTED_CODES + REAL_CODES)
def test_every_swap_of_neighbours_in_a_code_is_noticed(code):
    swaps = {code[:i] + code[i + 1] + code[i] + code[i + 2 :] for i in range(17) if code[i] != code[i + 1]}

    assert [swap for swap in swaps if check_uscc(swap).ok] == []


@pytest.mark.parametrize(
    ("code", "areas", "expected"),
    [
        ("12000000DEM000014Q", frozenset(), ("unknown_area",)),
        ("91110000600037341L", frozenset({"110000"}), ()),
        ("91110000600037341L", frozenset({"330000"}), ("unknown_area",)),
        ("Y1000000DEM000014X", frozenset({"000000"}), ()),
    ],
)
def test_unknown_area_is_a_warning_only(code, areas, expected):
    checked = check_uscc(code, known_areas=areas)

    assert (checked.errors, checked.warnings) == ((), expected)


def test_unknown_prefix_is_a_warning_only():
    body = "77110000DEM000014"

    assert check_uscc(body + uscc_check_character(body), known_areas=frozenset({"110000"})).warnings == (
        "unknown_prefix",
    )


@given(st.text(USCC_ALPHABET, min_size=17, max_size=17))
def test_any_body_with_its_check_character_is_valid(body):
    code = body + uscc_check_character(body)

    assert check_uscc(code).errors == ()
    assert check_uscc(code.lower()).value == code


@given(st.text(max_size=40))
def test_no_text_breaks_the_check_of_a_code(text):
    checked = check_uscc(text)

    assert checked.ok == (checked.errors == ())


# --- resident identity numbers --------------------------------------------------------------------------------------
@pytest.mark.parametrize("number", INVENTED_NUMBERS)
def test_valid_number_with_an_unknown_area_is_a_warning(number):
    checked = check_document("resident_id", number, on=ON, known_areas=frozenset({"110105"}))

    assert (checked.errors, checked.warnings) == ((), ("unknown_area",))


def test_examples_of_the_standard():
    assert resident("11010519491231002X") == ()
    # Born in 1880: right in its arithmetic, and older than any holder today.
    assert resident("440524188001010014", on=date(2000, 1, 1)) == ()
    assert resident("440524188001010014") == ("date",)


def test_known_area_gives_no_warning():
    assert check_document("resident_id", "11010519491231002X", on=ON, known_areas=frozenset({"110105"})).warnings == ()


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("00000019900101001", "length"),
        ("0000001990010100180", "length"),
        ("000000900101001", "old_number"),
        ("00000A199001010018", "form"),
        ("0000001990010100X8", "form"),
        ("00000019900101001Y", "form"),
        ("\u0660" * 6 + "199001010018", "form"),
        ("000000199002300018", "date"),
        ("000000199013010018", "date"),
        ("000000199000010018", "date"),
        ("000000190002290018", "date"),
        ("000000199001010019", "check_character"),
        ("00000019900101001X", "check_character"),
        ("1.10105E+17", "float"),
        ("1E+17", "float"),
        ("110105199001010000.0", "float"),
    ],
)
def test_invalid_number(number, expected):
    assert resident(number) == (expected,)


def test_small_x_and_blanks_are_read():
    assert check_document("resident_id", " 000000 19770715 003x ", on=ON).value == "00000019770715003X"
    assert resident("00000019770715003x") == ()


@pytest.mark.parametrize(
    ("born", "expected"),
    [
        (ON, ()),
        (ON + timedelta(days=1), ("date",)),
        (date(1896, 1, 1), ()),
        (date(1895, 12, 31), ("date",)),
        (date(2000, 2, 29), ()),
    ],
)
def test_birth_date_lies_within_a_life(born, expected):
    assert resident(with_check(f"000000{born:%Y%m%d}001")) == expected


@pytest.mark.parametrize("number", INVENTED_NUMBERS)
def test_every_single_slip_in_a_number_is_noticed(number):
    slips = {number[:i] + c + number[i + 1 :] for i in range(18) for c in "0123456789X" if c != number[i]}

    assert [slip for slip in slips if resident(slip) == ()] == []


@pytest.mark.parametrize("number", INVENTED_NUMBERS)
def test_every_swap_of_neighbours_in_a_number_is_noticed(number):
    swaps = {number[:i] + number[i + 1] + number[i] + number[i + 2 :] for i in range(17) if number[i] != number[i + 1]}

    assert [swap for swap in swaps if resident(swap) == ()] == []


@given(
    area=st.integers(0, 999_999),
    born=st.dates(date(1930, 1, 1), ON),
    order=st.integers(0, 999),
)
def test_any_number_with_its_check_character_is_valid(area, born, order):
    number = with_check(f"{area:06d}{born:%Y%m%d}{order:03d}")

    assert resident(number) == ()
    assert birth_date("resident_id", number) == born


@given(st.text(max_size=30), st.sampled_from([*DocumentType.values, "seamans_book"]))
def test_no_text_breaks_the_check_of_a_document(text, kind):
    checked = check_document(kind, text, on=ON)

    assert len(checked.errors) <= 1


# --- other documents ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("number", ["810000189901010015", "820000189901010017", "830000189901010019"])
def test_residence_permit_of_hong_kong_macao_and_taiwan(number):
    assert check_document("residence_permit", number, on=ON).errors == ()
    assert check_document("residence_permit", number, on=ON).warnings == ()


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("000000199001010018", "form"),
        ("810000189901010016", "check_character"),
        ("810000189913010015", "date"),
        ("81000018990101001", "length"),
    ],
)
def test_invalid_residence_permit(number, expected):
    assert errors("residence_permit", number) == (expected,)


@pytest.mark.parametrize("number", ["ABC123456789012", with_check("91000019900101001"), "abc 1234 5678 9012"])
def test_foreign_permanent_resident(number):
    assert errors("foreign_permanent_resident", number) == ()


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("AB1234567890123", "form"),
        ("ABC12345678901", "form"),
        ("000000199001010018", "form"),
        (
            "91000019900101001" + "X0123456789"["0123456789X".index(with_check("91000019900101001")[-1])],
            "check_character",
        ),
    ],
)
def test_invalid_foreign_permanent_resident(number, expected):
    assert errors("foreign_permanent_resident", number) == (expected,)


@pytest.mark.parametrize(
    ("kind", "number"),
    [
        ("travel_permit_hkm", "H12345678"),
        ("travel_permit_hkm", "M1234567801"),
        ("travel_permit_hkm", "h 1234 5678"),
        ("travel_permit_tw", "12345678"),
        ("passport", "E12345678"),
        ("passport", "5E123456"),
        ("passport", "AB1CD"),
        ("passport", "A" * 20),
    ],
)
def test_valid_travel_document(kind, number):
    assert errors(kind, number) == ()


@pytest.mark.parametrize(
    ("kind", "number"),
    [
        ("travel_permit_hkm", "A12345678"),
        ("travel_permit_hkm", "H1234567"),
        ("travel_permit_hkm", "H123456789"),
        ("travel_permit_tw", "1234567"),
        ("travel_permit_tw", "T1234567"),
        ("travel_permit_tw", "\u0661" * 8),
        ("passport", "A123"),
        ("passport", "A" * 21),
        ("passport", "E1234567/8"),
        ("passport", "护照123456"),
    ],
)
def test_invalid_travel_document(kind, number):
    assert errors(kind, number) == ("form",)


def test_unknown_kind_of_document():
    assert errors("seamans_book", "E12345678") == ("type",)


@pytest.mark.parametrize(
    ("kind", "number", "expected"),
    [
        ("resident_id", "00000019770715003X", date(1977, 7, 15)),
        ("residence_permit", "810000189901010015", date(1899, 1, 1)),
        ("resident_id", "000000197713150018", None),
        ("resident_id", "000000770715003", None),
        ("passport", "00000019770715003X", None),
    ],
)
def test_birth_date_of_a_number(kind, number, expected):
    assert birth_date(kind, number) == expected
