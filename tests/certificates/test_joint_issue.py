"""Bodies that issue with the base: named for a class, refused by the linter's words, frozen, and said everywhere."""

import json
import re
from threading import Thread

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.permissions import Role
from accounts.selectors import system_user
from certificates import services
from certificates.models import Certificate, CoIssuers, TemplateVersion
from certificates.rules import Obstacle
from certificates.selectors import verify
from certificates.selectors.awards import awards
from certificates.selectors.joint import bodies_of, in_words, is_settled, lists_of_batch
from certificates.services.issue import allot_certificate
from certificates.services.snapshot import LABELS, facts_today, refusals
from core.errors import DomainError, NotAllowed
from core.models import AuditEntry
from tests.builders import hat
from tests.certificates.builders import certificate_base, correction_of, make_award, make_certificate, manager_of
from tests.courses.builders import make_cohort

pytestmark = pytest.mark.django_db

CENTRE = {"zh": "望海市科技成果转化促进中心", "en": "Wanghai Transfer Centre", "ja": "望海市成果移転促進センター"}
ZONE = {"zh": "石桥高新区管理委员会", "en": "Administration of the Shiqiao Zone", "ja": "石橋ハイテク区管理委員会"}
THIRD = {"zh": "岚州知识产权学会", "en": "Lanzhou IP Society", "ja": "嵐州知的財産学会"}


@pytest.fixture
def cohort():
    return make_cohort(certificate_base(), state="assessing")


@pytest.fixture
def manager(cohort):
    return manager_of(cohort.base)


def name(cohort, actor, *bodies, basis="联合发证协议〔2026〕1号"):
    return services.name_co_issuers(actor=actor, cohort=cohort, bodies=list(bodies), basis=basis)


def problems(cohort, actor, *bodies):
    with pytest.raises(DomainError, match="names_refused") as refused:
        name(cohort, actor, *bodies)
    return [(one.body, one.language, one.code) for one in refused.value.facts["problems"]]


# --- naming -----------------------------------------------------------------------------------------------------------
def test_list_is_kept_in_its_order_and_audited(cohort, manager):
    made = name(cohort, manager, ZONE, CENTRE, THIRD)
    assert (made.bodies, made.recorded_by) == ([ZONE, CENTRE, THIRD], manager)
    entry = AuditEntry.objects.get(verb="certificates.co_issuers_named")
    assert (entry.subject_id, entry.facts["bodies"]) == (str(made.pk), 3)


def test_same_list_again_is_the_same_row_and_an_empty_one_takes_it_back(cohort, manager):
    made = name(cohort, manager, CENTRE)
    assert name(cohort, manager, CENTRE).pk == made.pk
    assert name(cohort, manager).bodies == []
    assert CoIssuers.objects.count() == 2
    record = awards(manager).get(pk=make_award(cohort).pk)
    assert bodies_of(record, cohort) == []
    with pytest.raises(DomainError, match="nobody_named"):
        name(cohort, manager, basis="another")


def test_only_who_issues_for_the_base_names_them(cohort, manager):
    for other in (manager_of(certificate_base()), hat(Role.INSTRUCTOR, cohort.base)):
        with pytest.raises(NotAllowed):
            name(cohort, other, CENTRE)


def test_more_than_three_do_not_fit(cohort, manager):
    fourth = {**THIRD, "zh": "赤坎成果促进会"}
    assert problems(cohort, manager, CENTRE, ZONE, THIRD, fourth) == [(2, "zh", "too_many")]


