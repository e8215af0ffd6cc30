"""What was agreed to is what is issued: the click under the list it showed, a batch under the list it asked for."""

import pytest
import yaml
from django.conf import settings
from django.test import Client
from django.urls import reverse

from certificates import services, tasks
from certificates.models import Certificate, CoIssuers, IssueBatch
from certificates.pdf.designs.words import WORDS as WORD_FILE
from certificates.selectors.joint import in_words, is_settled, lists_of_batch
from certificates.services import issue
from certificates.views.findings import WORDS
from core.errors import DomainError
from core.models import Job, JobItem, OutboxEvent
from tests.certificates.builders import certificate_base, make_award, manager_of
from tests.certificates.test_joint_issue import CENTRE, THIRD, ZONE, name, problems
from tests.courses.builders import make_cohort

pytestmark = pytest.mark.django_db


@pytest.fixture
def cohort():
    return make_cohort(certificate_base(), state="assessing")


@pytest.fixture
def manager(cohort):
    return manager_of(cohort.base)


@pytest.fixture
def second(cohort):
    return manager_of(cohort.base)


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


# --- the click ------------------------------------------------------------------------------------------------------
def test_click_is_bound_to_the_list_it_showed(cohort, manager, second):
    make_award(cohort)
    name(cohort, manager, CENTRE)
    client, address = signed_in(manager), reverse("certificates:issue", args=[cohort.pk])
    shown = client.get(address).context["shown"]
    assert f'name="shown" value="{shown}"' in client.get(address).content.decode()
    name(cohort, second, ZONE)

    for stale in (str(shown), "", "²", "9" * 30):
        answer = client.post(address, {"shown": stale}, follow=True)
        assert [str(one.level_tag) for one in answer.context["messages"]] == ["warning"]
    assert not IssueBatch.objects.exists()

    client.post(address, {"shown": client.get(address).context["shown"]})
    [batch] = IssueBatch.objects.all()
    assert [row.bodies for row in lists_of_batch(batch)] == [[ZONE]]


def test_click_under_the_base_alone_does_not_issue_with_others(cohort, manager):
    make_award(cohort)
    with pytest.raises(DomainError, match="issuers_changed"):
        services.ask_for_cohort(actor=manager, cohort=cohort, shown=name(cohort, manager, CENTRE).pk + 1)
    with pytest.raises(DomainError, match="issuers_changed"):
        services.ask_for_cohort(actor=manager, cohort=cohort, shown=0)


def test_batch_that_waits_is_not_given_to_a_click_under_another_list(cohort, manager, second):
    make_award(cohort)
    services.ask_for_cohort(actor=manager, cohort=cohort, shown=name(cohort, manager, CENTRE).pk)
    with pytest.raises(DomainError, match="issuers_changed"):
        services.ask_for_cohort(actor=second, cohort=cohort, shown=0)


# --- the batch ------------------------------------------------------------------------------------------------------
def test_withdrawn_batch_shows_what_it_had_asked_for(cohort, manager):
    make_award(cohort)
    name(cohort, manager, CENTRE)
    batch = services.ask_for_cohort(actor=manager, cohort=cohort)
    services.withdraw_batch(actor=manager, batch=batch)
    name(cohort, manager, ZONE)
    page = signed_in(manager).get(reverse("certificates:batch", args=[batch.pk])).content.decode()
    assert CENTRE["zh"] in page
    assert ZONE["zh"] not in page


def test_second_person_reads_by_which_document_and_who_recorded_it(cohort, manager, second):
    make_award(cohort)
    named = name(cohort, manager, CENTRE, basis="联合发证协议〔2026〕7号")
    batch = services.ask_for_cohort(actor=manager, cohort=cohort)
    page = signed_in(second).get(reverse("certificates:batch", args=[batch.pk]))
    [(kept, bodies)] = page.context["together"]
    assert (kept, bodies) == (named, in_words(named))
    assert "联合发证协议〔2026〕7号" in page.content.decode()
    assert str(manager) in page.content.decode()


