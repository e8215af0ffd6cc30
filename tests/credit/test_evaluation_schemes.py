"""Versions of evaluation schemes: written by one, adopted by another, frozen from then on; of one region each."""

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from core.errors import DomainError, NotAllowed, WrongState
from core.models import AuditEntry
from credit import services
from credit.models import EvaluationScheme
from tests.builders import officer, region, regulator
from tests.credit.evaluating import evaluator, make_scheme, scheme, scheme_words

pytestmark = pytest.mark.django_db


@pytest.fixture
def nation():
    return regulator("000000")


def test_examples_are_adopted_one_for_each_kind_of_subject():
    rows = EvaluationScheme.objects.order_by("subject_kind").values_list("subject_kind", "code", "state")

    assert list(rows) == [
        ("base", "BASE_ANNUAL", "adopted"),
        ("institution", "INSTITUTION_ANNUAL", "adopted"),
        ("person", "PERSON_PRACTICE", "adopted"),
    ]


def test_version_is_written_proposed_and_adopted_by_a_second_person(nation):
    draft = services.write_scheme(actor=nation, words=scheme_words(publicity_days=10), drafted_from=scheme())
    services.propose_scheme(actor=nation, scheme=draft)
    adopted = services.adopt_scheme(actor=regulator("000000"), scheme=draft)

    assert (adopted.version, adopted.state, adopted.publicity_days) == ("2026-2", "adopted", 10)
    verbs = AuditEntry.objects.filter(subject_type="credit.evaluationscheme").order_by("pk").values_list("verb", flat=1)
    assert list(verbs) == [f"credit.evaluationscheme.{step}" for step in ("write", "propose", "adopt")]


@pytest.mark.parametrize("step", ["adopt_scheme", "refuse_scheme"])
def test_whoever_wrote_it_decides_nothing(nation, step):
    draft = services.write_scheme(actor=nation, words=scheme_words())
    services.propose_scheme(actor=regulator("000000"), scheme=draft)
    reason = {"reason": "不妥"} if step == "refuse_scheme" else {}

    with pytest.raises(NotAllowed) as refusal:
        getattr(services, step)(actor=nation, scheme=draft, **reason)

    assert refusal.value.code == "same_person_twice"


def test_faulty_scheme_is_not_written(nation):
    words = scheme_words()
    words["tree"][0]["indicators"][0]["weight"] += 1

    with pytest.raises(DomainError) as refusal:
        services.write_scheme(actor=nation, words=words)

    assert (refusal.value.code, refusal.value.facts) == ("scheme_faulty", {"faults": ["weights_not_whole"]})


def test_paper_is_asked_of_no_person(nation):
    words = scheme_words("PERSON_PRACTICE")
    words["tree"][1]["indicators"][0]["titles"]["zh-hans"] = "发表论文"

    with pytest.raises(DomainError) as refusal:
        services.write_scheme(actor=nation, words=words)

    assert refusal.value.facts == {"faults": ["asks_for_papers"]}


def test_province_writes_schemes_of_its_own_and_none_of_the_nation():
    actor = regulator()
    own = services.write_scheme(actor=actor, words=scheme_words(code="ZONE_BASE", region_path=region().path))

    assert own.region_path == "990000/"
    with pytest.raises(NotAllowed):
        services.write_scheme(actor=actor, words=scheme_words())
    with pytest.raises(DomainError) as refusal:
        services.write_scheme(actor=actor, words=scheme_words(region_path=region().path))
    assert refusal.value.code == "scheme_of_another_region"


@pytest.mark.parametrize("make", [officer, evaluator])
def test_others_write_none(make):
    with pytest.raises(NotAllowed):
        services.write_scheme(actor=make(), words=scheme_words())


def test_proposed_words_stand(nation):
    draft = services.write_scheme(actor=nation, words=scheme_words())
    services.propose_scheme(actor=nation, scheme=draft)

    with pytest.raises(WrongState):
        services.write_scheme(actor=nation, words=scheme_words(publicity_days=3), draft=draft)


def test_refusal_has_a_reason_and_a_withdrawn_one_is_gone(nation):
    draft = services.write_scheme(actor=nation, words=scheme_words())
    services.propose_scheme(actor=nation, scheme=draft)
    with pytest.raises(DomainError) as refusal:
        services.refuse_scheme(actor=regulator("000000"), scheme=draft, reason=" ")
    assert refusal.value.code == "reason_missing"

    assert services.refuse_scheme(actor=regulator("000000"), scheme=draft, reason="指标过多").state == "refused"
    assert services.withdraw_scheme(actor=nation, scheme=make_scheme()).state == "withdrawn"


# --- what the database promises -------------------------------------------------------------------------------------
@pytest.mark.parametrize("column", ["tree", "grades", "ladder", "publicity_days", "texts", "version", "written_by_id"])
def test_adopted_scheme_is_frozen(column):
    value = "5" if column in ("publicity_days", "written_by_id") else "'[]'"

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE credit_evaluationscheme SET {column} = {value}")  # noqa: S608


def test_draft_can_still_be_changed(nation):
    draft = make_scheme()

    assert services.write_scheme(actor=nation, words=scheme_words(publicity_days=3), draft=draft).publicity_days == 3


@pytest.mark.parametrize("wrong", [{"publicity_days": 0}, {"publicity_days": 61}, {"least_measured": 0}])
def test_database_refuses(wrong):
    with pytest.raises(IntegrityError), transaction.atomic():
        make_scheme(**wrong)


def test_database_keeps_author_and_adopter_apart(nation):
    with pytest.raises(IntegrityError), transaction.atomic():
        EvaluationScheme.objects.create(
            state="adopted", version="2026-9", written_by=nation, adopted_by=nation, **scheme_words()
        )
