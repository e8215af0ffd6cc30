"""The stand-alone verifier: what is genuine stands, and nothing else does, whatever bit was changed."""

import ast
import random
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes

from certificates import seals
from certificates.pdf.renderer import Attached, draw
from certificates.tlog.notes import Signer
from tests.certificates.authority import Authority, service
from tests.certificates.builders import drawn_certificate
from tests.certificates.outside import NAME, held, held_once
from tools import verify_certificate as tool
from tools.verify_certificate import AS_OF, INVALID, VALID, verify

SOURCE = Path(tool.__file__)
PARTS = ("credential.json", "credential.jwt", "salt", "certificate.tlog-proof")


@pytest.fixture(scope="module")
def mine(django_db_setup, django_db_blocker, tmp_path_factory):
    return held_once(tmp_path_factory.mktemp("log"), django_db_blocker)


def code(mine, policy=None, **given):
    return verify(policy or mine.policy, **given).code


def refused(mine, words, policy=None, **given):
    answer = verify(policy or mine.policy, **given)
    assert (answer.code, words in answer.words) == (INVALID, True), answer.words


def flipped(body, place, bit):
    changed = bytearray(body)
    changed[place] ^= 1 << bit
    return bytes(changed)


# --- the three answers ------------------------------------------------------------------------------------------------
def test_genuine_file_is_valid_with_both_lists(mine):
    answer = verify(mine.policy, pdf=mine.pdf, lists=mine.lists, name=NAME)
    assert (answer.code, answer.words) == (VALID, "VALID")
    said = "\n".join(answer.proven)
    assert (mine.number in said, NAME in said, "every byte is as it was sealed" in said) == (True, True, True)


def test_parts_taken_out_are_valid_and_nothing_printed_was_proven(mine):
    answer = verify(mine.policy, files=mine.parts, lists=mine.lists)
    assert answer.code == VALID
    assert "nothing that is printed was proven" in answer.proven[-1]


@pytest.mark.parametrize("which", [(), (0,), (1,)])
def test_without_both_lists_it_is_valid_as_of_the_head_that_was_witnessed(mine, which):
    answer = verify(mine.policy, pdf=mine.pdf, lists=tuple(mine.lists[one] for one in which))
    assert re.fullmatch(r"VALID AS OF \S+Z \(revocation not checked since\)", answer.words)
    assert answer.code == AS_OF


def test_list_of_yesterday_makes_it_valid_as_of_then(mine):
    later = datetime.now(UTC) + timedelta(hours=25)
    answer = verify(mine.policy, pdf=mine.pdf, lists=mine.lists, now=later)
    assert answer.code == AS_OF
    seen = datetime.fromisoformat(answer.words.split()[3])
    assert timedelta(hours=24) < later - seen < timedelta(hours=27)


def test_list_from_the_future_is_refused(mine):
    refused(mine, "from the future", pdf=mine.pdf, lists=mine.lists, now=datetime.now(UTC) - timedelta(hours=12))


def test_suspended_certificate_is_invalid_also_by_an_old_list(mine):
    lists = (mine.revocation, mine.suspended)
    refused(mine, "suspended", pdf=mine.pdf, lists=lists)
    refused(mine, "suspended", pdf=mine.pdf, lists=lists, now=datetime.now(UTC) + timedelta(days=400))


def test_unsigned_or_changed_list_is_refused(mine):
    assert code(mine, pdf=mine.pdf, lists=(b'{"id": "x"}',)) == INVALID
    chosen = random.Random(4)
    changed = [flipped(mine.revocation, chosen.randrange(len(mine.revocation)), chosen.randrange(7)) for _ in range(60)]
    assert {code(mine, pdf=mine.pdf, lists=(one, mine.suspension)) for one in changed} == {INVALID}


def test_name_is_compared_as_people_write_it(mine):
    for name in (NAME, NAME.replace("·", "•"), NAME.replace("·", " ")):
        assert code(mine, pdf=mine.pdf, name=name) == AS_OF
    refused(mine, "another name", pdf=mine.pdf, name="高轩")


def test_issued_file_without_proof_is_checked_with_the_proof_beside_it(mine):
    refused(mine, "not in this file yet", pdf=mine.issued)
    assert code(mine, pdf=mine.issued, files={PARTS[3]: mine.parts[PARTS[3]]}, lists=mine.lists) == VALID


