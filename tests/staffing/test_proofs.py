"""Proofs of a ratio: what they say and commit to, the same for ever, and who makes them."""

import hashlib
from datetime import date, timedelta

import pytest
import time_machine

from accounts.models import Person, PersonMerge
from accounts.permissions import Role
from accounts.selectors import system_user
from certificates.tlog import services as tlog
from certificates.tlog.models import PendingEntry
from core import clock
from core.errors import DomainError, NotAllowed
from core.models import AuditEntry, OutboxEvent
from courses.models import TrainingRecord
from staffing import services
from staffing.identifiers import looks_like_reference, normal_reference, proof_reference
from staffing.models import RatioProof, SealedCount
from staffing.proofs import root_over
from staffing.selectors.proof_checks import FIGURE, SAME, STANDS, VERDICT, verify_in_hand, verify_proof
from staffing.selectors.proofs import answer_again, answer_now, csv_bytes, json_bytes, lines_of
from staffing.services.proof_rounds import check_proofs
from staffing.services.proofs import make_proof
from tests.builders import (
    base_manager,
    hat,
    join_records,
    make_appointment,
    make_institution,
    make_person,
    make_rule,
    make_user,
    officer,
    regulator,
)
from tests.courses.annulling import make_annulment
from tests.staffing.proving import DAY, NAMES, fraction, overwrite, proven, said_in, staffed
from tests.staffing.test_selectors import train

pytestmark = pytest.mark.django_db


# --- what it says ---------------------------------------------------------------------------------------------------
def test_proof_says_the_figure_the_day_the_knowledge_and_the_rule():
    place = staffed()

    proof = proven(place)

    said = said_in(proof)
    assert (said["trained"], said["staff"], said["outcome"], said["percent"]) == (2, 3, "not_met", "66.6")
    assert (said["asOf"], said["knownAt"]) == ("2026-06-30", proof.known_at.astimezone(clock.SHANGHAI).isoformat())
    assert said["institution"] == {"name": place.name, "uscc": place.uscc, "region": place.region.name}
    assert (said["rule"]["code"], said["rule"]["value"], said["rule"]["periodEnd"]) == (
        "TRAINED_STAFF_70", 70, "2025-12-31",
    )  # fmt: skip
    assert said["rule"]["quote"].keys() == {"zh", "en", "ja"}
    assert fraction(proof) == (2, 3)


def test_every_person_is_one_line_and_the_root_binds_all():
    proof = proven()

    lines = lines_of(proof)
    assert [line["n"] for line in lines] == [1, 2, 3]
    assert sum(line["trained"] for line in lines) == 2
    assert [line["evidence"] is None for line in lines] == [not line["trained"] for line in lines]
    assert root_over(lines) == proof.root == said_in(proof)["root"]
    assert len({line["person"] for line in lines}) == 3


def test_order_of_lines_is_random():
    """Of eight lines the same order twice is one in forty thousand."""
    place = staffed(4, 4)
    orders = []
    for hours in range(3):
        with clock.travel(timedelta(hours=hours)):
            orders.append(list(proven(place).entries.order_by("place").values_list("person_id", flat=True)))

    assert len({tuple(order) for order in orders}) > 1
    assert {tuple(sorted(order)) for order in orders} == {tuple(sorted(orders[0]))}


def test_equal_facts_of_two_proofs_have_nothing_in_common():
    place = staffed()
    first = proven(place)
    with clock.travel(timedelta(hours=1)):
        second = proven(place)

    hashes = [{line[name] for line in lines_of(one) for name in ("person", "evidence")} for one in (first, second)]
    assert hashes[0] & hashes[1] == {None}


def test_somebody_merged_is_counted_once():
    place, person, double = make_institution(), make_person("甲"), make_person("甲")
    make_appointment(person, place)
    make_appointment(double, place)
    train(double)
    join_records(double, person)

    proof = proven(place)

    assert (fraction(proof), proof.entries.get().person) == ((1, 1), person)
    assert PersonMerge.objects.count() == 1


def test_people_in_secret_posts_are_two_numbers():
    place = staffed()
    SealedCount.objects.create(
        institution=place, staff=5, trained=4, valid_from=date(2026, 1, 1), state="confirmed", entered_at=clock.now(),
        entered_by=system_user(), document_number="1号", confirmed_at=clock.now(),
    )  # fmt: skip

    proof = proven(place)

    assert (fraction(proof), proof.entries.count(), said_in(proof)["sealed"]) == (
        (6, 8), 3, {"staff": 5, "trained": 4},
    )  # fmt: skip
    assert verify_proof(proof.reference).outcome == STANDS


