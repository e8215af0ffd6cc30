"""Erasure of many people: afterwards nothing of them is found in database, media, caches, exports and index, sealed
values opened too, beyond what law keeps; and the copy of one's data, whole, once and for a day.

How many are erased is ERASE_PEOPLE: 20 in every run, 500 for the full proof.
"""

import io
import json
import os
import re
import zipfile
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.conf import settings
from django.core.cache import cache

from accounts.models import Appointment, AppointmentVersion, IdentityCheck, IdentityDocument, Person
from accounts.selectors import system_user
from accounts.services import agree, import_roster, note_access, reveal
from accounts.services.sign_in import set_login_phone
from accounts.workflow import Standing
from certificates.models import Certificate, CertificateFile
from certificates.services import issue_certificate
from core import clock, search, uploads
from core.fields import SealedField
from core.models import OutboxEvent
from core.outbox import deliver_event
from courses.models import Level, TrainingRecord
from oversight.models import DataRequest
from oversight.services import ask_for_copy, ask_for_correction, ask_for_erasure, carry_out, take_request
from oversight.services.requests import refuse_request
from tests.accounts.sheets import ROSTER, person_row, xlsx
from tests.accounts.signing_in import age_confirmation, give_second_factor, sign_in
from tests.builders import make_institution, make_user, officer, regulator, resident_number
from tests.certificates.builders import certificate_base
from tests.courses.builders import make_cohort, make_enrolment
from tests.oversight.test_dump import files, opened_caches, opened_sessions, tables

pytestmark = pytest.mark.django_db
PEOPLE = int(os.environ.get("ERASE_PEOPLE", "20"))
FIRST = 70_000
# So many of them have a certificate with its file, and a copy of their data.
DRAWN = 3


def traces_of(n: int) -> dict[str, str]:
    """Every way in which one of them could be found again."""
    return {
        "name": f"林{n:05d}澜", "latin": f"LIN{n:05d}LAN", "number": resident_number(FIRST + n), "phone": f"137{n:08d}",
        "mail": f"lin{n:05d}@mail.test", "work mail": f"w{n:05d}@work.test", "staff number": f"SN{n:05d}X",
        "department": f"部门{n:05d}室",
    }  # fmt: skip


def found_in(text: str) -> set[str]:
    """The traces that stand in a text, of anybody."""
    return set(
        re.findall(
            r"林\d{5}澜|LIN\d{5}LAN|lin\d{5}@mail\.test|w\d{5}@work\.test|SN\d{5}X|部门\d{5}室|(?<!\d)(?:\+86)?137000\d{5}(?!\d)",
            text,
        )
    ) | {number for number in re.findall(r"(?=(\d{17}[\dXx]))", text) if number in NUMBERS}


NUMBERS = {resident_number(FIRST + n) for n in range(PEOPLE)}


# --- what there is, with every key at hand --------------------------------------------------------------------------
def opened_columns() -> str:
    """All sealed values, opened: erasing is not hiding."""
    values = []
    for model in apps.get_models():
        for field in (one for one in model._meta.local_concrete_fields if isinstance(one, SealedField)):
            values += [getattr(row, field.name) for row in model._default_manager.all()]
    return repr(values)


def opened_files() -> str:
    """Kept files as their owners would read them; archives and tables unpacked."""
    texts = []
    for path in uploads.all_files():
        content = uploads.kept(int(path.parent.name), path.name) or b""
        if content[:2] == b"PK":
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                texts += [archive.read(name).decode("latin-1") for name in archive.namelist()]
                texts += [archive.read(name).decode("utf-8", errors="replace") for name in archive.namelist()]
    return "\n".join(texts)


def everywhere() -> dict[str, str]:
    return {
        "tables": tables(), "sealed columns": opened_columns(), "sessions": opened_sessions(),
        "caches": opened_caches(), "files": files(), "kept files": opened_files(),
    }  # fmt: skip


def where_found() -> dict[str, list[str]]:
    return {place: sorted(found_in(text))[:5] for place, text in everywhere().items() if found_in(text)}


# --- a life of each of them -----------------------------------------------------------------------------------------
@pytest.fixture(autouse=True)
def _own_folders(settings, tmp_path):
    settings.DATA_DIR, settings.MEDIA_ROOT = tmp_path / "data", tmp_path / "media"
    cache.clear()


