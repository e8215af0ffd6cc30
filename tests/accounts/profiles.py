"""Filling a profile in one line, and what a refusal is called."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import User
from accounts.services import save_profile
from accounts.services.identity import ProfileResult
from core.errors import DomainError

NUMBER = "000000199001010018"


def save(user: User, name: str = "林知夏", number: str = NUMBER, **fields: str) -> ProfileResult:
    return save_profile(actor=user, name=name, document_type="resident_id", number=number, **fields)


def refused(act: Callable[..., Any], *arguments: Any, **fields: Any) -> str:
    with pytest.raises(DomainError) as refusal:
        act(*arguments, **fields)
    return refusal.value.code
