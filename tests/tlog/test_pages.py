"""The log as anybody sees it: files that machines read, its page, one entry with its way to the root."""

import re
from datetime import timedelta

import pytest
from django.conf import settings as site
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from certificates.tlog import proofs, selectors, services
from certificates.tlog.merkle import leaf_hash, node_hash, root_of
from certificates.tlog.models import Checkpoint, Leaf
from certificates.tlog.notes import Note
from certificates.tlog.tiles import unbundle
from core import clock
from tests.builders import make_user
from tests.tlog.logs import grow, make_log, put_down, running_witness, unguarded

pytestmark = pytest.mark.django_db


@pytest.fixture
def log(settings, tmp_path):
    with running_witness(tmp_path / "w") as witness:
        made = make_log(tmp_path, settings, [witness])
        made.refs = grow(260)
        made.sign()
        yield made


# --- files ----------------------------------------------------------------------------------------------------------
def test_head_is_served_with_its_cosignatures(client, log):
    answer = client.get("/tlog/checkpoint")

    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert answer["Cache-Control"] == "public, max-age=5"
    keys = {log.signer.verifier, *log.policy.witness_keys()}
    assert set(Note.parse(answer.content.decode()).signed_by(keys)) == keys


def test_tiles_and_entries_give_the_root(client, log):
    entries = [
        entry
        for address in ("entries/000", "entries/001.p/4")
        for entry in unbundle(client.get(f"/tlog/tile/{address}").content)
    ]
    leaves = [leaf_hash(entry) for entry in entries]
    served = client.get("/tlog/tile/0/000").content + client.get("/tlog/tile/0/001.p/4").content

    assert root_of(leaves) == bytes(Checkpoint.objects.get().root)
    assert served == b"".join(leaves)
    assert client.get("/tlog/tile/1/000.p/1").content == root_of(leaves[:256])


