"""A person's evaluation opens for a stated purpose alone; the person reads who looked, and what for."""

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.models import AccessEntry
from core import clock
from core.errors import NotAllowed
from core.models import AuditEntry
from credit import services
from tests.builders import base_manager, make_base, make_user, regulator
from tests.credit.evaluating import Evaluation, entered, evaluator, someone_rated
from tests.credit.test_evaluation_pages import page, press, text

pytestmark = pytest.mark.django_db
PAGES = ("evaluation_subject", "evaluation_score", "evaluation_consequence")


@pytest.fixture
def rated():
    user = make_user()
    found = someone_rated(user).at("scoring")
    found.person_user = user
    found.score(5)
    return found.at("publicity")


@pytest.mark.parametrize("name", PAGES)
def test_officer_is_asked_first_and_sees_nothing_of_it(client, rated, name):
    shown = page(client, rated.first, name, rated.subject.pk)

    assert shown.templates[0].name == "credit/evaluation_purpose.html"
    assert "现场查验" not in text(shown)
    assert not AccessEntry.objects.exists()


def test_objection_of_a_person_is_not_read_without_a_purpose_either(client, rated):
    objection = services.file_objection(actor=rated.person_user, subject=rated.subject, words="少计学时")

    assert "少计学时" not in text(page(client, rated.second, "evaluation_objection", objection.pk))
    opened(client, rated.second, rated.subject)
    assert "少计学时" in text(page(client, rated.second, "evaluation_objection", objection.pk))


def opened(client, user, subject, **said):
    return press(client, user, "open_persons_evaluation", subject.pk, **{"purpose": "case", "about": "2026-7", **said})


def test_look_is_written_down_and_the_person_sees_who_and_what_for(client, rated):
    answer = opened(client, rated.first, rated.subject)

    assert answer["Location"] == reverse("credit:evaluation_subject", args=[rated.subject.pk])
    entry = AccessEntry.objects.get()
    assert (entry.person, entry.actor, entry.granted) == (rated.subject.person, rated.first, True)
    assert (entry.purpose.startswith("评价 · "), entry.purpose.endswith("2026-7")) == (True, True)
    assert AuditEntry.objects.filter(verb="credit.evaluation_opened", actor=rated.first.pk).count() == 1
    assert page(client, rated.first, "evaluation_subject", rated.subject.pk).context["result"].grade == "B"
    client.force_login(rated.person_user)
    shown = text(client.get(reverse("accounts:access_log")))
    assert (entry.purpose in shown, entry.body_name in shown) == (True, True)


def test_purpose_is_asked_once_and_again_after_a_quarter_of_an_hour(client, rated):
    opened(client, rated.first, rated.subject)
    for name in PAGES[::2]:
        assert client.get(reverse(f"credit:{name}", args=[rated.subject.pk])).templates[0].name != PURPOSE
    assert AccessEntry.objects.count() == 1

    with clock.travel(timedelta(minutes=16)):
        assert client.get(reverse("credit:evaluation_subject", args=[rated.subject.pk])).templates[0].name == PURPOSE


PURPOSE = "credit/evaluation_purpose.html"


def test_scores_that_took_longer_than_the_look_are_kept_and_faults_show_nothing(client):
    one = someone_rated().at("scoring")
    services.declare_conflict(actor=one.scorer, subject=one.subject, has_conflict=False)
    opened(client, one.scorer, one.subject)
    [code] = entered(one.round.scheme)
    sent = {f"value_{code}": 4, f"evidence_{code}": "记录第9号"}
    with clock.travel(timedelta(minutes=16)):
        address = reverse("credit:evaluation_score", args=[one.subject.pk])
        assert client.post(address, {f"value_{code}": "x"}).templates[0].name == PURPOSE
        assert client.post(address, sent).status_code == 302

    assert one.subject.values.get(kind="scored").evidence == "记录第9号"


def test_look_without_a_purpose_opens_nothing(client, rated):
    answer = opened(client, rated.first, rated.subject, purpose="")

    assert answer.templates[0].name == PURPOSE
    assert not AccessEntry.objects.exists()
    assert client.get(reverse("credit:evaluation_subject", args=[rated.subject.pk])).templates[0].name == PURPOSE


