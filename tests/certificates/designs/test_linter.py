"""The linter: the designs that come with the code are clean, and each guard finds what it is there for."""

import re
from dataclasses import replace

import pytest

from certificates.pdf import renderer
from certificates.pdf.designs import boxes, linter, words
from certificates.pdf.designs.design import shipped
from certificates.pdf.designs.linter import lint, read
from certificates.pdf.designs.samples import sample

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
        "国{% if latin_name %}际{% endif %}家", "国{% if issuer_en %}际{% else %}家{% endif %}", "囯家",
        "N a t i o n a l",
        "Na<span>tional</span>", "Na</p><p>tional", "nationally", "Na{{ latin_name }}tional", "TheNational",
        "vocational qualifications", "国务院", "國務院", "State  Council", "I.S.O.", "国{{ latin_name }}家", "𝐍ational",
        "Natiónal", "Nat\u3164ional", "国\uffa0家", "国家\u3099",
    ],
)  # fmt: skip
def test_forbidden_words_are_found_however_they_are_spread(said):
    found = read(html("兹证明", f"兹证明</p><p>{said}</p><p>"))
    # Besides what is said of the letters themselves.
    kinds = {one.code for one in found} - {"word_letter", "glyphs_missing"}
    assert {one.partition("_")[0] for one in kinds} == {"word"}
    assert all(one.line in (0, 7, 8) for one in found)


@pytest.mark.parametrize(
    "said",
    [
        "中国技术市场协会",
        "由 中国技术市场协会 指导",
        "《国家技术转移专业人员能力等级培训大纲》",
        "isolated",
        "This is our own",
        "International",
        "由中国技术\n市场协会指导".replace("由", "由 ").replace("指", " 指"),
    ],
)
def test_official_designations_stand_for_themselves(said):
    assert read(html("兹证明", f"兹证明</p><p>{said}</p><p>")) == []


def test_without_the_list_of_designations_the_words_of_today_would_be_refused(monkeypatch):
    monkeypatch.setattr(words, "_allowed", lambda: re.compile("(?!)"))
    assert "word_qualification" in codes(COMPLETION)


def test_words_in_the_description_of_a_picture_count():
    assert codes(html('alt="二维码：', 'alt="国徽：')) == {"word_emblem"}


@pytest.mark.parametrize("letters", ["Nаtional Сhina", "é", "e\u0301", "한", "\u3164", "國\ufe00", "Ω"])
def test_letters_of_other_writings_are_refused(letters):
    assert "word_letter" in codes(html("兹证明", f"兹证明{letters}"))
    assert "word_letter" in codes(html('alt="二维码：', f'alt="{letters}二维码：'))


def test_ways_through_a_design_are_few():
    more = "".join(f"{{% if {name} %}}x{{% endif %}}" for name in ("name", "number", "site"))
    assert codes(html("<footer>", f"<p>{more}</p><footer>")) == {"too_much"}


def placed(more, rules):
    design = replace(COMPLETION, html=COMPLETION.html + more, css=COMPLETION.css + rules)
    assert read(design) == []
    return [
        (one.code, one.detail)
        for one in words.check_placed(boxes.of(renderer.lay_out(sample("ordinary"), design=design)))
    ]


def test_words_are_found_in_the_order_in_which_they_stand():
    more = '<p class="one">家</p><p class="two">国</p>'
    spot = ".one, .two { position: absolute; top: 134mm } "
    assert placed(more, spot + ".one { left: 60mm } .two { left: 50mm }") == [("word_state", "国家")]
    assert placed(more, spot + ".one { left: 50mm } .two { left: 90mm }") == []
    below = ".one, .two { position: absolute; left: 20mm } .one { top: 80mm } .two { top: 74mm }"
    assert placed(more, below) == [("word_state", "国家")]
    latin = '<p class="one">tional</p><p class="two">Na</p>'
    assert placed(latin, spot + ".one { left: 56mm } .two { left: 50mm }") == [("word_state", "national")]


def test_designation_that_goes_over_two_lines_is_allowed():
    more = '<p class="one">由 中国科学技术协会 指导</p>'
    assert placed(more, ".one { position: absolute; left: 22mm; top: 80mm; width: 16mm }") == []


# --- characters -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("sign", ["한", "☃", "ア゙゚"[-1], "🎓", "ก", "𠮷"])
def test_words_of_a_design_are_set_in_the_fonts_of_the_sheet_alone(sign):
    for old, new in (("兹证明", f"兹证明{sign}"), ('alt="二维码：', f'alt="{sign}二维码：')):
        assert "glyphs_missing" in codes(html(old, new))


