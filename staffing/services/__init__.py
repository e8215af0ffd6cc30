"""Writes of the staffing room."""

from staffing.services.calls import enter_call, withdraw_call
from staffing.services.proofs import close_entries, make_proof
from staffing.services.publications import hide_ratio, publish_ratio
from staffing.services.returns import (
    answer_anomaly,
    attest_return,
    check_return,
    declare_return,
    open_period,
    open_periods,
    reopen_return,
)
from staffing.services.returns_decided import (
    accept_return,
    accept_returns,
    correct_return,
    judge_anomaly,
    send_back_return,
)
from staffing.services.returns_told import remind_of_returns
from staffing.services.sealed import (
    annul_sealed_count,
    confirm_sealed_count,
    end_sealed_count,
    enter_sealed_count,
    refuse_sealed_count,
)
from staffing.services.versions import adopt_rule, propose_rule, refuse_rule, withdraw_rule, write_rule

__all__ = [
    "accept_return",
    "accept_returns",
    "adopt_rule",
    "annul_sealed_count",
    "answer_anomaly",
    "attest_return",
    "check_return",
    "close_entries",
    "confirm_sealed_count",
    "correct_return",
    "declare_return",
    "end_sealed_count",
    "enter_call",
    "enter_sealed_count",
    "hide_ratio",
    "judge_anomaly",
    "make_proof",
    "open_period",
    "open_periods",
    "propose_rule",
    "publish_ratio",
    "refuse_rule",
    "refuse_sealed_count",
    "remind_of_returns",
    "reopen_return",
    "send_back_return",
    "withdraw_call",
    "withdraw_rule",
    "write_rule",
]
