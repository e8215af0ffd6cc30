"""Files that people download from the courses room."""

from accounts.exports import template
from accounts.imports.people import DOCUMENT_WORDS
from courses.imports import evidence_tables
from courses.imports.training_records import COLUMNS, TRACK_WORDS


def training_records_template() -> bytes:
    return template("培训记录", COLUMNS, {"id_type": tuple(DOCUMENT_WORDS), "track": tuple(TRACK_WORDS)})


EVIDENCE_EXPLANATIONS = {
    "id_number": "18 位号码请按文本填写；该人扫描件的文件名以此号码后 6 位（或后 4 位）结尾，如 高轩-010018.pdf",
    "title": "与证书一致",
    "provider": "与证书一致",
    "completed_on": "日期，如 2024-06-01",
    "agreement": "仅外地区互认培训填写：两地互认协议的文号",
}


def evidence_template() -> bytes:
    """The table of many evidences; how scans are named stands with the number by which they are found."""
    choices = {"id_type": tuple(DOCUMENT_WORDS), "track": tuple(TRACK_WORDS)}
    return template("外来证明", evidence_tables.COLUMNS, choices, EVIDENCE_EXPLANATIONS)
