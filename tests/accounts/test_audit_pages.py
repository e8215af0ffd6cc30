"""The audit administrator searches what was done and who looked: masked, newest first, and nobody else is let in."""

import io
from datetime import UTC, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import DatabaseError, transaction
from django.test import Client, override_settings
from django.urls import reverse
from django.utils.translation import override
from openpyxl import load_workbook

from accounts.models import User
from accounts.permissions import Role
from accounts.selectors import audit as selectors
from accounts.selectors.audit import Period, TrailQuestion
from accounts.services.access import note_access
from accounts.services.audit_exports import export_ledger, export_trail
from accounts.workflow import InvitationState
from core import audit, clock
from core.errors import NotAllowed
from core.models import AuditEntry
from tests.builders import hat, make_institution, make_person, make_user, place_for, regulator, resident_number

pytestmark = pytest.mark.django_db
PAGES = ("accounts:audit", "accounts:access_ledger")
EXPORTS = ("accounts:audit_export", "accounts:ledger_export")
OTHERS = [role for role in Role if role not in (Role.AUDIT_ADMIN, Role.SYSTEM)]


def worn(role: Role) -> User:
    return hat(role, place_for(role))


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def administrator() -> User:
    return worn(Role.AUDIT_ADMIN)


@pytest.fixture
def page(administrator) -> Client:
    return client_of(administrator)


def entry(actor: User, verb: str = "accounts.password_changed", **fields) -> AuditEntry:
    return audit.record(actor, verb, fields.pop("subject", actor), **fields)


def text(response) -> str:
    return response.content.decode()


def verbs(response) -> list[str]:
    return [line.entry.verb for line in response.context["lines"]]


# --- doors ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("role", OTHERS)
@pytest.mark.parametrize("name", PAGES)
def test_pages_are_not_there_for_any_other_role(role, name):
    client = client_of(worn(role))

    assert client.get(reverse(name)).status_code == 404
    assert client.post(reverse(name), {"who": "x"}).status_code == 404


@pytest.mark.parametrize("role", OTHERS)
@pytest.mark.parametrize("name", EXPORTS)
def test_exports_are_not_there_for_any_other_role(role, name):
    assert client_of(worn(role)).post(reverse(name)).status_code == 404
    assert not AuditEntry.objects.filter(verb__endswith="_exported").exists()


@pytest.mark.parametrize("name", PAGES)
def test_pages_open_for_the_audit_administrator_alone(page, name):
    assert page.get(reverse(name)).status_code == 200
    assert client_of(make_user()).get(reverse(name)).status_code == 404


@pytest.mark.parametrize("name", PAGES)
def test_page_opens_for_others_when_the_guard_is_off(monkeypatch, name):
    """What the refusals above stand on."""
    for module in ("accounts.views.audit", "accounts.selectors.audit", "accounts.selectors.viewing"):
        monkeypatch.setattr(f"{module}.require_everywhere", lambda *_: None)

    assert client_of(worn(Role.SECURITY_ADMIN)).get(reverse(name)).status_code == 200


@pytest.mark.parametrize("service", [export_trail, export_ledger])
def test_export_service_asks_by_itself(service):
    with pytest.raises(NotAllowed):
        service(actor=worn(Role.SYSTEM_ADMIN), asked=TrailQuestion())


# --- searching the trail --------------------------------------------------------------------------------------------
def test_newest_entry_comes_first(page, administrator):
    entry(administrator, "accounts.password_changed")
    entry(administrator, "accounts.phone_verified")

    assert verbs(page.get(reverse("accounts:audit")))[:2] == ["accounts.phone_verified", "accounts.password_changed"]


@pytest.mark.parametrize("words", ["Somebody@Example.test ", "+8613800001234", "138 0000 1234", "林·知夏", "林知夏"])
def test_login_is_found_by_its_whole_address_number_or_name(page, words):
    user = make_user("somebody@example.test")
    make_person("林·知夏", user=user)
    with_phone(user, "+8613800001234")
    entry(user)
    entry(make_user())

    sent = page.post(reverse("accounts:audit"), {"who": words, "verb": "accounts.password_changed"})
    found = page.get(sent.url)

    assert sent.status_code == 302
    assert parse_qs(urlsplit(sent.url).query)["actor"] == [str(user.pk)]
    assert [line.entry.actor_id for line in found.context["lines"]] == [user.pk]


@pytest.mark.parametrize("words", ["somebody@example", "@example.test", "1380000", "林", "nobody at all"])
def test_a_part_of_an_address_or_name_finds_nothing_and_shows_nothing(page, words):
    make_person("林知夏", user=make_user("somebody@example.test"))

    answer = page.post("/en" + reverse("accounts:audit"), {"who": words})

    assert answer.status_code == 200
    assert "Parts of one find nothing" in text(answer)
    assert answer.context["lines"] == []


