"""Filling a profile in one line, and what a refusal is called."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import User
from accounts.services import save_profile
from accounts.services.identity import ProfileResult
from core.errors import DomainError
from tests.builders import make_user

NUMBER = "000000199001010018"


def save(user: User, name: str = "林知夏", number: str = NUMBER, **fields: str) -> ProfileResult:
    return save_profile(actor=user, name=name, document_type="resident_id", number=number, **fields)


def refused(act: Callable[..., Any], *arguments: Any, **fields: Any) -> str:
    with pytest.raises(DomainError) as refusal:
        act(*arguments, **fields)
    return refusal.value.code


# What a desk sends that frees the number.
RELEASE = {
    "name": "林知夏", "document_type": "resident_id", "number": NUMBER, "seen_on": "2026-01-05", "original": "on",
}  # fmt: skip


def make_squatter() -> User:
    """Declares somebody else's number under another name."""
    user = make_user("squatter@example.test")
    save(user, "王五")
    return user
