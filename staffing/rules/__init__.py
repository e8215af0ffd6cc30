"""What a version of a ratio rule consists of, as one text that can be proven later, and in what two versions differ."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

# The columns that say what the rule is; in the order in which people read them.
WORDS = (
    "code", "version", "value", "comparator", "binds", "binding_designation", "categories", "region_path",
    "staff_counted", "employment_types", "leaves_left_out", "tracks", "levels", "providers", "reference_only",
    "valid_from", "valid_to", "document_number", "source_period_end", "continued_by", "texts",
)  # fmt: skip
# Columns of later years: a version that says nothing by them has the text that it had before there were any.
LATER = ("leaves_left_out",)


def rule_text(words: Mapping[str, Any]) -> str:
    """Canonical JSON of all words: keys in order, no spaces, days as ISO 8601; lists without an order are sorted."""
    facts = {name: _plain(words[name]) for name in WORDS if words[name] or name not in LATER}
    return json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def differing(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """The names of the columns in which two versions differ, in the order of WORDS; their own name is none of them."""
    return [name for name in WORDS if name != "version" and _plain(before[name]) != _plain(after[name])]


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return sorted(value) if isinstance(value, list) else value