def deliver_all() -> None:
    for event in OutboxEvent.objects.filter(state="new").order_by("pk"):
        deliver_event(event.pk)


@pytest.fixture
def crowd(client) -> list[Person]:
    """Named by a roster, signed up, looked at, with certificates, requests and a copy; then they left."""
    place = make_institution("岚江大学")
    uploads.keep(officer(place).pk, table())
    # Twice, the second time with other words: the past is kept, and so must go.
    for department in ("", "别处"):
        plan = import_roster(actor=system_user(), institution=place, content=table(department), file_name="名册.xlsx")
        assert not plan.has_errors
    assert AppointmentVersion.objects.count() == PEOPLE
    people = list(Person.objects.filter(name__startswith="林").order_by("name"))
    assert len(people) == PEOPLE
    for n, person in enumerate(people):
        live(n, person)
    deliver_all()
    Appointment.objects.update(end_date=clock.today() - timedelta(days=1))
    return people


def table(department: str = "") -> bytes:
    rows = []
    for n in range(PEOPLE):
        one = traces_of(n)
        terms = {"部门": department or one["department"], "邮箱": one["work mail"], "工号": one["staff number"]}
        rows.append(person_row(one["name"], one["number"], 手机=one["phone"], **terms))
    return xlsx((*ROSTER, "部门", "邮箱", "工号"), *rows)


def live(n: int, person: Person) -> None:
    one = traces_of(n)
    person.user = make_user(one["mail"])
    person.latin_name, person.phone = one["latin"], f"+86{one['phone']}"
    person.save(update_fields=["user", "latin_name", "phone"])
    person.user.emailaddress_set.create(email=one["mail"], verified=True, primary=True)
    set_login_phone(actor=person.user, phone=f"+86{one['phone']}", verified=True)
    agree(actor=person.user, code="sensitive_data")
    give_second_factor(person.user)
    note_access(actor=system_user(), person=person, what="phone", purpose="案件 26")
    cache.set(f"seen:{n}", "x")
    if n < DRAWN:
        certificate(person)
        ask_for_copy(actor=person.user)
        search.index("person", person.pk, "zh-hans", title="技术经理人")
        reveal(actor=regulator(), person_id=person.pk, what="identity_number", purpose="案件 26")
        wish = ask_for_correction(actor=person.user, name=one["name"] + "岚")
        clerk = regulator()
        refuse_request(actor=clerk, request=take_request(actor=clerk, request=wish), reason="原件与申请不符")


def certificate(person: Person) -> Certificate:
    """Trained here, checked at the desk, issued: with a file that shows name and document."""
    IdentityCheck.objects.create(
        person=person, standing=Standing.CHECKED_AT_DESK, checked_at=clock.now(), checked_by=system_user()
    )
    cohort = make_cohort(certificate_base(), state="assessing")
    enrolment = make_enrolment(cohort, state="completed", user=person.user, person=person)
    record = TrainingRecord.objects.create(
        person=person, track="SOCIAL", level=Level.objects.get(code="JUNIOR"), title=f"初级培训{enrolment.pk}",
        base=cohort.base, provider=cohort.base.name, hours=Decimal("48.0"), completed_on=clock.today(),
        standing="issued", enrolment=enrolment, recorded_at=clock.now(), recorded_by=system_user(),
    )  # fmt: skip
    return issue_certificate(actor=system_user(), training_record=record)


def erase(people: list[Person]) -> None:
    first, second = regulator(), regulator()
    for person in people:
        request = ask_for_erasure(actor=person.user)
        carry_out(actor=second, request=take_request(actor=first, request=request))
    deliver_all()


# --- the proof ------------------------------------------------------------------------------------------------------
def test_nothing_of_the_erased_is_found_anywhere(crowd):
    kept = {model: model.objects.count() for model in (Person, Appointment, Certificate, CertificateFile)}
    before = where_found()
    assert {"tables", "sealed columns", "kept files"} <= set(before)

    erase(crowd)

    # The table that the officer uploaded is the officer's, sealed, and goes by itself within a day.
    assert set(where_found()) <= {"kept files"}
    for path in uploads.all_files():
        os.utime(path, (path.stat().st_mtime - uploads.LIFE_SECONDS - 1,) * 2)
    uploads.keep(system_user().pk, b"the next file sweeps the old ones")
    assert where_found() == {}
    assert {model: model.objects.count() for model in kept} == kept, "what history rests on stays"
    assert IdentityDocument.objects.filter(person__in=crowd).count() == 0
    assert Authenticator.objects.filter(user__person__in=crowd).count() == 0


