"""A new key while the site serves: every row goes over, no write is lost, no column is forgotten, no key is stored."""

import base64
import io
import re
import subprocess
import threading

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import override_settings

from accounts.models import IdentityDocument, Person
from core.fields import seal
from core.models import AuditEntry
from core.rotation import RowsLeft, count_left, rotate, rows, sealed_columns
from core.triggers import protect
from tests.architecture.sources import ROOT, tracked
from tests.builders import make_appointment, make_institution, make_person

TWO = {**settings.FIELD_KEYS, 2: "44" * 32}
PHONES = next(column for column in sealed_columns() if column.label == "accounts.Person.phone")


def people(count: int) -> list[Person]:
    made = [make_person(f"人{n}") for n in range(count)]
    for n, person in enumerate(made):
        person.phone = f"+8613800{n:06d}"
        person.save(update_fields=["phone"])
    return made


def tokens(column) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column.name} FROM {column.table} WHERE {column.name} <> ''")  # noqa: S608
        return [token for (token,) in cursor.fetchall()]


def command(*words: str) -> str:
    out = io.StringIO()
    call_command("rotate_keys", *words, stdout=out)
    return out.getvalue()


# --- which columns --------------------------------------------------------------------------------------------------
def test_sealed_columns_are_found_in_every_model():
    assert {"accounts.Person.phone", "accounts.IdentityDocument.number", "accounts.Appointment.phone"} <= {
        column.label for column in sealed_columns()
    }


def test_no_sealed_column_lies_where_nothing_may_change():
    """An append-only table refuses the rotation: list it as `frozen` with its sealed columns instead."""
    closed = {table for config in apps.get_app_configs() for table in getattr(config, "append_only", ())}
    frozen = {
        table: names for config in apps.get_app_configs() for table, names in getattr(config, "frozen", {}).items()
    }
    stuck = []
    for column in sealed_columns():
        table, name = column.field.model._meta.db_table, column.field.column
        if table in closed or name not in frozen.get(table, {name}):
            stuck.append(column.label)

    assert stuck == []


@pytest.mark.django_db
def test_frozen_table_lets_its_sealed_column_be_rotated():
    """The documented way for tables that refuse changes."""
    (person,) = people(1)
    with connection.cursor() as cursor:
        protect(cursor, "accounts_person", changing=["phone"])

    with override_settings(FIELD_KEYS=TWO):
        assert rotate(PHONES) == 1
        assert Person.objects.get(pk=person.pk).phone == person.phone


# --- the whole way --------------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_command_takes_every_row_over_and_tells_of_it():
    made = people(3)
    make_appointment(made[0], make_institution(), phone="+8613900000018")
    numbers = {one.pk: one.number for one in IdentityDocument.objects.all()}

    with override_settings(FIELD_KEYS=TWO):
        said = command()

        assert {token[:3] for column in sealed_columns() for token in tokens(column)} == {"v2:"}
        assert {one.pk: one.number for one in IdentityDocument.objects.all()} == numbers
        assert [Person.objects.get(pk=one.pk).phone for one in made] == [one.phone for one in made]
    assert "accounts.Person.phone: 0 rows not under key 2" in said
    entry = AuditEntry.objects.get(verb="accounts.keys_rotated")
    assert entry.facts["version"] == 2
    assert entry.facts["rows"]["accounts.Person.phone"] == 3


@pytest.mark.django_db
def test_old_key_is_not_needed_afterwards():
    (person,) = people(1)
    with override_settings(FIELD_KEYS=TWO):
        command()

    with override_settings(FIELD_KEYS={2: TWO[2]}):
        assert Person.objects.get(pk=person.pk).phone == "+8613800000000"


@pytest.mark.django_db
def test_second_run_changes_nothing_and_a_stopped_one_goes_on():
    people(3)
    with override_settings(FIELD_KEYS=TWO):
        first = next(PHONES.batches())
        PHONES.reseal(first[:1])

        assert rotate(PHONES) == 2
        before = sorted(tokens(PHONES))
        assert rotate(PHONES) == 0
        assert sorted(tokens(PHONES)) == before


@pytest.mark.django_db
def test_check_refuses_while_rows_stand_under_the_old_key():
    people(1)
    with override_settings(FIELD_KEYS=TWO):
        with pytest.raises(CommandError, match="keep that key"):
            command("--check")
        command()
        command("--check")


@pytest.mark.django_db
def test_key_that_is_held_back_opens_and_does_not_seal():
    with override_settings(FIELD_KEYS=TWO, FIELD_KEY_VERSION=1):
        assert seal("x", "t:c:1").startswith("v1:")
    with override_settings(FIELD_KEYS=TWO):
        assert seal("x", "t:c:1").startswith("v2:")


