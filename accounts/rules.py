"""Pure rules of what is entered: the code, host and days of a training base, by hand or by a file. No database."""

import re
from datetime import date

BASE_CODE = re.compile(r"[0-9]{4}")


def code_fault(code: str) -> str:
    return "" if BASE_CODE.fullmatch(code) else "base_code"


def host_fault(is_legal_person: bool | None, *, wanted: bool = True) -> str:
    """A base is hosted by a legal person (facts b, Shandong 2022): a department cannot answer for it. None: nobody is
    named."""
    if is_legal_person is None:
        return "host_missing" if wanted else ""
    return "" if is_legal_person else "host_is_a_department"


def days_fault(begins: date | None, ends: date | None) -> str:
    """`ends` is the first day on which the qualification no longer holds."""
    return "ends_before_start" if ends and (begins is None or ends <= begins) else ""
