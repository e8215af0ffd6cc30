"""A designation that is suspended: by document and reason, marked for everybody, its dates and duties running on."""

from datetime import timedelta

import pytest
from django.test import Client

from accounts.models import Designation, User
from accounts.selectors.designations import in_force, years
from accounts.services import leave_designation, rectify_designation, resume_designation, suspend_designation
from core import clock
from core.errors import DomainError
from core.models import AuditEntry
from tests.accounts.designating import competent, standing
from tests.builders import base_manager, make_base, regulator

pytestmark = pytest.mark.django_db
PAPER = {"document": "暂停〔2026〕1号", "note": "登记事项正在核实"}


@pytest.fixture
def authority() -> User:
    competent()
    return regulator()


@pytest.fixture
def held() -> Designation:
    return standing(make_base(area="990100"), "designated")


def suspended(actor: User, designation: Designation) -> Designation:
    return suspend_designation(actor=actor, designation=designation, **PAPER)


def test_suspension_keeps_dates_and_says_when_why_and_by_what(authority, held):
    before = (held.valid_from, held.valid_to)

    made = suspended(authority, held)

    event = made.events.get(step="suspend")
    assert (made.state, (made.valid_from, made.valid_to)) == ("suspended", before)
    assert (event.on, event.document, event.note) == (clock.today(), PAPER["document"], PAPER["note"])
    assert AuditEntry.objects.get(verb="accounts.designation.suspend").facts["after"] == "suspended"


def test_suspended_one_stays_in_every_figure_until_it_ends(authority, held):
    made = suspended(authority, held)
    assert ([one.pk for one in in_force(clock.today())], years(today=clock.today())[0].total.in_force) == ([held.pk], 1)

    left = leave_designation(actor=base_manager(held.base), designation=made, note="停办")

    assert (left.valid_to, list(in_force(clock.today()))) == (clock.today(), [])


@pytest.mark.parametrize(
    ("given", "code"), [({"document": " "}, "document_missing"), ({"note": " "}, "reason_missing")]
)
def test_suspension_needs_its_paper_and_its_reason(authority, held, given, code):
    with pytest.raises(DomainError) as refusal:
        suspend_designation(actor=authority, designation=held, **{**PAPER, **given})
    held.refresh_from_db()
    assert (refusal.value.code, held.state) == (code, "designated")


def test_suspension_is_lifted_by_a_paper_of_its_own(authority, held):
    with pytest.raises(DomainError) as refusal:
        resume_designation(actor=authority, designation=suspended(authority, held), document=" ")
    assert refusal.value.code == "document_missing"

    back = resume_designation(actor=authority, designation=held, document="恢复〔2026〕1号")
    assert (back.state, back.events.get(step="resume").document) == ("designated", "恢复〔2026〕1号")


def test_rectification_lifts_no_suspension(authority, held):
    """Accepted, it would leave the designation standing and unmarked, with no word about the suspension."""
    order = {"document": "整改〔2026〕1号", "working_days": 5, "note": "x"}
    with pytest.raises(DomainError) as refusal:
        rectify_designation(actor=authority, designation=suspended(authority, held), **order)
    held.refresh_from_db()
    assert (refusal.value.code, held.state, held.period_days) == ("wrong_state", "suspended", None)

    back = resume_designation(actor=authority, designation=held, document="恢复〔2026〕1号")
    assert rectify_designation(actor=authority, designation=back, **order).state == "rectification"
    assert [one.step for one in held.events.order_by("pk")] == ["suspend", "resume", "rectify"]


def test_pages_offer_no_rectification_of_a_suspended_one(authority, held):
    suspended(authority, held)
    client = Client()
    client.force_login(authority)

    page = client.get(f"/en/designations/{held.pk}/").content.decode()

    assert ("Lift the suspension" in page, "Order rectification" in page) == (True, False)


def test_body_that_the_table_does_not_name_suspends_nothing(authority, held):
    with pytest.raises(DomainError) as refusal:
        suspended(regulator("990100"), held)

    assert refusal.value.code == "other_body_competent"


def test_pages_ask_for_the_paper_and_mark_it_for_everybody(authority, held):
    client = Client()
    client.force_login(authority)
    page = f"/en/designations/{held.pk}/suspend/"
    assert client.post(page, {"document": "暂停〔2026〕1号"}).context["form"].errors.keys() == {"note"}
    register = "/en/designations/"
    assert "designation suspended" not in Client().get(register).content.decode()

    answer = client.post(page, PAPER, follow=True).content.decode()

    assert [word in answer for word in ("designation suspended", "Lift the suspension", PAPER["document"])] == [
        True
    ] * 3
    assert "designation suspended" in Client().get(register).content.decode()


def test_expired_one_is_not_in_force_though_it_is_suspended(authority, held):
    Designation.objects.filter(pk=held.pk).update(valid_to=clock.today())

    suspended(authority, held)

    assert list(in_force(clock.today())) == []
    assert list(in_force(clock.today() - timedelta(days=1))) == [held]
