"""The printed file: looked into with the distribution's own tools, and with attempts to smuggle something in."""

import json
import re
import subprocess
import threading
from dataclasses import replace
from datetime import date
from io import BytesIO

import pypdf
import pytest
import segno
from PIL import Image

from certificates.pdf.designs.design import shipped
from certificates.pdf.drawing import qr_png
from certificates.pdf.fonts import FACES, HAN, Face, cut, fonts_sha256, rare_characters
from certificates.pdf.renderer import Asset, AssetFetcher, Attached, draw
from certificates.pdf.sheet import check_address
from certificates.seals import Identity, seal_file
from core import clock
from core.errors import DomainError
from tests.certificates.builders import drawn_certificate

LONG = "阿卜杜热西提·买买提尼亚孜·阿布都热合曼江·吐尔逊阿依古丽·艾尔肯江·买买提艾力·吾买尔江·艾"
SENIOR = {
    "training": {"zh": "高级技术经理人", "en": "Senior technology manager", "ja": "上級技術経理人（技術マネージャー）"},
    "title": {
        "zh": "高级技术经理人培训结业证书",
        "en": "Certificate of Completion, Senior Technology Manager Training",
        "ja": "上級技術経理人（技術マネージャー）研修修了証明書",
    },
    "issuer": {
        "zh": "岚江省高等学校科技成果转化与技术转移人才培养联合体望海海洋产业与蓝色经济技术经理人实训基地（石桥分部）",
        "en": "Wanghai Marine Industry and Blue Economy Practical Training Base of the Joint Body of Universities "
        "of Lanjiang Province for Technology Transfer Talent, Shiqiao Branch",
        "ja": "望海海洋産業・ブルーエコノミー技術経理人実習研修基地（石橋支部）",
    },
}
SHEETS = {
    "ordinary": lambda: drawn_certificate(),
    "minority": lambda: drawn_certificate(holder_name=LONG, facts={"latin_name": "ABDURISHIT MAMATNIYAZ"}),
    "outside GBK": lambda: drawn_certificate(holder_name="䶮文博", holder_document_type="travel_permit_hkm"),
    "outside the BMP": lambda: drawn_certificate(holder_name="𠮷田美咲", holder_document_type="passport"),
    "Latin": lambda: drawn_certificate(holder_name="Łukasz Brzęczyszczykiewicz-Żółć"),
    "everything long": lambda: drawn_certificate(
        holder_name=LONG,
        holder_document_type="residence_permit",
        valid_until=date(2028, 11, 19),
        filing_number="GJJS-2026-000123",
        facts={**SENIOR, "latin_name": "ABDURISHIT MAMATNIYAZ ABDURAHMANJAN TURSUNAYGUL"},
    ),
}


@pytest.fixture(scope="module", params=["completion", "level"])
def sheets(request, tmp_path_factory):
    """Every sheet drawn once with either design that comes with the code, as (certificate, path of the file)."""
    folder = tmp_path_factory.mktemp("sheets")
    made = {}
    for name, make in SHEETS.items():
        certificate = make()
        path = folder / f"{name}.pdf"
        path.write_bytes(draw(certificate, design=shipped(request.param)).body)
        made[name] = (certificate, path)
    return made


