"""Pages of entities' files: one's own with its looks, a look with its purpose, what everybody sees, the matrix."""

import pytest

from accounts.models import AdminBody
from accounts.permissions import Role
from accounts.selectors import system_user
from core import clock
from core.models import AuditEntry
from credit import services
from credit.models import CreditObjection, CreditRecord, EntityLook, PublicationLink, SubjectStatement
from tests.builders import base_manager, hat, make_base, make_institution, make_person, make_user, officer
from tests.builders import regulator as make_regulator
from tests.credit.builders import employee, make_credit_record

pytestmark = pytest.mark.django_db
SECRET = "不该看见的表彰"


@pytest.fixture
def regulator(client):
    actor = make_regulator()
    client.force_login(actor)
    return actor


@pytest.fixture
def entity():
    return make_institution("岚江大学", code="990100")


def text(response):
    return response.content.decode()


def entry(entity, **fields):
    return make_credit_record(None, institution=entity, kind="award", facts={"title": {"zh": SECRET}}, **fields)


def open_it(client, entity, **fields):
    return client.post(f"/en/credit/entities/{entity.pk}/open/", {"purpose": "case", "about": "案件 26", **fields})


def looks(entity):
    return list(EntityLook.objects.filter(institution=entity).order_by("pk").values_list("actor", "purpose", "granted"))


# --- a look -------------------------------------------------------------------------------------------------
def test_file_asks_for_the_purpose_and_shows_nothing(client, regulator, entity):
    entry(entity)

    page = text(client.get(f"/en/credit/entities/{entity.pk}/"))

    assert "What do you need this credit file for?" in page
    assert SECRET not in page
    assert looks(entity) == []


def test_file_is_shown_after_the_purpose_and_the_entity_reads_of_it(client, regulator, entity):
    entry(entity)

    page = text(client.get(open_it(client, entity)["Location"]))

    assert SECRET in page
    assert "案件 26" in page
    assert [(actor, granted) for actor, _purpose, granted in looks(entity)] == [(regulator.pk, True)]
    client.force_login(officer(entity))
    own = text(client.get("/en/credit/entity/"))
    assert "案件 26" in own
    assert str(regulator.memberships.get().admin_body) in own


def test_open_file_opens_no_other_file(client, regulator, entity):
    other = make_institution()
    entry(other)
    open_it(client, entity)

    assert SECRET not in text(client.get(f"/en/credit/entities/{other.pk}/"))


def test_mark_of_a_person_does_not_open_the_entity_of_the_same_number(client):
    person, entity = make_person(), make_institution()
    while person.pk != entity.pk:
        person, entity = (make_person(), entity) if person.pk < entity.pk else (person, make_institution())
    entry(entity)
    body = AdminBody.objects.get(code="NATIONAL")
    client.force_login(hat(Role.REGULATOR, body))
    assert client.post(f"/en/credit/people/{person.pk}/open/", {"purpose": "case"}).status_code == 302

    assert SECRET not in text(client.get(f"/en/credit/entities/{entity.pk}/"))


def test_faulty_purpose_is_asked_again(client, regulator, entity):
    assert open_it(client, entity, purpose="other", about="").status_code == 200
    assert looks(entity) == []


@pytest.mark.parametrize("make_actor", [make_user, base_manager, officer, lambda: make_regulator("990200")])
def test_refused_look_is_written_down_and_answered_as_if_there_were_nothing(client, entity, make_actor):
    actor = make_actor()
    client.force_login(actor)

    assert open_it(client, entity).status_code == 404

    assert [(who, granted) for who, _purpose, granted in looks(entity)] == [(actor.pk, False)]
    assert AuditEntry.objects.filter(verb="credit.entity_file_refused").count() == 1
    assert open_it(client, entity).status_code == 404
    assert len(looks(entity)) == 1


def test_refused_looks_of_a_day_have_an_end(entity):
    actor = make_user()
    others = [make_institution() for _number in range(12)]

    noted = [services.open_entity_file(actor=actor, institution_id=one.pk, purpose="x") for one in others]

    assert [one is None for one in noted] == [False] * 10 + [True] * 2


def test_words_of_somebody_whose_office_opens_no_files_are_not_kept(entity):
    services.open_entity_file(actor=make_user(), institution_id=entity.pk, purpose="骂人的话")

    assert EntityLook.objects.get().purpose == ""


def test_department_has_no_file(client, regulator, entity):
    department = make_institution("技术转移中心", parent=entity)

    assert client.get(f"/en/credit/entities/{department.pk}/").status_code == 404
    assert open_it(client, department).status_code == 404
    assert EntityLook.objects.count() == 0


# --- one's own ----------------------------------------------------------------------------------------------
def test_officers_read_their_own_file_with_the_unit_and_not_anothers(client, entity):
    department = make_institution("技术转移中心", parent=entity)
    make_credit_record(
        None, institution=entity, department=department, kind="award",
        facts={"title": {"zh": "先进集体"}, "unit": {"zh": "技术转移中心"}},
    )  # fmt: skip
    entry(make_institution())
    client.force_login(officer(entity))

    page = text(client.get("/en/credit/entity/"))

    assert "先进集体" in page
    assert "技术转移中心" in page
    assert SECRET not in page