def test_neither_an_evaluation_opens_the_file_nor_the_file_an_evaluation(client, rated):
    opened(client, rated.first, rated.subject)
    file = client.get(reverse("credit:file", args=[rated.subject.person_id]))
    assert file.status_code == 404 or file.templates[0].name == "credit/purpose.html"


def test_person_is_asked_nothing(client, rated):
    assert page(client, rated.person_user, "evaluation_subject", rated.subject.pk).context["result"].grade == "B"
    assert not AccessEntry.objects.exists()


def test_places_are_opened_without_a_purpose(client):
    one = Evaluation("BASE_ANNUAL", make_base())
    assert page(client, one.first, "evaluation_subject", one.subject.pk).templates[0].name != PURPOSE
    assert opened(client, one.first, one.subject).status_code == 404


def test_refused_try_is_written_down_and_the_person_sees_it(client, rated):
    other = regulator("980000")

    assert opened(client, other, rated.subject).status_code == 404

    entry = AccessEntry.objects.get()
    assert (entry.person, entry.actor, entry.granted) == (rated.subject.person, other, False)
    assert (entry.purpose.startswith("评价 · "), entry.purpose.endswith("2026-7")) == (True, True)
    assert AuditEntry.objects.filter(verb="credit.evaluation_refused", subject_id=str(rated.subject.pk)).count() == 1
    assert client.get(reverse("credit:evaluation_subject", args=[rated.subject.pk])).status_code == 404
    client.force_login(rated.person_user)
    shown = text(client.get(reverse("accounts:access_log")))
    assert (entry.purpose in shown, entry.body_name in shown, "已拒绝" in shown) == (True, True, True)


@pytest.mark.parametrize(
    ("make_actor", "words"), [(make_user, "评价"), (base_manager, "评价"), (evaluator, "评价 · 案件 26")]
)
def test_words_of_an_office_that_evaluates_nobody_are_not_kept(rated, make_actor, words):
    entry = services.open_evaluation(actor=make_actor(), subject_id=rated.subject.pk, purpose="案件 26")

    assert (entry.granted, entry.purpose) == (False, words)


def test_refused_tries_are_written_once_a_day_and_person_whatever_was_tried(rated):
    other = regulator("980000")
    for _try in range(2):
        services.open_evaluation(actor=other, subject_id=rated.subject.pk, purpose="案件 26")
    services.open_file(actor=other, person_id=rated.subject.person_id, purpose="案件 26")
    assert AccessEntry.objects.filter(actor=other).count() == 1

    with clock.travel(timedelta(days=1, minutes=1)):
        services.open_evaluation(actor=other, subject_id=rated.subject.pk, purpose="案件 26")
    assert AccessEntry.objects.filter(actor=other).count() == 2


def test_nobody_learns_by_a_refused_try_of_a_round_in_preparation():
    one = someone_rated().at("draft")
    for actor in (regulator("980000"), make_user()):
        with pytest.raises(NotAllowed):
            services.open_evaluation(actor=actor, subject_id=one.subject.pk, purpose="x")
    assert not AccessEntry.objects.exists()


def test_try_to_open_nothing_is_not_written_down():
    place = Evaluation("BASE_ANNUAL", make_base()).subject.pk
    for pk in (place, 999_999):
        with pytest.raises(NotAllowed):
            services.open_evaluation(actor=regulator("980000"), subject_id=pk, purpose="x")
    assert not AccessEntry.objects.exists()


def test_list_of_a_round_of_persons_shows_no_result(client, rated):
    shown = page(client, rated.first, "evaluation", rated.round.pk)
    assert [result for _subject, result in shown.context["lines"]] == [None]
    assert "填写目的后查看" in text(shown)


def test_nothing_is_scored_by_whoever_never_said_what_for(client, rated):
    for name in ("evaluation_score", "evaluation_consequence"):
        answer = press(client, rated.first, name, rated.subject.pk)
        assert answer.templates[0].name == "credit/evaluation_purpose.html"
