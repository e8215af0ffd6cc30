"""Regions in the reader's language: on pages in every one of the three, on papers in Chinese."""

import json

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override

from accounts.models import Region
from accounts.permissions import Permission
from accounts.selectors import system_user
from accounts.selectors.bodies import region_within
from accounts.services import create_region
from core.errors import NotAllowed
from tests.builders import region, regulator
from tests.staffing.proving import proven, said_in, staffed

pytestmark = pytest.mark.django_db


def named(code: str = "990100", name_en: str = "Wanghai", name_ja: str = "望海市（演）") -> Region:
    place = region(code)
    Region.objects.filter(pk=place.pk).update(name_en=name_en, name_ja=name_ja)
    place.refresh_from_db()
    return place


@pytest.mark.parametrize(
    ("language", "names"),
    [("zh-hans", ["广东省", "杭州市"]), ("en", ["Guangdong", "Hangzhou"]), ("ja", ["広東省", "杭州市"])],
)
def test_real_regions_have_a_name_in_every_language(language, names):
    with override(language):
        assert [str(Region.objects.get(code=code)) for code in ("440000", "330100")] == names


@pytest.mark.parametrize("language", ["zh-hans", "en", "ja", None])
def test_region_without_another_name_shows_the_chinese_one(language):
    with override(language):
        assert region("990000").local_name == "测试990000"


def test_new_region_takes_its_names():
    made = create_region(
        actor=system_user(), code="980000", name="云屏省", name_en="Yunping", name_ja="雲屏省", level="provincial",
        parent=Region.objects.get(code="000000"),
    )  # fmt: skip
    assert (made.name, made.name_en, made.name_ja) == ("云屏省", "Yunping", "雲屏省")


@pytest.mark.parametrize("typed", ["Wanghai", "wanghai", "wangh", "望海市（演）", "望海", "测试990100", "990100"])
def test_region_is_found_by_its_name_in_any_language(typed):
    actor, place = regulator("990000"), named()
    assert region_within(actor, Permission.BODY_VIEW, typed) == place


def test_english_name_of_two_regions_names_neither():
    actor = regulator("990000")
    named()
    named("990200", name_ja="另市")
    with pytest.raises(NotAllowed):
        region_within(actor, Permission.BODY_VIEW, "Wanghai")


def test_name_outside_of_the_jurisdiction_is_not_found():
    actor = regulator("990100")
    named("990200")
    with pytest.raises(NotAllowed):
        region_within(actor, Permission.BODY_VIEW, "Wanghai")


@pytest.mark.parametrize("page", ["oversight:regions", "accounts:competences"])
def test_page_shows_the_name_of_the_language_for_the_same_statements(page):
    staffed(code="990100")
    named()
    client = Client()
    client.force_login(regulator("990000"))
    statements = {}
    for language, seen, unseen in (("zh-hans", "测试990100", "Wanghai"), ("en", "Wanghai", "测试990100")):
        with override(language):
            address = reverse(page)
        client.get(address)
        with CaptureQueriesContext(connection) as found:
            content = client.get(address).content.decode()
        assert seen in content
        assert unseen not in content
        statements[language] = len(found)
    assert statements["zh-hans"] == statements["en"]


def test_proof_says_the_region_in_chinese_whoever_asks_for_it():
    named()
    with override("en"):
        proof = proven(staffed(code="990100"))
    assert said_in(proof)["institution"]["region"] == "测试990100"
    assert "Wanghai" not in json.dumps(json.loads(proof.document))