def test_institution_without_staff_is_never_met():
    proof = proven(make_institution())

    assert (fraction(proof), proof.outcome, lines_of(proof)) == ((0, 0), "not_applicable", [])
    assert verify_proof(proof.reference).outcome == STANDS
    assert proof.reference in csv_bytes(proof, []).decode("utf-8-sig")


def test_log_holds_the_commitment_of_the_statement_and_no_name():
    proof = proven()

    entry = PendingEntry.objects.get(kind="ratio.snapshot")
    assert (entry.ref, bytes(entry.commitment)) == (
        proof.uuid, tlog.commit(bytes.fromhex(proof.salt), proof.document.encode()),
    )  # fmt: skip
    text = bytes(entry.entry).decode()
    assert (proof.reference in text, proof.institution.name in text) == (False, False)


def test_no_name_no_document_and_no_salt_stand_in_json_or_csv():
    place = staffed(3, 1)
    proof = proven(place)
    lines = lines_of(proof)

    for body in (json_bytes(proof, lines), csv_bytes(proof, lines)):
        text = body.decode("utf-8-sig")
        assert place.name in text
        for word in (*NAMES, "技术经理人岗", *(str(one.person.uuid) for one in proof.entries.all()), proof.secret):
            assert word not in text
        assert "000***" not in text


def test_table_calculates_nothing():
    proof = proven(staffed(name="=HYPERLINK(1)"))

    text = csv_bytes(proof, lines_of(proof)).decode("utf-8-sig")
    assert "'=HYPERLINK(1)" in text
    assert ",=HYPERLINK(1)" not in text


# --- the same for ever ----------------------------------------------------------------------------------------------
def test_later_correction_changes_what_is_known_now_and_never_the_proof():
    place = staffed(3, 1)
    proof = proven(place)
    assert (fraction(proof), verify_in_hand(proof).later) == ((3, 4), SAME)
    record = proof.entries.filter(trained=True).first().person.training_records.get()

    with clock.travel(timedelta(hours=1)):
        make_annulment(record, on=DAY, reason="代考")
        now, again = answer_now(proof).ratio, answer_again(proof).ratio
        answer = verify_in_hand(proof)

    assert ((now.trained, now.staff), (again.trained, again.staff)) == ((2, 4), (3, 4))
    assert (answer.outcome, answer.later, answer.said["trained"]) == (STANDS, VERDICT, 3)


def test_later_figure_with_the_same_verdict_is_told_as_such():
    place = staffed(1, 2)
    proof = proven(place)
    with clock.travel(timedelta(hours=1)):
        make_appointment(make_person("新"), place)
        assert verify_in_hand(proof).later == FIGURE


def test_asked_again_it_is_the_same_proof():
    place = staffed()
    first = proven(place)

    second = proven(place, known_at=first.known_at)

    assert second == first
    assert (RatioProof.objects.count(), OutboxEvent.objects.filter(kind="staffing.draw_proof").count()) == (1, 1)


def test_bytes_are_the_same_at_every_download():
    proof = proven()
    for body, kept in ((json_bytes, proof.json_sha256), (csv_bytes, proof.csv_sha256)):
        assert hashlib.sha256(body(RatioProof.objects.get(), lines_of(proof))).hexdigest() == kept


def test_another_rule_gives_another_proof():
    place = staffed()
    rule = make_rule("adopted", value=60, adopted_at=None, valid_from=date(2022, 5, 1))
    first, second = proven(place), proven(place, rule=rule)

    assert (first.outcome, second.outcome, second.rule) == ("not_met", "met", rule)


def test_daily_round_finds_a_proof_that_the_register_no_longer_gives():
    good, bad = proven(), proven()
    assert check_proofs(actor=system_user()) == 0
    record = bad.entries.filter(trained=True).first().person.training_records.get()
    # Set back past every service: as if it had been recorded later.
    overwrite(record, "recorded_at", bad.known_at + timedelta(days=1))

    assert [check_proofs(actor=system_user()) for _day in range(2)] == [1, 1]

    entry = AuditEntry.objects.get(verb="staffing.proof_differs")
    assert (entry.subject_id, entry.facts["checks"]) == (str(bad.pk), ["register"])
    assert verify_proof(good.reference).outcome == STANDS
    with pytest.raises(NotAllowed):
        check_proofs(actor=regulator())


# --- who and when ---------------------------------------------------------------------------------------------------
def test_institution_and_its_authority_make_proofs_and_nobody_else_does():
    place = staffed()
    for actor in (officer(place), regulator()):
        assert make_proof(actor=actor, institution=place).made_for == str(actor.memberships.get().place)
    body = regulator().memberships.get().admin_body
    strangers = [officer(), regulator("980000"), base_manager(), make_user()]
    readers = [hat(Role.AUDITOR, body), hat(Role.EVALUATOR, body)]
    for actor in (*strangers, *readers):
        with pytest.raises(NotAllowed):
            make_proof(actor=actor, institution=place)
    assert AuditEntry.objects.filter(verb="staffing.proof_made").count() == 2


