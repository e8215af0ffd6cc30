"""Sealed files of other papers than certificates: is one what was stored?"""

from typing import Any

from certificates.selectors.files import check_stored
from certificates.selectors.signatures import seal_is_whole
from core.errors import DomainError


def stands_as_stored(kept: Any) -> bool:
    """Are the bytes those of the row, and is their seal whole? `kept`: a row with the columns of `kept_file`.

    Raises FileUnreadable where the storage does not answer.
    """
    try:
        return check_stored(kept, lambda body: seal_is_whole(kept, body))
    except DomainError:
        return False