def test_tiles_may_be_kept_for_ever(client, log):
    answer = client.get("/tlog/tile/0/000")

    assert answer["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer["Content-Type"] == "application/octet-stream"
    assert "Set-Cookie" not in answer
    assert "Vary" not in answer


@pytest.mark.parametrize("address", ["/tlog/tile/0/000", "/tlog/checkpoint", "/tlog/policy"])
def test_files_hand_out_no_session_that_was_touched_on_the_way(client, log, address):
    """A shared cache would give it to everybody."""
    client.force_login(make_user())
    client.get("/home/")
    with clock.travel(timedelta(minutes=2)):
        answer = client.get(address)

    assert answer.status_code == 200
    assert "public" in answer["Cache-Control"]
    assert not answer.cookies


def test_page_of_the_same_visitor_does_hand_it_out(client, log):
    """What the guard above stands against."""
    client.force_login(make_user())
    client.get("/home/")
    with clock.travel(timedelta(minutes=2)):
        assert site.SESSION_COOKIE_NAME in client.get("/log/").cookies


def test_other_answers_still_say_what_they_vary_by(client, log):
    assert "Cookie" in client.get("/log/")["Vary"]


BEYOND = ["0/001", "0/001.p/5", "1/000.p/2", "1/000", "2/000.p/1", "entries/001.p/5", "x", "0/x000/000"]


@pytest.mark.parametrize("address", BEYOND)
def test_what_no_signed_head_covers_is_not_served(address, client, log):
    grow(5)

    answer = client.get(f"/tlog/tile/{address}")

    assert answer.status_code == 404
    assert "immutable" not in answer.get("Cache-Control", "")


def test_tile_with_a_gap_is_not_served(client, log):
    """It would be kept for ever. The last tile has a row behind its end that could slip into the gap."""
    grow(1)
    with unguarded("tlog_leaf", "tlog_node"), connection.cursor() as cursor:
        cursor.execute("DELETE FROM tlog_leaf WHERE idx IN (7, 257)")
        cursor.execute("DELETE FROM tlog_node")

    for address in ("0/000", "entries/000", "0/001.p/4", "entries/001.p/4", "1/000.p/1"):
        assert client.get(f"/tlog/tile/{address}").status_code == 404
    assert client.get("/tlog/tile/0/001.p/1").status_code == 200


def test_head_without_enough_witnesses_is_not_shown_while_there_is_one(client, log):
    """The newest final one: whoever checks finds a quorum below it."""
    grow(3)
    log.policy.witnesses.clear()
    log.sign()

    assert client.get("/tlog/checkpoint").content.decode().split("\n")[1] == "260"


def test_policy_is_served(client, log):
    assert client.get("/tlog/policy").content.decode() == (log.folder / "policy").read_text()


@pytest.mark.parametrize("address", ["checkpoint", "tile/0/000", "policy"])
def test_nothing_is_served_before_there_is_something(address, client):
    assert client.get(f"/tlog/{address}").status_code == 404


# --- pages ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("language", ["", "/en", "/ja"])
def test_page_shows_head_and_witnesses(language, client, log):
    page = client.get(f"{language}/log/").content.decode()

    assert "260" in page
    assert Checkpoint.objects.get().root_text in page
    assert log.policy.witnesses["w1"].key.vkey in page


@pytest.mark.parametrize("demo", [True, False])
def test_page_says_its_order_and_in_the_demo_why_moments_do_not_follow_it(client, log, settings, demo):
    settings.DEMO = demo

    answer = client.get("/en/log/")

    places = [leaf.idx for leaf in answer.context["recent"]]
    assert places == sorted(places, reverse=True)
    assert "In the order of their places" in answer.content.decode()
    assert ("loaded in one go" in answer.content.decode()) is demo


def test_page_of_an_empty_log_teaches(client):
    page = client.get("/en/log/").content.decode()

    assert "No head has been signed yet" in page


def test_own_witness_is_said_to_be_one(client, log, settings):
    settings.TLOG_POLICY_FILE.write_text("# run by w1: same operator\n" + settings.TLOG_POLICY_FILE.read_text())

    assert "shows accidents, not the operator" in client.get("/en/log/").content.decode()


def test_open_alarm_is_said(client, log):
    log.memory.path.unlink()
    with pytest.raises(Exception, match="missing"):
        log.sign()

    assert "An alarm is open" in client.get("/en/log/").content.decode()


def test_number_of_questions_does_not_grow_with_the_log(client, settings, tmp_path):
    log = make_log(tmp_path, settings)
    counts = []
    for count in (1, 3):
        grow(count)
        log.sign()
        with CaptureQueriesContext(connection) as asked:
            client.get("/en/log/")
        counts.append(len(asked))

    assert counts[0] == counts[1]


@pytest.mark.parametrize("place", [0, 1, 100, 255, 256, 259])
def test_entry_is_drawn_with_its_way_to_the_root(place, client, log):
    ref = log.refs[place]
    view = selectors.entry_view(kind="cert.issued", ref=ref)
    page = client.get(f"/en/log/entries/cert.issued/{ref}/").content.decode()

    path = proofs.parse(selectors.proof_text(kind="cert.issued", ref=ref)).path
    assert [step.sibling for step in view.steps] == [one.hex() for one in path]
    assert top_of(view) == view.root == bytes(Checkpoint.objects.get().root).hex()
    assert len(re.findall("<rect", page)) == 2 * len(path) + 1
    assert view.root in page


def top_of(view):
    """The last step's pair, hashed, is the root: drawing and check walk the same way."""
    last = view.steps[-1]
    pair = [bytes.fromhex(last.sibling), bytes.fromhex(last.own)]
    return node_hash(*(pair if last.sibling_is_left else pair[::-1])).hex()


def test_proof_is_downloaded(client, log):
    answer = client.get(f"/log/entries/cert.issued/{log.refs[7]}/proof/")

    assert proofs.check(answer.content.decode(), log.policy).index == 7
    assert answer["Content-Disposition"] == f'attachment; filename="{log.refs[7]}.tlog-proof"'


def test_waiting_entry_says_so_and_has_no_proof(client, log):
    [ref] = put_down()

    page = client.get(f"/en/log/entries/cert.issued/{ref}/").content.decode()

    assert "waits for its place" in page
    assert client.get(f"/log/entries/cert.issued/{ref}/proof/").status_code == 404


WORDS = {
    "en": ("certificate revoked", "Everything about the same certificate", "number 2 of this certificate"),
    "zh-hans": ("证书撤销", "同一证书的全部记录", "该证书的第 2 次变更"),
    "ja": ("証明書の取消し", "同じ証明書についてのすべての記録", "この証明書の 2 回目の変更"),
}


@pytest.mark.parametrize("language", WORDS)
def test_history_of_a_certificate_is_told_in_words(language, client, log):
    ref = log.refs[7]
    with transaction.atomic():
        for turn, kind in enumerate(("cert.suspended", "cert.revoked"), 1):
            services.append(kind=kind, ref=ref, turn=turn, commitment=bytes(32), issuer="B01", policy="1")
    services.sequence()
    log.sign()
    with translation.override(language):
        issued, change = (
            reverse("tlog:entry", args=["cert.issued", ref]), reverse("tlog:change", args=["cert.revoked", ref, 2]),
        )  # fmt: skip
        whole, proof = reverse("tlog:log"), reverse("tlog:change_proof", args=["cert.revoked", ref, 2])

    for page in (issued, change):
        body = client.get(page).content.decode()
        assert WORDS[language][1] in body
        assert all(place in re.findall(r"<td[^>]*>(\d+)</td>", body) for place in ("7", "260", "261"))
    body = client.get(change).content.decode()
    assert WORDS[language][2] in body
    assert WORDS[language][0] in client.get(whole).content.decode()
    assert f'href="{change}"' in client.get(whole).content.decode()
    answer = client.get(proof)
    assert proofs.check(answer.content.decode(), log.policy).index == 261
    assert answer["Content-Disposition"] == f'attachment; filename="{ref}-2.tlog-proof"'


def test_unknown_entry_is_not_there(client, log):
    ref, leaf = log.refs[0], Leaf.objects.get(idx=0)

    assert client.get(f"/log/entries/cert.revoked/{ref}/").status_code == 404
    assert client.get(f"/log/entries/cert.praised/{ref}/").status_code == 404
    assert client.get(f"/log/entries/cert.issued/{leaf.pending.ref.int:032x}/").status_code == 404
