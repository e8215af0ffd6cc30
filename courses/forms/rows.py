"""Ids of rows as a page sends them: ticked boxes, a number in the address."""

from collections.abc import Iterable

from django import forms
from django.core.exceptions import ValidationError

LARGEST_ID = 2**63 - 1
_ID = forms.IntegerField(min_value=1, max_value=LARGEST_ID)


def row_ids(texts: Iterable[str]) -> list[int]:
    """Those that can be ids at all; the rest names no row."""
    return [found for text in texts if (found := _read(text)) is not None]


def _read(text: str) -> int | None:
    try:
        found: int = _ID.clean(text)
    except ValidationError:
        return None
    return found
