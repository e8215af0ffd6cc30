"""Who is told of what partners deliver and of what ends; what a preview leaves; names and sources that do not fit."""

import csv
import io

import pytest
from django.test import Client

from accounts.permissions import Role
from accounts.selectors.waiting import PERSON, waiting_lines
from core import clock
from core.errors import NotAllowed
from core.models import AuditEntry, OutboxEvent
from credit import services
from credit.models import CreditRecord, EndNotice
from credit.services.exchange import DELIVERED
from credit.services.partners import END_TOLD
from credit.services.telling import tell_keeper_of_end, tell_of_delivery
from tests.builders import (
    hat,
    join_records,
    make_appointment,
    make_institution,
    make_person,
    make_user,
    regulator,
    resident_number,
)
from tests.credit.cases import Authority, later, refused
from tests.credit.exchanging import Desk, as_csv, as_json

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk():
    return Desk()


def previewed():
    return list(AuditEntry.objects.filter(verb="credit.exchange_previewed"))


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def person_of(desk, name="何磊", user=None):
    number = resident_number()
    person = make_person(name, number=number, user=user)
    make_appointment(person, desk.entity)
    return person, {"uscc": None, "id_type": "resident_id", "id_number": number}


# --- told of a delivery ---------------------------------------------------------------------------------------------
def test_entity_is_told_of_what_was_delivered_and_of_nothing_in_it(desk, mailoutbox):
    officer, manager = hat(Role.INSTITUTION_OFFICER, desk.entity), make_user()
    desk.receive(as_json(desk.record()))
    event = OutboxEvent.objects.get(kind=DELIVERED)
    entry = CreditRecord.objects.get(institution=desk.entity)
    assert event.key == str(entry.pk)

    tell_of_delivery(record_id=entry.pk)

    assert [letter.to for letter in mailoutbox] == [[officer.email]]
    assert manager.email not in str(mailoutbox[0].to)
    assert "/credit/entity/" in mailoutbox[0].body
    for secret in ("论文数据造假", desk.entity.name, entry.document):
        assert secret not in mailoutbox[0].subject + mailoutbox[0].body


def test_person_is_told_also_when_joined_meanwhile(desk, mailoutbox):
    first = make_user()
    person, code = person_of(desk)
    survivor, _code = person_of(desk, user=first)
    desk.receive(as_json(desk.record(**code)))
    join_records(person, survivor)

    tell_of_delivery(record_id=CreditRecord.objects.get(person=person).pk)

    assert [letter.to for letter in mailoutbox] == [[first.email]]


def test_refused_and_known_lines_tell_nobody(desk):
    content = as_json(desk.record(), desk.record(number="KY-2", statute="某纪要"))
    desk.receive(content)
    desk.receive(as_json(desk.record(), desk.record(number="KY-3")))

    assert OutboxEvent.objects.filter(kind=DELIVERED).count() == 2


def test_first_page_shows_it_for_a_month_or_until_somebody_objects(desk):
    officer = hat(Role.INSTITUTION_OFFICER, desk.entity)
    login = make_user()
    _person, code = person_of(desk, user=login)

    def waiting(user, office, code):
        return next(one.waiting.count for one in waiting_lines(user, office) if one.desk.code == code)

    desk.receive(as_json(desk.record(), desk.record(number="KY-2", **code)))
    assert waiting(officer, "institution_officer", "delivered_to_us") == 1
    assert waiting(login, PERSON, "delivered_to_me") == 1
    beside = hat(Role.INSTITUTION_OFFICER, make_institution())
    assert waiting(beside, "institution_officer", "delivered_to_us") == 0
    services.object_to(actor=officer, record=CreditRecord.objects.get(institution=desk.entity), words="不实")
    assert waiting(officer, "institution_officer", "delivered_to_us") == 0
    with later(31):
        assert waiting(login, PERSON, "delivered_to_me") == 0


# --- the preview in the trail ---------------------------------------------------------------------------------------
def upload(desk, content, user=None, partner=None):
    client = signed_in(user or desk.officer)
    file = io.BytesIO(content)
    file.name = "f.json"
    address = f"/en/credit/exchange/partners/{(partner or desk.partner).pk}/receive/"
    return client, client.post(address, {"file": file})


