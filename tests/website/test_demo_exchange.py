"""Items 27 and 33 of the story: partners told of an end, one notice taken with its basis, one refused by its basis."""

import pytest
from django.core.management import call_command

from core import clock
from credit.models import CreditRecord, EndNotice, ExchangeGiven, ExchangeLine, ExchangePartner, ExchangeReceipt
from credit.rules.publication import Audience
from credit.selectors.lines import lines_of, with_voice


@pytest.mark.django_db
def test_demo_takes_one_notice_and_refuses_the_other():
    call_command("load_demo", verbosity=0)

    receipt = ExchangeReceipt.objects.get(direction="in")
    lines = ExchangeLine.objects.filter(receipt=receipt).order_by("row")
    assert [(one.outcome, one.reason) for one in lines] == [("accepted", ""), ("refused", "basis_wrong")]
    entry = CreditRecord.objects.get(kind="integrity_notice")
    assert (entry.person.name, entry.category, entry.case) == ("钱江", "other", None)
    assert "科研失信行为调查处理规则" in entry.document
    records = with_voice(CreditRecord.objects.filter(pk=entry.pk))
    shown = {audience: len(lines_of(records, audience)) for audience in Audience.values}
    assert shown == {"public": 0, "institution": 0, "partner": 0, "region": 1, "subject": 1}
    # 27: both partners were given the entry, were told of its end on that day, and acknowledged.
    assert ExchangePartner.objects.count() == 2
    assert ExchangeGiven.objects.count() == 2
    notices = EndNotice.objects.select_related("case")
    assert {one.case.state for one in notices} == {"repaired"}
    assert [clock.day_of(one.told_at) for one in notices] == [one.case.ended_on for one in notices]
    assert all(one.acknowledged_at and one.acknowledged_how for one in notices)
    assert len(notices) == 2
