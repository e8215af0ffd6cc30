"""The audit of a proof: drawn by a seed that nobody chooses, opened for a purpose, read of by everybody opened."""

import json

import pytest

from accounts.models import AccessEntry
from accounts.permissions import Role
from certificates.tlog import services as log
from certificates.tlog.models import Checkpoint
from core import clock
from core.errors import DomainError, NotAllowed
from core.models import AuditEntry
from oversight.services import ask_for_erasure, carry_out, take_request
from staffing.models import RatioProofSample
from staffing.proofs import drawn, seed_of
from staffing.selectors.proof_checks import STANDS, verify_proof
from staffing.services import close_entries
from staffing.services.samples import draw_sample, open_all, open_sample, sample_json
from tests.builders import hat, make_appointment, make_institution, make_person, make_user, officer, regulator
from tests.staffing.proving import NAMES, overwrite, proven, staffed
from tests.tlog.logs import witnessed

pytestmark = pytest.mark.django_db


@pytest.fixture
def proof():
    return proven(staffed(3, 1))


def sampled(proof, size=2, actor=None, purpose="占比核查"):
    return draw_sample(actor=actor or regulator(), proof=proof, size=size, purpose=purpose)


def test_sample_is_drawn_by_its_seed(proof):
    first, second = sampled(proof), sampled(proof)

    for turn, sample in enumerate((first, second), 1):
        assert (sample.turn, sample.head_size, len(sample.places)) == (turn, None, 2)
        assert sample.seed == seed_of(proof.root, sample.head, turn)
        assert sample.places == drawn(sample.seed, 4, 2)
    assert first.seed != second.seed
    assert AccessEntry.objects.count() == 0
    assert AuditEntry.objects.filter(verb="staffing.sample_drawn").count() == 2


def test_seed_comes_from_the_signed_head_over_the_proof(proof, settings, tmp_path):
    witnessed(tmp_path, settings)
    sample = sampled(proof)

    head = Checkpoint.objects.get()
    assert (sample.head_size, sample.head) == (head.size, bytes(head.root).hex())


def test_head_from_before_the_entry_is_no_seed(proof, settings, tmp_path):
    """Whoever made the proof could have tried until the known head drew whom he liked."""
    witnessed(tmp_path, settings)
    later = proven(staffed(2, 2))
    log.sequence(limit=300)
    assert sampled(later).head_size is None


def test_opened_lines_show_person_and_evidence_and_fit(proof):
    actor = regulator()
    sample = sampled(proof, 4, actor)

    opened = open_sample(actor=actor, sample=sample)

    assert [one.line["n"] for one in opened] == [1, 2, 3, 4]
    assert sorted(one.about["name"] for one in opened) == sorted(NAMES)
    assert all(one.fits and one.about["document"].startswith("000") and "*" in one.about["document"] for one in opened)
    assert [bool(one.evidence) for one in opened] == [one.line["trained"] for one in opened]
    looks = AccessEntry.objects.filter(what="ratio_proof")
    assert {(look.person_id, look.purpose, look.granted) for look in looks} == {
        (entry.person_id, "占比核查", True) for entry in proof.entries.all()
    }


def test_opening_of_a_changed_line_does_not_fit(proof):
    actor = regulator()
    sample = sampled(proof, 4, actor)
    entry = proof.entries.get(place=sample.places[0])
    overwrite(entry, "person_commitment", "0" * 64)

    assert [one.fits for one in open_sample(actor=actor, sample=sample)] == [False, True, True, True]


def test_who_does_not_audit_neither_draws_nor_opens(proof):
    body = regulator().memberships.get().admin_body
    sample = sampled(proof)
    for actor in (officer(proof.institution), regulator("980000"), hat(Role.AUDITOR, body), hat(Role.EVALUATOR, body)):
        for act in (
            lambda actor=actor: sampled(proof, actor=actor),
            lambda actor=actor: open_sample(actor=actor, sample=sample),
            lambda actor=actor: open_all(actor=actor, proof=proof, purpose="x"),
        ):
            with pytest.raises(NotAllowed):
                act()
    with pytest.raises(NotAllowed):
        open_sample(actor=regulator(), sample=sample)
    assert (AccessEntry.objects.count(), RatioProofSample.objects.count()) == (0, 1)


@pytest.mark.parametrize(
    ("size", "purpose", "code"),
    [(5, "x", "sample_of_nobody"), (0, "x", "sample_too_large"), (1, " ", "purpose_missing")],
)
def test_draws_that_cannot_be_are_refused(proof, size, purpose, code):
    with pytest.raises(DomainError) as refusal:
        sampled(proof, size, purpose=purpose)
    assert refusal.value.code == code
    with pytest.raises(DomainError):
        open_all(actor=regulator(), proof=proof, purpose=" ")


def test_version_with_names_has_the_same_counts_and_is_read_of(proof):
    opened = open_all(actor=regulator(), proof=proof, purpose="年度核查")

    assert (len(opened), sum(one.line["trained"] for one in opened)) == (proof.staff, proof.trained)
    assert AccessEntry.objects.filter(purpose="年度核查").count() == 4
    assert AuditEntry.objects.get(verb="staffing.proof_named").facts["purpose"] == "年度核查"