@pytest.mark.django_db
def test_process_that_still_seals_with_the_old_key_is_noticed():
    (person,) = people(1)

    def old_process(done: int) -> None:
        """Writes between the batches, as a process that was not restarted would."""
        with override_settings(FIELD_KEYS={1: TWO[1]}), connection.cursor() as cursor:
            token = str(seal("+8613800000018", PHONES.field.binding(person)))
            cursor.execute("UPDATE accounts_person SET phone = %s WHERE id = %s", [token, person.pk])

    with override_settings(FIELD_KEYS=TWO), pytest.raises(RowsLeft, match="1 rows"):
        rotate(PHONES, old_process)


# --- while others write ---------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_write_between_reading_and_sealing_is_kept():
    (person,) = people(1)
    with override_settings(FIELD_KEYS=TWO):
        read = next(PHONES.batches())
        person.phone = "+8613911111111"
        person.save(update_fields=["phone"])

        assert PHONES.reseal(read) == 0
        assert Person.objects.get(pk=person.pk).phone == "+8613911111111"


@pytest.mark.django_db
def test_without_the_comparison_the_write_would_be_lost():
    """The twin: the same order of events with a plain UPDATE."""
    (person,) = people(1)
    with override_settings(FIELD_KEYS=TWO):
        [(pk, _uuid, token)] = next(PHONES.batches())
        person.phone = "+8613911111111"
        person.save(update_fields=["phone"])
        with connection.cursor() as cursor:
            cursor.execute("UPDATE accounts_person SET phone = %s WHERE id = %s", [token, pk])

        assert Person.objects.get(pk=person.pk).phone != "+8613911111111"


@pytest.mark.django_db(transaction=True)
def test_rotation_loses_no_write_of_a_busy_site(monkeypatch):
    monkeypatch.setattr(rows, "BATCH", 3)
    made = people(60)
    last: dict[int, str] = {}
    errors: list[Exception] = []
    stop = threading.Event()

    def write(mine: list[Person], turn: int) -> None:
        try:
            while not stop.is_set():
                for person in mine:
                    turn += 1
                    person.phone = f"+86139{turn:08d}"
                    person.save(update_fields=["phone"])
                    last[person.pk] = person.phone
                    assert Person.objects.get(pk=person.pk).phone == person.phone
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    with override_settings(FIELD_KEYS=TWO):
        writers = [threading.Thread(target=write, args=(made[n::2], n * 10_000_000)) for n in range(2)]
        for thread in writers:
            thread.start()
        try:
            rotate(PHONES)
        finally:
            stop.set()
            for thread in writers:
                thread.join()

        assert errors == []
        assert count_left(PHONES) == 0
        found = {person.pk: person.phone for person in Person.objects.all()}
    assert found == {person.pk: f"+8613800{n:06d}" for n, person in enumerate(made)} | last
    assert len(last) == 60, "both wrote all the time"


# --- where keys are not ---------------------------------------------------------------------------------------------
HEX = re.compile("[0-9a-f]+")


def spellings(keys: list[str]) -> list[str]:
    raw = [bytes.fromhex(key) for key in keys]
    return [*keys, *(base64.b64encode(one).decode() for one in raw), *(repr(one) for one in raw)]


@pytest.mark.django_db
def test_no_key_stands_in_the_database():
    people(2)
    keys = spellings([*settings.FIELD_KEYS.values(), settings.BLIND_INDEX_KEY])

    assert [key for key in keys if key in _dump()] == []


@pytest.mark.django_db
def test_key_in_the_database_would_be_found():
    Person.objects.create(name="x", name_key="x", latin_name=settings.BLIND_INDEX_KEY)

    assert settings.BLIND_INDEX_KEY in _dump()


def test_no_key_of_this_place_stands_in_the_repository():
    folder = settings.DATA_DIR / "secrets"
    found = [path.read_text().strip() for path in folder.glob("*") if not path.name.startswith(".")]
    keys = spellings([value for value in found if HEX.fullmatch(value)])
    # Of a file in PEM the lines of the private key; its certificates are public.
    keys += [line for value in found for line in value.split("-----END PRIVATE")[0].splitlines()[1:]]
    texts = "\n".join(path.read_bytes().decode("utf-8", errors="replace") for path in tracked())

    assert [key for key in keys if key in texts] == []


def test_folder_of_the_keys_is_ignored_by_git():
    asked = subprocess.run(["git", "check-ignore", "-q", "var/secrets/fields-2"], cwd=ROOT, check=False)  # noqa: S607

    assert asked.returncode == 0


def _dump() -> str:
    with connection.cursor() as cursor:
        values = []
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - names from the database itself
            values += cursor.fetchall()
    return repr(values)