def said(*command):
    return subprocess.run([*map(str, command)], capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("name", SHEETS)
def test_sheet_is_one_page_of_reasonable_size(sheets, name):
    _certificate, path = sheets[name]
    assert len(pypdf.PdfReader(path).pages) == 1
    assert path.stat().st_size <= 220 * 1024


@pytest.mark.parametrize("name", SHEETS)
def test_sheet_text_can_be_copied(sheets, name):
    certificate, path = sheets[name]
    text = re.sub(r"\s", "", said("pdftotext", path, "-"))
    expected = [
        certificate.holder_name,
        certificate.number,
        certificate.code,
        certificate.facts["title"]["zh"],
        certificate.facts["issuer"]["zh"],
        "修满48学时",
        "2026年11月20日",
        "培训证明，不是职业资格证书",
        "演示签章",
    ]
    assert [one for one in expected if re.sub(r"\s", "", one) not in text] == []


@pytest.mark.parametrize("name", SHEETS)
def test_sheet_embeds_every_font_with_its_characters(sheets, name):
    rows = said("pdffonts", sheets[name][1]).splitlines()[2:]
    # The columns before the object id: embedded, subset, unicode.
    assert {tuple(row.split()[-5:-2]) for row in rows} == {("yes", "yes", "yes")}
    assert {re.sub(r"^[A-Z]{6}\+", "", row.split()[0])[:12] for row in rows} == {"Certificate-"}


@pytest.mark.parametrize("name", SHEETS)
def test_sheet_texts_do_not_overlap(sheets, name):
    """By box: the lines of text, as poppler sees them."""
    layout = said("pdftotext", "-bbox-layout", sheets[name][1], "-")
    pattern = r'<line xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">(.*?)</line>'
    lines = [
        ([float(part) for part in found[:4]], " ".join(re.findall(r">([^<]+)</word>", found[4])))
        for found in re.findall(pattern, layout, re.S)
    ]
    assert len(lines) >= 15
    overlapping = [
        (one, other)
        for index, (a, one) in enumerate(lines)
        for b, other in lines[index + 1 :]
        if min(a[2], b[2]) - max(a[0], b[0]) > 0.5
        # Boxes are line boxes of the fonts, which are taller than what is inked: a third may be shared.
        and min(a[3], b[3]) - max(a[1], b[1]) > 0.34 * min(a[3] - a[1], b[3] - b[1])
    ]
    assert overlapping == []


@pytest.mark.parametrize("name", SHEETS)
def test_sheet_stays_inside_the_frame(sheets, name):
    layout = said("pdftotext", "-bbox", sheets[name][1], "-")
    boxes = [
        [*map(float, box)] for box in re.findall(r'<word xMin="(.*?)" yMin="(.*?)" xMax="(.*?)" yMax="(.*?)"', layout)
    ]
    frame = 19 * 72 / 25.4
    outside = [b for b in boxes if b[0] < frame or b[1] < frame or b[2] > 841.89 - frame or b[3] > 595.28 - frame]
    assert (len(boxes) > 20, outside) == (True, [])


def test_sheet_is_a_pdf_for_archives(sheets):
    _certificate, path = sheets["ordinary"]
    reader = pypdf.PdfReader(path)
    root = reader.trailer["/Root"]
    metadata = root["/Metadata"].get_data().decode()
    assert [re.search(rf"pdfaid:{name}(?:=\"|>)(\w+)", metadata)[1] for name in ("part", "conformance")] == ["3", "U"]
    assert (root["/Lang"], root["/MarkInfo"]["/Marked"].value) == ("zh-Hans", True)
    assert reader.metadata.title == "初级技术经纪人培训结业证书 TM-J-2026-9901-000123-P"
    assert root["/OutputIntents"][0]["/S"] == "/GTS_PDFA1"
    assert b"/Interpolate true" not in path.read_bytes()
    assert "No syntax or stream encoding errors" in said("qpdf", "--check", path)


def test_sheet_marks_the_ornament_as_no_content(sheets):
    page = pypdf.PdfReader(sheets["ordinary"][1]).pages[0]
    first = page["/Contents"][0].get_object().get_data()
    assert (first[:13], first[-3:]) == (b"/Artifact BMC", b"EMC")


def test_sheet_carries_the_facts_as_json(sheets):
    certificate, path = sheets["minority"]
    reader = pypdf.PdfReader(path)
    (name, (body,)) = next(iter(reader.attachments.items()))
    facts = json.loads(body)
    assert name == "certificate.json"
    assert (facts["number"], facts["code"], facts["holder"]["name"]) == (certificate.number, certificate.code, LONG)
    assert (facts["class_hours"], facts["verify"]) == ("48.0", check_address(certificate))
    assert reader.trailer["/Root"]["/AF"][0].get_object()["/AFRelationship"] == "/Data"


def test_sheet_carries_what_the_caller_attaches_once_each():
    more = [
        Attached("credential.json", b'{"a":1}', "Alternative", "The credential"),
        Attached("certificate.tlog-proof", b"c2sp.org/tlog-proof@v1\n", "Supplement", "The proof of the public log"),
        Attached("salt", bytes(range(32)), "Data", "The salt of the commitment"),
    ]
    reader = pypdf.PdfReader(BytesIO(draw(drawn_certificate(), attached=more).body))

    kept = {name: bodies[0] for name, bodies in reader.attachments.items()}
    assert {name: kept[name] for name in ("credential.json", "certificate.tlog-proof", "salt")} == {
        one.name: one.body for one in more
    }
    listed = [one.get_object() for one in reader.trailer["/Root"]["/AF"]]
    assert [(one["/UF"], one["/AFRelationship"], one["/Desc"]) for one in listed] == [
        ("certificate.json", "/Data", "The facts of this certificate"),
        *((one.name, f"/{one.relationship}", one.description) for one in more),
    ]


def structure(node, found):
    """(kind, alternative text) of every structure element, in reading order."""
    node = node.get_object()
    if isinstance(node, list):
        for child in node:
            structure(child, found)
    elif isinstance(node, dict) and "/S" in node:
        found.append((node["/S"], node.get("/Alt")))
        structure(node.get("/K", []), found)
    elif isinstance(node, dict):
        structure(node.get("/K", []), found)
    return found


def identity(**fields):
    now = clock.now()
    values = {"name": "证书专用章", "kind": "业务专用章", "owner": "岚江大学技术经理人培训基地", "self_made": False}
    return Identity(**{**values, "certificate": "", "fingerprint": "", "valid_from": now, "valid_until": now, **fields})


def test_sheet_with_a_configured_seal_shows_it_red_and_round_in_place_of_the_mark(tmp_path):
    certificate = drawn_certificate()
    path = tmp_path / "sealed.pdf"
    path.write_bytes(draw(certificate, seal=identity()).body)

    text = re.sub(r"\s", "", said("pdftotext", path, "-"))
    assert ("演示签章" in text, "岚江大学" in text) == (False, certificate.facts["issuer"]["zh"][:4] == "岚江大学")
    said("pdftoppm", "-r", "50", "-png", "-singlefile", path, tmp_path / "page")
    picture = Image.open(tmp_path / "page.png").convert("RGB")
    reds = [one for one in picture.get_flattened_data() if one[0] > 150 and one[1] < 90 and one[2] < 90]
    assert len(reds) > 300
    figures = [alt for kind, alt in structure(pypdf.PdfReader(path).trailer["/Root"]["/StructTreeRoot"], []) if alt]
    assert figures == [
        f"二维码：{check_address(certificate)}",
        "电子印章：岚江大学技术经理人培训基地 证书专用章（业务专用章）",
    ]
    assert b"/Interpolate true" not in path.read_bytes()


def test_sheet_is_read_in_its_order(sheets):
    kinds = structure(pypdf.PdfReader(sheets["ordinary"][1]).trailer["/Root"]["/StructTreeRoot"], [])
    names = [kind for kind, _alt in kinds]
    assert names.index("/H1") < names.index("/Figure")
    assert [alt for kind, alt in kinds if kind == "/Figure"] == [f"二维码：{check_address(sheets['ordinary'][0])}"]


def test_sealed_sheet_is_still_a_pdf_for_archives(sheets, tmp_path):
    """The rules of PDF/A that a seal could break: embedding, identifiers, no smoothing, attachments listed once."""
    path = tmp_path / "sealed.pdf"
    path.write_bytes(seal_file(sheets["everything long"][1].read_bytes()).body)
    reader = pypdf.PdfReader(path)
    root = reader.trailer["/Root"]
    (field,) = (one.get_object() for one in root["/AcroForm"]["/Fields"])
    assert (field["/FT"], field["/F"] & 4, [float(x) for x in field["/Rect"]]) == ("/Sig", 4, [0, 0, 0, 0])
    assert (len(reader.trailer["/ID"]), root["/AcroForm"].get("/NeedAppearances")) == (2, None)
    assert (root["/OutputIntents"][0]["/S"], root["/Lang"], len(root["/AF"])) == ("/GTS_PDFA1", "zh-Hans", 1)
    assert re.search(r"pdfaid:part(?:=\"|>)3", root["/Metadata"].get_data().decode())
    assert "No syntax or stream encoding errors" in said("qpdf", "--check", path)
    fonts = said("pdffonts", path).splitlines()[2:]
    assert {tuple(row.split()[-5:-2]) for row in fonts} == {("yes", "yes", "yes")}
    assert (b"/Interpolate true" in path.read_bytes(), path.stat().st_size <= 260 * 1024) == (False, True)


def test_sheet_has_no_red_seal(sheets):
    """Without a seal provider no round red picture stands in for one (practice 1.15)."""
    page = pypdf.PdfReader(sheets["ordinary"][1]).pages[0]
    pictures = list(page.images)
    reds = [
        colour
        for colour in re.findall(rb"([\d.]+) ([\d.]+) ([\d.]+) (?:rg|RG)", page.get_contents().get_data())
        if float(colour[0]) > 0.6 and float(colour[1]) < 0.3 and float(colour[2]) < 0.3
    ]
    assert (len(pictures), reds) == (1, [])


def test_qr_holds_the_address_of_the_verification_page(sheets, settings):
    certificate, path = sheets["ordinary"]
    assert check_address(certificate) == f"{settings.SITE_URL}/v/7K3M9QXW2B8ZT4VN"
    expected = segno.make(check_address(certificate), error="m", micro=False, mask=2)
    out = BytesIO()
    expected.save(out, kind="png", scale=8, border=2)
    assert qr_png(check_address(certificate)) == out.getvalue()
    picture = next(iter(pypdf.PdfReader(path).pages[0].images))
    assert picture.image.size == ((expected.symbol_size()[0] - 8 + 4) * 8,) * 2


def test_qr_is_at_least_25_millimetres_wide(sheets):
    row = said("pdfimages", "-list", sheets["ordinary"][1]).splitlines()[2].split()
    width, per_inch = int(row[3]), int(row[12])
    quiet = 4 / (width / 8)
    assert width / per_inch * 25.4 * (1 - quiet) >= 25


def test_address_follows_the_site_url(settings):
    settings.SITE_URL = "https://tm.example.test"
    assert check_address(drawn_certificate()) == "https://tm.example.test/v/7K3M9QXW2B8ZT4VN"


# --- refusals -------------------------------------------------------------------------------------------------------
def test_draw_refuses_characters_that_no_font_has():
    with pytest.raises(DomainError) as refused:
        draw(drawn_certificate(holder_name="王\U000e0041"))
    assert (refused.value.code, refused.value.facts["characters"]) == ("glyphs_missing", "U+E0041")


def test_draw_refuses_when_an_asset_is_missing(monkeypatch):
    """WeasyPrint only logs a picture that it did not get, and prints without it."""
    monkeypatch.setattr(AssetFetcher, "fetch", lambda *_: (_ for _ in ()).throw(ValueError("refused")))
    with pytest.raises(DomainError, match="pdf_incomplete"):
        draw(drawn_certificate())


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "http://127.0.0.1/",
        "https://example.org/x.png",
        "ftp://example.org/x",
        "data:image/png;base64,AAAA",
        "asset:unknown",
        "ASSET:qr",
        "//example.org/x",
        "etc/passwd",
    ],
)
def test_fetcher_gives_out_nothing_but_its_assets(url):
    fetcher = AssetFetcher()
    fetcher.assets["asset:qr"] = Asset(b"body", "image/png")
    with pytest.raises(ValueError, match="refused"):
        fetcher.fetch(url)
    assert fetcher.fetch("asset:qr").read() == b"body"