def test_preview_is_written_down_without_what_stands_in_the_file(desk):
    _client, answer = upload(desk, as_json(desk.record(), desk.record(number="KY-2", statute="某纪要")))

    (entry,) = previewed()
    assert answer.status_code == 302
    assert (entry.actor_id, entry.subject_id) == (desk.officer.pk, str(desk.partner.pk))
    assert entry.facts["counts"] == {"accepted": 1, "refused": 1, "known": 0}
    assert set(entry.facts) == {"sha256", "counts"}
    assert len(entry.facts["sha256"]) == 64


def test_nobody_is_shown_a_preview_that_does_not_stand_in_the_trail(desk):
    other = desk.another("又一家")
    client, answer = upload(desk, as_json(desk.record()))
    shown = client.get(answer.url)
    assert shown.status_code == 200

    elsewhere = answer.url.replace(f"partners/{desk.partner.pk}/", f"partners/{other.pk}/")

    assert client.get(elsewhere).status_code == 302
    assert client.post(elsewhere, {"seen": "x"}).status_code == 302
    assert CreditRecord.objects.filter(institution=desk.entity).count() == 0


def test_unreadable_file_leaves_no_preview(desk):
    upload(desk, b"{")
    assert previewed() == []


# --- names ----------------------------------------------------------------------------------------------------------
def plan_of(desk, *records):
    return services.preview_file(actor=desk.officer, partner=desk.partner, content=as_json(*records))


@pytest.mark.parametrize(("name", "differs"), [("岚江大学", 0), (" 岚 江 大 学 ", 0), (None, 0), ("岚江学院", 1)])
def test_name_of_the_line_is_compared_with_that_of_whom_the_code_belongs_to(desk, name, differs):
    assert plan_of(desk, desk.record(name=name)).names_that_differ == differs


def test_name_of_a_person_is_compared_too_also_in_a_table(desk):
    _person, code = person_of(desk, "何磊")
    assert plan_of(desk, desk.record(name="何雷", **code)).names_that_differ == 1
    assert plan_of(desk, desk.record(name="何磊", **code)).names_that_differ == 0


def test_refused_lines_warn_of_no_name(desk):
    assert plan_of(desk, desk.record(name="岚江学院", statute="某纪要")).names_that_differ == 0


def test_file_with_names_that_differ_is_received_once_that_was_ticked(desk):
    content = as_json(desk.record(name="岚江学院"))
    plan = services.preview_file(actor=desk.officer, partner=desk.partner, content=content)
    words = {"actor": desk.officer, "partner": desk.partner, "content": content, "seen": plan.fingerprint}
    refused("names_differ", services.receive_file, **words)
    assert not CreditRecord.objects.filter(institution=desk.entity).exists()

    receipt = services.receive_file(**words, names_compared=True)

    assert receipt.accepted == 1
    entry = CreditRecord.objects.get(institution=desk.entity)
    assert "岚江学院" not in str(vars(entry))
    facts = AuditEntry.objects.get(verb="credit.exchange_received").facts
    assert facts["names_differ"] == 1
    assert "岚江学院" not in str(facts)


def test_fingerprint_changes_with_a_name_that_changed_meanwhile(desk):
    content = as_json(desk.record(name="岚江大学"))
    before = services.preview_file(actor=desk.officer, partner=desk.partner, content=content).fingerprint
    type(desk.entity).objects.filter(pk=desk.entity.pk).update(name="岚江科技大学", name_key="岚江科技大学")
    after = services.preview_file(actor=desk.officer, partner=desk.partner, content=content).fingerprint
    assert before != after


def test_page_warns_and_asks_for_the_tick(desk):
    client, answer = upload(desk, as_json(desk.record(name="岚江学院")))
    page = client.get(answer.url).content.decode()
    assert "in the file: 岚江学院" in page
    assert 'name="names_compared"' in page
    seen = page.split('name="seen" value="')[1].split('"')[0]

    again = client.post(answer.url, {"seen": seen})
    assert "compare them and say so" in again.content.decode()
    client.post(answer.url, {"seen": seen, "names_compared": "on"})
    assert CreditRecord.objects.filter(institution=desk.entity).count() == 1


def test_page_without_a_difference_asks_for_none(desk):
    client, answer = upload(desk, as_json(desk.record(name="岚江大学")))
    assert 'name="names_compared"' not in client.get(answer.url).content.decode()


