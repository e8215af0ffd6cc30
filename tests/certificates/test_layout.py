"""Texts of any length: they shrink, then break at a decent place, then are refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certificates.pdf import layout
from certificates.pdf.designs.design import shipped
from certificates.pdf.layout import Fitted
from core.errors import DomainError

HAN = st.text("阿卜杜热西提买依古丽艾尔肯江", min_size=2, max_size=14)

COMPLETION = shipped("completion").declared
SLOTS = COMPLETION.slots
ISSUER = [(stack.fields, stack.height) for stack in COMPLETION.stacks]


def fit(name, text):
    return layout.fit(name, text, SLOTS)


def fit_all(texts):
    return layout.fit_all(texts, SLOTS, ISSUER)


def test_fit_sets_a_short_name_large_and_on_one_line():
    assert (fit("name", "高轩").lines, fit("name", "高轩").points) == (("高轩",), 34)


def test_fit_shrinks_before_it_breaks():
    name = "阿卜杜热西提·买买提尼亚孜·阿布都热合曼江·吐逊"
    fitted = fit("name", name)
    assert (fitted.lines, fitted.points) == ((name,), 22)


def test_fit_breaks_a_name_after_an_interpunct():
    fitted = fit("name", "阿卜杜热西提·买买提尼亚孜·阿布都热合曼江·吐尔逊阿依古丽·艾尔肯江")
    assert fitted.lines == ("阿卜杜热西提·买买提尼亚孜·", "阿布都热合曼江·吐尔逊阿依古丽·艾尔肯江")


def test_fit_never_breaks_inside_a_word():
    name = "Wolfeschlegelsteinhausenbergerdorff Featherstonehaugh-Cholmondeley Marjoribanks"
    assert [word for line in fit("name", name).lines for word in line.split()] == name.split()


def test_fit_refuses_what_no_setting_holds():
    with pytest.raises(DomainError, match="name_too_long"):
        fit("name", "买" * 80)
    with pytest.raises(DomainError, match="text_too_long"):
        fit("title_zh", "证" * 80)


@given(st.lists(HAN, min_size=1, max_size=5))
def test_fit_loses_nothing_and_stays_in_its_width(parts):
    name = "·".join(parts)
    slot = SLOTS["name"]
    try:
        fitted = fit("name", name)
    except DomainError:
        assert len(name) > 50
        return
    assert "".join(fitted.lines) == name
    assert max(slot.width(line) for line in fitted.lines) <= slot.ems(fitted.points)


def test_fit_all_makes_the_issuer_smaller_until_all_three_languages_fit():
    issuer = {"issuer_zh": "岚江大学" * 9, "issuer_en": "Lanjiang University " * 5, "issuer_ja": "嵐江大学" * 12}
    crowded = {**issuer, "issuer_en": issuer["issuer_en"] * 2, "issuer_ja": issuer["issuer_ja"] * 2}
    alone = {name: fit(name, text) for name, text in crowded.items()}

    fitted = fit_all(issuer)

    assert sum(one.height for one in fitted.values()) <= ISSUER[0][1]
    assert sum(one.height for one in alone.values()) > ISSUER[0][1]
    assert {name: fit(name, text).points for name, text in issuer.items()} == {
        name: one.points for name, one in fitted.items()
    }
    assert fit_all(crowded)["issuer_zh"].points < alone["issuer_zh"].points


def test_fit_all_refuses_an_issuer_that_fills_more_than_its_box():
    with pytest.raises(DomainError, match="text_too_long"):
        fit_all({"issuer_zh": "岚" * 150, "issuer_en": "Lanjiang " * 22, "issuer_ja": "嵐" * 120})


@pytest.mark.parametrize("key", ["completion", "level"])
def test_every_size_has_its_class_in_the_style_sheet(key):
    design = shipped(key)
    sizes = {Fitted((), size, 0).size for slot in design.declared.slots.values() for size, _lines in slot.tries}
    assert [size for size in sizes if f".{size} {{" not in design.sheet] == []


def test_fit_all_leaves_out_what_is_empty():
    assert set(fit_all({"name": "高轩", "latin_name": "", "issuer_zh": "基地", "issuer_en": "", "issuer_ja": ""})) == {
        "name",
        "issuer_zh",
    }