def test_what_was_typed_stands_in_no_address(page):
    make_user("somebody@example.test")

    assert "somebody" not in page.post(reverse("accounts:audit"), {"who": "somebody@example.test"}).url


def test_trail_is_filtered_by_verb_subject_and_record(page, administrator):
    here, there = make_institution(), make_institution()
    entry(administrator, "accounts.institution_created", subject=here)
    entry(administrator, "accounts.institution_corrected", subject=here)
    entry(administrator, "accounts.institution_created", subject=there)

    def found(**query):
        return verbs(page.get(reverse("accounts:audit"), query))

    assert found(verb="accounts.institution_corrected") == ["accounts.institution_corrected"]
    assert len(found(subject="accounts.institution")) == 3
    assert len(found(subject="accounts.institution", record=here.pk)) == 2
    assert found(subject="accounts.person") == []


def test_record_is_found_by_its_uuid_too(page, administrator):
    person = make_person()
    entry(administrator, "accounts.person_added", subject=person)

    query = {"subject": "accounts.person", "record": str(person.uuid)}
    assert verbs(page.get(reverse("accounts:audit"), query)) == ["accounts.person_added"]
    query["record"] = "00000000-0000-4000-8000-000000000000"
    assert verbs(page.get(reverse("accounts:audit"), query)) == []


def test_a_number_without_its_kind_is_asked_back(page):
    answer = page.get("/en" + reverse("accounts:audit"), {"record": "12"})

    assert "Choose what the number belongs to." in text(answer)
    assert answer.context["lines"] == []


def test_period_counts_whole_days_of_shanghai(administrator):
    entry(administrator)
    at = AuditEntry.objects.get().at
    day = clock.day_of(at)

    def found(first, last):
        return selectors.audit_trail(administrator, TrailQuestion(period=Period(first, last))).count()

    assert found(day, day) == 1
    assert found(day + timedelta(days=1), None) == 0
    assert found(None, day - timedelta(days=1)) == 0
    edges = Period(day, day).lookups()
    assert edges["at__gte"].astimezone(UTC).hour == 16
    assert edges["at__lt"] - edges["at__gte"] == timedelta(days=1)


def test_first_look_covers_thirty_days_and_an_empty_day_everything(page, administrator):
    with clock.travel(timedelta(days=-31)):
        entry(administrator)
    address = reverse("accounts:audit")

    assert page.get(address).context["lines"] == []
    assert len(page.get(address, {"first": ""}).context["lines"]) == 1


def test_page_takes_as_many_statements_for_three_rows_as_for_one(page, administrator, django_assert_num_queries):
    counts = []
    for number in (1, 3):
        while AuditEntry.objects.count() < number:
            entry(make_user())
        with django_assert_num_queries(STATEMENTS):
            counts.append(len(page.get(reverse("accounts:audit")).context["lines"]))

    assert counts == [1, 3]


STATEMENTS = 5


# --- what an entry says ---------------------------------------------------------------------------------------------
def test_entry_is_a_sentence_in_each_language(administrator):
    [line] = selectors.trail_lines([entry(administrator, "accounts.number_revealed")])
    said = set()
    for code in ("en", "zh-hans", "ja"):
        with override(code):
            said.add(selectors.trail_lines([line.entry])[0].sentence)

    assert len(said) == 3
    assert "Looked at a full number." in said


def test_names_addresses_and_numbers_are_masked(page, administrator):
    user, number = make_user("somebody@example.test"), resident_number(5)
    person = make_person("林知夏", user=user)
    entry(user, "accounts.name_corrected", subject=person, reason=f"证件 {number}，电话 13800001234", before="林知夏",
          after="林之夏")  # fmt: skip

    shown = text(page.get(reverse("accounts:audit")))

    assert "林**" in shown
    assert "s***@example.test" in shown
    for secret in ("林知夏", "林之夏", "somebody@", number, "13800001234"):
        assert secret not in shown


def test_a_step_says_both_states_in_words(administrator):
    made = entry(administrator, "accounts.invitation.accept", before="open", after="accepted", other="hidden")
    made.subject_type = "accounts.invitation"

    [line] = selectors.trail_lines([made])

    assert [value for _name, value in line.details] == [
        f"{InvitationState.OPEN.label} → {InvitationState.ACCEPTED.label}"
    ]
    assert line.hidden == 1


def test_facts_that_may_hold_a_person_are_counted_and_not_shown(administrator):
    [line] = selectors.trail_lines(
        [entry(administrator, role="regulator", note="林知夏", changes={"name": ["a", "b"]})]
    )

    assert [value for _name, value in line.details] == [str(Role.REGULATOR.label)]
    assert line.hidden == 2


