"""The linter: the designs that come with the code are clean, and each guard finds what it is there for."""

from dataclasses import replace

import pytest

from certificates.pdf.designs import linter, words
from certificates.pdf.designs.design import shipped
from certificates.pdf.designs.linter import lint, read

COMPLETION = shipped("completion")


def codes(design):
    return {one.code for one in read(design)}


def html(old, new, design=COMPLETION):
    assert old in design.html
    return replace(design, html=design.html.replace(old, new))


def css(more):
    return replace(COMPLETION, css=COMPLETION.css + more)


@pytest.mark.parametrize("key", ["completion", "level"])
def test_shipped_designs_are_clean(key):
    assert lint(shipped(key)) == []


# --- words ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "said",
    [
        "国家级证书", "全国通用", "中国认证", "中华人才库", "职业资格证书", "國家", "国 家", "国·家", "国<b>家</b>",
        "国</p><p>家", "National certificate", "RTTP", "iso 9001", "<span>People's Republic</span>", "国徽",
        "中国技术市场协会认证中心", "国家中国技术市场协会", "职业\n资格", "ＲＴＴＰ", "{{ issuer_en }}China",
    ],
)  # fmt: skip
def test_forbidden_words_are_found_however_they_are_spread(said):
    found = read(html("兹证明", f"兹证明</p><p>{said}</p><p>"))
    assert {one.code.partition("_")[0] for one in found} == {"word"}
    assert all(one.line in (0, 7, 8) for one in found)


@pytest.mark.parametrize(
    "said",
    [
        "中国技术市场协会",
        "由 中国技术市场协会 指导",
        "《国家技术转移专业人员能力等级培训大纲》",
        "isolated",
    ],
)
def test_official_designations_stand_for_themselves(said):
    assert read(html("兹证明", f"兹证明</p><p>{said}</p><p>")) == []


def test_without_the_list_of_designations_the_words_of_today_would_be_refused(monkeypatch):
    data = {**words._data(), "allowed": []}
    monkeypatch.setattr(words, "_data", lambda: data)
    assert "word_qualification" in codes(COMPLETION)


def test_words_in_the_description_of_a_picture_count():
    assert codes(html('alt="二维码：', 'alt="国徽：')) == {"word_emblem"}


# --- what is missing --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("{{ name }}", "", "required_field_missing"),
        ("{{ number }}", "{% if filing_number %}{{ number }}{% endif %}", "required_field_missing"),
        ("{{ site }}", "", "required_field_missing"),
        ("{{ issuer_zh }}", "", "required_field_missing"),
        ("{{ issued_on_zh }}", "", "required_field_missing"),
        ("培训证明，不是职业资格证书", "培训证明", "says_not_what_it_is"),
        ('<img class="qr" src="asset:qr" alt="二维码：{{ address }}">', "", "one_code"),
        ("演示签章", "签章", "place_of_seal_missing"),
        ('<img class="seal" src="asset:seal" alt="{{ seal }}">', "", "place_of_seal_missing"),
        ("{{ number }}", "{{ number }}{{ serial }}", "field_undeclared"),
    ],
)
def test_what_is_missing_or_undeclared_is_named(old, new, code):
    assert codes(html(old, new)) == {code}


def test_seal_outside_of_its_choice_is_refused():
    more = '<img src="asset:seal" alt="x"><footer>'
    assert "place_of_seal_missing" in codes(html("<footer>", more))


# --- how it looks -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("more", "code"),
    [
        (".sentence.en { margin-top: -12mm }", "overlap"),
        (".qr { width: 20mm; height: 20mm }", "code_too_small"),
        (".qr { width: 36mm; height: 30mm }", "code_misplaced"),
        ("footer { top: 196mm }", "outside_the_frame"),
        ("footer { top: 214mm }", "outside_the_frame"),
        (".seal { width: 20mm; height: 20mm }", "seal_misplaced"),
        ("dt { font-size: .6em } dl { font-size: 6pt }", "type_too_small"),
    ],
)
def test_what_looks_wrong_is_found_by_its_boxes(more, code):
    design = css(more)
    assert read(design) == []
    assert code in {one.problem.code for one in linter.laid_out(design)}


def test_text_that_does_not_fit_in_the_worst_case_is_named_with_its_sample():
    narrow = COMPLETION.fields.replace(
        '"tries": [[34, 1], [30, 1], [26, 1], [22, 1], [22, 2], [18, 2]]', '"tries": [[34, 1]]'
    )
    found = lint(replace(COMPLETION, fields=narrow))
    assert [(one.problem.code, one.problem.detail, one.sample) for one in found] == [
        ("name_too_long", "name", "minority_name"),
    ]


def test_a_design_that_may_not_be_read_is_never_laid_out(monkeypatch):
    monkeypatch.setattr(linter, "laid_out", lambda design: pytest.fail("was laid out"))
    assert lint(html("<footer>", "<script></script><footer>")) != []