def test_officer_of_a_department_is_told_where_its_facts_stand(client, entity):
    department = make_institution("技术转移中心", parent=entity)
    entry(entity)
    client.force_login(officer(department))

    page = text(client.get("/en/credit/entity/"))

    assert "Your unit has no credit file of its own" in page
    assert SECRET not in page


def test_officers_open_no_file_of_their_people(client):
    person = employee()
    client.force_login(officer(person.appointments.get().institution))

    assert client.get(f"/en/credit/people/{person.pk}/").status_code == 404
    assert client.get(f"/en/credit/entries/{person.credit_records.get().pk}/").status_code == 404


def test_officer_says_something_and_objects(client, entity):
    record = entry(entity)
    client.force_login(officer(entity))

    client.post(f"/en/credit/entries/{record.pk}/", {"text": "本单位说明"})
    page = text(client.post(f"/en/credit/entries/{record.pk}/object/", {"words": "不是本单位"}, follow=True))

    assert SubjectStatement.objects.get().text == "本单位说明"
    assert "disputed" in page
    assert "不是本单位" in page
    again = text(client.post(f"/en/credit/entries/{record.pk}/object/", {"words": "再说一次"}))
    assert "An objection to this entry is being checked already." in again
    client.post(f"/en/credit/objections/{CreditObjection.objects.get().pk}/take-back/")
    assert CreditObjection.objects.get().state == "withdrawn"


@pytest.mark.parametrize("rows", [1, 3])
def test_own_file_queries_do_not_grow(client, entity, rows, django_assert_num_queries):
    for _row in range(rows):
        services.write_statement(actor=system_user(), record=entry(entity), text="说明")
        EntityLook.objects.create(institution=entity, actor=system_user(), body_name="x", purpose="x")
    client.force_login(officer(entity))

    with django_assert_num_queries(10):
        response = client.get("/credit/entity/")

    assert len(response.context["lines"]) == rows


# --- entering -----------------------------------------------------------------------------------------------
def test_entering_needs_the_open_file(client, regulator, entity):
    assert client.get(f"/en/credit/entities/{entity.pk}/enter/").status_code == 302
    open_it(client, entity)
    assert client.get(f"/en/credit/entities/{entity.pk}/enter/").status_code == 200


def test_officer_enters_a_fact_about_a_base_and_corrects_it(client, regulator, entity):
    base = make_base(host=entity)
    open_it(client, entity)
    told = {
        "kind": "teaching",
        "unit": f"base:{base.pk}",
        "title": "公益授课",
        "occurred_on": "2026-05-01",
        "document": "文",
    }

    page = text(client.post(f"/en/credit/entities/{entity.pk}/enter/", told, follow=True))

    record = CreditRecord.objects.get()
    assert (record.institution, record.base) == (entity, base)
    assert "公益授课" in page
    second = {"what": "correct", "title": "专题授课", "reason": "名称", "document": "文二"}
    page = text(client.post(f"/en/credit/entries/{record.pk}/correct/", second, follow=True))
    assert "<s" in page
    assert "专题授课" in page
    assert record.corrected_by.title == "专题授课"


def test_unit_of_another_house_is_no_choice(client, regulator, entity):
    base = make_base(host=make_institution())
    open_it(client, entity)
    told = {"kind": "teaching", "unit": f"base:{base.pk}", "title": "x", "occurred_on": "2026-05-01", "document": "x"}

    assert client.post(f"/en/credit/entities/{entity.pk}/enter/", told).status_code == 200
    assert CreditRecord.objects.count() == 0


def test_refusal_is_said_in_words(client, regulator, entity):
    open_it(client, entity)
    told = {"kind": "deal_filed", "number": "1", "occurred_on": "2026-05-01", "document": "x"}

    page = text(client.post(f"/en/credit/entities/{entity.pk}/enter/", told))

    assert "a contract needs its registration number and a class" in page


def test_entry_of_a_person_is_withdrawn_on_its_page(client, regulator):
    person = employee()
    record = person.credit_records.get()
    assert client.get(f"/en/credit/entries/{record.pk}/correct/").status_code == 302
    client.post(f"/en/credit/people/{person.pk}/open/", {"purpose": "case"})

    told = {"what": "withdraw", "reason": "张冠李戴", "document": "文"}
    page = text(client.post(f"/en/credit/entries/{record.pk}/correct/", told, follow=True))

    assert "withdrawn" in page
    assert record.corrected_by.kind == "withdrawal"
    assert "already" in text(client.post(f"/en/credit/entries/{record.pk}/correct/", told))


