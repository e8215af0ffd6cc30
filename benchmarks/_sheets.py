"""One way of making certificates, in a process of its own: told how many, it answers with CPU milliseconds each.

Usage: python -m benchmarks._sheets WAY, then numbers on standard input, one a line; JSON comes back for each.
"""
# ruff: noqa: E402 - models can be imported once the settings are loaded

import base64
import io
import json
import os
import resource
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from decimal import Decimal
from itertools import count
from pathlib import Path

import django

django.setup()

from django.conf import settings
from pyhanko.keys import load_cert_from_pemder, load_private_key_from_pemder
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, SimpleSigner, sign_pdf
from pyhanko_certvalidator.registry import SimpleCertificateStore
from weasyprint import CSS, HTML

from accounts.models import Person, TrainingBase
from certificates.models import Certificate
from certificates.pdf import renderer, sheet
from certificates.pdf.designs.design import shipped
from certificates.pdf.drawing import ornament_svg, qr_png
from certificates.seals import seal_file

# Every 25th has a character that only the full font has.
NAMES = "高轩 林知夏 王喆 李龑 欧阳明月 阿卜杜热西提·买买提 陈思远 周雨桐 吴镕 郑堃 Łukasz 孙晓".split()  # noqa: SIM905
RARE, RARE_EVERY = "䶮文博", 25
TICK = os.sysconf("SC_CLK_TCK")
_numbers = count()
Draw = Callable[[Certificate], bytes]


def certificate() -> Certificate:
    number = next(_numbers)
    base = TrainingBase(name="岚江大学培训基地", code="9901")
    facts = {
        "latin_name": "",
        "level": {"code": "JUNIOR", "zh": "初级", "en": "Junior", "ja": "初級"},
        "training": {"zh": "初级技术经纪人", "en": "Junior technology broker", "ja": "初級技術経紀人"},
        "title": {
            "zh": "初级技术经纪人培训结业证书",
            "en": "Certificate of Completion, Junior Technology Broker Training",
            "ja": "初級技術経紀人研修修了証明書",
        },
        "issuer": {
            "zh": "岚江大学培训基地", "en": "Lanjiang University Training Base", "ja": "嵐江大学研修基地",
        },
        "cohort": {"year": 2026, "number": 3, "starts_on": "2026-10-09", "ends_on": "2026-11-18"},
    }  # fmt: skip
    return Certificate(
        number=f"TM-J-2026-9901-{number:06d}-P",
        code=f"{number:016d}",
        person=Person(name="-"),
        base=base,
        holder_name=RARE if number % RARE_EVERY == RARE_EVERY - 1 else NAMES[number % len(NAMES)],
        holder_document_type="resident_id",
        holder_document_masked="000***********0018",
        level="JUNIOR",
        facts=facts,
        hours=Decimal("48.0"),
        completed_on=date(2026, 11, 18),
        issued_on=date(2026, 11, 20),
    )


def ours(one: Certificate) -> bytes:
    return renderer.draw(one).body


def sealed() -> Draw:
    return lambda one: seal_file(ours(one)).body


def plain_page(one: Certificate) -> str:
    """The sheet as somebody would write it who knows nothing of speed: pictures inside, fonts of the system."""
    html = sheet.sheet_html(one)
    qr = base64.b64encode(qr_png(sheet.check_address(one))).decode()
    style = renderer.GROUND + shipped("completion").sheet + "\nhtml { font-family: 'Noto Serif', 'Noto Serif CJK SC' }"
    style += "\nbody > svg { position: absolute; left: 0; top: 0; z-index: -1 }"
    html = html.replace("asset:qr", f"data:image/png;base64,{qr}")
    return html.replace("</head>", f"<style>{style}</style></head>").replace("<body>", f"<body>{ornament_svg()}")


def naive() -> Draw:
    return lambda one: HTML(string=plain_page(one)).write_pdf() or b""


