"""Items 27, 28c and 33 of the story: partners told of an end, one notice taken, one refused by its basis."""

import pytest
from django.core.management import call_command

from accounts.models import User
from core import clock
from credit.models import CreditRecord, EndNotice, ExchangeGiven, ExchangeLine, ExchangePartner, ExchangeReceipt
from credit.rules.publication import Audience
from credit.selectors.exchange import open_end_notices
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
    assert ExchangeGiven.objects.count() == 3
    notices = EndNotice.objects.select_related("case")
    # 28c: repaired yesterday, and not acknowledged yet.
    [waiting] = notices.filter(acknowledged_at=None)
    assert (waiting.partner, waiting.due_on >= clock.today()) == ("岚江技术交易所（演示）", True)
    shen = User.objects.get(email="shenyanqiu@demo.invalid")
    assert list(open_end_notices(shen)) == [waiting]
    notices = notices.exclude(pk=waiting.pk)
    assert {one.case.state for one in notices} == {"repaired"}
    assert [clock.day_of(one.told_at) for one in notices] == [one.case.ended_on for one in notices]
    assert all(one.acknowledged_at and one.acknowledged_how for one in notices)
    assert len(notices) == 2
