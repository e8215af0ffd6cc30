"""Partners of the exchange: entered whole, of one body, ended once; and what the database keeps of them."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from core import clock
from core.errors import NotAllowed
from credit import services
from credit.models import (
    ExchangeLine,
    ExchangePartner,
    ExchangeReceipt,
)
from tests.builders import (
    regulator,
)
from tests.credit.cases import refused
from tests.credit.exchanging import Desk, as_json

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk():
    return Desk()


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ({"name": " "}, "name_missing"),
        ({"basis": " "}, "basis_missing"),
        ({"kind": "friend"}, "kind_unknown"),
        ({"delivers": False, "receives": False}, "does_nothing"),
        ({"valid_to": clock.today() - timedelta(days=900)}, "days_wrong"),
        ({"name": "岚江省科研诚信办公室"}, "partner_there"),
    ],
)
def test_partner_is_entered_whole(desk, words, code):
    refused(code, desk.another, **{"name": "另一家", **words})


def test_partner_belongs_to_the_own_body(desk):
    nation = regulator("000000")
    with pytest.raises(NotAllowed):
        services.end_partner(actor=nation, partner=desk.partner, valid_to=clock.today())
    with pytest.raises(NotAllowed):
        services.preview_file(actor=nation, partner=desk.partner, content=as_json(desk.record()))
    with pytest.raises(NotAllowed):
        services.send_records(actor=nation, partner=desk.partner, form="json", purpose="x")


def test_ended_partner_is_ended_once_and_delivers_nothing(desk):
    services.end_partner(actor=desk.officer, partner=desk.partner, valid_to=clock.today())

    end = {"actor": desk.officer, "partner": desk.partner, "valid_to": clock.today()}
    refused("already_ended", services.end_partner, **end)
    refused("partner_over", desk.receive, content=as_json(desk.record()))
    send = {"actor": desk.officer, "partner": desk.partner, "form": "json", "purpose": "x"}
    refused("partner_over", services.send_records, **send)
    # The name is free again.
    assert desk.another(desk.partner.name).valid_to is None


def test_who_only_receives_delivers_nothing_and_the_other_way_round(desk):
    takes = desk.another("只收", delivers=False)
    gives = desk.another("只给", receives=False)

    refused("partner_does_not", desk.receive, content=as_json(desk.record()), partner=takes)
    send = {"actor": desk.officer, "partner": gives, "form": "json", "purpose": "x"}
    refused("partner_does_not", services.send_records, **send)
    refused("partner_does_not", desk.token, partner=gives)


def test_database_keeps_partners_and_receipts(desk):
    receipt = desk.receive(as_json(desk.record()))
    for change in (
        lambda: ExchangePartner.objects.filter(pk=desk.partner.pk).update(basis="x"),
        lambda: ExchangeReceipt.objects.filter(pk=receipt.pk).update(sha256="0" * 64),
        lambda: ExchangeLine.objects.filter(receipt=receipt).update(reason="x"),
        lambda: ExchangeLine.objects.filter(receipt=receipt).delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    with pytest.raises(IntegrityError), transaction.atomic():
        ExchangeLine.objects.create(receipt=receipt, row=9, outcome="refused")
    out = {"partner": desk.partner, "form": "csv", "dictionary": "1", "basis": "x", "actor": desk.officer}
    with pytest.raises(IntegrityError), transaction.atomic():
        ExchangeReceipt.objects.create(direction="out", sha256="0" * 64, sent=1, **out)