def fast() -> Draw:
    """The limit: what is the same in a class is drawn once and laid behind; name, document and numbers are laid out.

    What lies behind is not tagged, which is why no certificate is issued this way.
    """
    import pikepdf  # noqa: PLC0415 - installed by the benchmark

    machine = renderer._machine()
    style = CSS(
        string=".q { position: absolute; left: 30mm; top: 143mm; width: 36mm; image-rendering: crisp-edges }"
        "p { position: absolute; left: 30mm; right: 30mm; margin: 0; text-align: center }"
        ".n { top: 68mm; font-size: 34pt; font-weight: bold } .d { top: 88mm; font-size: 9.5pt }"
        ".k { top: 148mm; left: 71mm; text-align: left; font-size: 10.5pt } .c { top: 158mm }"
        "@page { size: 297mm 210mm; margin: 0 }",
        font_config=machine.fonts,
    )
    empty = certificate()
    empty.holder_name, empty.number, empty.code, empty.holder_document_masked = " ", " ", " " * 16, " "
    source = pikepdf.open(io.BytesIO(renderer.draw(empty).body))

    def draw(one: Certificate) -> bytes:
        machine.fetcher.assets["asset:qr"] = renderer.Asset(qr_png(sheet.check_address(one)), "image/png")
        html = (
            f"<html lang=zh-Hans><title>{one.number}</title><p class=n>{one.holder_name}</p>"
            f"<p class=d>{one.holder_document_masked}</p><img class=q src=asset:qr alt=QR>"
            f"<p class=k>{one.number}</p><p class='k c'>{one.code_in_fours}</p>"
        )
        body = HTML(string=html, base_url="asset:", url_fetcher=machine.fetcher).write_pdf(
            stylesheets=[machine.styles[0], style],
            font_config=machine.fonts,
            pdf_variant="pdf/a-3u",
            color_profiles=machine.colours,
            output_intent=renderer.COLOURS,
            attachments=[renderer._attachment(one, renderer._facts(one))],
        )
        with pikepdf.open(io.BytesIO(body or b"")) as pdf:
            pdf.pages[0].add_underlay(source.pages[0])
            out = io.BytesIO()
            pdf.save(out)
        return out.getvalue()

    return draw


def reportlab() -> Draw:
    """Text laid over a drawn background: no tags, no PDF/A."""
    import pikepdf  # noqa: PLC0415 - both installed by the benchmark
    from reportlab.lib.utils import ImageReader  # noqa: PLC0415
    from reportlab.pdfbase import cidfonts, pdfmetrics  # noqa: PLC0415
    from reportlab.pdfgen.canvas import Canvas  # noqa: PLC0415

    pdfmetrics.registerFont(cidfonts.UnicodeCIDFont("STSong-Light"))
    millimetre = 72 / 25.4
    empty = certificate()
    empty.holder_name, empty.number, empty.code, empty.holder_document_masked = " ", " ", " " * 16, " "
    source = pikepdf.open(io.BytesIO(renderer.draw(empty).body))

    def draw(one: Certificate) -> bytes:
        out = io.BytesIO()
        canvas = Canvas(out, pagesize=(297 * millimetre, 210 * millimetre))
        canvas.setFont("STSong-Light", 34)
        canvas.drawCentredString(148 * millimetre, 135 * millimetre, one.holder_name)
        canvas.setFont("STSong-Light", 10)
        for line, text in enumerate((one.number, one.code_in_fours, one.holder_document_masked)):
            canvas.drawString(71 * millimetre, (58 - 8 * line) * millimetre, text)
        qr = ImageReader(io.BytesIO(qr_png(sheet.check_address(one))))
        canvas.drawImage(qr, 30 * millimetre, 31 * millimetre, 36 * millimetre, 36 * millimetre)
        canvas.save()
        with pikepdf.open(out) as pdf:
            pdf.pages[0].add_underlay(source.pages[0])
            made = io.BytesIO()
            pdf.save(made)
        return made.getvalue()

    return draw


