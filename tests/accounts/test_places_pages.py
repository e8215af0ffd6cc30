"""Pages about one institution or one base: entered, put right, moved; closed to others."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import AdminBody, Institution, Placement, TrainingBase, User
from accounts.permissions import Role
from core import clock
from tests.builders import base_manager, hat, make_base, make_institution, make_user, officer, region, regulator, uscc

pytestmark = pytest.mark.django_db


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def province() -> Client:
    return client_of(regulator())


INSTITUTION = {"name": "岚江大学", "category": "university", "level": "provincial"}
BASE = {"name": "岚江基地", "qualification": "许可8号", "training_scope": "初级"}


def test_institution_is_entered_by_hand(province):
    region("990100")

    answer = province.post(reverse("accounts:create_institution"), {**INSTITUTION, "uscc": uscc(), "region": "990100"})

    assert answer.url == reverse("oversight:institution", args=[Institution.objects.get().pk])


@pytest.mark.parametrize(
    "wrong", [{"region": "980000"}, {"uscc": "123"}, {"uscc": "", "parent": ""}, {"parent": "12000000DEM000014Q"}]
)
def test_institution_that_is_wrong_comes_back_filled(wrong, province):
    region("990100")
    fields = {**INSTITUTION, "uscc": uscc(), "region": "990100", **wrong}

    answer = province.post(reverse("accounts:create_institution"), fields)

    assert answer.context["form"].errors.keys() == {"__all__"}
    assert "岚江大学" in answer.content.decode()
    assert Institution.objects.count() == 0


def test_institution_is_put_right_and_moved(province):
    institution = make_institution("岚江大学", code="990100")
    region("990200")
    fields = {**INSTITUTION, "uscc": institution.uscc, "category": "exchange", "reason": "登记有误"}
    move = {"region": "990200", "on": clock.today().isoformat(), "document": "迁址5号"}

    province.post(reverse("accounts:correct_institution", args=[institution.pk]), fields)
    province.post(reverse("accounts:move_institution", args=[institution.pk]), move)

    institution.refresh_from_db()
    assert (institution.category, institution.region.code) == ("exchange", "990200")
    page = province.get(reverse("oversight:institution", args=[institution.pk])).content.decode()
    assert "迁址5号" in page


@pytest.mark.parametrize(
    ("typed", "moved"), [("望海市", True), ("望海", True), ("望", False), ("岚", False), ("岚江", False)]
)
def test_place_is_found_by_its_short_name_where_only_one_begins_so(typed, moved, province):
    institution = make_institution(code="990100")
    for code, name in [("990200", "望海市"), ("990300", "岚江市"), ("990400", "岚江新区")]:
        place = region(code)
        place.name = name
        place.save(update_fields=["name"])
    address = reverse("accounts:move_institution", args=[institution.pk])
    assert "自此刻起" in province.get(address).content.decode()

    answer = province.post(address, {"region": typed, "on": clock.today().isoformat(), "document": "5号"})

    institution.refresh_from_db()
    assert (institution.region.code == "990200", answer.status_code == 302) == (moved, moved)


@pytest.mark.parametrize("on", ["2020-01-01", "2099-01-01"])
def test_move_on_another_day_explains_itself(on, province):
    institution = make_institution(code="990100")
    region("990200")

    answer = province.post(
        reverse("accounts:move_institution", args=[institution.pk]), {"region": "990200", "on": on, "document": "5号"}
    )

    assert answer.context["form"].errors.keys() == {"__all__"}
    assert Placement.objects.count() == 0


def test_base_is_put_right_and_moved(province):
    base, host = make_base(area="990100"), make_institution("依托单位")
    region("990200")
    move = {"region": "990200", "on": clock.today().isoformat(), "document": "迁址6号"}

    province.post(reverse("accounts:correct_base", args=[base.pk]), {**BASE, "host": host.uscc, "reason": "补充资质"})
    province.post(reverse("accounts:move_base", args=[base.pk]), move)

    base.refresh_from_db()
    assert (base.host, base.qualification, base.region.code) == (host, "许可8号", "990200")
    page = province.get(reverse("accounts:base", args=[base.pk])).content.decode()
    assert [word in page for word in ("许可8号", "依托单位", "迁址6号")] == [True] * 3


def test_base_manager_reads_the_own_base_and_changes_nothing():
    base = make_base()
    client = client_of(base_manager(base))

    assert client.get(reverse("accounts:base", args=[base.pk])).status_code == 200
    assert client.get(reverse("accounts:correct_base", args=[base.pk])).status_code == 404


def test_keeper_of_the_codes_enters_a_base():
    keeper = client_of(hat(Role.SYSTEM_ADMIN, AdminBody.objects.get(code="NATIONAL")))
    region("990100")
    address, host = reverse("accounts:create_base"), make_institution()
    given = {**BASE, "code": "9955", "region": "990100", "host": host.uscc}

    wrong = keeper.post(address, {**given, "code": "12", "host": ""})
    keeper.post(address, given)

    assert wrong.context["form"].errors.keys() == {"code", "host"}
    assert [(base.code, base.host) for base in TrainingBase.objects.all()] == [("9955", host)]


@pytest.mark.parametrize("rows", [1, 3])
def test_bases_cost_the_same_for_more_rows(rows, province, django_assert_num_queries):
    for _ in range(rows):
        make_base(host=make_institution())

    with django_assert_num_queries(5):
        assert len(province.get(reverse("accounts:bases")).context["page"].object_list) == rows


@pytest.mark.parametrize(
    "who",
    [lambda: regulator("980000"), officer, base_manager, make_user],
    ids=["other province", "officer", "other base", "nobody"],
)
def test_foreign_and_missing_answer_alike(who):
    client, institution, base = client_of(who()), make_institution(), make_base()
    addresses = [
        reverse(f"accounts:{name}", args=[pk])
        for name, own in (
            ("correct_institution", institution.pk),
            ("move_institution", institution.pk),
            ("base", base.pk),
            ("correct_base", base.pk),
            ("move_base", base.pk),
        )
        for pk in (own, 999_999)
    ]

    assert {client.get(address).status_code for address in addresses} == {404}
    assert {client.post(address, {"name": "x"}).status_code for address in addresses} == {404}
