"""Files with evidence behind the seal (B-LTA): what the platform adds stands, and nothing else does."""

import random
import re
from dataclasses import replace

import pytest

from tests.certificates.authority import DER
from tests.certificates.evidence import Revision, archived_once, attacks, flips, mark, packed, sealed_size
from tools.verify_certificate import AS_OF, INVALID, VALID, Pdf, Policy, check_seal, verify


@pytest.fixture(scope="module")
def held(django_db_setup, django_db_blocker, tmp_path_factory):
    return archived_once(tmp_path_factory.mktemp("archived"), django_db_blocker)


def said(held, pdf, policy=None):
    return verify(policy or held.policy, pdf=pdf, lists=held.mine.lists)


# --- what stands ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("renewals", [0, 1, 2])
def test_file_with_stamps_for_archives_is_valid(held, renewals):
    body = held.files[renewals]
    assert body.count(b"/DocTimeStamp") == renewals + 1
    answer = said(held, body)
    assert (answer.code, answer.words) == (VALID, "VALID")
    assert "every byte is as it was sealed" in answer.proven[-1]
    assert verify(held.policy, pdf=body).code == AS_OF


def test_revision_written_by_hand_is_valid_so_each_attack_fails_for_its_own_reason(held):
    once = Revision(held.mine.pdf, held.authority).written()
    twice = Revision(once, held.authority).written()
    assert [said(held, one).words for one in (once, twice)] == ["VALID"] * 2


def test_file_without_its_stamps_is_the_sealed_one(held):
    """Whoever cuts evidence away takes nothing from what was sealed."""
    sealed = held.mine.pdf[: sealed_size(Revision(held.mine.pdf, held.authority))]
    assert said(held, sealed).words == "VALID"


def test_many_renewals_are_read_and_hundreds_are_not(held):
    body = held.mine.pdf
    for _turn in range(20):
        body = Revision(body, held.authority).written()
    assert said(held, body).words == "VALID"


# --- what does not ----------------------------------------------------------------------------------------------------
def test_nothing_but_evidence_may_stand_behind_the_seal(held):
    found = {name: said(held, body).words for name, body in attacks(held).items()}
    assert len(found) > 50
    assert [name for name, words in found.items() if not words.startswith("INVALID")] == []


def test_stamp_of_an_authority_that_the_policy_does_not_name_is_refused(held):
    first = [line for line in held.policy.split("\n") if not line.startswith("# stamp")]
    without = "\n".join(first)
    for body in held.files:
        answer = said(held, body, without)
        assert (answer.code, "not named by the policy" in answer.words) == (INVALID, True)
    stranger = Revision(held.mine.pdf, held.stranger).written()
    assert "not named by the policy" in said(held, stranger).words
    named = f"{held.policy}# stamp sha256:{mark(held.stranger)}\n"
    assert said(held, stranger, named).code == VALID


def test_stamp_may_not_seal_nor_a_seal_stamp(held):
    swapped = held.policy.replace("# seal", "# x").replace("# stamp", "# seal").replace("# x", "# stamp")
    assert said(held, held.mine.pdf, swapped).code == INVALID


def test_certificates_are_taken_from_the_sealed_revision(held):
    assert len(check_seal(Pdf(held.files[-1]), Policy(held.policy)).data) < len(held.mine.pdf)


# --- one bit, anywhere ------------------------------------------------------------------------------------------------
def test_no_archived_file_with_one_bit_changed_is_ever_valid(held):
    body = held.renewed[0]
    changed = list(flips(body, random.Random(21)))
    codes = [said(held, one).code for one in changed]
    assert (len(codes) > 2000, [at for at, one in enumerate(codes) if one != INVALID]) == (True, [])


def test_archived_file_is_whole_only_where_a_revision_ends(held):
    body = held.renewed[0]
    ends = {found.end() for found in re.finditer(rb"%%EOF\n", body)}
    shortened = [body[: end + step] for end in ends for step in (-1, 0, 1) if end + step < len(body)]
    valid = {len(one) for one in shortened if said(held, one).code == VALID}
    assert valid == ends - {min(ends), len(body)}


def test_evidence_is_not_judged_but_stays(held):
    """A certificate that nobody knows among the evidence: the stamp covers it, and it changes nothing."""
    start = Revision(held.mine.pdf, held.authority)
    unknown = packed(b"", held.stranger.root.public_bytes(DER))
    assert said(held, replace(start, objects={**start.genuine(), start.more: unknown}).written()).code == VALID
