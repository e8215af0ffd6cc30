"""Rotation while the site serves: requests read and write all the while, the command is killed and started again.

How many people there are is ROTATE_ROWS: 300 in every run, 100000 for the full proof (each has two sealed values).
"""

import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client, override_settings

from accounts.models import Appointment, IdentityDocument, Institution, Person, User
from accounts.selectors import document_index
from accounts.services.sign_in import set_login_phone
from core import clock
from core.rotation import count_left, sealed_places
from tests.builders import make_institution, make_person, make_user, officer, regulator, resident_number
from tests.core.test_rotation_places import versions
from tests.staffing.test_changes import JOINED, shown
from tools.environment import ROOT, child_environment

ROWS = int(os.environ.get("ROTATE_ROWS", "300"))
TWO = {**settings.FIELD_KEYS, 2: "44" * 32}
FIRST = 100_000
COMMAND = """
import sys, django
from django.conf import settings
django.setup()
settings.DATABASES["default"]["NAME"] = sys.argv[1]
settings.FIELD_KEYS = {1: settings.FIELD_KEYS[1], 2: "44" * 32}
settings.DATA_DIR = settings.DATA_DIR / "nowhere"
from core.rotation import rows
rows.BATCH = int(sys.argv[2])
from django.core.management import call_command
call_command("rotate_keys")
"""


def number_of(n: int) -> str:
    return resident_number(FIRST + n)


def phone_of(n: int) -> str:
    return f"+86137{n:08d}"


def populate(place: Institution) -> list[int]:
    """ROWS people with phone, document and post; their keys in the order of their numbers."""
    keys: list[int] = []
    for first in range(0, ROWS, 5_000):
        numbers = range(first, min(first + 5_000, ROWS))
        people = Person.objects.bulk_create(
            Person(name=f"人{n}", name_key=f"人{n}", phone=phone_of(n)) for n in numbers
        )
        IdentityDocument.objects.bulk_create(
            IdentityDocument(
                person=one, type="resident_id", number=number_of(n),
                number_index=document_index("resident_id", number_of(n)),
            )
            for n, one in zip(numbers, people, strict=True)
        )  # fmt: skip
        Appointment.objects.bulk_create(
            Appointment(
                person=one, institution=place, post="技术经理", professional=True, employment_type="contract",
                start_date=clock.today() - timedelta(days=400), recorded_at=clock.now(),
            )
            for one in people
        )  # fmt: skip
        keys += [one.pk for one in people]
    return keys