# --- one bit, anywhere ------------------------------------------------------------------------------------------------
def test_no_file_with_one_bit_changed_is_ever_valid(mine):
    """1,200 bits all over the file, and one of every byte of the seal's own signature, which it does not cover."""
    chosen = random.Random(11)
    assert code(mine, pdf=mine.pdf, lists=mine.lists) == VALID
    places = [chosen.randrange(len(mine.pdf)) for _ in range(1200)]
    changed = [flipped(mine.pdf, place, chosen.randrange(8)) for place in places]
    changed += seal_flips(mine.pdf, chosen)
    codes = [code(mine, pdf=one, lists=mine.lists) for one in changed]
    assert (len(codes) > 2000, [place for place, one in enumerate(codes) if one != INVALID]) == (True, [])


def seal_flips(pdf, chosen):
    found = re.search(rb"/Contents <([0-9A-F]+)>", pdf)
    raw = bytes.fromhex(found[1].decode())
    for place in range(len(tool.der(raw).whole) + 40):
        changed = flipped(raw, place, chosen.randrange(8)).hex().upper().encode()
        yield pdf[: found.start(1)] + changed + pdf[found.end(1) :]


@pytest.mark.parametrize("part", PARTS)
def test_no_part_with_one_bit_changed_is_ever_valid(mine, part):
    """Every byte of document, salt and proof; of the token, whose every byte is signed, each third."""
    body, chosen = mine.parts[part], random.Random(12)
    assert code(mine, files=mine.parts) == AS_OF
    for place in range(0, len(body), 3 if part == "credential.jwt" else 1):
        changed = {**mine.parts, part: flipped(body, place, chosen.randrange(8))}
        assert code(mine, files=changed) == INVALID, (part, place)


def test_shortened_and_lengthened_files_are_never_valid(mine):
    for body in (
        mine.pdf + b"\n",
        mine.pdf[:-1],
        mine.pdf[:1000],
        b"%PDF-1.7\n",
        mine.pdf + mine.pdf,
        b"\0" + mine.pdf,
    ):
        assert code(mine, pdf=body) == INVALID
    for part in PARTS:
        for body in (mine.parts[part] + b"\n", mine.parts[part][:-1], b""):
            assert code(mine, files={**mine.parts, part: body}) == INVALID


# --- the right bytes of somebody else ---------------------------------------------------------------------------------
@pytest.mark.parametrize("part", PARTS)
def test_part_of_another_certificate_does_not_fit(mine, part):
    assert code(mine, files=mine.other) == AS_OF
    assert code(mine, files={**mine.parts, part: mine.other[part]}) == INVALID


def test_sheet_with_the_parts_of_another_certificate_is_refused_even_when_it_is_sealed(mine):
    """Whoever had the seal's key could not put a genuine credential into a sheet of their own."""
    inside = [Attached(name, mine.parts[name], "Data", "-") for name in PARTS]
    sheet = draw(drawn_certificate(), attached=inside).body
    refused(mine, "cannot be read", pdf=sheet)
    refused(mine, "of another certificate", pdf=seals.seal_file(sheet).body)


def test_file_that_holds_a_part_twice_is_refused(mine):
    twice = [Attached(name, mine.parts[name], "Data", "-") for name in (*PARTS, PARTS[0])]
    refused(mine, "twice", pdf=seals.seal_file(draw(drawn_certificate(), attached=twice).body).body)


# --- whom to believe --------------------------------------------------------------------------------------------------
def test_policy_alone_says_whom_to_believe(mine):
    issuer = next(line for line in mine.policy.split("\n") if line.startswith("# issuer"))
    seal = next(line for line in mine.policy.split("\n") if line.startswith("# seal"))
    other_key = issuer.replace(issuer.split()[3], "z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK")
    for words, policy in (
        ("issuer's signature", mine.policy.replace(issuer, other_key)),
        ("no log, quorum or issuer", mine.policy.replace(issuer, "")),
        ("not in use", mine.policy.replace(issuer, re.sub(r"from \S+", "from 2030-01-01T00:00:00Z", issuer))),
        ("not in use", mine.policy.replace(issuer, f"{issuer} until 2020-01-01T00:00:00Z")),
        ("names no seal", mine.policy.replace(seal, "")),
        ("not named", mine.policy.replace(seal, f"# seal sha256:{'0' * 64}")),
        (
            "not one that the policy names",
            mine.policy.replace(seal, seal.replace("# seal", "# certificate") + f"\n# seal sha256:{'1' * 64}"),
        ),
    ):
        refused(mine, words, policy=policy, pdf=mine.pdf)