# --- objections at the desk ---------------------------------------------------------------------------------
def test_desk_decides_an_objection(client, regulator, entity):
    record = entry(entity)
    objection = services.object_to(actor=officer(entity), record=record, words="不是本单位")

    assert f"/en/credit/objections/{objection.pk}/" in text(client.get("/en/credit/objections/"))
    page = text(client.get(f"/en/credit/objections/{objection.pk}/"))
    assert "不是本单位" in page
    asked = {"decision": "ask", "asked": "登记机构"}
    assert "登记机构" in text(client.post(f"/en/credit/objections/{objection.pk}/", asked, follow=True))
    told = {"decision": "uphold", "title": "另一表彰", "reason": "核实有误", "document": "文"}
    assert "objection upheld" in text(client.post(f"/en/credit/objections/{objection.pk}/", told, follow=True))
    assert record.corrected_by.title == "另一表彰"


@pytest.mark.parametrize(
    "told",
    [
        {"decision": "ask"},
        {"decision": "reject"},
        {"decision": "withdraw", "reason": "x"},
        {"decision": "uphold", "reason": "x", "document": "x"},
    ],
)
def test_decision_that_lacks_something_is_no_decision(client, regulator, entity, told):
    objection = services.object_to(actor=officer(entity), record=entry(entity), words="不是本单位")

    assert client.post(f"/en/credit/objections/{objection.pk}/", told).status_code == 200

    objection.refresh_from_db()
    assert objection.state == "open"


def test_desk_is_the_regulators(client, entity):
    client.force_login(officer(entity))

    assert client.get("/en/credit/objections/").status_code == 404


def test_statement_is_hidden_at_the_desk(client, regulator, entity):
    statement = services.write_statement(actor=officer(entity), record=entry(entity), text="是张三的错")

    assert "是张三的错" in text(client.get(f"/en/credit/statements/{statement.pk}/hide/"))
    client.post(f"/en/credit/statements/{statement.pk}/hide/", {"reason": "写有他人姓名"})

    assert statement.hidden.reason == "写有他人姓名"


@pytest.mark.parametrize("rows", [1, 3])
def test_desk_queries_do_not_grow(client, regulator, entity, rows, django_assert_num_queries):
    for _row in range(rows):
        services.object_to(actor=system_user(), record=entry(entity), words="不是本单位")

    with django_assert_num_queries(7):
        response = client.get("/credit/objections/")

    assert len(response.context["lines"]) == rows


# --- what everybody sees ------------------------------------------------------------------------------------
def test_public_page_shows_what_the_matrix_shows(client, entity):
    record = entry(entity, document="岚科〔2026〕1号", entered_by=system_user())
    make_credit_record(None, institution=entity, category="other", kind="note", facts={"title": {"zh": "其他之事"}})
    services.write_statement(actor=system_user(), record=record, text="本单位说明")

    page = text(client.get(f"/en/institutions/{entity.pk}/credit/"))

    assert SECRET in page
    services.withdraw_record(actor=system_user(), record=record, document="岚科〔2026〕2号", reason="误")
    page += text(client.get(f"/en/institutions/{entity.pk}/credit/"))
    for hidden in ("岚科〔2026〕", "其他之事", "本单位说明", "second entry to the one recorded"):
        assert hidden not in page
    assert "on any difference Credit China prevails" in page


def test_public_page_links_the_department_and_copies_nothing(client, regulator, entity):
    told = {"department_name": "岚江省科技厅", "url": "https://kjt.example.test/1", "reference": "XYZG-2026-1"}
    assert client.post(f"/en/credit/entities/{entity.pk}/link/", told).status_code == 302

    page = text(client.get(f"/en/institutions/{entity.pk}/credit/"))

    assert 'href="https://kjt.example.test/1"' in page
    assert "XYZG-2026-1" in page
    services.end_link(actor=regulator, link=PublicationLink.objects.get(), on=clock.today())
    assert "kjt.example.test" not in text(client.get(f"/en/institutions/{entity.pk}/credit/"))


def test_link_begins_with_https(client, regulator, entity):
    told = {"department_name": "厅", "url": "http://kjt.example.test/1", "reference": "X"}

    assert "has to begin with https" in text(client.post(f"/en/credit/entities/{entity.pk}/link/", told))
    assert PublicationLink.objects.count() == 0


def test_public_page_of_a_department_is_not_there(client, entity):
    department = make_institution("技术转移中心", parent=entity)

    assert client.get(f"/en/institutions/{department.pk}/credit/").status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_public_page_queries_do_not_grow(client, entity, rows, django_assert_num_queries):
    for _row in range(rows):
        entry(entity)

    with django_assert_num_queries(6):
        response = client.get(f"/institutions/{entity.pk}/credit/")

    assert len(response.context["lines"]) == rows


def test_matrix_is_public_and_says_its_version(client):
    page = text(client.get("/en/credit/matrix/"))

    assert "Version 2026-2" in page
    assert "Nothing about natural persons is public." in page
    assert page.count("<table") == 8
