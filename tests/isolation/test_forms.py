"""Foreign names in the fields of forms: nothing of the other province is changed, shown or told; some in every run."""

import os
import time
from collections.abc import Callable

import pytest

import accounts.services.institutions
import accounts.views.places
import accounts.views.telling
from accounts.models import AppointmentNotice, Institution, Region, User
from tests.isolation.forms import Forms, sample
from tests.isolation.probes import Asker

WHOLE = os.environ.get("WHOLE_MATRIX") == "1"
SAMPLE = 300


@pytest.fixture(scope="module")
def forms(asker: Asker) -> Forms:
    return Forms(asker)


def test_foreign_names_in_fields_get_nowhere(forms: Forms, record_property):
    questions, begun = forms.questions(), time.monotonic()
    chosen = questions if WHOLE else sample(questions, SAMPLE)

    faults = [words for question in chosen for words in forms.faults(question)]

    record_property("probes", len(chosen))
    record_property("probes of fields", len(chosen))
    record_property("faults", len(faults))
    record_property("seconds", round(time.monotonic() - begun))
    assert faults == [], f"{len(faults)} faults:\n" + "\n".join(faults)


def test_the_walk_finds_the_forms(forms: Forms):
    sent = {
        (login, method, field)
        for (login, method, _action, _button), form in forms.found.items()
        for field in form.values
    }

    assert len(forms.found) >= 60
    assert {
        ("officer home", "POST", "id_number"),
        ("base home", "POST", "programme"),
        ("base home", "POST", "enrolment"),
        ("regulator province", "POST", "region"),
        ("regulator province", "POST", "parent"),
        ("trainee home", "POST", "number"),
    } <= sent


# --- the walk itself: faults that a test switches on are found --------------------------------------------------------
def region_of_anybody(patch: pytest.MonkeyPatch) -> None:
    """A place can be moved into a region of somebody else."""
    patch.setattr(accounts.views.places, "region_within", lambda actor, asked, code: Region.objects.get(code=code))
    patch.setattr(accounts.services.institutions, "_check_region", lambda actor, region: None)


def notices_of_anybody(patch: pytest.MonkeyPatch) -> None:
    """Ticks the notices that are named, whosever they are."""

    def tick(*, actor: User, institution: Institution, notice_ids: list[int]) -> list[int]:
        AppointmentNotice.objects.filter(pk__in=notice_ids).update(tries=3)
        return notice_ids

    patch.setattr(accounts.views.telling, "hand_out_notices", tick)


SEEDED: dict[Callable[[pytest.MonkeyPatch], None], tuple[str, str, str, str]] = {
    region_of_anybody: ("regulator province", "/move/", "region", "institution.region.code"),
    notices_of_anybody: ("officer home", "/notices/tick/", "notice", "appointmentnotice"),
}


@pytest.mark.parametrize("fault", SEEDED, ids=lambda fault: fault.__name__)
def test_seeded_fault_is_found(forms: Forms, fault: Callable[[pytest.MonkeyPatch], None], monkeypatch):
    login, place, field, name = SEEDED[fault]
    questions = [
        one
        for one in forms.questions()
        if (one.login, one.method, one.field, one.name) == (login, "POST", field, name) and place in one.action
    ]
    assert [words for question in questions for words in forms.faults(question)] == []

    with monkeypatch.context() as patch:
        fault(patch)
        found = [words for question in questions for words in forms.faults(question)]

    assert any("changed what the other province sees" in words for words in found), found