def typst() -> Draw:
    """The whole page, PDF/A-3b, one compiler for all."""
    import typst as module  # noqa: PLC0415 - installed by the benchmark

    folder = Path(settings.DATA_DIR) / "typst"
    folder.mkdir(exist_ok=True)
    (folder / "ornament.svg").write_text(ornament_svg())
    source = folder / "sheet.typ"
    source.write_text(
        '#set page(width: 297mm, height: 210mm, margin: 0mm, background: image("ornament.svg", width: 297mm))\n'
        '#set text(font: ("Noto Serif", "Noto Serif CJK SC"), lang: "zh")\n#let s = sys.inputs\n'
        "#set document(title: s.title)\n#set align(center)\n#v(26mm)\n#text(32pt, weight: 700)[#s.title]\n\n"
        "#text(13pt)[#s.title_en]\n#v(8mm)\n#text(34pt, weight: 700)[#s.name]\n#v(4mm)\n#text(10pt)[#s.document]\n\n"
        "#text(15pt)[#s.zh]\n\n#text(10pt)[#s.en]\n\n#text(10pt)[#s.ja]\n"
        '#place(bottom + left, dx: 30mm, dy: -31mm, image("qr.png", width: 36mm, alt: s.url))\n'
        "#place(bottom + left, dx: 71mm, dy: -45mm, align(left)[#s.number \\ #s.code])\n"
        "#place(bottom + right, dx: -59mm, dy: -50mm)[#s.issuer]\n"
    )
    compiler = module.Compiler(str(source), root=str(folder))

    def draw(one: Certificate) -> bytes:
        (folder / "qr.png").write_bytes(qr_png(sheet.check_address(one)))
        sentences = sheet._sentences(one)
        words = {
            "title": one.facts["title"]["zh"], "title_en": one.facts["title"]["en"], "name": one.holder_name,
            "document": one.holder_document_masked, "number": one.number, "code": one.code_in_fours,
            "issuer": one.facts["issuer"]["zh"], "url": sheet.check_address(one),
            **{name: sentences[f"sentence_{name}"] for name in ("zh", "en", "ja")},
        }  # fmt: skip
        body: bytes = compiler.compile(format="pdf", sys_inputs=words, pdf_standards="a-3b")
        return body

    return draw


def chromium() -> Draw:
    """One warm tab that prints again and again."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - of the development environment

    browser = sync_playwright().start().chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
    page = browser.new_page()

    def draw(one: Certificate) -> bytes:
        page.set_content(plain_page(one))
        body: bytes = page.pdf(width="297mm", height="210mm", print_background=True, tagged=True)
        return body

    return draw


# --- sealing alone ----------------------------------------------------------------------------------------------------
def seal_ours() -> Draw:
    body = ours(certificate())
    return lambda one: seal_file(body).body


def seal_default() -> Draw:
    """pyHanko as its first page shows it, with RSA-2048."""
    body = ours(certificate())
    path = Path(os.environ["BENCH_RSA"])
    key, own = load_private_key_from_pemder(str(path), None), load_cert_from_pemder(str(path.with_suffix(".crt")))
    signer = SimpleSigner(own, key, SimpleCertificateStore())
    meta = PdfSignatureMetadata(field_name="Seal", md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES)
    return lambda one: sign_pdf(IncrementalPdfFileWriter(io.BytesIO(body)), meta, signer).getvalue()


WAYS: dict[str, Callable[[], Draw]] = {
    "naive": naive, "ours": lambda: ours, "fast": fast, "ours sealed": sealed, "typst": typst, "reportlab": reportlab,
    "chromium": chromium, "seal ours": seal_ours, "seal default": seal_default,
}  # fmt: skip


def cpu_seconds() -> float:
    """Of this process and, where it has some, of its children (the browser)."""
    return time.process_time() + sum(_ticks(pid) for pid in _descendants(os.getpid())) / TICK


def _descendants(pid: int) -> list[int]:
    """A thread may end between being listed and being read; a process too, with all it had."""
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            for child in map(int, task.read_text().split()):
                found += [child, *_descendants(child)]
    return found


def _ticks(pid: int) -> int:
    try:
        parts = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return 0
    return int(parts[11]) + int(parts[12])


def main() -> None:
    way = sys.argv[1]
    draw = WAYS[way]()
    body = draw(certificate())
    folder = os.environ.get("BENCH_KEEP")
    if folder:
        Path(folder, f"{way.replace(' ', '-')}.pdf").write_bytes(body)
    print("ready", flush=True)
    for line in sys.stdin:
        costs, sizes = [], []
        for _turn in range(int(line)):
            one = certificate()
            before = cpu_seconds()
            sizes.append(len(draw(one)))
            costs.append((cpu_seconds() - before) * 1000)
        rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        now = int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1024**2
        print(json.dumps({"ms": costs, "bytes": sizes, "peak": rss, "rss": now}), flush=True)


if __name__ == "__main__":
    main()
