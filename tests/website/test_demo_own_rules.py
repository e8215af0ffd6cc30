"""Items 29 and 32 of the story: a correction under review, a reminder, both within the association alone."""

import pytest
from django.core.management import call_command

from accounts.models import Restriction
from credit.models import CreditRecord, SelfRegulatoryCase, SelfReview


@pytest.mark.django_db
def test_demo_holds_a_correction_under_review_and_a_reminder():
    call_command("load_demo", verbosity=0)

    cases = SelfRegulatoryCase.objects.order_by("number")
    assert [(one.institution.name, one.state, one.outcome) for one in cases] == [
        ("望海海洋职业学院", "told", "correction"),
        ("岚州知识产权运营有限公司", "told", "reminder"),
    ]
    disputed = SelfReview.objects.get()
    assert (disputed.case, disputed.state) == (cases[0], "asked")
    assert cases[0].unit_base.name == "望海海洋产业培训基地"
    assert disputed.asked_by.email == "daiyong@demo.invalid"
    # Within the body alone: nothing in a credit file, nothing restricted.
    assert not CreditRecord.objects.filter(source__startswith="credit.selfregulatorycase").exists()
    assert not Restriction.objects.filter(source__startswith="credit.selfregulatorycase").exists()
