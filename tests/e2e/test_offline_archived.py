"""The verifier in a real browser and files with evidence behind the seal: it answers as the tool does, one by one."""

import base64
import random

import pytest
from playwright.sync_api import Page

from tests.certificates.evidence import Archived, Revision, archived_once, attacks, flips
from tools.verify_certificate import INVALID, verify

ADDRESS = "/en/verify/offline/"
# All in the page: a thousand files chosen by hand would take an hour.
ASK = """async ([files, shared]) => {
    const bytes = (text) => Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
    const input = document.querySelector("[data-files]");
    const result = document.querySelector("[data-result]");
    const answers = [];
    for (const pdf of files) {
        const given = new DataTransfer();
        const named = [["certificate.pdf", pdf], ...shared];
        for (const [name, body] of named) given.items.add(new File([bytes(body)], name));
        result.dataset.said = "";
        input.files = given.files;
        input.dispatchEvent(new Event("change"));
        while (!result.dataset.said) await new Promise((done) => setTimeout(done, 1));
        answers.push(result.dataset.said);
    }
    return answers;
}"""


def coded(body: bytes) -> str:
    return base64.b64encode(body).decode()


@pytest.fixture
def held(transactional_db, django_db_blocker, tmp_path) -> Archived:
    return archived_once(tmp_path, django_db_blocker)


def test_browser_and_tool_agree_on_every_archived_file(page: Page, held: Archived) -> None:
    page.goto(ADDRESS, wait_until="networkidle")
    lists = [("revocation-1.jwt", held.mine.revocation), ("suspension-1.jwt", held.mine.suspension)]

    def asked(files: list[bytes], policy: str = held.policy) -> list[str]:
        shared = [[name, coded(body)] for name, body in [("policy.txt", policy.encode()), *lists]]
        found: list[str] = []
        for at in range(0, len(files), 50):
            found += page.evaluate(ASK, [[coded(one) for one in files[at : at + 50]], shared])
        return found

    by_hand = Revision(held.mine.pdf, held.authority).written()
    assert asked([*held.files, by_hand]) == ["valid"] * 4
    unnamed = "\n".join(line for line in held.policy.split("\n") if not line.startswith("# stamp"))
    assert asked(held.files, unnamed) == ["invalid"] * 3
    wrong = attacks(held)
    answers = dict(zip(wrong, asked(list(wrong.values())), strict=True))
    assert [name for name, said in answers.items() if said != "invalid"] == []
    assert {verify(held.policy, pdf=one).code for one in wrong.values()} == {INVALID}
    changed = list(flips(held.renewed[0], random.Random(31)))
    chosen = random.Random(32).sample(changed, 1000)
    assert (len(chosen), set(asked(chosen))) == (1000, {"invalid"})
