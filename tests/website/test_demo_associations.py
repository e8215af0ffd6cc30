"""The demo's association with its members, and the public roster with two who agreed to stand there."""

from collections import Counter

import pytest
from django.core.management import call_command

from accounts.models import AssociationMember
from accounts.selectors.associations import members_on
from certificates.selectors.roster import public_roster
from core import clock


@pytest.mark.django_db
def test_demo_holds_an_association_with_its_members():
    call_command("load_demo", verbosity=0)

    states = Counter(AssociationMember.objects.values_list("state", flat=True))
    assert states == {"member": 3, "proposed": 1, "applied": 1, "ended": 1}
    assert {row.holder_name for row in public_roster()} == {"何雅", "陈默"}
    association = AssociationMember.objects.filter(state="member")[0].association
    names = [one.institution.name for one in members_on(association, clock.today())]
    assert sorted(names) == ["启明光电技术转移部", "岚州知识产权运营有限公司", "岚江大学技术转移中心"]
