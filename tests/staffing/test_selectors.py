"""The ratio from records: who counts, who counts as trained, on which day, as known when."""

import json
from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import call_command

from accounts.models import AppointmentVersion, Designation, PersonMerge
from accounts.permissions import Role
from accounts.selectors import system_user
from core import clock
from core.errors import NotAllowed
from courses.models import TrainingRecord
from courses.workflow import RecordStanding
from staffing.ratio import Outcome
from staffing.selectors import (
    evidence_of,
    find_institution,
    history,
    institution_ratio,
    people_behind,
    region_ratios,
    rule_on,
    uncounted_staff,
)
from tests.builders import (
    hat,
    join_records,
    make_appointment,
    make_institution,
    make_person,
    make_user,
    officer,
    region,
    regulator,
)
from tests.courses.annulling import make_annulment

pytestmark = pytest.mark.django_db
DAY = date(2026, 6, 30)


def train(person, on=date(2025, 5, 1), standing=RecordStanding.CONFIRMED_BY_REGULATOR, **fields):
    return TrainingRecord.objects.create(
        person=person, track="SOCIAL", title="培训", provider="基地", completed_on=on, standing=standing,
        recorded_at=clock.now(), recorded_by=system_user(), **fields,
    )  # fmt: skip


def _correct(appointment, **terms):
    before = {name: getattr(appointment, name) for name in appointment.TERMS}
    AppointmentVersion.objects.create(
        appointment=appointment, superseded_at=clock.now(), recorded_at=appointment.recorded_at, **before
    )
    for name, value in {**terms, "recorded_at": clock.now()}.items():
        setattr(appointment, name, value)
    appointment.save()


def figures(institution, day=DAY, **moments):
    ratio = institution_ratio(institution, as_of=day, **moments).ratio
    return ratio.trained, ratio.staff


def test_professional_staff_in_post_are_counted_and_others_are_not():
    institution = make_institution()
    make_appointment(make_person("甲"), institution)
    make_appointment(make_person("乙"), institution, professional=False)
    make_appointment(make_person("丙"), institution, start=date(2026, 7, 1))
    make_appointment(make_person("丁"), institution, end_date=date(2026, 6, 30))
    make_appointment(make_person("戊"), make_institution())

    assert figures(institution) == (0, 1)


def test_leaver_counts_to_the_day_before_the_leaving_date():
    institution = make_institution()
    make_appointment(make_person(), institution, end_date=date(2026, 7, 1))

    assert figures(institution, date(2026, 6, 30)) == (0, 1)
    assert figures(institution, date(2026, 7, 1)) == (0, 0)


def test_training_counts_from_its_day():
    institution, person = make_institution(), make_person()
    make_appointment(person, institution)
    train(person, on=date(2026, 6, 30))

    assert figures(institution, date(2026, 6, 29)) == (0, 1)
    assert figures(institution, date(2026, 6, 30)) == (1, 1)


def test_claimed_record_is_not_counted():
    institution, person = make_institution(), make_person()
    make_appointment(person, institution)
    train(person, standing=RecordStanding.CLAIMED)

    assert figures(institution) == (0, 1)


def test_annulled_record_never_counted_but_was_then_known():
    institution, person = make_institution(), make_person()
    make_appointment(person, institution)
    record = train(person)
    before = clock.now()
    with clock.travel(timedelta(days=1)):
        make_annulment(record, reason="替考")
        assert figures(institution) == (0, 1)
        assert figures(institution, known_at=before) == (1, 1)


def test_corrected_appointment_is_seen_as_known_then():
    institution, person = make_institution(), make_person()
    appointment = make_appointment(person, institution)
    known = clock.now()
    with clock.travel(timedelta(days=2)):
        _correct(appointment, professional=False)

        assert figures(institution) == (0, 0)
        assert figures(institution, known_at=known) == (0, 1)


def test_merged_person_counts_once():
    institution, kept, double = make_institution(), make_person("甲"), make_person("甲")
    make_appointment(kept, institution)
    make_appointment(double, institution, start=date(2024, 2, 1))
    train(double)
    join_records(double, kept)

    assert figures(institution) == (1, 1)


def test_figure_of_the_past_is_the_same_after_records_are_joined_and_parted():
    """Who stood for whom is asked as known then: staff, training, evidence, months and the people behind."""
    institution, kept, double = make_institution(), make_person("甲"), make_person("乙")
    for person in (kept, double):
        make_appointment(person, institution)
    train(double)
    apart, actor = clock.now(), officer(institution)
    with clock.travel(timedelta(hours=1)):
        join_records(double, kept)
        joined = clock.now()
    with clock.travel(timedelta(hours=2)):
        PersonMerge.objects.create(
            merged=double, into=kept, undoes=PersonMerge.objects.get(), reason="误", at=clock.now(), by=actor
        )
        double.merged_into = None
        double.save(update_fields=["merged_into"])

    for moment, fraction in ((apart, (1, 2)), (joined, (1, 1)), (None, (1, 2))):
        answer = institution_ratio(institution, as_of=DAY, known_at=moment)
        lines = people_behind(actor, answer)
        trained = kept.pk if moment == joined else double.pk
        assert figures(institution, known_at=moment) == fraction
        assert (sum(line.trained for line in lines), len(lines)) == fraction
        assert (history(answer)[-1][1].trained, history(answer)[-1][1].staff) == fraction
        assert set(evidence_of([line.person for line in lines], answer)) == {trained}


