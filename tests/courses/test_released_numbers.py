"""The base's desk sees the original of a number that a foreign login has declared, and frees it for its owner."""

from datetime import date
from functools import partial

import pytest

from accounts.models import IdentityDocument, Person, User
from accounts.selectors import is_checked
from accounts.services.released_numbers import A_DAY
from core import clock
from core.errors import DomainError, NotAllowed
from core.models import AuditEntry
from courses.models import Cohort
from courses.services import admit, apply_for_cohort, check_identity, release_number_at_desk
from tests.accounts.profiles import NUMBER, RELEASE, make_squatter, refused, save
from tests.builders import (
    base_manager,
    hat,
    make_appointment,
    make_base,
    make_institution,
    make_user,
    officer,
    regulator,
)
from tests.courses.builders import make_cohort, make_enrolment
from tests.courses.visits import address, messages

pytestmark = pytest.mark.django_db
OTHER = "000000198506300024"


@pytest.fixture
def squatter() -> User:
    return make_squatter()


@pytest.fixture
def cohort(base) -> Cohort:
    return make_cohort(base)


@pytest.fixture
def manager(base) -> User:
    return base_manager(base)


def released(actor: User, cohort: Cohort, name: str = "林知夏", number: str = NUMBER) -> bool:
    given = {"name": name, "document_type": "resident_id", "number": number, "seen_on": clock.today()}
    return release_number_at_desk(actor=actor, cohort=cohort, **given)


def test_owner_applies_once_the_desk_has_released_the_number(squatter, cohort, manager):
    owner = make_user()
    assert refused(save, owner) == "profile_refused"

    assert released(manager, cohort)

    save(owner)
    assert apply_for_cohort(actor=owner, cohort=cohort, agrees=True).person.user == owner
    assert Person.objects.get(user=squatter).documents.count() == 0


@pytest.mark.parametrize("state", ["applied", "admitted"])
def test_desk_checks_no_document_of_whoever_has_none_left(client, squatter, cohort, manager, state):
    """They applied with the number; since its release the desk has nothing to compare an original with."""
    person = Person.objects.get(user=squatter)
    enrolment = make_enrolment(cohort, person=person, user=squatter, state=state)
    released(manager, cohort)

    check = partial(admit, document_seen=True) if state == "applied" else check_identity
    with pytest.raises(DomainError, match="no_document"):
        check(actor=manager, enrolment=enrolment)

    enrolment.refresh_from_db()
    assert (enrolment.state, is_checked(person)) == (state, False)
    given = {"step": "admit", "document_seen": "on"} if state == "applied" else {"from_cohort": "1"}
    name = "answer" if state == "applied" else "check_identity"
    client.force_login(manager)
    page = client.post(address(name, enrolment.pk), given, follow=True)
    assert ["没有登记证件" in told for told in messages(page)] == [True]
    assert not is_checked(person)


def test_whoever_declared_another_document_since_is_checked_as_before(squatter, cohort, manager):
    person = Person.objects.get(user=squatter)
    enrolment = make_enrolment(cohort, person=person, user=squatter)
    released(manager, cohort)
    save(squatter, "王五", OTHER)

    check_identity(actor=manager, enrolment=enrolment)

    assert is_checked(person)


def test_trail_names_the_desk_and_the_cohort_and_no_number(squatter, cohort, manager):
    released(manager, cohort)

    entry = AuditEntry.objects.get(verb="accounts.number_released")
    facts = {"base": cohort.base_id, "cohort": cohort.pk, "seen_on": clock.today().isoformat()}
    assert entry.facts == facts | {"document_type": "resident_id"}
    assert (entry.actor, entry.subject_id) == (manager, str(Person.objects.get(user=squatter).pk))


def test_what_a_roster_names_stays(squatter, cohort, manager):
    make_appointment(Person.objects.get(user=squatter), make_institution())

    assert not released(manager, cohort)

    assert IdentityDocument.objects.count() == 1


@pytest.mark.parametrize("actor", [base_manager, officer, regulator, lambda: hat("instructor", make_base())])
def test_only_a_manager_of_the_cohorts_own_base_releases(squatter, cohort, actor):
    with pytest.raises(NotAllowed):
        released(actor(), cohort)

    assert IdentityDocument.objects.count() == 1


def test_an_instructor_of_the_base_does_not_release(squatter, cohort, base):
    with pytest.raises(NotAllowed):
        released(hat("instructor", base), cohort)


@pytest.mark.parametrize("state", ["draft", "filed", "assessing", "closed", "cancelled"])
def test_a_cohort_that_admits_nobody_is_no_reason(squatter, base, manager, state):
    assert refused(released, manager, make_cohort(base, state=state)) == "wrong_state"

    assert IdentityDocument.objects.count() == 1


def test_ten_numbers_a_day_wherever_one_asks(squatter, base, manager):
    second = make_base()
    hat("base_manager", second, manager)
    for number in range(A_DAY):
        released(manager, make_cohort(second if number % 2 else base), number=OTHER)

    assert refused(released, manager, make_cohort(base)) == "too_many_tries"
    assert IdentityDocument.objects.count() == 1


def test_page_releases_and_shows_nobody(squatter, cohort, signed_in):
    page = "/en" + address("release_number", cohort.pk)
    assert f'href="{page}"' in signed_in.get("/en" + address("cohort", cohort.pk)).content.decode()

    answer = signed_in.post(page, RELEASE, follow=True)
    again = signed_in.post(page, RELEASE).content.decode()

    assert messages(answer) == ["The number is free. Its owner can fill in the profile and apply now."]
    assert "Nothing was changed" in again
    assert 'value="林知夏"' in again
    assert [word for word in ("王五", "squatter") if word in answer.content.decode() + again] == []


def test_page_is_nobody_elses_and_a_closed_cohort_has_no_way_to_it(squatter, base, signed_in):
    closed = make_cohort(base, state="closed", starts_on=date(2026, 1, 1), ends_on=date(2026, 1, 9))

    assert signed_in.get(address("release_number", make_cohort().pk)).status_code == 404
    assert "numbers/" not in signed_in.get(address("cohort", closed.pk)).content.decode()
    assert (
        "This cohort admits nobody"
        in signed_in.post("/en" + address("release_number", closed.pk), RELEASE).content.decode()
    )


def test_form_begins_with_today_as_a_browser_takes_it(cohort, manager, client):
    """Written as Chinese pages write days, the field would come up empty."""
    client.force_login(manager)

    page = client.get(address("release_number", cohort.pk)).content.decode()

    assert f'value="{clock.today().isoformat()}"' in page
