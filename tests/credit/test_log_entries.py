"""Decisions under own rules, their reviews and final evaluations stand in the log: fingerprints that open, no words."""

import json

import pytest

from certificates.tlog.models import Kind, PendingEntry
from certificates.tlog.services import commit
from credit.models import EvaluationRound
from credit.rules.self_regulation import Result
from credit.services.case_log import own_text, round_text
from tests.builders import make_base
from tests.credit.evaluating import Evaluation, after_publicity
from tests.credit.own_rules import association_and_member

pytestmark = pytest.mark.django_db


def entry(kind: str, ref: object) -> PendingEntry:
    return PendingEntry.objects.get(kind=kind, ref=ref)


def opens(found: PendingEntry, salt: str, text: str) -> bool:
    return bytes(found.commitment) == commit(bytes.fromhex(salt), text.encode())


def test_decision_under_own_rules_stands_in_the_log_and_names_nobody():
    track = association_and_member()
    case = track.decided(Result("reminder"))

    found = entry(Kind.OWN_DECISION, case.uuid)

    assert opens(found, case.salt, own_text(case, Kind.OWN_DECISION))
    told = bytes(found.entry).decode()
    assert json.loads(told)["issuer"] == "own-rules"
    for word in (track.body.name, track.subject.name, case.number, case.reasons):
        assert word not in told


def test_fingerprint_is_of_these_words_and_no_others():
    case = association_and_member().decided(Result("reminder"))
    text = own_text(case, Kind.OWN_DECISION)

    case.reasons = "别的理由"

    assert not opens(entry(Kind.OWN_DECISION, case.uuid), case.salt, own_text(case, Kind.OWN_DECISION))
    assert opens(entry(Kind.OWN_DECISION, case.uuid), case.salt, text)


@pytest.mark.parametrize("step", ["maintain", "set_aside"])
def test_review_stands_in_the_log(step):
    track = association_and_member()
    review = track.review(track.asked(Result("reminder")), step)

    found = entry(Kind.OWN_REVIEW, review.uuid)
    assert opens(found, review.case.salt, own_text(review, Kind.OWN_REVIEW))


def test_salts_differ():
    first, second = (association_and_member().decided(Result("reminder")) for _ in range(2))

    assert first.salt != second.salt


def test_final_result_of_a_round_stands_in_the_log_with_its_grades():
    one = Evaluation("BASE_ANNUAL", make_base())
    one.at("publicity")
    assert not PendingEntry.objects.filter(kind=Kind.EVALUATION_FINAL).exists()
    with after_publicity(one.round):
        one.finalise()

    final = EvaluationRound.objects.get()
    found = entry(Kind.EVALUATION_FINAL, final.uuid)
    assert opens(found, final.salt, round_text(final))
    assert json.loads(bytes(found.entry))["issuer"] == "990000"
