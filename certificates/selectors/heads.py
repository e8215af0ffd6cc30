"""Heads of the tamper-evident log as public randomness for draws in lower rooms."""

from datetime import datetime

from certificates.tlog import selectors as tlog
from core.draws import put_up_heads


def put_up() -> None:
    put_up_heads(_signed_after)


def _signed_after(moment: datetime) -> tuple[int, str] | None:
    head = tlog.latest_head()
    return (head.size, bytes(head.root).hex()) if head and head.signed_at > moment else None