def test_names_are_text_and_never_markup():
    name = '<img src="file:///etc/passwd">'
    body = draw(drawn_certificate(holder_name=name)).body
    reader = pypdf.PdfReader(BytesIO(body))
    assert len(list(reader.pages[0].images)) == 1
    assert "<img" in reader.pages[0].extract_text()


# --- fonts and threads ----------------------------------------------------------------------------------------------
def test_fonts_are_cut_once_and_named_by_what_they_were_cut_from(settings):
    paths = [cut(face).path for face in FACES]
    assert [path.parent for path in paths] == [settings.FONT_DIR] * len(FACES)
    assert len({*paths}) == len(FACES)
    assert fonts_sha256() == fonts_sha256()


def test_fonts_cut_by_several_at_once_are_one_whole_file(settings, tmp_path):
    settings.FONT_DIR = tmp_path / "fonts"
    hashes = []
    make = cut.__wrapped__

    threads = [threading.Thread(target=lambda: hashes.append(make(HAN[1]).sha256)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (len(hashes), len({*hashes})) == (3, 1)
    assert sorted(path.suffix for path in settings.FONT_DIR.iterdir()) == [".lock", ".otf"]


def test_fonts_that_are_not_installed_are_named_with_their_packages():
    absent = Face("Certificate Absent", "normal", "NoSuchFont.ttf", "No Such Font", "latin")
    with pytest.raises(DomainError) as refused:
        cut(absent)
    assert (refused.value.code, refused.value.facts["packages"]) == (
        "fonts_missing",
        "fonts-noto-cjk fonts-noto-core",
    )


def test_rare_characters_are_those_outside_the_cuts():
    assert rare_characters("王喆李龑堃燚镕高轩 Łukasz·") == frozenset()
    assert rare_characters("㛃䶮𠮷") == frozenset(map(ord, "㛃䶮𠮷"))


def test_draw_in_several_threads_gives_whole_files():
    bodies, failures = [], []

    def work(name):
        try:
            bodies.append((name, draw(drawn_certificate(holder_name=name)).body))
        except Exception as error:
            failures.append(error)

    threads = [
        threading.Thread(target=work, args=[name]) for name in ("高轩", "䶮文博", "林知夏", "Łukasz", "𠮷田美咲")
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    texts = {name: pypdf.PdfReader(BytesIO(body)).pages[0].extract_text() for name, body in bodies}
    assert [name for name, text in texts.items() if name not in text] == []
    assert len(texts) == 5


def test_template_version_follows_every_text_of_the_design():
    before = shipped("completion")
    others = [
        replace(before, html=before.html + " "),
        replace(before, css=before.css + " "),
        replace(before, fields=before.fields + " "),
        replace(before, fields=before.fields.replace('"blue"', '"red"')),
    ]
    versions = {one.version for one in (before, *others)}
    assert (len(versions), {one.split("+")[0] for one in versions}) == (5, {"completion-1"})