def test_design_names_no_font_not_even_one_of_the_sheet():
    found = codes(css('p { font-family: "Certificate Latin" }'))
    assert found == {"font_outside_the_stack"}


# --- what is missing --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("{{ name }}", "", "required_field_missing"),
        ("{{ number }}", "{% if filing_number %}{{ number }}{% endif %}", "required_field_missing"),
        ("{{ number }}", "{% if issuer_en %}{{ number }}{% else %}{{ number }}{% endif %}", "required_field_missing"),
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


def test_field_that_is_read_in_a_branch_and_described_elsewhere_is_missing():
    design = html("{{ number }}", "{% if filing_number %}{{ number }}{% endif %}")
    assert codes(html("二维码：", "二维码：{{ number }}", design)) == {"required_field_missing"}


@pytest.mark.parametrize("key", ["completion", "level"])
def test_samples_combine_all_that_a_certificate_may_lack(key, monkeypatch):
    asked = []

    def noted(design, name, one, seal):
        asked.append((name, bool(one.facts["latin_name"]), bool(one.filing_number), bool(one.valid_until), bool(seal)))
        return iter(())

    monkeypatch.setattr(linter, "_looked_at", noted)
    assert [*linter.laid_out(shipped(key))] == []
    assert len({one for one in asked if one[0] == "longest"}) == 16


def test_what_fits_only_while_one_of_two_is_there_is_found():
    """Without an end the filing number takes its place: beside the issuer, where nothing may stand."""
    row = '{% if filing_number %}{% if valid_until_zh %}{% else %}<p class="over">文号</p>{% endif %}{% endif %}'
    design = html("<footer>", f"{row}<footer>")
    design = replace(design, css=design.css + ".over { position: absolute; left: 30mm; top: 184mm; width: 240mm; "
                                              "text-align: center }")  # fmt: skip
    assert read(design) == []
    assert {one.problem.code for one in linter.laid_out(design)} == {"overlap"}


# --- lines that cover -------------------------------------------------------------------------------------------------
WHITE = "border-top: 1.5mm solid #fff"


@pytest.mark.parametrize(
    ("more", "rule"),
    [
        ('<div class="over"></div>', f".over {{ position: absolute; left: 30mm; top: 186mm; width: 200mm; {WHITE} }}"),
        ('<span class="over"></span>', f".over {{ position: absolute; left: 35mm; top: 150mm; width: 9mm; {WHITE} }}"),
        ('<p class="over"></p>', ".over { position: absolute; left: 48mm; top: 100mm; height: 90mm; "
                                 "border-left: .1mm solid #fff }"),
        ("", ".qr { outline: 1.5mm solid #fff; outline-offset: -1.5mm }"),
        ("", "footer b { outline: 1mm solid #fff; outline-offset: -1.5mm }"),
    ],
)  # fmt: skip
def test_line_of_any_element_on_what_is_to_be_seen_is_found(more, rule):
    design = replace(COMPLETION, html=COMPLETION.html + more, css=COMPLETION.css + rule)
    assert read(design) == []
    document = renderer.lay_out(sample("ordinary"), design=design)
    assert "covered" in {one.code for one in boxes.check(document, "https://example.org/v/0", {})}


def test_line_beside_what_is_to_be_seen_is_none():
    rule = f".over {{ position: absolute; left: 30mm; top: 141mm; width: 90mm; {WHITE} }}"
    design = replace(COMPLETION, html=COMPLETION.html + '<div class="over"></div>', css=COMPLETION.css + rule)
    document = renderer.lay_out(sample("ordinary"), design=design)
    assert boxes.check(document, "https://example.org/v/0", {}) == []


@pytest.mark.parametrize(("words_", "code"), [("字 " * 8_000, "more_than_one_page"), ("<b>x</b>" * 700, "too_much")])
def test_sheet_of_too_many_words_is_refused_before_they_are_compared(words_, code, monkeypatch):
    monkeypatch.setattr(boxes, "combinations", lambda *_: pytest.fail("were compared"))
    document = renderer.lay_out(sample("ordinary"), design=html("<footer>", f"<div>{words_}</div><footer>"))
    assert [one.code for one in boxes.check(document, "https://example.org/v/0", {})] == [code]
