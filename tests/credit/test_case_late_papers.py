"""The form of a paper that came in time says until when it did."""

import pytest

from credit import services
from tests.credit.cases import Authority, know_years, later
from tests.credit.test_case_pages import signed_in
from tests.credit.test_case_reopening import LATER, considered

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_data_dir")]


@pytest.mark.parametrize(("intended", "kinds"), [("general", 2), ("minor", 1)])
def test_form_names_the_days_until_which_a_paper_was_in_time(intended, kinds):
    know_years()
    desk = Authority()
    case = considered(desk, intended)
    with later(LATER):
        days = services.last_days_of_papers(case)
        page = signed_in(desk.one).get(f"/en/credit/cases/{case.pk}/steps/reopen/").content.decode()
    assert len(days) == kinds == page.count('name="came_as"')
    assert days["answer"].day == case.answer_until
    for kind, last in days.items():
        word = "An answer" if kind == "answer" else "A request for a hearing"
        assert f"{word} was in time to the end of {last.day:%-d} {last.day:%b %Y}" in page
