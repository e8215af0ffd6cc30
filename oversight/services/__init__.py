"""Writes of the oversight room: the request centre."""

from oversight.services.copies import build_copy
from oversight.services.requests import (
    ask_for_copy,
    ask_for_correction,
    ask_for_erasure,
    carry_out,
    refuse_request,
    take_request,
    withdraw_request,
)

__all__ = [
    "ask_for_copy",
    "ask_for_correction",
    "ask_for_erasure",
    "build_copy",
    "carry_out",
    "refuse_request",
    "take_request",
    "withdraw_request",
]