# --- sources --------------------------------------------------------------------------------------------------------
def test_source_is_the_partner_or_a_body_entered_with_its_basis(desk):
    assert desk.reasons(desk.record(source_body="另一家机关")) == ["source_not_of_partner"]
    assert desk.reasons(desk.record(source_body=" 岚江省 科研诚信办公室")) == [""]

    desk.partner = desk.another("省公共平台", sources="岚江大学伦理委员会\n 岚江省科技厅 \n")

    assert desk.reasons(desk.record(source_body="岚江省科技厅")) == [""]
    assert desk.reasons(desk.record(source_body="省公共平台")) == [""]
    assert desk.reasons(desk.record(source_body="岚江省")) == ["source_not_of_partner"]
    assert desk.reasons(desk.record(source_body="岚江省科研诚信办公室")) == ["source_not_of_partner"]


def test_line_of_another_source_is_refused_with_its_reason_in_the_receipt(desk):
    receipt = desk.receive(as_json(desk.record(), desk.record(number="KY-2", source_body="另一家机关")))
    line = receipt.lines.get(row=2)
    assert (receipt.accepted, line.outcome, line.reason) == (1, "refused", "source_not_of_partner")
    page = signed_in(desk.officer).get(f"/en/credit/exchange/receipts/{receipt.uuid}/").content.decode()
    assert "neither the partner itself nor a body entered with its basis" in page


def test_table_is_read_with_its_name_column(desk):
    content = as_csv(desk.record()).decode("utf-8-sig").splitlines()
    table = "\n".join([f"{content[0]},名称或姓名", f"{content[1]},岚江学院"]).encode()
    plan = services.preview_file(actor=desk.officer, partner=desk.partner, content=table)
    assert (plan.names_that_differ, list(plan.ignored)) == (1, [])


# --- an end ---------------------------------------------------------------------------------------------------------
@pytest.fixture
def ended(desk):
    authority = Authority().of_entity()
    case = authority.in_force("minor")
    services.send_records(actor=desk.officer, partner=desk.partner, form="json", purpose="核对")
    words = {"corrected": "已改", "commitment": "承诺", "committed": True}
    asked = services.ask_repair(actor=authority.login, case=case, **words)
    services.grant_repair(actor=authority.decider, repair=asked, answer="属实")
    return EndNotice.objects.get()


def test_keeper_of_the_partner_is_written_to(desk, ended, mailoutbox):
    assert OutboxEvent.objects.get(kind=END_TOLD).key == str(ended.pk)

    tell_keeper_of_end(notice_id=ended.pk)

    told = {address for letter in mailoutbox for address in letter.to}
    assert desk.officer.email in told
    assert regulator("000000").email not in told
    assert desk.partner.name in mailoutbox[0].body
    assert "/credit/exchange/end-notices/" in mailoutbox[0].body
    assert ended.case.institution.name not in mailoutbox[0].body
    services.acknowledge_end(actor=desk.officer, notice=ended, how="复函")
    mailoutbox.clear()
    tell_keeper_of_end(notice_id=ended.pk)
    assert mailoutbox == []


def list_of(desk, user, partner=None):
    return signed_in(user).get(f"/credit/exchange/partners/{(partner or desk.partner).pk}/end-notices.csv")


def test_list_for_a_partner_without_a_machine(desk, ended):
    answer = list_of(desk, desk.officer)
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    case = ended.case
    assert rows[1][:4] == [str(ended.pk), case.decision_number, case.institution.name, case.institution.uscc]
    assert rows[1][5:] == [str(clock.today()), str(ended.due_on)]
    assert len(rows) == 2

    other = desk.another("又一家")
    assert len(list(csv.reader(io.StringIO(list_of(desk, desk.officer, other).content.decode("utf-8-sig"))))) == 1
    services.acknowledge_end(actor=desk.officer, notice=ended, how="复函")
    assert len(list(csv.reader(io.StringIO(list_of(desk, desk.officer).content.decode("utf-8-sig"))))) == 1


def test_list_is_for_the_body_that_keeps_the_partner_alone(desk, ended):
    for user in (regulator("000000"), regulator("980000"), make_user()):
        assert list_of(desk, user).status_code == 404


def test_partner_page_offers_the_list_while_something_is_open(desk, ended):
    address = f"/en/credit/exchange/partners/{desk.partner.pk}/"
    assert "end-notices.csv" in signed_in(desk.officer).get(address).content.decode()
    services.acknowledge_end(actor=desk.officer, notice=ended, how="复函")
    assert "end-notices.csv" not in signed_in(desk.officer).get(address).content.decode()


def test_nobody_else_looks_into_a_file(desk):
    with pytest.raises(NotAllowed):
        services.look_into_file(actor=regulator("000000"), partner=desk.partner, content=as_json(desk.record()))
    assert previewed() == []
