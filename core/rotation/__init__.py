"""A new key for everything that is sealed, while the site serves: every value is opened and sealed anew, if nobody else
has. Places are found by walking all models; what is sealed elsewhere registers its place where it seals.

Resumable: what already stands under the new key is passed.
"""

from core.rotation.columns import Column, sealed_columns
from core.rotation.files import KeptFiles
from core.rotation.places import Place, RowsLeft, count_left, register, registered, rotate
from core.rotation.rows import JsonColumn, SessionValue, in_sessions


def sealed_places() -> list[Place]:
    """Every place where sealed values lie: columns, values inside other columns, files."""
    return [*sealed_columns(), *registered(), KeptFiles()]


__all__ = [
    "Column",
    "JsonColumn",
    "KeptFiles",
    "Place",
    "RowsLeft",
    "SessionValue",
    "count_left",
    "in_sessions",
    "register",
    "rotate",
    "sealed_columns",
    "sealed_places",
]
