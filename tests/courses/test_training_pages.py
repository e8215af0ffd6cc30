"""Pages of training records: bringing a file, and looking at what it brought."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from courses.imports.training_records import COLUMNS, read_training_records
from courses.models import TrainingRecord
from courses.services import refuse_evidence
from tests.builders import (
    base_manager,
    make_appointment,
    make_institution,
    make_person,
    make_user,
    officer,
    regulator,
)
from tests.courses.annulling import make_annulment
from tests.courses.builders import make_record
from tests.courses.evidence import make_case
from tests.courses.training_files import file, row

pytestmark = pytest.mark.django_db


# --- the pages ------------------------------------------------------------------------------------------------------
def upload(client, *rows):
    sent = SimpleUploadedFile("training.xlsx", file(*rows))
    return client.post(reverse("courses:import_training_records"), {"file": sent})


def test_pages_of_an_officer_claim(client):
    institution = make_institution()
    make_appointment(make_person("高轩", number="000000199001010018"), institution)
    client.force_login(officer(institution))

    review = upload(client, row("高轩", "000000199001010018"))
    assert client.get(review.url).context["preview"].counts["create"] == 1
    assert TrainingRecord.objects.count() == 0
    done = client.post(review.url)

    assert (done.url, TrainingRecord.objects.get().standing) == (reverse("courses:training_records"), "claimed")


def test_pages_of_a_regulator_confirm(client):
    client.force_login(regulator())

    client.post(upload(client, row()).url)

    assert TrainingRecord.objects.get().standing == "confirmed_by_regulator"


@pytest.mark.parametrize("stranger", [base_manager, make_user])
def test_pages_are_not_found_for_others(client, stranger):
    client.force_login(stranger())

    assert client.get(reverse("courses:import_training_records")).status_code == 404
    assert upload(client, row()).status_code == 404


def records_page(client, **query):
    return client.get(reverse("courses:training_records"), query)


def test_training_records_shows_the_people_of_the_institution(client):
    institution = make_institution()
    mine, foreign = make_person("高轩"), make_person("欧阳修远")
    make_appointment(mine, institution)
    make_appointment(foreign, make_institution())
    record = make_record(mine)
    make_record(foreign)
    client.force_login(officer(institution))

    response = records_page(client)

    assert list(response.context["page_obj"].object_list) == [record]
    assert "欧阳修远" not in response.content.decode()


def test_refused_claim_is_listed_as_refused_with_its_reason_for_whoever_reads_the_evidence(client):
    case = make_case()
    user = case.person.user = make_user()
    case.person.save()
    own = case.submit(actor=user, institution=None, title="本人提交")
    for evidence in (case.submit(), own):
        refuse_evidence(actor=case.decider, evidence=evidence, reason=f"看不清{evidence.title}")
    case.submit(title="等待审核")

    def rows(actor, **query):
        client.force_login(actor)
        page = records_page(client, **query)
        return {one.title for one in page.context["page_obj"]}, page.content.decode()

    assert rows(case.officer, standing="claimed")[0] == {"等待审核"}
    titles, page = rows(case.officer, standing="refused")
    assert titles == {"技术经纪人培训班", "本人提交"}
    assert "看不清技术经纪人培训班" in page
    # What the person submitted is the person's own.
    assert "看不清本人提交" not in page
    assert "看不清本人提交" in rows(user, standing="refused")[1]
    assert rows(case.officer, standing="")[1].count("未通过，不计入") == 2


def test_claim_submitted_anew_waits_again(client):
    case = make_case()
    refuse_evidence(actor=case.decider, evidence=case.submit(), reason="看不清")
    case.submit()
    client.force_login(case.officer)

    assert len(records_page(client, standing="refused").context["page_obj"]) == 0
    assert len(records_page(client, standing="claimed").context["page_obj"]) == 1


def test_training_records_narrows_by_standing_and_name(client):
    actor = regulator()
    institution = make_institution()
    people = [make_person(name) for name in ("高轩", "高远", "林知夏")]
    for person in people:
        make_appointment(person, institution)
    counted, claimed, annulled = (
        make_record(people[0]),
        make_record(people[1], standing="claimed"),
        make_record(people[2]),
    )
    make_annulment(annulled)
    client.force_login(actor)

    def shown(**query):
        return list(records_page(client, **query).context["page_obj"].object_list)

    assert shown(standing="counted") == [counted]
    assert shown(standing="claimed") == [claimed]
    assert set(shown(q="高")) == {counted, claimed}
    assert annulled in shown()


def test_page_offers_a_template_that_its_own_importer_reads(client):
    client.force_login(regulator())
    address = reverse("courses:training_records_template")

    page = client.get(reverse("courses:import_training_records")).content.decode()
    table = read_training_records(client.get(address).content)

    assert f'href="{address}"' in page
    assert (table.entries, table.ignored, list(table.heads)) == ([], [], [column.field for column in COLUMNS])


def test_training_records_shows_the_present_wording_only(client):
    person = make_person("高轩", user=make_user())
    first = make_record(person, title="初级班", standing="claimed")
    second = make_record(person, title="初级班", replaces=first)
    client.force_login(person.user)

    assert list(records_page(client).context["page_obj"].object_list) == [second]


@pytest.mark.parametrize("rows", [1, 3])
def test_training_records_takes_the_same_queries_for_any_number(client, rows, django_assert_num_queries):
    institution = make_institution()
    for n in range(rows):
        person = make_person(f"林{n}")
        make_appointment(person, institution)
        make_record(person)
    client.force_login(officer(institution))

    with django_assert_num_queries(5):
        records_page(client)
