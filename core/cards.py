"""Tables whose rows become cards on a narrow screen: each cell carries the head of its column, so that nothing that
decides lies out of sight to the right.

A table that is laid out as blocks is no table for a screen reader any more: its parts say by role what they are.
"""

import re
from html import unescape

from django.utils.html import escape, strip_tags

_HEAD = re.compile(r"<thead\b.*?</thead>", re.DOTALL)
_COLUMN = re.compile(r"<th\b[^>]*>(.*?)</th>", re.DOTALL)
_GROUPS = {"thead", "tbody", "tfoot"}
_SPAN = re.compile(r'colspan="(\d+)"')
_PART = re.compile(r"<(table|thead|tbody|tfoot|tr|td|th)\b([^>]*)>")
_ROLES = {"table": "table", "thead": "rowgroup", "tbody": "rowgroup", "tfoot": "rowgroup", "tr": "row", "td": "cell"}


def with_heads(table: str) -> str:
    """The same table with `data-label` in every cell below its head and a role in each of its parts.

    Cells that span columns, and those that begin a row as its head, need no label. A table inside another is not meant.
    """
    head = _HEAD.search(table)
    texts = (" ".join(unescape(strip_tags(text)).split()) for text in _COLUMN.findall(head[0] if head else ""))
    return _PART.sub(_Marker([escape(text) for text in texts]), table)


class _Marker:
    """Goes through the parts of a table in their order: below the head it knows in which column it is."""

    def __init__(self, heads: list[str]) -> None:
        self.heads = heads
        self.below, self.column = False, 0

    def __call__(self, part: re.Match[str]) -> str:
        name, attributes = part[1], part[2]
        label = ""
        if name in _GROUPS:
            self.below = name != "thead"
        elif name == "tr":
            self.column = 0
        elif self.below and name != "table":
            label = self._label(name, attributes)
        role = _ROLES.get(name) or ("columnheader" if 'scope="col"' in attributes else "rowheader")
        return f'<{name} role="{role}"{label}{attributes}>'

    def _label(self, name: str, attributes: str) -> str:
        span = _SPAN.search(attributes) if "colspan" in attributes else None
        width, place = int(span[1]) if span else 1, self.column
        self.column += width
        if name == "th" or width > 1 or place >= len(self.heads) or not self.heads[place]:
            return ""
        return f' data-label="{self.heads[place]}"'
