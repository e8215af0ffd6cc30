"""Items 29, 32 and 32a of the story: a correction under review, a reminder, a late step, none of it public."""

import pytest
from django.core.management import call_command

from accounts.models import Restriction, User
from credit.models import CreditRecord, OverdueStep, SelfRegulatoryCase, SelfReview
from credit.selectors.self_cases import late_elsewhere


@pytest.mark.django_db
def test_demo_holds_a_correction_under_review_and_a_reminder():
    call_command("load_demo", verbosity=0)

    cases = SelfRegulatoryCase.objects.order_by("number")
    assert [(one.institution.name, one.state, one.outcome) for one in cases] == [
        ("望海海洋职业学院", "told", "correction"),
        ("岚州知识产权运营有限公司", "told", "reminder"),
        ("岚州知识产权运营有限公司", "answered", ""),
    ]
    # 32a: nobody decided in time; the association was told, and the body that oversees it reads where and since when.
    told = OverdueStep.objects.filter(report=cases[2].report).select_related("body")
    assert {one.body.code if one.body else "itself" for one in told} == {"itself", "LANJIANG"}
    [late] = late_elsewhere(User.objects.get(email="shenyanqiu@demo.invalid"))
    assert (late.report, late.due_on) == (cases[2].report, cases[2].due_on)
    disputed = SelfReview.objects.get()
    assert (disputed.case, disputed.state) == (cases[0], "asked")
    assert cases[0].unit_base.name == "望海海洋产业培训基地"
    assert disputed.asked_by.email == "daiyong@demo.invalid"
    # Within the body alone: nothing in a credit file, nothing restricted.
    assert not CreditRecord.objects.filter(source__startswith="credit.selfregulatorycase").exists()
    assert not Restriction.objects.filter(source__startswith="credit.selfregulatorycase").exists()