def test_nobody_is_not_applicable():
    assert institution_ratio(make_institution(), as_of=DAY).ratio.outcome == Outcome.NOT_APPLICABLE


def test_rule_binds_designated_institutions_only_while_designated():
    institution = make_institution()
    Designation.objects.create(
        institution=institution, kind="pilot_university", document="试点名单", valid_from=date(2024, 1, 1),
        valid_to=date(2026, 1, 1),
    )  # fmt: skip

    assert institution_ratio(institution, as_of=date(2025, 12, 31)).binding is True
    assert institution_ratio(institution, as_of=date(2026, 1, 1)).binding is False


def test_region_figure_counts_a_person_of_two_institutions_once():
    first, second, person = make_institution("甲所"), make_institution("乙所"), make_person()
    make_appointment(person, first)
    make_appointment(person, second)
    train(person)
    make_appointment(make_person("乙"), second)

    figure, answers = region_ratios(regulator(), "990000/", as_of=DAY)

    assert (figure.ratio.trained, figure.ratio.staff, figure.institutions) == (1, 2, 2)
    assert [(a.ratio.trained, a.ratio.staff) for a in answers.values()] == [(1, 2), (1, 1)]


def test_region_figure_leaves_out_what_the_actor_may_not_see():
    make_appointment(make_person(), make_institution(code="990100"))
    region("980000")
    make_appointment(make_person("外省"), make_institution(code="980000"))

    figure, answers = region_ratios(regulator(), "", as_of=DAY)

    assert (figure.ratio.staff, len(answers)) == (1, 1)


def test_legal_person_behind_a_department_is_not_in_scope_until_it_has_staff():
    university = make_institution("大学")
    department = make_institution("大学中心", parent=university)

    _, answers = region_ratios(regulator(), "990000/", as_of=DAY)
    assert list(answers) == [department.pk]

    make_appointment(make_person(), university)
    _, answers = region_ratios(regulator(), "990000/", as_of=DAY)
    assert sorted(answers) == sorted([department.pk, university.pk])


@pytest.mark.parametrize("rows", [1, 3])
def test_region_ratios_queries_do_not_grow(rows, django_assert_num_queries):
    for n in range(rows):
        make_appointment(make_person(f"甲{n}"), make_institution())
    actor = regulator()

    with django_assert_num_queries(7):
        region_ratios(actor, "990000/", as_of=DAY)


def test_history_agrees_with_the_ratio_of_each_day():
    institution = make_institution()
    for n, start in enumerate([date(2024, 3, 1), date(2025, 11, 30), date(2026, 2, 1)]):
        person = make_person(f"甲{n}")
        make_appointment(person, institution, start=start)
        train(person, on=date(2025, 6, 1 + n))

    points = history(institution_ratio(institution, as_of=DAY), months=24)

    assert [(one.trained, one.staff) for _, one in points] == [figures(institution, day) for day, _ in points]


def test_people_behind_agree_with_the_fraction_as_known_then_and_over_a_merge():
    institution, kept, double, other = make_institution(), make_person("甲"), make_person("甲"), make_person("乙")
    make_appointment(double, institution)
    changed = make_appointment(other, institution)
    record = train(double)
    join_records(double, kept)
    known, actor = clock.now(), officer(institution)
    with clock.travel(timedelta(days=2)):
        _correct(changed, professional=False)
        make_annulment(record, reason="误")
        for moment, fraction in ((None, (0, 1)), (known, (1, 2))):
            answer = institution_ratio(institution, as_of=DAY, known_at=moment)
            lines = people_behind(actor, answer)
            assert (sum(line.trained for line in lines), len(lines)) == fraction
            assert (answer.ratio.trained, answer.ratio.staff) == fraction
            assert (history(answer)[-1][1].trained, history(answer)[-1][1].staff) == fraction
            assert set(evidence_of([line.person for line in lines], answer)) == ({kept.pk} if moment else set())
            assert uncounted_staff(answer) == (0 if moment else 1)


def full_width(text: str) -> str:
    return "".join(chr(ord(character) + 0xFEE0) for character in text)


