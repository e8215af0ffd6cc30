"""Files that people download from the accounts room: templates of the importers, with text columns and choices."""

from accounts.imports import institutions, people, roster
from core.exports import XLSX, template

__all__ = ["XLSX", "institutions_template", "roster_template", "template"]

YES_NO = ("是", "否")


def roster_template() -> bytes:
    # Either leaving column would do; the one that says what it means is offered.
    columns = [column for column in roster.COLUMNS if column.field != "last_day"]
    choices = {
        "id_type": tuple(people.DOCUMENT_WORDS),
        "employment_type": tuple(roster.EMPLOYMENT_WORDS),
        "professional": YES_NO,
        "full_time": YES_NO,
    }
    return template("名册", columns, choices)


def institutions_template() -> bytes:
    choices = {
        "category": tuple(institutions.CATEGORY_WORDS),
        "level": tuple(institutions.LEVEL_WORDS),
    }
    return template("机构", institutions.COLUMNS, choices)
