"""The sealed receipt of a filed return: drawn outside of any transaction, kept once, its hash in the log."""

import secrets
import uuid

from django.db import transaction

from accounts.models import User
from accounts.services.letters import in_language_of
from accounts.services.places import require_system
from certificates.seals import Sealed, seal_file
from certificates.services.sealed_files import kept_file
from certificates.tlog import services as tlog
from core import audit, clock
from staffing.identifiers import OF_RECEIPTS
from staffing.models import ReturnReceipt, ReturnVersion
from staffing.pdf import return_receipt
from staffing.proofs import canonical
from staffing.selectors.receipts import file_name, statement
from staffing.selectors.returns import with_days
from staffing.services.proofs import new_reference, put_down

# The rules under which a receipt comes into the log: docs/decisions/0038.
LOG_POLICY = "return-receipt-1"


def draw_receipt(*, actor: User, version_id: int) -> ReturnReceipt:
    """In the language of whoever attested. Safe to run twice: a version that has its receipt keeps it.

    What fails leaves the version filed and no receipt; the outbox asks again. Raises `seal_failed`, `glyphs_missing`.
    """
    require_system(actor)
    versions = ReturnVersion.objects.select_related(
        "ratio_return__institution__region", "ratio_return__institution__parent", "ratio_return__period", "rule"
    )
    version = versions.select_related("attested_by").get(pk=version_id)
    if made := ReturnReceipt.objects.filter(version=version).first():
        return made
    now = clock.now()
    receipt = ReturnReceipt(
        version=version,
        uuid=uuid.uuid4(),
        reference=new_reference(now, OF_RECEIPTS),
        salt=secrets.token_hex(tlog.SALT_SIZE),
        stored_at=now,
    )
    with in_language_of(version.attested_by):
        body = return_receipt(receipt, with_days([version.ratio_return.period])[0])
    return _keep(actor, receipt, seal_file(body))


@transaction.atomic
def _keep(actor: User, receipt: ReturnReceipt, sealed: Sealed) -> ReturnReceipt:
    version = receipt.version
    ReturnVersion.objects.select_for_update().get(pk=version.pk)
    if made := ReturnReceipt.objects.filter(version=version).first():
        return made
    for column, value in kept_file(file_name(receipt), sealed).items():
        setattr(receipt, column, value)
    receipt.document = canonical(statement(receipt)).decode()
    receipt.stored_at = clock.now()
    receipt.save(force_insert=True)
    put_down(receipt, version.ratio_return.institution, LOG_POLICY)
    audit.record(
        actor, "staffing.receipt_stored", version.ratio_return, version=version.turn, reference=receipt.reference,
        sha256=receipt.sha256,
    )  # fmt: skip
    return receipt