@pytest.mark.parametrize(
    ("language", "said", "code"),
    [
        ("zh", "国家技术转移中心", "word_state"),
        ("zh", "全国技术经理人联盟", "word_state"),
        ("zh", "中 国技术联盟", "word_state"),
        ("zh", "国家中国技术市场协会", "word_state"),
        ("zh", "职业资格鉴定所", "word_qualification"),
        ("en", "China Transfer Union", "word_state"),
        ("en", "RTTP Alliance", "word_foreign_mark"),
        ("en", "Nаtional Centre", "word_letter"),
        ("en", "Transfer\u200bCentre", "sign_not_allowed"),
        ("ja", "", "missing"),
        ("zh", "技" * 41, "too_long"),
        ("zh", "教育部", "word_state"),
        ("zh", "科学技术部", "word_state"),
        ("zh", "中华人民共和国科学技术部", "word_state"),
        ("zh", "国家知识产权局", "word_state"),
        ("zh", "最高人民法院", "word_state"),
        ("zh", "中共中央组织部", "word_state"),
        ("zh", "北京市人民政府", "word_state"),
        ("zh", "世界知识产权组织", "word_state"),
        ("zh", "培训证明，不是职业资格证书", "word_qualification"),
        ("en", "Ministry of Science and Technology", "word_state"),
        ("en", "WIPO", "word_state"),
        ("ja", "文部科学省", "word_state"),
    ],
)
def test_name_is_refused_as_the_linter_refuses_words(cohort, manager, language, said, code):
    assert (1, language, code) in problems(cohort, manager, CENTRE, {**ZONE, language: said})
    assert not CoIssuers.objects.exists()


def test_official_designation_is_a_name(cohort, manager):
    body = {**THIRD, "zh": "中国技术市场协会"}
    assert name(cohort, manager, body).bodies == [body]


def test_nobody_is_named_twice_nor_the_base_itself(cohort, manager):
    twice = [(1, language, "named_twice") for language in ("en", "ja", "zh")]
    assert problems(cohort, manager, CENTRE, CENTRE) == twice
    assert problems(cohort, manager, {**CENTRE, "zh": cohort.base.name}) == [(0, "zh", "named_twice")]


def test_basis_is_needed_by_service_and_database(cohort, manager):
    with pytest.raises(DomainError, match="basis_missing"):
        name(cohort, manager, CENTRE, basis=" ")
    with pytest.raises(IntegrityError), transaction.atomic():
        CoIssuers.objects.create(cohort=cohort, bodies=[CENTRE], basis="", recorded_by=manager)


def test_rows_are_append_only(cohort, manager):
    made = name(cohort, manager, CENTRE)
    with pytest.raises(IntegrityError), transaction.atomic():
        CoIssuers.objects.filter(pk=made.pk).update(bodies=[])
    with pytest.raises(IntegrityError), transaction.atomic():
        made.delete()


# --- frozen -----------------------------------------------------------------------------------------------------------
def test_first_number_of_the_class_settles_it(cohort, manager):
    name(cohort, manager, CENTRE)
    allot_certificate(actor=system_user(), training_record=make_award(cohort))
    with pytest.raises(DomainError, match="issuers_settled"):
        name(cohort, manager, ZONE)


def test_certificate_on_a_correction_of_a_correction_settles_it(cohort, manager):
    record = correction_of(correction_of(make_award(cohort)))
    make_certificate()
    assert not is_settled(cohort)
    allot_certificate(actor=system_user(), training_record=record)
    assert is_settled(cohort)


def test_batch_settles_it_while_it_waits_and_once_it_is_approved(cohort, manager):
    name(cohort, manager, CENTRE)
    make_award(cohort)
    batch = services.ask_for_cohort(actor=manager, cohort=cohort)
    with pytest.raises(DomainError, match="issuers_settled"):
        name(cohort, manager, ZONE)
    services.withdraw_batch(actor=manager, batch=batch)
    name(cohort, manager, ZONE)
    services.confirm_batch(actor=manager, batch=services.ask_for_cohort(actor=manager, cohort=cohort))
    with pytest.raises(DomainError, match="issuers_settled"):
        name(cohort, manager, CENTRE)


def test_list_of_chosen_records_settles_the_classes_in_it(cohort, manager):
    record = make_award(cohort)
    services.ask_for_records(actor=manager, base=cohort.base, record_ids=[record.pk])
    assert is_settled(cohort)
    assert not is_settled(make_cohort(cohort.base))


def take_number(actor, record):
    allot_certificate(actor=system_user(), training_record=record)


