"""Page, report, interface and open data: the same of every entry, and whatever differs is found."""

import json

import pytest
from django.core.management import call_command

from accounts.selectors import system_user
from core.errors import NotAllowed
from core.models import AuditEntry
from credit import exports, services
from credit.selectors import lines
from credit.services import agreement
from credit.services.agreement import check_agreement
from tests.builders import make_institution, make_person, make_user, regulator
from tests.credit.builders import make_credit_record

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def entity():
    """Files with everything that a line can have; texts that are hard to print."""
    entity = make_institution()
    department = make_institution("中心", parent=entity)
    system = system_user()
    make_credit_record(
        None, institution=entity, department=department, kind="award", entered_by=system, document="<文> & \"号\"",
        facts={"title": {"zh": "=SUM(A1) <b>先进</b> & 集体"}, "unit": {"zh": "中心"}},
    )  # fmt: skip
    make_credit_record(None, institution=entity, category="other", kind="note", facts={"title": {"zh": "'说明"}})
    person = make_person(user=make_user())
    for _row in range(3):
        make_credit_record(person, facts={"title": {"zh": "初级培训"}, "hours": "48.0"})
    told = person.credit_records.first()
    services.write_statement(actor=person.user, record=told, text="第一行\n第二行 <i>")
    services.object_to(actor=person.user, record=told, words="学时有误")
    return entity


def test_outlets_agree():
    assert check_agreement(actor=system_user()) == []


def test_outlets_agree_on_struck_entries(entity):
    record = entity.credit_records.get(kind="award")
    services.withdraw_record(actor=regulator("990000"), record=record, document="文", reason="张冠李戴")

    assert check_agreement(actor=system_user()) == []


def test_many_entries_are_read_in_portions(entity, monkeypatch):
    monkeypatch.setattr(agreement, "PORTION", 2)

    assert check_agreement(actor=system_user()) == []


def broken_page(patch):
    real = agreement.render_to_string
    patch.setattr(agreement, "render_to_string", lambda *told: real(*told).replace("初级培训", "高级培训"))


def silent_page(patch):
    """The mark of a disputed entry is forgotten."""
    real = agreement.render_to_string
    patch.setattr(agreement, "render_to_string", lambda *told: real(*told).replace('data-field="disputed"', ""))


def broken_report(patch):
    real = exports.entries_of
    patch.setattr(exports, "entries_of", lambda given: [{**one, "publisher": "另一家"} for one in real(given)])


def short_interface(patch):
    """An entry is left out."""
    real = exports.interface_entries
    patch.setattr(exports, "interface_entries", lambda given: real(given)[1:])


def telling_open_data(patch):
    """A document that everybody is not shown."""
    real = exports.spelled
    patch.setattr(exports, "spelled", lambda line: {**real(line), "document": line.record.document})


def leaking_lines(patch):
    """Every outlet shows a field that the matrix keeps: they agree with one another and not with it."""
    real = lines.shown_fields
    patch.setattr(lines, "shown_fields", lambda audience, *told, **more: real("subject", *told, **more))


@pytest.mark.parametrize(
    ("fault", "outlets", "field"),
    [
        (broken_page, {"page"}, "about"),
        (silent_page, {"page"}, "disputed"),
        (broken_report, {"report"}, "publisher"),
        (short_interface, {"interface"}, "kind"),
        (telling_open_data, {"open data", "report", "interface"}, "document"),
        (leaking_lines, {"page", "report", "interface", "open data"}, "document"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_fault_is_found_and_rings(monkeypatch, caplog, fault, outlets, field):
    fault(monkeypatch)

    found = check_agreement(actor=system_user())

    assert {one.outlet for one in found} == outlets
    assert field in {one.field for one in found}
    assert "differences between the outlets of credit files" in caplog.text
    assert AuditEntry.objects.filter(verb="credit.outlets_differ").count() == 1


def test_command_ends_badly_where_any_differ(monkeypatch, capsys):
    call_command("credit_agreement")
    assert capsys.readouterr().out == "differences: 0\n"
    broken_report(monkeypatch)

    with pytest.raises(SystemExit):
        call_command("credit_agreement")

    assert "另一家" in capsys.readouterr().out


def test_round_is_the_systems():
    with pytest.raises(NotAllowed):
        check_agreement(actor=regulator())


def test_interface_and_table_give_everybody_the_public_part(client, entity):
    body = client.get(f"/api/v1/institutions/{entity.uscc}/credit").json()
    table = client.get(f"/institutions/{entity.pk}/credit.csv").content.decode("utf-8-sig")

    (entry,) = body["entries"]
    assert (body["institution"]["uscc"], body["matrix"], entry["unit"]) == (entity.uscc, "2026-2", "中心")
    assert "document" not in entry
    assert "statement" not in entry
    assert len(table.splitlines()) == 2
    assert "号" not in table
    assert "说明" not in json.dumps(body, ensure_ascii=False)
    assert client.get("/api/v1/institutions/91000000DEM000022E/credit").status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_interface_queries_do_not_grow(client, rows, django_assert_num_queries):
    entity = make_institution()
    for _row in range(rows):
        make_credit_record(None, institution=entity)

    with django_assert_num_queries(4):
        assert len(client.get(f"/api/v1/institutions/{entity.uscc}/credit").json()["entries"]) == rows
    with django_assert_num_queries(4):
        client.get(f"/institutions/{entity.pk}/credit.csv")
