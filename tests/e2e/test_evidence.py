"""Evidence from elsewhere by mouse alone: an institution submits it, the region's office decides."""

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from courses.models import ExternalEvidence
from tests.builders import make_appointment, make_person, officer, regulator, resident_number
from tests.courses.evidence import PDF, competent
from tests.e2e.conftest import Enter, Fits
from tests.staffing.returns_builders import staffed

pytestmark = pytest.mark.django_db(transaction=True)


def submit(page: Page, name: str, tail: str) -> None:
    page.get_by_label("Name of the person").fill(name)
    page.get_by_label("End of the document number").fill(tail)
    page.get_by_label("training before the platform").check()
    page.get_by_label("Track").select_option("SOCIAL")
    page.get_by_label("Training or degree").fill("技术经纪人培训班")
    page.get_by_label("Trained by").fill("岚江大学")
    page.get_by_label("Completed on").fill("2019-06-01")
    page.get_by_label("Scans").set_input_files([{"name": "证书.pdf", "mimeType": "application/pdf", "buffer": PDF}])
    page.get_by_role("button", name="Submit").click()


def world() -> tuple[User, User, list[str]]:
    """An institution of 6 trained among 10, its officer, who decides, and the numbers of two of the others."""
    place, numbers = staffed(6, 8), [resident_number(), resident_number()]
    for name, number in zip(("高轩", "林知远"), numbers, strict=True):
        make_appointment(make_person(name, number=number), place)
    decider = regulator("990000")
    competent(decider)
    return officer(place), decider, numbers


def test_accepted_evidence_lifts_the_ratio_and_refused_does_not(enter: Enter, fits: Fits) -> None:
    institution, decider, (first, second) = world()
    page, desk = enter(institution), enter(decider)
    page.goto("/en/ratio/")
    expect(page.locator(".fraction").first).to_have_text("6 / 10")
    for name, number in (("高轩", first), ("林知远", second)):
        page.goto("/en/evidence/")
        page.get_by_role("link", name="Submit evidence", exact=True).click()
        fits(page)
        submit(page, name, number[-6:])
        expect(page.get_by_text("Submitted. It counts once the authority has accepted it.")).to_be_visible()
        fits(page)
    page.goto("/en/ratio/")
    # A claim counts nowhere.
    expect(page.locator(".fraction").first).to_have_text("6 / 10")

    desk.goto("/en/evidence/desk/")
    fits(desk)
    desk.get_by_role("link", name="高轩").click()
    with desk.expect_download() as scan:
        desk.get_by_role("link", name="证书.pdf").click()
    assert scan.value.path().read_bytes() == PDF
    fits(desk)
    desk.get_by_label("Accept").check()
    desk.get_by_role("button", name="Record the decision").click()
    expect(desk.get_by_text("The decision is recorded.")).to_be_visible()
    page.goto("/en/ratio/")
    expect(page.locator(".fraction").first).to_have_text("7 / 10")

    desk.goto("/en/evidence/desk/")
    desk.get_by_role("link", name="林知远").click()
    desk.get_by_label("Refuse").check()
    desk.get_by_role("button", name="Record the decision").click()
    # Without a reason nothing is decided.
    assert ExternalEvidence.objects.filter(state="refused").count() == 0
    desk.get_by_label("Reason").fill("扫描件看不清，请重新提交。")
    desk.get_by_role("button", name="Record the decision").click()
    fits(desk)
    page.goto("/en/evidence/?state=refused")
    page.get_by_role("link", name="林知远").click()
    expect(page.get_by_text("扫描件看不清，请重新提交。")).to_be_visible()
    page.goto("/en/ratio/")
    expect(page.locator(".fraction").first).to_have_text("7 / 10")
