"""Files that people download from the courses room."""

from accounts.exports import template
from accounts.imports.people import DOCUMENT_WORDS
from courses.imports.training_records import COLUMNS, TRACK_WORDS


def training_records_template() -> bytes:
    return template("培训记录", COLUMNS, {"id_type": tuple(DOCUMENT_WORDS), "track": tuple(TRACK_WORDS)})
