"""Letters as somebody reads them: made as the outbox makes them, their words without blanks and numbers of pages."""

import io
import re

from django.core.files.storage import default_storage
from docx import Document
from pypdf import PdfReader

from accounts.selectors import system_user
from credit import services
from credit.models import LetterKind
from credit.selectors.letters import Due
from credit.services.letters import letter_text


def written(case):
    """What the outbox would make of it: every letter that is due."""
    return {letter.kind: letter for letter in services.make_letters_due(actor=system_user(), case=case)}


def stored(letter, form="pdf"):
    with default_storage.open(letter.kept(form).storage_name) as file:
        return file.read()


def words(text):
    """Without blanks and without the numbers of pages."""
    return re.sub(r"\s+", "", re.sub(r"— ?\d+ ?—", "", text))


def pdf_words(body):
    return words("\n".join(page.extract_text() for page in PdfReader(io.BytesIO(body)).pages))


def docx_words(body):
    document = Document(io.BytesIO(body))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return words("".join([*(paragraph.text for paragraph in document.paragraphs), *cells]))


def said(case, kind, about=None):
    return words("".join(letter_text(case, Due(LetterKind(kind), about)).lines()))