class Traffic:
    """Visitors who ask and write until they are told to stop; what went wrong, and how long each answer took."""

    def __init__(self) -> None:
        self.errors: list[str] = []
        self.seconds: list[float] = []
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self, *visits: Callable[[int], None]) -> None:
        self._threads = [threading.Thread(target=self._go_on, args=(visit,)) for visit in visits]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _go_on(self, visit: Callable[[int], None]) -> None:
        turn = 0
        try:
            while not self._stop.is_set():
                turn += 1
                begun = time.perf_counter()
                visit(turn)
                self.seconds.append(time.perf_counter() - begun)
                time.sleep(0.02)
        except Exception as error:
            self.errors.append(f"{visit.__name__}, turn {turn}: {error!r}")
        finally:
            connection.close()

    def told(self) -> str:
        times = sorted(self.seconds)
        middle, late = times[len(times) // 2], times[len(times) * 95 // 100]
        return (
            f"{len(times)} visits, {len(self.errors)} errors, median {middle * 1000:.0f} ms,"
            f" p95 {late * 1000:.0f} ms, longest {times[-1] * 1000:.0f} ms"
        )


# --- what visitors do -----------------------------------------------------------------------------------------------
def looking(keys: list[int]) -> Callable[[int], None]:
    """An authority looks at full numbers: they must be the right ones, under whichever key they stand."""
    client, chance = Client(), random.Random(1)
    client.force_login(regulator())

    def look(turn: int) -> None:
        # The phones of the second half are changed meanwhile.
        n = chance.randrange(len(keys) // 2)
        asked = {"what": "identity_number", "purpose": "case", "about": "26"}
        answer = client.post(f"/en/people/{keys[n]}/reveal/", asked)
        page = re.sub(r"\s", "", answer.content.decode())
        assert answer.status_code == 200
        assert number_of(n) in page, "the value of this very person"

    return look


def joining(place: Institution, officer_of: User) -> Callable[[int], None]:
    """An institution enters people: a document and a phone are sealed."""
    client = Client()
    client.force_login(officer_of)

    def join(turn: int) -> None:
        form = JOINED | {"name": f"新{turn}", "id_number": resident_number(50_000 + turn), "phone": f"137{turn:08d}"}
        page = client.post("/institution/changes/joined/", form).content.decode()
        assert client.post("/institution/changes/joined/", form | {"shown": shown(page)}).status_code == 302

    return join


def asking(person: Person) -> Callable[[int], None]:
    """Somebody asks for a correction and takes it back: a sealed value comes and goes."""
    client = Client()
    client.force_login(person.user)

    def ask(turn: int) -> None:
        form = {"name": "", "document_type": "resident_id", "number": resident_number(40_000 + turn)}
        assert client.post("/en/my-data/correction/", form).status_code == 302
        request = person.user.data_requests.get(state="asked")
        assert client.post(f"/en/my-data/{request.uuid}/withdraw/").status_code == 302

    return ask


def changing(keys: list[int], login: User, last: dict[int, str]) -> Callable[[int], None]:
    """Rows that the rotation is about to read are written: phones of people, and of one's own login."""
    chance = random.Random(2)
    mine = keys[len(keys) // 2 :]

    def change(turn: int) -> None:
        set_login_phone(actor=login, phone=f"+86136{turn:08d}", verified=False)
        assert User.objects.get(pk=login.pk).phone == f"+86136{turn:08d}"
        person = Person.objects.get(pk=chance.choice(mine))
        person.phone = last[person.pk] = f"+86135{turn:08d}"
        person.save(update_fields=["phone"])

    return change


# --- the command, in a process of its own ---------------------------------------------------------------------------
def rotation() -> subprocess.Popen[str]:
    database, batch = str(connection.settings_dict["NAME"]), str(min(500, max(ROWS // 10, 1)))
    server = {name: value for name, value in os.environ.items() if name.startswith("PLATFORM_DB_")}
    return subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", COMMAND, database, batch], cwd=ROOT, text=True,
        env=child_environment("test", **server), stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip


def killed_in_the_middle() -> int:
    """kill -9 once a tenth is done, which it says on a line of its own; returns how many rows are still to be done."""
    process = rotation()
    for line in process.stdout or []:
        if re.fullmatch(r" +\d+\n", line) and int(line) >= ROWS // 10:
            break
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    return sum(count_left(place) for place in sealed_places())


@pytest.mark.django_db(transaction=True)
def test_rotation_beside_traffic_with_a_kill_in_the_middle(settings, tmp_path, record_property, capsys):
    settings.DATA_DIR, settings.REVEALS_AN_HOUR = tmp_path, 10**9
    keys, last = populate(make_institution()), {}
    place, login = make_institution(), make_user()
    traffic = Traffic()
    with override_settings(FIELD_KEYS=TWO):
        traffic.start(
            looking(keys),
            joining(place, officer(place)),
            asking(make_person("问", user=make_user())),
            changing(keys, login, last),
        )
        try:
            left = killed_in_the_middle()
            begun = time.perf_counter()
            process = rotation()
            said, _none = process.communicate()
            took = time.perf_counter() - begun
        finally:
            traffic.stop()

        told = f"{2 * ROWS} values of {ROWS} people, the last {left} of them in {took:.1f} s beside {traffic.told()}"
        record_property("rotation", told)
        with capsys.disabled():
            sys.stderr.write(f"\n{told}\n")
        assert traffic.errors == []
        assert process.returncode == 0, said
        assert 0 < left < 2 * ROWS, "killed in the middle"
        assert [place.label for place in sealed_places() if any(place.left())] == []
        assert {version for seen in versions().values() for version in seen} == {2}
    with override_settings(FIELD_KEYS={2: TWO[2]}):
        found = dict(Person.objects.filter(pk__in=keys).order_by("pk").values_list("pk", "name"))
        assert len(found) == ROWS
        phones = {one.pk: one.phone for one in Person.objects.filter(pk__gte=keys[0], pk__lte=keys[-1])}
        assert phones == {key: phone_of(n) for n, key in enumerate(keys)} | last
        documents = IdentityDocument.objects.filter(person__in=keys[:: max(ROWS // 300, 1)]).order_by("person")
        assert [one.number for one in documents] == [number_of(n) for n in range(0, ROWS, max(ROWS // 300, 1))]
