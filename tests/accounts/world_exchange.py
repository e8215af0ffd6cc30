"""A partner with a receipt, a token and what it was given, for the two worlds."""

from datetime import date
from itertools import count

from django.db.models import Model

from accounts.models import AdminBody
from accounts.selectors import system_user
from credit.models import (
    AdministrativeCase,
    ApiToken,
    ExchangeGiven,
    ExchangeLine,
    ExchangePartner,
    ExchangeReceipt,
    TokenUse,
)

_numbers = count(1)


def exchange_of(body: AdminBody, case: AdministrativeCase) -> list[Model]:
    number, by = next(_numbers), system_user()
    partner = ExchangePartner.objects.create(
        kept_by=body, kind="integrity", name=f"r{number}", name_en="r", name_ja="r", basis="r", delivers=True,
        receives=True, valid_from=date(2026, 1, 1), entered_by=by,
    )  # fmt: skip
    receipt = ExchangeReceipt.objects.create(
        partner=partner, direction="in", form="csv", sha256=f"{number:064d}", dictionary="r", basis="r", purpose="r",
        refused=1, actor=by,
    )  # fmt: skip
    token = ApiToken.objects.create(
        partner=partner, name="r", scopes=["credit:entity"], token_hash=f"{number:064x}", ending="rrrr", days=30,
        made_by=by,
    )  # fmt: skip
    return [
        partner,
        receipt,
        ExchangeLine.objects.create(receipt=receipt, row=1, record_number="r", outcome="refused", reason="over"),
        token,
        TokenUse.objects.create(token=token, operation="r", granted=True),
        ExchangeGiven.objects.create(partner=partner, case=case, receipt=receipt),
    ]
