"""Names in scripts of their own: each font cut to one name, joined and stacked as they are written, or refused."""

import json
import subprocess
from dataclasses import replace
from io import BytesIO

import pypdf
import pytest

from certificates.pdf.designs.design import shipped
from certificates.pdf.fonts import rare_characters, rare_cuts, width
from certificates.pdf.layout import joins
from certificates.pdf.renderer import draw, lay_out
from core.errors import DomainError
from tests.certificates.builders import drawn_certificate

NAMES = {
    "Uyghur": "ئابدۇراخمان مەمتىمىن",
    "Tibetan": "བསྟན་འཛིན་རྒྱ་མཚོ",
    "Mongolian": "ᠪᠠᠶᠠᠷ ᠰᠠᠶᠢᠬᠠᠨ",
    "Yi": "ꀋꀈꃅꇉ ꆈꌠ",
}
# Marks by which a reader says which way a line runs.
DIRECTIONS = dict.fromkeys(map(ord, "\u202a\u202b\u202c\u200e\u200f"))


@pytest.fixture(scope="module", params=["completion", "level"])
def files(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("scripts")
    paths = {script: folder / f"{script}.pdf" for script in NAMES}
    for script, path in paths.items():
        path.write_bytes(draw(drawn_certificate(holder_name=NAMES[script]), design=shipped(request.param)).body)
    return paths


def said(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@pytest.mark.parametrize("script", NAMES)
def test_name_is_set_in_its_own_font_and_in_none_of_the_machine(files, script):
    rows = [line.split() for line in said("pdffonts", str(files[script])).splitlines()[2:]]
    fonts = [row[0].split("+", 1)[1] for row in rows]
    assert {font.split("-")[0] for font in fonts} == {"Certificate"}
    assert [font for font in fonts if font.startswith(f"Certificate-{script}-Rare-")]
    # Embedded, cut, and with what is needed to read it back.
    assert {tuple(row[-5:-2]) for row in rows} == {("yes", "yes", "yes")}


@pytest.mark.parametrize("script", ["Uyghur", "Mongolian", "Yi"])
def test_name_can_be_copied(files, script):
    assert NAMES[script] in said("pdftotext", str(files[script]), "-").translate(DIRECTIONS)


@pytest.mark.parametrize("script", NAMES)
def test_name_stands_in_the_facts_letter_by_letter(files, script):
    """Stacked letters are copied from the page out of their order: machines read the facts."""
    attached = pypdf.PdfReader(BytesIO(files[script].read_bytes())).attachments["certificate.json"][0]
    assert json.loads(attached)["holder"]["name"] == NAMES[script]


def lines_of(name):
    """The pieces of text that the name is laid out in, each with the spacing between its letters."""
    page = lay_out(drawn_certificate(holder_name=name), design=shipped("completion")).pages[0]._page_box
    texts = [box for box in everything_in(page) if getattr(box, "text", "").strip() and box.text in name]
    return [(box.text, box.style["letter_spacing"]) for box in texts]


def everything_in(box):
    yield box
    for child in getattr(box, "children", ()):
        yield from everything_in(child)


def test_letters_that_join_are_not_drawn_apart():
    joined = [lines_of(NAMES[script]) for script in ("Uyghur", "Mongolian")]
    assert joined == [[(NAMES["Uyghur"], 0)], [(NAMES["Mongolian"], 0)]]
    assert [(text, spacing > 0) for text, spacing in lines_of("高轩")] == [("高轩", True)]
    assert [joins(name) for name in NAMES.values()] == [True, False, True, False]


def test_two_scripts_in_one_name_have_a_font_each():
    faces = {face.family for face, _body in rare_cuts(rare_characters("𠮷" + NAMES["Uyghur"] + NAMES["Yi"]))}
    assert faces == {"Certificate Han", "Certificate Uyghur", "Certificate Yi"}


@pytest.mark.parametrize(("name", "missing"), [("𓀀", "𓀀"), ("ئاბ", "ბ"), ("高\ue000", "\ue000")])
def test_script_that_no_font_has_is_refused(name, missing):
    with pytest.raises(DomainError) as refused:
        rare_characters(name)
    assert (refused.value.code, refused.value.facts["characters"]) == ("glyphs_missing", missing)


def test_long_name_of_a_script_shrinks_and_breaks_like_any_other():
    long = " ".join([NAMES["Uyghur"]] * 4)
    lines = [text for text, _spacing in lines_of(long)]
    assert (" ".join(lines), len(lines)) == (long, 2)
    assert width(NAMES["Uyghur"], ()) < len(NAMES["Uyghur"]), "by the letters and not an em for each"


UNSEEN = [
    "张\u200f三",
    "张三\u200b",
    "张\u180e三",
    "张\u200c三",
    "张\ufeff三",
    "\u2066张三",
    "张\u00ad三",
    "张\u3164三",
    "张\u202f三",
]


@pytest.mark.parametrize("name", UNSEEN, ids=ascii)
def test_signs_that_nobody_sees_are_refused(name):
    """Two people would have the same name on paper, or figures would be read in another order."""
    with pytest.raises(DomainError) as refused:
        rare_characters(name)
    assert refused.value.code == "glyphs_missing"
    assert refused.value.facts["characters"].startswith("U+")


def test_joiners_are_kept_where_letters_join():
    assert rare_characters("ئا\u200cب") >= {0x200C}
    assert rare_characters("ᠪᠠ\u180eᠶ") >= {0x180E}


def test_a_design_cannot_tear_joined_letters_apart():
    design = replace(shipped("completion"), css=shipped("completion").css + "\n.name span { letter-spacing: 3mm }")
    page = lay_out(drawn_certificate(holder_name=NAMES["Uyghur"]), design=design).pages[0]._page_box
    (line,) = [box for box in everything_in(page) if getattr(box, "text", "") == NAMES["Uyghur"]]
    assert line.style["letter_spacing"] == 0
