"""Receipts of filed returns: what one commits to, where it lies, and what anyone is told who has one in hand."""

import hashlib
import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import InterfaceError, OperationalError
from django.db.models import Q
from django.urls import reverse

from certificates.selectors.files import stored_bytes
from certificates.selectors.papers import COULD_NOT_CHECK, NEVER_MADE, STANDS, PaperAnswer
from certificates.selectors.sealed_files import stands_as_stored
from core import clock
from core.errors import DomainError
from staffing.identifiers import OF_RECEIPTS, normal_reference
from staffing.models import ReturnReceipt
from staffing.proofs import canonical
from staffing.selectors.proof_checks import FAILED, IN_LOG, PASSED, UNREADABLE, logged_as

FORMAT = "staffing-return-receipt-1"


def statement(receipt: ReturnReceipt) -> dict[str, Any]:
    """What the log commits to: what was filed, without the name of whoever attested, and the hash of the sealed file,
    on which the name stands."""
    version = receipt.version
    found, rule = version.ratio_return, version.rule
    institution = found.institution
    return {
        "format": FORMAT,
        "reference": receipt.reference,
        "sha256": receipt.sha256,
        "institution": {"name": institution.name, "uscc": institution.uscc, "region": institution.region.name},
        "period": found.period.code,
        "version": version.turn,
        "byAuthority": version.by_authority,
        "filedAt": _moment(version.filed_at),
        "asOf": version.as_of.isoformat(),
        "knownAt": _moment(version.known_at),
        "rule": {
            "code": rule.code, "version": rule.version, "value": version.value, "comparator": version.comparator,
        },
        "binding": version.binding,
        "staff": version.staff,
        "trained": version.trained,
        "sealed": {"staff": version.sealed_staff, "trained": version.sealed_trained},
        "percent": version.ratio.percent_floor,
        "outcome": version.outcome,
    }  # fmt: skip


def _moment(at: datetime) -> str:
    return at.astimezone(clock.SHANGHAI).isoformat()


def file_name(receipt: ReturnReceipt) -> str:
    """Where the sealed bytes lie: the next attempt replaces what a killed one left there."""
    return f"return-receipts/{receipt.version.filed_at:%Y}/{receipt.version_id}.pdf"


def verify_path(receipt: ReturnReceipt) -> str:
    """Where the QR code leads, outside of the languages."""
    return reverse("v:by_code", args=[receipt.reference])


def receipt_bytes(receipt: ReturnReceipt) -> bytes:
    """As stored. Raises FileUnreadable, and `file_changed` when the hash differs."""
    if receipt.body is None:
        return stored_bytes(receipt)  # type: ignore[arg-type]
    if hashlib.sha256(receipt.body).hexdigest() != receipt.sha256:
        raise DomainError("file_changed", receipt=receipt.pk)
    return bytes(receipt.body)


# --- whoever has one in hand ------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class ReceiptAnswer(PaperAnswer):
    """`checks`: statement, log, file; None for what is not known yet. Nobody is named: the paper says who attested."""

    receipt: ReturnReceipt | None = None
    said: dict[str, Any] = field(default_factory=dict)
    logged: str = ""
    # The institution or its authority filed another version since.
    replaced: bool = False

    @property
    def tone(self) -> str:
        return "soon" if self.outcome == STANDS and self.replaced else super().tone


def verify_receipt(reference: str) -> ReceiptAnswer:
    """By its reference as typed."""
    return _answered(Q(reference=normal_reference(reference, OF_RECEIPTS) or "-"))


def verify_receipt_file(body: bytes) -> ReceiptAnswer | None:
    """By the PDF itself; None where no sealed receipt has these bytes."""
    known = Q(sha256=hashlib.sha256(body).hexdigest(), reference__isnull=False)
    try:
        return _answered(known, by_file=True) if ReturnReceipt.objects.filter(known).exists() else None
    except (OperationalError, InterfaceError):
        return None


def _answered(wanted: Q, *, by_file: bool = False) -> ReceiptAnswer:
    now = clock.now()
    rows = ReturnReceipt.objects.select_related(
        "seal", "version__rule", "version__ratio_return__institution__region", "version__ratio_return__period"
    )
    try:
        receipt = rows.filter(wanted).order_by("pk").first()
        return _about(receipt, now, by_file=by_file) if receipt else ReceiptAnswer(NEVER_MADE, now)
    except (OperationalError, InterfaceError, OSError):
        return ReceiptAnswer(COULD_NOT_CHECK, now)


def _about(receipt: ReturnReceipt, now: datetime, *, by_file: bool) -> ReceiptAnswer:
    logged = logged_as(receipt)
    checks = {
        "statement": statement_check(receipt),
        "log": IN_LOG.get(logged, FAILED),
        "file": PASSED if stands_as_stored(receipt) else FAILED,
    }
    stands = FAILED not in checks.values()
    return ReceiptAnswer(
        outcome=STANDS if stands else COULD_NOT_CHECK,
        checked_at=now,
        receipt=receipt,
        said=json.loads(receipt.document) if stands else {},
        checks=checks,
        logged=logged,
        replaced=receipt.version.ratio_return.filed_turn > receipt.version.turn,
        by_file=by_file,
    )


def statement_check(receipt: ReturnReceipt) -> str:
    """Does the register say what was committed to? A place may have been renamed or moved since."""
    try:
        said = json.loads(receipt.document)
        again = statement(receipt) | {"institution": said["institution"]}
        return PASSED if canonical(again).decode() == receipt.document else FAILED
    except UNREADABLE:
        return FAILED