def test_line_of_somebody_erased_can_no_longer_be_opened(proof):
    actor, person = regulator(), proof.entries.get(place=1).person
    sample = sampled(proof, 4, actor)

    assert close_entries(actor=actor, person=person) == 1

    first = open_sample(actor=actor, sample=sample)[0]
    assert (first.about, first.evidence, first.fits) == (None, None, False)
    assert not AccessEntry.objects.filter(person=person).exists()
    assert json.loads(sample_json(sample, [first]))["opened"][0]["person"] is None
    with pytest.raises(NotAllowed):
        close_entries(actor=officer(), person=person)


def test_erasure_closes_the_lines_and_the_proof_stands(proof):
    entry = proof.entries.get(place=1)
    entry.person.user = make_user()
    entry.person.save()
    entry.person.appointments.update(end_date=clock.today())
    request = ask_for_erasure(actor=entry.person.user)
    take_request(actor=regulator(), request=request)

    carry_out(actor=regulator(), request=request)

    entry.refresh_from_db()
    assert (entry.opening, verify_proof(proof.reference).outcome) == ("", STANDS)


@pytest.mark.parametrize("people", [1, 3])
def test_opening_takes_the_same_queries_for_any_number(people, django_assert_num_queries):
    proof = proven(staffed(people, 0))
    actor = regulator()
    sample = sampled(proof, people, actor)
    with django_assert_num_queries(OPENING):
        open_sample(actor=actor, sample=sample)


OPENING = 10


# --- pages ----------------------------------------------------------------------------------------------------------
def test_regulator_draws_opens_and_takes_the_file_along(client, proof):
    client.force_login(regulator())
    page = client.get(f"/en/ratio-proofs/{proof.reference}/").content.decode()
    assert "Draw a sample" in page
    faulty = client.post(f"/en/ratio-proofs/{proof.reference}/sample/", {"size": "9", "purpose": "supervision"})
    assert faulty.status_code == 200
    drawn_at = client.post(f"/en/ratio-proofs/{proof.reference}/sample/", {"size": "4", "purpose": "supervision"})
    sample = RatioProofSample.objects.get()
    assert drawn_at.url == f"/en/ratio-samples/{sample.uuid}/"

    shown = client.get(drawn_at.url).content.decode()
    assert [name for name in NAMES if name in shown] == []
    opened = client.post(drawn_at.url).content.decode()
    file = client.post(drawn_at.url, {"json": "1"})

    assert [name in opened for name in NAMES] == [True] * 4
    assert [one["line"]["n"] for one in json.loads(file.content)["opened"]] == [1, 2, 3, 4]
    assert AccessEntry.objects.count() == 8


def test_only_the_one_who_drew_opens(client, proof):
    sample = sampled(proof)
    client.force_login(regulator())
    assert "Only whoever drew a sample opens it" in client.get(f"/en/ratio-samples/{sample.uuid}/").content.decode()
    assert client.post(f"/en/ratio-samples/{sample.uuid}/").status_code == 404
    assert AccessEntry.objects.count() == 0


def test_names_are_shown_for_a_purpose_only_and_as_a_table_that_calculates_nothing(client):
    place = staffed(1, 0)
    person = place.appointments.get().person
    person.name = "=1+1"
    person.save()
    proof = proven(place)
    client.force_login(regulator())
    address = f"/en/ratio-proofs/{proof.reference}/named/"
    for page in (client.get(address), client.post(address, {"purpose": ""})):
        assert "=1+1" not in page.content.decode()

    page = client.post(address, {"purpose": "case", "about": "1号"}).content.decode()
    table = client.post(address, {"purpose": "case", "about": "1号", "csv": "1"}).content.decode("utf-8-sig")

    assert "=1+1" in page
    assert (",'=1+1," in table, ",=1+1" in table) == (True, False)
    assert AccessEntry.objects.filter(person=person).count() == 2


def test_person_reads_who_looked_and_why(proof):
    person = proof.entries.get(place=1).person
    person.user = make_user()
    person.save()

    open_all(actor=regulator(), proof=proof, purpose="年度核查")

    look = AccessEntry.objects.allowed(person.user, "person_view").get()
    assert (look.purpose, look.what, bool(look.body_name)) == ("年度核查", "ratio_proof", True)


@pytest.mark.parametrize("own", ["itself", "department", "sibling", "other"])
def test_nobody_audits_the_own_legal_person(own):
    university = make_institution()
    place = staffed(3, 1, parent=university)
    proof = proven(place)
    actor = regulator()
    drawn_before = sampled(proof, actor=actor)
    works = {
        "itself": university, "department": place, "sibling": make_institution(parent=university), "other": None,
    }[own] or make_institution()  # fmt: skip
    make_appointment(make_person("官员", user=actor), works)

    acts = [
        lambda: sampled(proof, actor=actor),
        lambda: open_sample(actor=actor, sample=drawn_before),
        lambda: open_all(actor=actor, proof=proof, purpose="占比核查"),
    ]
    for act in acts:
        if own == "other":
            act()
        else:
            with pytest.raises(NotAllowed, match="own_institution"):
                act()