def test_days_and_knowledge_to_come_are_refused():
    place, now = staffed(), clock.now()
    refused = {
        "proof_day_to_come": {"as_of": clock.today() + timedelta(days=1)},
        "proof_moment_to_come": {"as_of": DAY, "known_at": now + timedelta(days=1)},
        "proof_known_before_day": {"as_of": clock.today(), "known_at": now - timedelta(days=2)},
    }
    for code, moments in refused.items():
        with pytest.raises(DomainError) as refusal:
            make_proof(actor=system_user(), institution=place, **moments)
        assert refusal.value.code == code
    assert not RatioProof.objects.exists()


def test_too_many_people_are_refused(monkeypatch):
    monkeypatch.setattr("staffing.services.proofs.MOST_LINES", 2)
    with pytest.raises(DomainError) as refusal:
        proven(staffed(2, 1))
    assert refusal.value.code == "proof_too_large"


def test_roster_that_moves_while_it_is_read_is_refused(monkeypatch):
    """The figure is read before the lines; the guard compares them."""
    place = staffed()
    found = services.proofs.openings
    monkeypatch.setattr("staffing.services.proofs.openings", lambda answer: found(answer)[1:])
    with pytest.raises(DomainError) as refusal:
        proven(place)
    assert (refusal.value.code, RatioProof.objects.count(), PendingEntry.objects.count()) == (
        "proof_moved_meanwhile", 0, 0,
    )  # fmt: skip


def _annulled(stamped, place):
    record = TrainingRecord.objects.filter(person__appointments__institution=place).order_by("pk").first()
    with time_machine.travel(stamped, tick=False):
        make_annulment(record, reason="虚假")


def _merged(stamped, place):
    double, survivor = Person.objects.filter(appointments__institution=place).order_by("-pk")[:2]
    double.merged_into = survivor
    double.save(update_fields=["merged_into"])
    PersonMerge.objects.create(merged=double, into=survivor, reason="同一人", at=stamped, by=make_user())


@pytest.mark.parametrize("written", [_annulled, _merged])
def test_what_is_committed_between_figure_and_lines_is_refused(monkeypatch, written):
    """Stamped before the moment of the proof by whoever committed it late."""
    place, stamped = staffed(2, 2), clock.now()
    found = services.proofs.openings

    def late(answer):
        written(stamped, place)
        return found(answer)

    monkeypatch.setattr("staffing.services.proofs.openings", late)
    with pytest.raises(DomainError, match="proof_moved_meanwhile"):
        proven(place, as_of=clock.today())
    assert not RatioProof.objects.exists()


@pytest.mark.parametrize("people", [1, 3])
def test_making_takes_the_same_queries_for_any_staff(people, django_assert_num_queries):
    proven(staffed(1, 0))
    place = staffed(people, 0)
    with django_assert_num_queries(QUERIES):
        proven(place)


QUERIES = 33


# --- references -----------------------------------------------------------------------------------------------------
def test_reference_is_no_certificate_number_and_finds_slips():
    reference = proof_reference(year=2026, random="7K3M9QXW2B8AT4UN")

    assert reference.startswith("RP-2026-7K3M-9QXW-2B8A-T4UN-")
    assert normal_reference(f" {reference.lower()} ".replace("-", " ")) == reference
    wrong = [reference[:at] + "2" + reference[at + 1 :] for at in range(8, len(reference)) if reference[at] not in "-2"]
    swapped = reference.replace("7K", "K7")
    assert {normal_reference(one) for one in (*wrong, swapped, "TM-J-2026-9901-000123-P", "")} == {""}
    assert [looks_like_reference(one) for one in (reference, "rp 2026", "RP00000000000000", "TM-J")] == [
        True, True, False, False,
    ]  # fmt: skip
    with pytest.raises(ValueError, match="no reference"):
        proof_reference(year=2026, random="I" * 16)


def test_second_click_is_the_same_proof_and_a_later_one_another():
    place = staffed()
    actor = officer(place)
    first = make_proof(actor=actor, institution=place)
    assert make_proof(actor=actor, institution=place) == first
    assert RatioProof.objects.count() == 1
    make_appointment(make_person("新来者"), place)
    second = make_proof(actor=actor, institution=place)
    assert second.staff == first.staff + 1
    with clock.travel(timedelta(minutes=2)):
        assert make_proof(actor=actor, institution=place) != second