def ask_for_it(actor, record):
    services.ask_for_records(actor=actor, base=record.base, record_ids=[record.pk])


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("corrections", [0, 2])
@pytest.mark.parametrize("first", [take_number, ask_for_it])
def test_naming_waits_for_whoever_takes_the_first_number(first, corrections):
    """Two transactions at once: without the lock on the class neither would see the other."""
    cohort = make_cohort(certificate_base(), state="assessing")
    manager, record, refused = manager_of(cohort.base), make_award(cohort), []
    for _again in range(corrections):
        record = correction_of(record)

    def name_others():
        try:
            name(cohort, manager, CENTRE)
        except DomainError as refusal:
            refused.append(refusal.code)
        finally:
            connection.close()

    other = Thread(target=name_others)
    with transaction.atomic():
        first(manager, record)
        other.start()
        other.join(timeout=1)
        assert other.is_alive()
    other.join()
    assert refused == ["issuers_settled"]
    assert not CoIssuers.objects.exists()


# --- issued -----------------------------------------------------------------------------------------------------------
def test_certificate_says_who_issued_it_in_file_credential_and_verification(cohort, manager):
    name(cohort, manager, CENTRE, ZONE)
    certificate = make_certificate(make_award(cohort))
    assert certificate.facts["co_issuers"] == [CENTRE, ZONE]
    assert certificate.file.template_version.startswith("completion-joint-1+")
    document = json.loads(certificate.credential.json_form)
    assert document["issuer"]["name"] == "技术经理人平台"
    for said in (document["description"], document["credentialSubject"]["achievement"]["description"]):
        assert all(word in said for body in (CENTRE, ZONE) for word in body.values())
    assert verify(code=certificate.code).as_json()["co_issuers"] == [CENTRE["zh"], ZONE["zh"]]


def test_certificate_of_a_class_without_them_says_what_it_always_said():
    certificate = make_certificate()
    assert "co_issuers" not in certificate.facts
    assert certificate.file.template_version.startswith("completion-1+")
    document = json.loads(certificate.credential.json_form)
    assert "联合" not in json.dumps(document, ensure_ascii=False)
    assert verify(code=certificate.code).as_json()["co_issuers"] == []


def test_achievement_issued_by_others_too_is_another_one(cohort, manager):
    other = make_cohort(cohort.base, state="assessing")
    name(cohort, manager, CENTRE)
    ids = {
        json.loads(make_certificate(make_award(one)).credential.json_form)["credentialSubject"]["achievement"]["id"]
        for one in (cohort, other, other)
    }
    assert len(ids) == 2


def test_replacement_names_the_same_bodies(cohort, manager):
    name(cohort, manager, CENTRE, ZONE)
    old = make_certificate(make_award(cohort))
    correction_of(old.training_record, title="更正后的培训")
    made = services.supersede_certificate(actor=manager, certificate=old)
    assert made.facts["co_issuers"] == [CENTRE, ZONE]
    labels = {str(fact.label): fact.printed for fact in facts_today(actor=manager, certificate=made)}
    assert CENTRE["zh"] in labels[str(LABELS["co_issuers"])]


def test_record_that_was_corrected_more_than_once_is_of_its_class(cohort, manager):
    name(cohort, manager, CENTRE)
    record = awards(manager).get(pk=correction_of(correction_of(make_award(cohort))).pk)
    assert bodies_of(record, cohort) == [CENTRE]
    batch = services.ask_for_records(actor=manager, base=cohort.base, record_ids=[record.pk])
    assert [one.cohort for one in lists_of_batch(batch)] == [cohort]


def retire_joint():
    joint = TemplateVersion.objects.filter(template__joint=True)
    joint.update(state="retired", valid_to="2026-01-01")


def test_design_without_places_is_refused_at_the_dry_run_and_at_the_issue(cohort, manager):
    name(cohort, manager, CENTRE)
    record = make_award(cohort)
    retire_joint()
    found = refusals(awards(manager).get(pk=record.pk))
    assert [one.obstacle for one in found] == [Obstacle.NO_PLACE_FOR_ISSUERS]
    [line] = services.plan_issue(actor=manager, cohort=cohort)
    assert (line.is_ready, line.refusals[0].obstacle) == (False, Obstacle.NO_PLACE_FOR_ISSUERS)
    with pytest.raises(DomainError, match="no_place_for_issuers"):
        services.issue_certificate(actor=manager, training_record=record)
    assert not Certificate.objects.exists()