@pytest.fixture
def all_failed(cohort, manager):
    """Agreed to with CENTRE; nothing of it could be issued, and its job is over."""
    make_award(cohort)
    name(cohort, manager, CENTRE)
    batch = services.confirm_batch(actor=manager, batch=services.ask_for_cohort(actor=manager, cohort=cohort))
    JobItem.objects.filter(job=batch.job).update(state="failed", error="identity_not_checked")
    Job.objects.filter(pk=batch.job_id).update(state="done")
    OutboxEvent.objects.filter(kind="certificates.issue").update(state="done")
    batch.refresh_from_db()
    return batch


def tried_again(actor, batch):
    records = [*batch.items.values_list("record", flat=True)]
    return services.retry_item(actor=actor, batch=batch, record_ids=records)


def test_batch_of_which_nothing_was_issued_settles_nothing(all_failed, cohort, manager):
    assert not is_settled(cohort)
    assert tried_again(manager, all_failed) == 1
    assert is_settled(cohort)
    tasks.issue(OutboxEvent.objects.get(kind="certificates.issue", state="new"))
    assert Certificate.objects.get().facts["co_issuers"] == [CENTRE]


@pytest.mark.parametrize("what", ["all", "restart"])
def test_it_is_not_taken_up_again_under_another_list(all_failed, cohort, manager, what):
    name(cohort, manager, ZONE)
    Job.objects.filter(pk=all_failed.job_id).update(state="failed")
    answer = signed_in(manager).post(
        reverse("certificates:steer_batch", args=[all_failed.pk]), {"what": what}, follow=True
    )
    assert [str(one.level_tag) for one in answer.context["messages"]] == ["error"]
    assert Job.objects.get().state == "failed"
    assert {*JobItem.objects.values_list("state", flat=True)} == {"failed"}
    again = services.ask_for_cohort(actor=manager, cohort=cohort)
    assert again != all_failed
    assert [row.bodies for row in lists_of_batch(again)] == [[ZONE]]


# --- names ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("language", "said", "code"),
    [
        ("zh", "望海市促进中心、石桥管理委员会", "several_bodies"),
        ("zh", "望海市促进中心/石桥管理委员会", "several_bodies"),
        ("en", "Wanghai Centre; Shiqiao Zone", "several_bodies"),
        ("ja", "望海促進センター、石橋委員会", "several_bodies"),
        ("zh", "Wanghai Transfer Centre", "other_language"),
        ("zh", "望海促進センター", "other_language"),
        ("en", "望海市促进中心", "other_language"),
        ("en", "2026", "other_language"),
        ("ja", "Wanghai Transfer Centre", "other_language"),
    ],
)
def test_one_name_is_one_body_in_the_language_of_its_field(cohort, manager, language, said, code):
    assert (1, language, code) in problems(cohort, manager, CENTRE, {**ZONE, language: said})


def test_english_name_may_hold_a_comma(cohort, manager):
    body = {**THIRD, "en": "Institute of Optics, Lanzhou University"}
    assert name(cohort, manager, body).bodies == [body]


@pytest.mark.parametrize("language", ["zh", "en", "ja"])
def test_same_body_is_known_by_any_of_its_names(cohort, manager, language):
    assert problems(cohort, manager, CENTRE, {**ZONE, language: CENTRE[language]}) == [(1, language, "named_twice")]


def test_pasted_name_is_not_cut(cohort, manager):
    page = signed_in(manager).get(reverse("certificates:co_issuers", args=[cohort.pk]))
    assert "maxlength" not in str(page.context["form"]["zh_1"])
    assert CoIssuers.objects.count() == 0


def test_every_kind_of_word_has_its_words():
    data = yaml.safe_load((settings.ROOT / WORD_FILE).read_text(encoding="utf-8"))
    kinds = {one["kind"] for one in data["forbidden"]} | {"letter"}
    assert {f"word_{kind}" for kind in kinds} <= WORDS.keys()


# --- the job --------------------------------------------------------------------------------------------------------
def test_job_reads_an_award_twice(cohort, manager, monkeypatch):
    """Once to take its number and once when its bytes are kept; each reading is a dozen statements."""
    make_award(cohort)
    read, real = [], issue.awards
    monkeypatch.setattr(issue, "awards", lambda actor: read.append(actor) or real(actor))
    services.confirm_batch(actor=manager, batch=services.ask_for_cohort(actor=manager, cohort=cohort))
    tasks.issue(OutboxEvent.objects.get(kind="certificates.issue"))
    assert Certificate.objects.get().state == "issued"
    assert len(read) == 2
