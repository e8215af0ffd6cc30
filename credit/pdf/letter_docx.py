"""The same text as DOCX, for bodies whose officers write in WPS: no macro, no link, no name but the body's."""

import io
from datetime import UTC, datetime

from docx import Document
from docx.document import Document as Docx
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from credit.pdf.letter_text import Block, LetterText

# As officers' programmes have them; where one is missing another stands in.
BODY_FONT, HEAD_FONT, TITLE_FONT, LATIN_FONT = "仿宋", "黑体", "宋体", "Times New Roman"
RED = RGBColor(0xD7, 0x00, 0x0F)
SIZE, TITLE_SIZE, LINE = 16, 22, 29
# How wide the labels of a form are.
LABELS = Mm(38)
CENTRE, RIGHT = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.RIGHT


def letter_docx(letter: LetterText, *, made_at: datetime) -> bytes:
    document = Document()
    _prepare(document, letter, made_at)
    _head(document, letter)
    if letter.form:
        _table(document, letter)
    else:
        for block in letter.blocks:
            _block(document, block)
        _signed(document, letter)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def _prepare(document: Docx, letter: LetterText, made_at: datetime) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.footer_distance = Mm(25)
    known = document.core_properties
    known.author, known.title, known.last_modified_by = letter.body, letter.title, letter.body
    known.comments, known.keywords, known.revision, known.language = "", "", 1, "zh-CN"
    known.created = known.modified = made_at.astimezone(UTC).replace(tzinfo=None)
    _forget_the_sample(document)
    _page_number(section.footer.paragraphs[0])


def _forget_the_sample(document: Docx) -> None:
    """What the library's own empty document has of its maker: a picture of it, and another language."""
    relations = document.part.package.rels
    for key in [key for key, one in relations.items() if one.reltype.endswith("/thumbnail")]:
        del relations[key]
    for language in document.styles.element.iter(qn("w:lang")):
        language.set(qn("w:eastAsia"), "zh-CN")


def _head(document: Docx, letter: LetterText) -> None:
    head = _paragraph(document, align=CENTRE, line=40)
    _run(head, letter.body, font=TITLE_FONT, size=30 if len(letter.body) <= 12 else 22, bold=True).font.color.rgb = RED
    number = _paragraph(document, align=CENTRE, before=LINE)
    _run(number, letter.number_line)
    _red_line_below(number)
    title = _paragraph(document, align=CENTRE, before=LINE, after=LINE, line=34)
    _run(title, letter.title, font=TITLE_FONT, size=TITLE_SIZE, bold=True)


def _block(document: Docx, block: Block) -> None:
    if block.style == "to":
        _run(_paragraph(document), block.text)
    elif block.style == "head":
        paragraph = _paragraph(document, indent=2)
        paragraph.paragraph_format.keep_with_next = True
        _run(paragraph, block.text, font=HEAD_FONT)
    else:
        _run(_paragraph(document, indent=2, before=LINE if block.style == "attached" else 0), block.text)


def _signed(document: Docx, letter: LetterText) -> None:
    """Body and day on the right, with room for the stamp that the body puts there itself."""
    for place, line in enumerate((letter.body, letter.day_line)):
        paragraph = _paragraph(document, align=RIGHT, before=0 if place else LINE * 1.5)
        paragraph.paragraph_format.right_indent = Pt(SIZE * (3 if place else 2))
        paragraph.paragraph_format.keep_with_next = not place
        _run(paragraph, line)


def _table(document: Docx, letter: LetterText) -> None:
    table = document.add_table(rows=0, cols=2)
    table.style = "Table Grid"
    table.autofit = False
    for block in letter.blocks:
        row = table.add_row()
        row.height = Mm(11)
        for cell, width, text in zip(row.cells, (LABELS, Mm(118)), (block.label, block.text), strict=True):
            cell.width = width
            paragraph = cell.paragraphs[0]
            _set_lines(paragraph, 22)
            if width == LABELS:
                paragraph.alignment = CENTRE
            _run(paragraph, text, size=14)


def _paragraph(
    document: Docx,
    *,
    align: WD_ALIGN_PARAGRAPH | None = None,
    indent: int = 0,
    before: float = 0,
    after: float = 0,
    line: int = LINE,
) -> Paragraph:
    paragraph = document.add_paragraph()
    if align is not None:
        paragraph.alignment = align
    _set_lines(paragraph, line, before, after)
    if indent:
        paragraph.paragraph_format.first_line_indent = Pt(SIZE * indent)
    return paragraph


def _set_lines(paragraph: Paragraph, line: int, before: float = 0, after: float = 0) -> None:
    shape = paragraph.paragraph_format
    shape.line_spacing_rule, shape.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(line)
    shape.space_before, shape.space_after = Pt(before), Pt(after)


def _run(paragraph: Paragraph, text: str, *, font: str = BODY_FONT, size: int = SIZE, bold: bool = False) -> Run:
    run = paragraph.add_run(text)
    run.font.name, run.font.size, run.font.bold = LATIN_FONT, Pt(size), bold
    # Han characters have a font of their own beside the Latin one; quotation marks follow them.
    fonts = run._element.get_or_add_rPr().get_or_add_rFonts()
    fonts.set(qn("w:eastAsia"), font)
    fonts.set(qn("w:hint"), "eastAsia")
    return run


def _red_line_below(paragraph: Paragraph) -> None:
    borders, line = OxmlElement("w:pBdr"), OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", "12"), ("space", "10"), ("color", str(RED))):
        line.set(qn(f"w:{name}"), value)
    borders.append(line)
    shape = paragraph._p.get_or_add_pPr()
    shape.insert_element_before(
        borders, "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:spacing", "w:ind", "w:jc", "w:rPr"
    )


def _page_number(paragraph: Paragraph) -> None:
    paragraph.alignment = RIGHT
    _run(paragraph, "— ", size=14)
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    field.append(_run(paragraph, "1", size=14)._element)
    paragraph._p.append(field)
    _run(paragraph, " —", size=14)
