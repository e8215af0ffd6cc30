"""Columns of protected tables that may become empty and nothing else: how personal data goes where facts stay."""

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction

from core.triggers import protect

pytestmark = pytest.mark.django_db
MODELS = {model._meta.db_table: model for model in apps.get_models()}


def run(sql: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def rows() -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, number, subject, turn, state FROM ledger ORDER BY id")
        return list(cursor.fetchall())


@pytest.fixture
def ledger() -> Iterator[list[tuple]]:
    run(
        "CREATE TABLE ledger"
        " (id INTEGER PRIMARY KEY, number VARCHAR(10), subject INTEGER, turn INTEGER, state VARCHAR(10))"
    )
    run("INSERT INTO ledger (id, number, subject, turn, state) VALUES (1, 'A', 7, 1, 'open')")
    yield rows()
    run("DROP TABLE ledger")


def make_erasable() -> None:
    with connection.cursor() as cursor:
        protect(cursor, "ledger", erasing=["number", "state"])


REFILLED = {
    "another value": "UPDATE ledger SET number = 'Z'",
    "nothing at all": "UPDATE ledger SET number = NULL",
    "another column beside": "UPDATE ledger SET number = '', subject = 8",
    "delete": "DELETE FROM ledger",
}


@pytest.mark.parametrize("name", REFILLED)
def test_erasable_column_takes_no_other_value(name, ledger):
    make_erasable()

    with pytest.raises(IntegrityError, match="ledger is append-only"):
        run(REFILLED[name])

    assert rows() == ledger


def test_erasable_column_becomes_empty_once_and_for_all(ledger):
    make_erasable()

    run("UPDATE ledger SET number = ''")
    run("UPDATE ledger SET number = '', state = ''")

    assert rows() == [(1, "", 7, 1, "")]
    with pytest.raises(IntegrityError, match="append-only"):
        run("UPDATE ledger SET number = 'A'")


@pytest.fixture
def notes():
    kind = "jsonb" if connection.vendor == "postgresql" else "text"
    run(f"CREATE TABLE notes (id INTEGER PRIMARY KEY, facts {kind})")
    run("""INSERT INTO notes (id, facts) VALUES (1, '{"name": "Lin", "level": {"zh": "J"}}')""")
    with connection.cursor() as cursor:
        protect(cursor, "notes", erasing=["facts.name"])
    yield
    run("DROP TABLE notes")


@pytest.mark.parametrize("facts", ['{"name": "Wu", "level": {"zh": "J"}}', '{"level": {"zh": "S"}}', "{}"])
def test_one_key_of_a_json_column_may_go_and_no_other(facts, notes):
    with pytest.raises(IntegrityError, match="notes is append-only"):
        run(f"UPDATE notes SET facts = '{facts}'")  # noqa: S608

    run("""UPDATE notes SET facts = '{"level": {"zh": "J"}}'""")


def test_erasable_lists_name_columns_of_protected_tables():
    wrong = []
    for config in apps.get_app_configs():
        protected = {*getattr(config, "append_only", ()), *getattr(config, "frozen", {})}
        for table, names in getattr(config, "erasable", {}).items():
            columns = {field.column for field in MODELS[table]._meta.local_concrete_fields}
            wrong += [f"{table}.{name}" for name in names if name.partition(".")[0] not in columns]
            wrong += [table] if table not in protected else []

    assert wrong == []