def test_one_who_was_not_erased_is_found(crowd):
    """The twin: the search sees a single one who is left."""
    erase(crowd[1:])

    found = where_found()
    assert set(found) >= {"tables", "sealed columns"}
    assert set(found["tables"]) <= set(traces_of(0).values()) | {f"+86{traces_of(0)['phone']}"}


def test_certificate_of_an_erased_person_keeps_number_dates_and_hash_and_loses_its_file(crowd, client):
    row = Certificate.objects.get(person=crowd[0])
    file = CertificateFile.objects.get(certificate=row)
    path = Path(settings.MEDIA_ROOT) / file.storage_name
    assert path.read_bytes()[:5] == b"%PDF-"
    before = {
        name: getattr(row, name) for name in ("number", "code", "level", "hours", "completed_on", "issued_on", "state")
    }

    erase(crowd[:1])

    row.refresh_from_db()
    assert {name: getattr(row, name) for name in before} == before
    assert (row.holder_name, row.holder_document_masked, row.holder_document_tail) == ("", "", "")
    assert "latin_name" not in row.facts
    assert not path.exists()
    assert CertificateFile.objects.get(certificate=row).sha256 == file.sha256
    page = client.get("/en/verify/", {"number": row.number, "code": row.code}).content.decode()
    assert row.number in page
    assert found_in(page) == set()


# --- the copy of one's data -----------------------------------------------------------------------------------------
def test_copy_holds_json_certificates_and_looks_for_its_owner_after_confirming_for_a_day(crowd, settings):
    settings.SECOND_FACTOR_EXEMPT = False
    settings.MIDDLEWARE = [one for one in settings.MIDDLEWARE if not one.endswith("SecondFactorMiddleware")]
    person, one = crowd[0], traces_of(0)
    Authenticator.objects.filter(user=person.user).delete()
    request = DataRequest.objects.get(user=person.user, kind="copy")
    address = f"/en/my-data/{request.uuid}/copy.zip"
    owner = sign_in(person.user)
    age_confirmation(owner, 16)
    assert owner.get(address).status_code == 302, "who one is has to be confirmed first"
    age_confirmation(owner, 0)

    answer = owner.get(address)

    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    row = Certificate.objects.get(person=person)
    assert archive.namelist() == ["index.html", "data.json", "who-looked.json", f"certificates/{row.number}.pdf"]
    pdf = archive.read(f"certificates/{row.number}.pdf")
    assert pdf == (Path(settings.MEDIA_ROOT) / CertificateFile.objects.get(certificate=row).storage_name).read_bytes()
    held = json.loads(archive.read("data.json"))
    assert held["accounts.IdentityDocument"][0]["number"] == one["number"]
    assert held["certificates.Certificate"][0]["number"] == row.number
    assert {look["what"] for look in json.loads(archive.read("who-looked.json"))} == {"phone", "identity_number"}
    others = (
        found_in(archive.read("data.json").decode()) - set(one.values()) - {f"+86{one['phone']}", one["name"] + "岚"}
    )
    assert others == set(), "nothing of anybody else"
    assert request.expires_at - request.answered_at == timedelta(hours=24)
    settings.SECOND_FACTOR_EXEMPT = True
    with clock.travel(timedelta(hours=24, minutes=1)):
        owner.force_login(person.user)
        assert "no longer there" in owner.get(address, follow=True).content.decode()
    for path in uploads.all_files():
        os.utime(path, (path.stat().st_mtime - uploads.LIFE_SECONDS - 1,) * 2)
    uploads.keep(system_user().pk, b"the next file sweeps the old ones")
    assert uploads.kept(person.user.pk, request.file_sha256) is None
    assert [path for path in uploads.all_files() if path.parent.name == str(person.user.pk)] == []
