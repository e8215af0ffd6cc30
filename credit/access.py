"""How long a credit file stays open: a signed mark in the session, for one file, one hat, fifteen minutes.

The evaluation of a person is opened by itself in the same way: neither opens the other.
"""

from collections.abc import MutableMapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core import signing
from django.db.models import Model

from core import clock

OPEN_FOR = timedelta(minutes=15)
SESSION_KEY = "credit_files"
_SALT = "credit.open_file"


@dataclass(frozen=True)
class OpenFile:
    """What the reader said before the file was shown, and until when it stays visible."""

    purpose: str
    until: datetime


def leave_open(session: MutableMapping[str, Any], *, subject: Model, hat_id: int, purpose: str) -> None:
    until = (clock.now() + OPEN_FOR).timestamp()
    name = _name(subject)
    stated = {"file": name, "hat": hat_id, "purpose": purpose, "until": until}
    marks = {key: mark for key, mark in session.get(SESSION_KEY, {}).items() if _read(mark)}
    session[SESSION_KEY] = {**marks, name: signing.dumps(stated, salt=_SALT)}


def opened(session: MutableMapping[str, Any], *, subject: Model, hat_id: int) -> OpenFile | None:
    """None: the purpose has to be asked (again). A purpose given under another hat does not serve."""
    name = _name(subject)
    stated = _read(session.get(SESSION_KEY, {}).get(name, ""))
    if stated is None or (stated["file"], stated["hat"]) != (name, hat_id):
        return None
    return OpenFile(stated["purpose"], datetime.fromtimestamp(stated["until"], UTC))


def _name(subject: Model) -> str:
    return f"{subject._meta.model_name}:{subject.pk}"


def _read(mark: str) -> dict[str, Any] | None:
    try:
        stated: dict[str, Any] = signing.loads(mark, salt=_SALT)
    except signing.BadSignature:
        return None
    # A mark of an earlier form is none.
    return stated if "file" in stated and stated["until"] > clock.now().timestamp() else None
