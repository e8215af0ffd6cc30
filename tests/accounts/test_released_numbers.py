"""A foreign number that somebody declared first goes when the original was seen, and nothing that was checked does."""

from datetime import timedelta

import pytest
from django.core import mail

from accounts.models import IdentityDocument, Person, User
from accounts.selectors import find_document
from accounts.services import import_roster, release_number
from accounts.services.identity import record_identity_check
from accounts.services.released_numbers import A_DAY, tell_declarer
from accounts.workflow import Standing
from core import clock
from core.errors import NotAllowed
from core.models import AuditEntry, OutboxEvent
from tests.accounts.joining import signed_in
from tests.accounts.profiles import NUMBER, RELEASE, make_squatter, refused, save
from tests.accounts.sheets import person_row, roster
from tests.builders import (
    base_manager,
    make_appointment,
    make_institution,
    make_person,
    make_user,
    officer,
    regulator,
    resident_number,
)

pytestmark = pytest.mark.django_db
OTHER = "000000198506300024"


@pytest.fixture
def squatter() -> User:
    return make_squatter()


@pytest.fixture
def host():
    return officer(make_institution())


def released(host, name: str = "林知夏", number: str = NUMBER, **fields: object) -> bool:
    given = {"name": name, "document_type": "resident_id", "number": number, "seen_on": clock.today(), **fields}
    return release_number(actor=host, place=host.memberships.get().institution, **given)


# --- the way out ----------------------------------------------------------------------------------------------------
def test_owner_declares_the_number_once_it_is_released(squatter, host):
    owner = make_user()
    assert refused(save, owner) == "profile_refused"

    assert released(host)

    assert save(owner).person.user == owner
    assert find_document("resident_id", NUMBER).person.user == owner
    assert Person.objects.get(user=squatter).documents.count() == 0


def test_roster_names_the_right_person_once_it_is_released(squatter, host):
    institution = host.memberships.get().institution
    content = roster(person_row("林知夏", NUMBER))
    before = import_roster(actor=host, institution=institution, content=content)
    assert [problem.code for problem in before.rows[0].errors] == ["name_differs"]

    released(host)

    assert not import_roster(actor=host, institution=institution, content=content).has_errors
    assert institution.appointments.get().person.name == "林知夏"


def test_whoever_had_declared_it_is_told_and_declares_the_own_document(squatter, host):
    released(host)
    person = Person.objects.get(user=squatter)
    assert OutboxEvent.objects.get(kind="accounts.tell_number_released").key == str(person.pk)

    tell_declarer(person_id=person.pk)

    (sent,) = mail.outbox
    assert sent.to == [squatter.email]
    assert [word for word in (NUMBER, "林知夏", "王五") if word in f"{sent.subject}{sent.body}"] == []
    form = {"name": "王武", "document_type": "resident_id", "country": "CHN", "number": OTHER, "sensitive_data": "on"}
    signed_in(squatter).post("/profile/", form)
    person.refresh_from_db()
    assert (person.name, person.documents.get().number) == ("王武", OTHER)
    assert refused(save, squatter, "王武", resident_number()) == "profile_exists"


def test_page_releases_and_shows_nobody(squatter, host):
    client = signed_in(host)
    assert "/en/institution/numbers/" in client.get("/en/institution/roster/import/").content.decode()

    answer = client.post("/en/institution/numbers/", RELEASE, follow=True).content.decode()
    again = client.post("/en/institution/numbers/", RELEASE).content.decode()

    assert "The number is free" in answer
    assert "Nothing was changed" in again
    assert 'value="林知夏"' in again
    assert [word for word in ("王五", "squatter") if word in answer + again] == []


def test_release_is_written_down_without_the_number(squatter, host):
    released(host)

    entry = AuditEntry.objects.get(verb="accounts.number_released")
    assert (entry.actor, entry.subject_id) == (host, str(Person.objects.get(user=squatter).pk))
    assert [one for one in AuditEntry.objects.all() if NUMBER in f"{one.facts}{one.reason}"] == []


# --- what stays -----------------------------------------------------------------------------------------------------
def checked_at_a_desk(person: Person) -> None:
    record_identity_check(actor=base_manager(), person=person, standing=Standing.CHECKED_AT_DESK)


@pytest.mark.parametrize(
    "backed",
    [checked_at_a_desk, lambda person: make_appointment(person, make_institution())],
    ids=["checked", "on a roster"],
)
def test_what_somebody_vouches_for_stays(backed, squatter, host):
    backed(Person.objects.get(user=squatter))

    assert not released(host)

    assert IdentityDocument.objects.count() == 1


def test_right_name_unknown_number_and_record_without_a_login_stay(squatter, host):
    make_person("何磊", number=OTHER)

    assert not released(host, name="王 五")
    assert not released(host, number=OTHER)
    assert not released(host, number=resident_number())
    assert IdentityDocument.objects.count() == 2


def test_only_an_officer_for_the_own_institution_releases(squatter, host):
    place = host.memberships.get().institution
    for actor in (officer(), regulator(), base_manager(), squatter):
        with pytest.raises(NotAllowed):
            release_number(
                actor=actor,
                place=place,
                name="林知夏",
                document_type="resident_id",
                number=NUMBER,
                seen_on=clock.today(),
            )
    assert signed_in(regulator()).get("/institution/numbers/").status_code == 404
    assert IdentityDocument.objects.count() == 1


def test_wrong_numbers_and_days_are_refused(squatter, host):
    assert refused(released, host, number="000000199001010019") == "document_wrong"
    assert refused(released, host, seen_on=clock.today() + timedelta(days=1)) == "day_wrong"


def test_ten_numbers_a_day(squatter, host):
    for _try in range(A_DAY):
        released(host, number=OTHER)

    assert refused(released, host) == "too_many_tries"
    with clock.travel(timedelta(days=1, minutes=1)):
        assert released(host)
