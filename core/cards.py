"""Tables whose rows become cards on a narrow screen: each cell carries the head of its column, so that nothing that
decides lies out of sight to the right.

A table that is laid out as blocks is no table for a screen reader any more: its parts say by role what they are.
"""

import re
from html import unescape

from django.utils.html import escape, strip_tags

_HEAD = re.compile(r"<thead\b.*?</thead>", re.DOTALL)
_COLUMN = re.compile(r"<th\b[^>]*>(.*?)</th>", re.DOTALL)
_BODY = re.compile(r"(?:(?<=<tbody>)|(?<=<tfoot>)).*?(?=</t(?:body|foot)>)", re.DOTALL)
_ROW = re.compile(r"<tr\b.*?</tr>", re.DOTALL)
_CELL = re.compile(r"<(td|th)\b([^>]*)>")
_SPAN = re.compile(r'colspan="(\d+)"')
_PART = re.compile(r"<(table|thead|tbody|tfoot|tr|td|th)\b([^>]*)>")
_ROLES = {"table": "table", "thead": "rowgroup", "tbody": "rowgroup", "tfoot": "rowgroup", "tr": "row", "td": "cell"}


def with_heads(table: str) -> str:
    """The same table with `data-label` in every cell below its head and a role in each of its parts.

    Cells that span columns, and those that begin a row as its head, need no label. A table inside another is not meant.
    """
    head = _HEAD.search(table)
    heads = [" ".join(unescape(strip_tags(text)).split()) for text in _COLUMN.findall(head[0] if head else "")]
    labelled = _BODY.sub(lambda body: _ROW.sub(lambda row: _row(row[0], heads), body[0]), table)
    return _PART.sub(_with_role, labelled)


def _row(row: str, heads: list[str]) -> str:
    names = iter(heads)

    def cell(found: re.Match[str]) -> str:
        span = _SPAN.search(found[2])
        name, *rest = [next(names, "") for _column in range(int(span[1]) if span else 1)]
        if found[1] == "th" or rest or not name:
            return found[0]
        return f'<td data-label="{escape(name)}"{found[2]}>'

    return _CELL.sub(cell, row)


def _with_role(part: re.Match[str]) -> str:
    name, attributes = part[1], part[2]
    role = _ROLES.get(name) or ("columnheader" if 'scope="col"' in attributes else "rowheader")
    return f'<{name} role="{role}"{attributes}>'
