"""The reference data that migrations load."""

from decimal import Decimal

import pytest
from django.db.models import Sum
from django.utils import translation

from courses.models import Level, Module, ModuleGroup, ModuleHours, PlannedSession

pytestmark = pytest.mark.django_db


def test_levels_hold_their_hours():
    assert dict(Level.objects.values_list("code", "total_hours")) == {
        "JUNIOR": Decimal("48.0"),
        "INTERMEDIATE": Decimal("80.0"),
        "SENIOR": Decimal("120.0"),
    }


def test_modules_are_nineteen_in_four_groups():
    assert (Module.objects.count(), ModuleGroup.objects.count()) == (19, 4)


def test_module_hours_sum_to_the_level():
    sums = ModuleHours.objects.values_list("level__code").annotate(Sum("hours")).order_by("level__rank")

    assert list(sums) == list(Level.objects.values_list("code", "total_hours"))


def test_planned_sessions_of_the_junior_level_hold_28_hours():
    planned = PlannedSession.objects.filter(level__code="JUNIOR")

    assert [sum(map(Decimal, one.shares.values())) for one in planned] == [Decimal(4)] * 7


@pytest.mark.parametrize(("language", "title"), [("zh-hans", "初级"), ("en", "Junior"), ("ja", "初級")])
def test_level_title_follows_the_language(language, title):
    with translation.override(language):
        assert Level.objects.get(code="JUNIOR").title == title