# --- the ledger -----------------------------------------------------------------------------------------------------
@pytest.fixture
def looks():
    """(who looked, at whom, at whom in vain)"""
    clerk, person, other = regulator(), make_person("林知夏"), make_person("何雅")
    note_access(actor=clerk, person=person, what="credit_file", purpose="办案 13800001234")
    note_access(actor=clerk, person=other, what="phone", purpose="年检", granted=False)
    note_access(actor=regulator("980000"), person=other, what="phone", purpose="年检")
    return clerk, person, other


def test_ledger_is_searched_by_who_whom_what_and_outcome(page, looks):
    clerk, person, other = looks
    address = reverse("accounts:access_ledger")

    def found(**query):
        return [line.entry.person_id for line in page.get(address, query).context["lines"]]

    assert found() == [other.pk, other.pk, person.pk]
    assert found(actor=clerk.pk) == [other.pk, person.pk]
    assert found(person=person.pk) == [person.pk]
    assert found(what="credit_file") == [person.pk]
    assert found(outcome="refused") == [other.pk]
    sent = page.post(address, {"who": clerk.email, "whom": "何雅"})
    assert [line.entry.granted for line in page.get(sent.url).context["lines"]] == [False]


def test_ledger_finds_looks_at_a_double_that_was_merged(page, looks):
    _clerk, person, other = looks
    other.merged_into = person
    other.save()

    sent = page.post(reverse("accounts:access_ledger"), {"whom": "林知夏"})

    assert len(page.get(sent.url).context["lines"]) == 3


def test_ledger_is_masked(page, looks):
    shown = text(page.get(reverse("accounts:access_ledger")))

    assert "林**" in shown
    assert "林知夏" not in shown
    assert "13800001234" not in shown
    assert "办案 138****1234" in shown


# --- taking it along ------------------------------------------------------------------------------------------------
def rows_of(response) -> list[tuple]:
    return list(load_workbook(io.BytesIO(response.content)).active.iter_rows(values_only=True))


def test_export_holds_what_the_page_shows_and_is_written_down(page, administrator):
    entry(administrator, "accounts.institution_created", subject=make_institution(), reason="=1+1")
    entry(administrator)

    answer = page.post("/en" + reverse("accounts:audit_export"), {"verb": "accounts.institution_created"})
    rows = rows_of(answer)
    made = AuditEntry.objects.get(verb="accounts.trail_exported")

    assert [row[3] for row in rows] == ["Verb", "accounts.institution_created"]
    assert rows[1][6] == "'=1+1"
    assert made.facts == {"rows": 1, "asked": {"verb": "accounts.institution_created"}}
    assert made.actor == administrator


def test_export_of_the_ledger_is_written_down_too(page, looks):
    rows = rows_of(page.post("/en" + reverse("accounts:ledger_export"), {"outcome": "refused"}))

    assert [row[6] for row in rows] == ["Shown or refused", "was refused"]
    assert AuditEntry.objects.get(verb="accounts.ledger_exported").facts == {"rows": 1, "asked": {"granted": False}}


def test_export_ends_at_the_cap_that_the_page_names(page, administrator, monkeypatch):
    monkeypatch.setattr("accounts.services.audit_exports.EXPORT_ROWS", 2)
    for _ in range(4):
        entry(administrator)

    assert len(rows_of(page.post(reverse("accounts:audit_export")))) == 3
    shown = page.get("/en" + reverse("accounts:audit"))
    assert "at most 2 entries" in text(shown)


@pytest.mark.parametrize("name", EXPORTS)
def test_export_asks_who_one_is_and_takes_no_get(page, name):
    assert page.get(reverse(name)).status_code == 405
    with override_settings(SECOND_FACTOR_EXEMPT=False, CONFIRM_AGAIN_AFTER=0):
        assert page.post(reverse(name)).status_code == 302
    assert not AuditEntry.objects.filter(verb__endswith="_exported").exists()


def test_export_of_a_question_that_is_not_understood_is_asked_back(page, administrator):
    entry(administrator)

    answer = page.post(reverse("accounts:audit_export"), {"actor": "1 OR 1", "first": "2026-13-01"})

    assert answer.status_code == 200
    assert answer.context["lines"] == []
    assert not AuditEntry.objects.filter(verb="accounts.trail_exported").exists()


# --- the table itself -----------------------------------------------------------------------------------------------
def test_entries_still_cannot_be_changed(administrator):
    made = entry(administrator)

    for change in (lambda: AuditEntry.objects.update(verb="x"), lambda: AuditEntry.objects.all().delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    assert AuditEntry.objects.get().verb == made.verb


def with_phone(user: User, phone: str) -> None:
    from accounts.services.sign_in import put_phone  # noqa: PLC0415

    put_phone(user, phone)
    user.phone_verified = True
    user.save()
