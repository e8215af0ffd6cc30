"""Pages of the administration: the list, a body's card, the table of competent bodies; closed to other hats."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import AdminBody, Competence, Designation, Duty, User
from accounts.permissions import Role
from core import clock
from tests.builders import base_manager, hat, make_base, make_user, officer, region, regulator

pytestmark = pytest.mark.django_db
START = date(2026, 1, 1)


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def body(code: str, rank: str = "municipal", name: str = "") -> AdminBody:
    return AdminBody.objects.create(
        code=f"B{code}", name=name or f"机构{code}", rank=rank, jurisdiction=region(code).path
    )


@pytest.fixture
def province() -> Client:
    return client_of(regulator("990000"))


@pytest.fixture
def keeper() -> Client:
    return client_of(hat(Role.SYSTEM_ADMIN, AdminBody.objects.get(code="NATIONAL")))


def pages(pk: int) -> list[str]:
    return [
        reverse("accounts:bodies"),
        reverse("accounts:create_body"),
        reverse("accounts:body", args=[pk]),
        reverse("accounts:correct_body", args=[pk]),
        reverse("accounts:assign_duty", args=[pk]),
        reverse("accounts:competences"),
        reverse("accounts:change_competence", args=["990100", "bases"]),
    ]


def test_list_shows_the_subtree_alone(province):
    body("990100", name="岚州市科技局")
    body("980000", "provincial", name="外省科技厅")

    content = province.get(reverse("accounts:bodies")).content.decode()

    assert "岚州市科技局" in content
    assert "外省科技厅" not in content


@pytest.mark.parametrize("rows", [1, 3])
def test_list_costs_the_same_for_more_rows(rows, province, django_assert_num_queries):
    for code in ("990100", "990200", "990300")[:rows]:
        made = body(code)
        Duty.objects.create(body=made, line="science", valid_from=START, document="x", recorded_at=clock.now())

    with django_assert_num_queries(6):
        assert len(province.get(reverse("accounts:bodies")).context["page"].object_list) == rows + 1


def test_filter_by_line_of_duty_and_name(province):
    science, other = body("990100", name="岚州市科技局"), body("990200", name="望海市教育局")
    Duty.objects.create(body=science, line="science", valid_from=START, document="x", recorded_at=clock.now())

    by_line = province.get(reverse("accounts:bodies"), {"line": "science"}).context["page"].object_list
    by_name = province.get(reverse("accounts:bodies"), {"q": "教育"}).context["page"].object_list

    assert (list(by_line), list(by_name)) == ([science], [other])


@pytest.mark.parametrize("who", [officer, base_manager, make_user], ids=["officer", "base manager", "nobody"])
def test_other_hats_find_no_such_pages(who):
    client, made = client_of(who()), body("990100")

    assert [client.get(address).status_code for address in pages(made.pk)] == [404] * 7


def test_foreign_and_missing_answer_alike():
    client, foreign = client_of(regulator("980000")), body("990100")
    region("990200")

    for name in ("body", "correct_body", "assign_duty"):
        answers = [client.get(reverse(f"accounts:{name}", args=[pk])) for pk in (foreign.pk, 999_999)]
        assert [answer.status_code for answer in answers] == [404, 404]
    codes = [client.get(reverse("accounts:competences"), {"region": code}).status_code for code in ("990200", "770000")]
    assert codes == [404, 404]


def test_auditor_reads_and_changes_nothing():
    made = body("990100")
    client = client_of(hat(Role.AUDITOR, body("990000", "provincial")))

    assert client.get(reverse("accounts:body", args=[made.pk])).status_code == 200
    assert client.get(reverse("accounts:competences"), {"region": "990100"}).status_code == 200
    assert client.get(reverse("accounts:assign_duty", args=[made.pk])).status_code == 404
    assert client.get(reverse("accounts:change_competence", args=["990100", "bases"])).status_code == 404


def test_new_body_is_entered_and_a_wrong_one_comes_back_filled(keeper):
    region("990100")
    fields = {"code": "NEW", "name": "岚州市科技局", "kind": "department", "rank": "municipal", "region": "990100"}

    wrong = keeper.post(reverse("accounts:create_body"), {**fields, "region": "770000"})
    unknown = keeper.post(reverse("accounts:create_body"), {**fields, "parent": "NOBODY"})
    made = keeper.post(reverse("accounts:create_body"), fields)

    assert wrong.context["form"].errors.keys() == {"__all__"}
    assert 'value="岚州市科技局"' in wrong.content.decode()
    assert unknown.context["form"].errors.keys() == {"__all__"}
    assert made.url == reverse("accounts:body", args=[AdminBody.objects.get(code="NEW").pk])


def test_duty_begins_and_ends_through_the_pages(province):
    made = body("990100")
    province.post(
        reverse("accounts:assign_duty", args=[made.pk]),
        {"line": "science", "valid_from": "2026-01-01", "document": "1号"},
    )
    duty = Duty.objects.get()

    early = province.post(reverse("accounts:end_duty", args=[duty.pk]), {"valid_to": "2025-01-01", "document": "2号"})
    province.post(reverse("accounts:end_duty", args=[duty.pk]), {"valid_to": "2026-03-01", "document": "2号"})

    assert early.context["form"].errors.keys() == {"__all__"}
    duty.refresh_from_db()
    assert duty.valid_to == date(2026, 3, 1)
    assert "2026年3月1日" in province.get(reverse("accounts:body", args=[made.pk])).content.decode()


def test_table_names_the_nearest_body_and_where_the_entry_stands(province):
    top = body("990000", "provincial", name="岚江省科技厅")
    Competence.objects.create(
        matter="bases", region=region("990000"), body=top, valid_from=START, document="1号", recorded_at=clock.now()
    )
    region("990121")

    page = province.get(reverse("accounts:competences"), {"region": "990121", "on": "2026-05-01"})

    lines = {line.matter.value: line.entry for line in page.context["table"].lines}
    assert (lines["bases"].body, lines["bases"].region.code, lines["decide"]) == (top, "990000", None)
    assert "岚江省科技厅" in page.content.decode()


def test_competent_body_is_changed_from_a_day_on_and_the_history_stays(province):
    top, city = body("990000", "provincial"), body("990100")
    address = reverse("accounts:change_competence", args=["990100", "bases"])
    province.post(address, {"body": top.pk, "valid_from": "2026-01-01", "document": "1号"})

    again = province.post(address, {"body": city.pk, "valid_from": "2026-06-01", "document": "2号"})

    assert again.status_code == 302
    table = province.get(again.url, {"region": "990100"}).context["page"].object_list
    assert [(one.body, one.valid_to) for one in table] == [(city, None), (top, date(2026, 6, 1))]


def test_competence_ends_without_another_body_and_every_look_says_so(province):
    top = body("990000", "provincial", name="岚江省科技厅")
    entry = Competence.objects.create(
        matter="bases", region=region("990000"), body=top, valid_from=START, document="1号", recorded_at=clock.now()
    )
    asked = Designation.objects.create(base=make_base(area="990100"), kind="provincial_base", state="applied")
    table = reverse("accounts:competences")
    address = reverse("accounts:end_competence", args=[entry.pk])
    card, step = f"/en/designations/{asked.pk}/", f"/en/designations/{asked.pk}/review/"
    assert address in province.get(table, {"region": "990000"}).content.decode()
    assert address not in province.get(table, {"region": "990100"}).content.decode()

    told = province.get("/en" + address).content.decode()
    wrong = province.post(address, {"valid_to": "2026-06-01", "document": "3号", "reason": " "})
    ended = province.post(address, {"valid_to": "2026-06-01", "document": "3号", "reason": "职责撤销"})

    assert "no body is competent in 测试990000" in told
    assert (wrong.status_code, wrong.context["form"].errors.keys()) == (200, {"reason"})
    assert ended.status_code == 302
    entry.refresh_from_db()
    assert (entry.valid_to, entry.end_reason, entry.end_document) == (date(2026, 6, 1), "职责撤销", "3号")
    for page in (
        province.get("/en" + table, {"region": "990100", "on": "2026-06-01"}),
        province.get(card),
    ):
        content = page.content.decode()
        assert "no body is competent" in content
        assert "职责撤销" in content
    before = province.get(table, {"region": "990100", "on": "2026-05-31"}).context["table"].lines
    assert {line.matter.value: line.entry for line in before}["bases"] == entry
    refusal = province.post(step, {"on": "2026-06-02"})
    assert "No body is competent for this matter" in refusal.content.decode()


def test_end_of_an_entry_names_the_body_above_that_answers_then(province):
    for code, rank in (("990000", "provincial"), ("990100", "municipal")):
        Competence.objects.create(
            matter="bases", region=region(code), body=body(code, rank), valid_from=START, document="1号",
            recorded_at=clock.now(),
        )  # fmt: skip
    entry = Competence.objects.get(region__code="990100")

    told = province.get("/en" + reverse("accounts:end_competence", args=[entry.pk])).content.decode()

    assert "机构990000." in told


def test_entry_is_ended_by_nobody_else(province):
    entry = Competence.objects.create(
        matter="national_bases", region=region("990000"), body=body("990000", "provincial"), valid_from=START,
        document="1号", recorded_at=clock.now(),
    )  # fmt: skip
    address = reverse("accounts:end_competence", args=[entry.pk])
    said = {"valid_to": "2026-06-01", "document": "3号", "reason": "x"}

    for client in (province, client_of(regulator("980000")), client_of(officer())):
        assert (client.get(address).status_code, client.post(address, said).status_code) == (404, 404)
    entry.refresh_from_db()
    assert entry.valid_to is None


def test_competence_of_a_national_matter_is_not_the_provinces(province):
    top = body("990000", "provincial")
    address = reverse("accounts:change_competence", args=["990000", "national_bases"])

    assert province.get(address).status_code == 404
    assert province.post(address, {"body": top.pk, "valid_from": "2026-01-01", "document": "1号"}).status_code == 404
    assert Competence.objects.count() == 0


def test_unknown_matter_is_not_found(province):
    region("990100")

    assert province.get(reverse("accounts:change_competence", args=["990100", "nothing"])).status_code == 404