def test_dry_run_asks_no_more_for_three_people_than_for_one(cohort, manager):
    name(cohort, manager, CENTRE)
    counts = []
    for more in (1, 2):
        for _one in range(more):
            make_award(cohort)
        with CaptureQueriesContext(connection) as asked:
            assert len(services.plan_issue(actor=manager, cohort=cohort)) in (1, 3)
        counts.append(len(asked))
    assert counts[0] == counts[1]


# --- pages ------------------------------------------------------------------------------------------------------------
def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def address(cohort):
    return reverse("certificates:co_issuers", args=[cohort.pk])


def given(*bodies, basis="协议"):
    fields = {f"{code}_{at}": text for at, body in enumerate(bodies, start=1) for code, text in body.items()}
    return {**fields, "basis": basis}


def test_page_records_and_says_what_will_be_printed(cohort, manager):
    client = signed_in(manager)
    assert client.post(address(cohort), given(CENTRE, ZONE)).status_code == 302
    page = client.get(address(cohort)).content.decode()
    assert page.index(cohort.base.name_en) < page.index(CENTRE["ja"]) < page.index(ZONE["en"])
    dry_run = client.get(reverse("certificates:issue", args=[cohort.pk])).content.decode()
    assert CENTRE["zh"] in dry_run


def test_refused_form_comes_back_filled_with_each_word_at_its_field(cohort, manager):
    client = signed_in(manager)
    wrong = {**ZONE, "en": "National Centre", "ja": ""}
    # The second row is left empty: problems stand at the row in which the name was written.
    answer = client.post(address(cohort), {**given(CENTRE), **{f"{code}_3": text for code, text in wrong.items()}})
    form = answer.context["form"]
    assert set(form.errors) == {"en_3", "ja_3"}
    page = answer.content.decode()
    assert page.count("National Centre") == 1
    assert 'value="协议"' in page
    assert not CoIssuers.objects.exists()


def test_settled_class_has_no_form(cohort, manager):
    client = signed_in(manager)
    name(cohort, manager, CENTRE)
    make_certificate(make_award(cohort))
    page = client.get(address(cohort)).content.decode()
    assert 'name="zh_1"' not in page
    answer = client.post(address(cohort), given(ZONE))
    assert (answer.status_code, CoIssuers.objects.count()) == (200, 1)


def test_second_person_reads_who_issues(cohort, manager):
    name(cohort, manager, CENTRE)
    record = make_award(cohort)
    batch = services.ask_for_records(actor=manager, base=cohort.base, record_ids=[record.pk])
    [named] = lists_of_batch(batch)
    assert (named.cohort, in_words(named)) == (cohort, [f"{CENTRE['zh']} / {CENTRE['en']} / {CENTRE['ja']}"])
    page = signed_in(manager).get(reverse("certificates:batch", args=[batch.pk])).content.decode()
    assert CENTRE["zh"] in page


def test_pages_of_a_certificate_name_everybody(client, cohort, manager):
    name(cohort, manager, CENTRE, ZONE)
    certificate = make_certificate(make_award(cohort))
    own = signed_in(manager).get(reverse("certificates:certificate", args=[certificate.number]))
    for page in (own, client.get(reverse("v:by_code", args=[certificate.code]))):
        text = page.content.decode()
        assert CENTRE["zh"] in text
        assert ZONE["zh"] in text
        # A second value under one label would push every label after it into the column of values.
        facts = re.findall(r'<dl class="kv">.*?</dl>', text, re.DOTALL)
        assert [(one.count("<dt"), one.count("<dd")) for one in facts] == [(n := one.count("<dt"), n) for one in facts]
        assert any(CENTRE["zh"] in one for one in facts)
    sentence = text.partition('class="outcome')[2].partition("</section>")[0] or text
    assert f"{certificate.issuer} · {CENTRE['zh']} · {ZONE['zh']}" in sentence