def test_find_institution_takes_uscc_and_id_and_hides_foreign_ones():
    institution, foreign = make_institution(), make_institution()
    actor = officer(institution)

    assert find_institution(actor, institution.uscc) == institution
    assert find_institution(actor, str(institution.pk)) == institution
    for spelling in (institution.uscc.lower(), full_width(institution.uscc), full_width(str(institution.pk))):
        assert find_institution(actor, spelling) == institution
    for identifier in (foreign.uscc, str(foreign.pk), f"-{institution.pk}", "", "abc", "999999", "9" * 5000):
        with pytest.raises(NotAllowed):
            find_institution(actor, identifier)


def test_rule_of_today_is_the_plan_of_2022_and_its_period_has_ended():
    rule = rule_on(date(2026, 11, 20))

    assert (rule.version, rule.value, rule.document_number) == ("2022-1", 70, "国科发区〔2022〕263号")
    assert rule.period_has_ended(date(2026, 11, 20)) is True
    assert rule.period_has_ended(date(2025, 12, 31)) is False


def test_command_prints_the_agreed_object():
    institution = make_institution("岚江测试院")
    person = make_person()
    make_appointment(person, institution)
    train(person)
    out = StringIO()

    call_command("staffing_ratio", institution.uscc, "--as-of", "2026-06-30", "--json", stdout=out)

    printed = json.loads(out.getvalue())
    assert printed.pop("known_at")
    assert printed == {
        "institution": {"id": institution.pk, "uscc": institution.uscc, "name": "岚江测试院"},
        "rule": {
            "code": "TRAINED_STAFF_70", "version": "2022-1", "value": 70, "comparator": "gte",
            "source": "《“十四五”技术要素市场专项规划》（国科发区〔2022〕263号）专栏4",
        },
        "binding": False, "as_of": "2026-06-30", "staff": 1, "trained": 1, "percent_floor": "100.0",
        "outcome": "met", "shortfall": 0,
    }  # fmt: skip


@pytest.mark.parametrize(
    "arguments",
    [
        ["no-such"],
        ["{id}", "--as-of", "2026-13-01"],
        ["{id}", "--known-at", "gestern"],
        ["{id}", "--as-of", "0001-01-01"],
        ["{id}", "--known-at", "0001-01-01"],
    ],
)
def test_command_refuses_bad_arguments_with_status_2(arguments):
    institution = make_institution()
    err = StringIO()

    with pytest.raises(SystemExit) as stop:
        call_command("staffing_ratio", *[a.format(id=institution.pk) for a in arguments], stderr=err)

    assert stop.value.code == 2
    assert err.getvalue() != ""


def test_ratio_page_of_a_foreign_institution_is_404(client):
    foreign = make_institution("外院")
    make_appointment(make_person("不该看见"), foreign)
    client.force_login(officer())

    response = client.get(f"/institutions/{foreign.pk}/ratio/")

    assert response.status_code == 404
    assert "不该看见" not in response.content.decode()


@pytest.mark.parametrize("rows", [1, 3])
def test_ratio_page_queries_do_not_grow(client, rows, django_assert_num_queries):
    institution = make_institution()
    for n in range(rows):
        person = make_person(f"甲{n}")
        make_appointment(person, institution)
        train(person)
    client.force_login(officer(institution))

    with django_assert_num_queries(19):
        response = client.get(f"/institutions/{institution.pk}/ratio/?as_of=2026-06-30")

    assert f"{rows}<small> / {rows}</small>" in response.content.decode()


def test_auditor_sees_the_figure_but_nobody_behind_it(client):
    institution = make_institution()
    make_appointment(make_person("不该看见"), institution)
    body = regulator().memberships.get().admin_body
    client.force_login(hat(Role.AUDITOR, body, make_user()))

    page = client.get(f"/institutions/{institution.pk}/ratio/").content.decode()

    assert "0<small> / 1</small>" in page
    assert "不该看见" not in page


def test_api_answers_the_agreed_object_to_whom_it_concerns(client):
    institution = make_institution()
    make_appointment(make_person(), institution)
    client.force_login(officer(institution))

    answer = client.get(f"/api/v1/institutions/{institution.uscc}/staffing-ratio?as_of=2026-06-30")

    assert answer.status_code == 200
    assert {name: answer.json()[name] for name in ("staff", "trained", "outcome", "shortfall", "percent_floor")} == {
        "staff": 1, "trained": 0, "outcome": "not_met", "shortfall": 1, "percent_floor": "0.0",
    }  # fmt: skip


@pytest.mark.parametrize(("wanted", "status"), [("", 404), ("?as_of=gestern", 422)])
def test_api_refuses_foreign_institutions_and_bad_dates(client, wanted, status):
    own, foreign = make_institution(), make_institution("外院")
    client.force_login(officer(own))
    target = own if wanted else foreign

    answer = client.get(f"/api/v1/institutions/{target.pk}/staffing-ratio{wanted}")

    assert answer.status_code == status
    assert "外院" not in answer.content.decode()


def test_api_asks_machines_to_sign_in_without_a_redirect(client):
    assert client.get(f"/api/v1/institutions/{make_institution().pk}/staffing-ratio").status_code == 401