def forked(mine, seed, name="log.invalid/tlog"):
    """The proof below a head that somebody else signed, with the witnesses' lines of the true one."""
    signer = Signer(name, seed)
    above, _gap, note = mine.parts[PARTS[3]].decode().partition("\n\n")
    text, _gap, lines = note.partition("\n\n")
    witnesses = [line for line in lines.split("\n") if "w1.invalid" in line]
    return "\n".join([above, "", text, "", signer.line(text + "\n").rstrip("\n"), *witnesses, ""]).encode()


def test_head_of_another_key_or_without_witness_is_refused(mine):
    good = forked(mine, bytes(range(32)))
    assert code(mine, files={**mine.parts, PARTS[3]: good}) == AS_OF
    refused(mine, "no log", files={**mine.parts, PARTS[3]: forked(mine, b"\1" * 32)})
    alone = b"\n".join(line for line in good.split(b"\n") if b"w1.invalid" not in line)
    refused(mine, "too few witnesses", files={**mine.parts, PARTS[3]: alone})


def test_forked_tree_is_refused(mine):
    """The log signs a second head with another root: no witness has seen it."""
    above, _gap, note = mine.parts[PARTS[3]].decode().partition("\n\n")
    text, _gap, lines = note.partition("\n\n")
    origin, size, _root = text.split("\n")
    other = f"{origin}\n{size}\n{'A' * 43}=\n"
    witness = next(line for line in lines.split("\n") if "w1.invalid" in line)
    signed = Signer(origin, bytes(range(32))).line(other)
    proof = f"{above}\n\n{other}\n{signed}{witness}\n".encode()
    refused(mine, "head of the log is wrong", files={**mine.parts, PARTS[3]: proof})


def test_witness_counts_once(mine):
    policy = mine.policy.replace("group enough 1 w1", "witness w2 " + second_witness() + "\ngroup enough 2 w1 w2")
    good = mine.parts[PARTS[3]].decode()
    twice = good + next(line for line in good.split("\n") if "w1.invalid" in line) + "\n"
    refused(mine, "too few witnesses", policy=policy, files={**mine.parts, PARTS[3]: twice.encode()})


def second_witness():
    return Signer("w2.invalid", b"\2" * 32, kind=tool.WITNESS_KEY).verifier.vkey


# --- arithmetic -------------------------------------------------------------------------------------------------------
def test_ed25519_agrees_with_the_library_and_is_strict():
    signer, message = Signer("a", b"\3" * 32), b"text"
    line = signer._private.sign(message)
    public = signer.verifier.public
    assert tool.ed25519(public, line, message)
    assert not tool.ed25519(public, line, b"texT")
    larger = line[:32] + (int.from_bytes(line[32:], "little") + tool.ORDER).to_bytes(32, "little")
    assert not tool.ed25519(public, larger, message)
    # The neutral point signs everything where small orders are allowed.
    neutral = (1).to_bytes(32, "little")
    assert not tool.ed25519(neutral, neutral + bytes(32), message)
    # y = 1 written as p + 1: another spelling of the same point.
    assert not tool.ed25519((tool.P + 1).to_bytes(32, "little"), neutral + bytes(32), message)


# --- seals of other kinds ---------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_seal_by_rsa_with_a_chain_is_read(tmp_path):
    (tmp_path / "seal").mkdir()
    mine = held(tmp_path, seal=Authority(tmp_path / "seal", kind="rsa").options())
    assert "# certificate sha256:" in mine.policy
    assert code(mine, pdf=mine.pdf, lists=mine.lists) == VALID
    chosen = random.Random(5)
    assert {code(mine, pdf=one) for one in list(seal_flips(mine.pdf, chosen))[::7]} == {INVALID}


