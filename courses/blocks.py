"""The kinds of text block a course is written in, and its check questions; few, so that migrations stay small."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

# What an editor may put into running text; everything else has a block of its own.
INLINE = ["bold", "italic", "link", "ol", "ul", "h3"]


def table_rows(text: str) -> list[list[str]]:
    """`| a | b |` lines as rows of cells; the first row holds the column heads."""
    lines = (line.strip().strip("|") for line in text.splitlines() if line.strip())
    return [[cell.strip() for cell in line.split("|")] for line in lines]


class TextBlock(blocks.StructBlock):
    heading = blocks.CharBlock(required=False, label=_("Heading"))
    text = blocks.RichTextBlock(features=INLINE, label=_("Text"))


class TableBlock(blocks.StructBlock):
    """One line per row, cells between vertical bars: what an editor can paste and a phone can show."""

    heading = blocks.CharBlock(label=_("Heading"))
    rows = blocks.TextBlock(label=_("Rows: | first cell | second cell |, column heads first"))

    def clean(self, value: Any) -> Any:
        cleaned = super().clean(value)
        widths = {len(row) for row in table_rows(cleaned["rows"])}
        if len(widths) != 1:
            message = ValidationError(_("Every row needs the same number of cells."))
            raise blocks.StructBlockValidationError(block_errors={"rows": message})
        return cleaned

    def get_context(self, value: Any, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
        rows = table_rows(value["rows"])
        return {**super().get_context(value, parent_context), "heads": rows[0], "rows": rows[1:]}


class FormLineBlock(blocks.StructBlock):
    label = blocks.CharBlock(label=_("Line of the form"))
    hint = blocks.TextBlock(required=False, label=_("What to write there"))


class FormBlock(blocks.StructBlock):
    heading = blocks.CharBlock(label=_("Heading"))
    lines = blocks.ListBlock(FormLineBlock(), label=_("Lines"))


class SourceBlock(blocks.StructBlock):
    source = blocks.TextBlock(label=_("Title and article"))
    about = blocks.TextBlock(required=False, label=_("What it says"))


class SourcesBlock(blocks.StructBlock):
    heading = blocks.CharBlock(label=_("Heading"))
    sources = blocks.ListBlock(SourceBlock(), label=_("Sources"))


class BodyBlock(blocks.StreamBlock):
    """A lesson's body. The templates lie in templates/courses/blocks."""

    text = TextBlock(label=_("Text"), icon="pilcrow", template="courses/blocks/text.html")
    table = TableBlock(label=_("Table"), icon="table", template="courses/blocks/table.html")
    form = FormBlock(label=_("Form to use tomorrow"), icon="form", template="courses/blocks/form.html")
    story = TextBlock(label=_("Mistake told as a story"), icon="openquote", template="courses/blocks/story.html")
    task = TextBlock(label=_("Task on the running case"), icon="edit", template="courses/blocks/task.html")
    sources = SourcesBlock(label=_("Sources"), icon="list-ul", template="courses/blocks/sources.html")


class CheckQuestionBlock(blocks.StructBlock):
    """One right answer, named by its number, and the reason that is shown afterwards."""

    question = blocks.TextBlock(label=_("Question"))
    options = blocks.ListBlock(blocks.CharBlock(max_length=500), min_num=2, max_num=6, label=_("Options"))
    answer = blocks.IntegerBlock(min_value=1, label=_("Number of the right option"))
    reason = blocks.TextBlock(label=_("Reason"))

    def clean(self, value: Any) -> Any:
        cleaned = super().clean(value)
        if cleaned["answer"] > len(cleaned["options"]):
            message = ValidationError(_("There is no option with this number."))
            raise blocks.StructBlockValidationError(block_errors={"answer": message})
        return cleaned


class CheckBlock(blocks.StreamBlock):
    question = CheckQuestionBlock(label=_("Check question"), icon="help")