@pytest.mark.django_db
@pytest.mark.parametrize("profile", ["B-T", "B-LTA"])
def test_time_stamp_is_believed_when_the_policy_names_it(tmp_path, monkeypatch, profile):
    """Files with more stamps behind the seal: test_archived_files.py."""
    (tmp_path / "seal").mkdir()
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "seal" / "tls.pem"))
    authority = Authority(tmp_path / "seal")
    with service(tmp_path / "seal", authority.answer_stamp, "application/timestamp-reply") as (url, _asked):
        mine = held(tmp_path, seal=authority.options(profile=profile, tsa=url))
    stamp = authority.stamp.fingerprint(hashes.SHA256()).hex()
    line = f"# stamp sha256:{stamp}\n"
    assert line in mine.policy
    assert code(mine, files=mine.parts) == AS_OF
    refused(mine, "not named", policy=mine.policy.replace(line, ""), pdf=mine.pdf)
    assert code(mine, pdf=mine.pdf) == AS_OF
    chosen = random.Random(6)
    assert {code(mine, pdf=one) for one in list(seal_flips(mine.pdf, chosen))[::5]} == {INVALID}


# --- as people run it -------------------------------------------------------------------------------------------------
def test_tool_runs_alone_and_says_it_by_its_exit_code(mine, tmp_path):
    """-I -S: no installed package, no environment, no project."""
    files = {"c.pdf": mine.pdf, "policy.txt": mine.policy.encode(), "r.jwt": mine.revocation, "s.jwt": mine.suspension}
    files |= mine.parts
    for name, body in files.items():
        (tmp_path / name).write_bytes(body)
    (tmp_path / "bad.pdf").write_bytes(flipped(mine.pdf, 70_000, 3))
    lists = ["--status", "r.jwt", "--status", "s.jwt"]
    parts = ["--credential", PARTS[0], "--token", PARTS[1], "--salt", PARTS[2], "--proof", PARTS[3]]
    for asked, expected in (
        ([*lists, "c.pdf"], (0, "VALID\n")),
        (["c.pdf"], (2, "VALID AS OF")),
        ([*lists, "bad.pdf"], (1, "INVALID")),
        ([*lists, "none.pdf"], (1, "INVALID")),
        ([*lists, *parts], (0, "VALID\n")),
        (["--name", "高轩", *lists, *parts], (1, "INVALID the holder has another name")),
    ):
        made = run(tmp_path, "--policy", "policy.txt", *asked)
        assert (made.returncode, made.stdout.startswith(expected[1])) == (expected[0], True), made


def run(folder, *asked):
    return subprocess.run(
        [sys.executable, "-I", "-S", "-X", "utf8", str(SOURCE), *asked], cwd=folder, capture_output=True, text=True,
        encoding="utf-8", check=False,
    )  # fmt: skip


def test_tool_imports_the_standard_library_alone_and_is_python_3_8():
    tree = ast.parse(SOURCE.read_text(), feature_version=(3, 8))
    names = {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    names |= {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert names <= set(sys.stdlib_module_names)
    assert re.search(r"socket|urllib|http\.client|subprocess|ssl", SOURCE.read_text()) is None


@pytest.mark.parametrize("changed", [False, True])
def test_steps_by_hand_in_the_documents_hold(mine, tmp_path, changed):
    """docs/verification.md, word for word, with the tools it names."""
    page = (SOURCE.parents[1] / "docs" / "verification.md").read_text(encoding="utf-8").split("## By hand")[1]
    steps = "\n".join(line[4:] for line in page.split("\n") if line.startswith("    "))
    key = re.search(r"# issuer \S+ z(\S+)", mine.policy)[1]
    steps = steps.replace("...without the z...", key).replace("NAME", "w1.invalid")
    pdf = flipped(mine.pdf, 20_000, 1) if changed else mine.pdf
    for name, body in {
        "certificate.pdf": pdf,
        "policy.txt": mine.policy.encode(),
        "revocation-1.jwt": mine.revocation,
    }.items():
        (tmp_path / name).write_bytes(body)
    made = subprocess.run(  # noqa: S602
        steps, shell=True, executable="/bin/bash", cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, check=False,
    )  # fmt: skip
    said = made.stdout.split("\n")
    seal = re.search(r"# seal sha256:(\w+)", mine.policy)[1]
    assert said.count("Signature Verified Successfully") == 3, said
    assert said[0].split()[0] == said[1]
    assert said[2] == said[3]
    assert ("CMS Verification successful" in said, f"{seal}  -" in said) == (not changed, not changed)
    assert [one for one in said if one][-1] == "0"
