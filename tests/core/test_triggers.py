"""Append-only tables: every way to change or remove a row is tried, on whichever database the run uses.

The twin of each refusal is the same statement on a table without triggers: it goes through, so the test can fail.
"""

import pytest
from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.db import IntegrityError, connection, models, transaction

from accounts.selectors import system_user
from core import audit
from core.models import AuditEntry
from core.triggers import install_append_only, protect
from staffing.models import RatioRule

pytestmark = pytest.mark.django_db
sqlite_only = pytest.mark.skipif("connection.vendor != 'sqlite'", reason="REPLACE is SQLite's")
postgresql_only = pytest.mark.skipif("connection.vendor != 'postgresql'", reason="TRUNCATE is PostgreSQL's")

APPEND_ONLY = sorted(table for config in apps.get_app_configs() for table in getattr(config, "append_only", ()))
FROZEN = {
    table: columns for config in apps.get_app_configs() for table, columns in getattr(config, "frozen", {}).items()
}
MODELS = {model._meta.db_table: model for model in apps.get_models()}

LEDGER = """
    CREATE TABLE ledger (
        id INTEGER PRIMARY KEY, number VARCHAR(10) UNIQUE, subject INTEGER, turn INTEGER, state VARCHAR(10),
        UNIQUE (subject, turn)
    )
"""
ONLY_OPEN = "CREATE UNIQUE INDEX ledger_open ON ledger (state, turn) WHERE state = 'open'"
ROW = "INSERT INTO ledger (id, number, subject, turn, state) VALUES (1, 'A', 7, 1, 'open')"
CHANGES = {
    "update": "UPDATE ledger SET number = 'Z' WHERE id = 1",
    "update of nothing new": "UPDATE ledger SET number = number",
    "delete": "DELETE FROM ledger WHERE id = 1",
    "delete all": "DELETE FROM ledger",
    "upsert": "INSERT INTO ledger (id, number) VALUES (1, 'Z') ON CONFLICT (id) DO UPDATE SET number = 'Z'",
}
REPLACEMENTS = {
    "by primary key": "(id, number) VALUES (1, 'Z')",
    "by the row's hidden number": "(rowid, number) VALUES (1, 'Z')",
    "by a unique column": "(number, subject) VALUES ('A', 9)",
    "by two unique columns": "(number, subject, turn) VALUES ('Z', 7, 1)",
    "by a unique index of some rows": "(number, subject, turn, state) VALUES ('Z', 9, 1, 'open')",
}


def run(sql: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def guard() -> None:
    with connection.cursor() as cursor:
        protect(cursor, "ledger")


def rows() -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, number, subject, turn, state FROM ledger ORDER BY id")
        return list(cursor.fetchall())


@pytest.fixture
def ledger() -> list[tuple[object, ...]]:
    for statement in (LEDGER, ONLY_OPEN, ROW):
        run(statement)
    return rows()


@pytest.fixture
def entry() -> AuditEntry:
    user = system_user()
    return audit.record(user, "test.written", user, reason="a reason")


# --- a table of the test's own --------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", CHANGES)
def test_change_of_a_guarded_table_is_refused(name, ledger):
    guard()

    with pytest.raises(IntegrityError):
        run(CHANGES[name])

    assert rows() == ledger


@pytest.mark.parametrize("name", sorted(CHANGES.keys() - {"update of nothing new"}))
def test_change_without_the_guard_goes_through(name, ledger):
    run(CHANGES[name])

    assert rows() != ledger


@sqlite_only
@pytest.mark.parametrize("name", REPLACEMENTS)
@pytest.mark.parametrize("way", ["INSERT OR REPLACE INTO", "REPLACE INTO"])
def test_replace_into_a_guarded_table_is_refused(way, name, ledger):
    guard()

    with pytest.raises(IntegrityError, match="ledger is append-only"):
        run(f"{way} ledger {REPLACEMENTS[name]}")

    assert rows() == ledger


@sqlite_only
@pytest.mark.parametrize("name", REPLACEMENTS)
def test_replace_without_the_guard_removes_the_row(name, ledger):
    run(f"INSERT OR REPLACE INTO ledger {REPLACEMENTS[name]}")

    assert ledger[0] not in rows()


@sqlite_only
def test_update_or_replace_on_a_guarded_table_is_refused(ledger):
    run("INSERT INTO ledger (id, number) VALUES (2, 'B')")
    before = rows()
    guard()

    with pytest.raises(IntegrityError):
        run("UPDATE OR REPLACE ledger SET id = 1 WHERE id = 2")

    assert rows() == before


@pytest.mark.parametrize(
    "values",
    [
        "(2, 'B', 7, 2, 'open')",
        "(2, 'B', 8, 1, 'closed')",
        "(2, NULL, NULL, NULL, NULL)",
    ],
)
def test_insert_that_meets_no_row_goes_through(values, ledger):
    guard()

    run(f"INSERT INTO ledger (id, number, subject, turn, state) VALUES {values}")  # noqa: S608 - constants above

    assert len(rows()) == 2


def test_rows_outside_a_partial_index_may_repeat(ledger):
    guard()
    run("INSERT INTO ledger (id, number, subject, turn, state) VALUES (2, 'B', 8, 1, 'closed')")

    run("INSERT INTO ledger (id, number, subject, turn, state) VALUES (3, 'C', 9, 1, 'closed')")

    assert len(rows()) == 3


@postgresql_only
def test_truncate_of_a_guarded_table_is_refused(ledger):
    guard()

    with pytest.raises(IntegrityError, match="ledger is append-only"):
        run("TRUNCATE ledger")

    assert rows() == ledger


@postgresql_only
def test_truncate_without_the_guard_goes_through(ledger):
    run("TRUNCATE ledger")

    assert rows() == []


def test_guarding_twice_is_the_same_as_once(ledger):
    guard()
    once = triggers("ledger")
    guard()

    assert triggers("ledger") == once


@sqlite_only
def test_a_unique_expression_cannot_be_guarded(ledger):
    run("CREATE UNIQUE INDEX ledger_lower ON ledger (lower(number))")

    with pytest.raises(ImproperlyConfigured, match="ledger_lower"):
        guard()


# --- a table of which some columns may change ------------------------------------------------------------------------
def freeze() -> None:
    with connection.cursor() as cursor:
        protect(cursor, "ledger", changing=["state", "turn"])


FORBIDDEN = {
    "a frozen column": "UPDATE ledger SET number = 'Z' WHERE id = 1",
    "a frozen column to nothing": "UPDATE ledger SET subject = NULL",
    "a frozen column beside one that may": "UPDATE ledger SET state = 'closed', subject = 8",
    "the key": "UPDATE ledger SET id = 9",
    "delete": "DELETE FROM ledger WHERE id = 1",
}


@pytest.mark.parametrize("name", FORBIDDEN)
def test_change_of_a_frozen_column_is_refused(name, ledger):
    freeze()

    with pytest.raises(IntegrityError, match="ledger is frozen"):
        run(FORBIDDEN[name])

    assert rows() == ledger


@pytest.mark.parametrize("name", FORBIDDEN)
def test_change_of_the_same_column_without_the_freeze_goes_through(name, ledger):
    run(FORBIDDEN[name])

    assert rows() != ledger


def test_columns_that_may_change_do(ledger):
    freeze()

    run("UPDATE ledger SET state = 'closed', turn = 2, number = number WHERE id = 1")

    assert rows() == [(1, "A", 7, 2, "closed")]


@sqlite_only
@pytest.mark.parametrize("name", REPLACEMENTS)
def test_replace_into_a_frozen_table_is_refused(name, ledger):
    freeze()

    with pytest.raises(IntegrityError, match="ledger is frozen"):
        run(f"INSERT OR REPLACE INTO ledger {REPLACEMENTS[name]}")

    assert rows() == ledger


UPDATE_OR_REPLACE = "UPDATE OR REPLACE ledger SET state = 'open' WHERE id = 2"


@sqlite_only
@pytest.mark.parametrize("guarded", [True, False])
def test_update_or_replace_of_what_may_change_takes_no_other_row_away(guarded, ledger):
    run("INSERT INTO ledger (id, number, subject, turn, state) VALUES (2, 'B', 8, 1, 'closed')")
    before = rows()
    if guarded:
        freeze()
        with pytest.raises(IntegrityError, match="ledger is frozen"):
            run(UPDATE_OR_REPLACE)
        assert rows() == before
    else:
        run(UPDATE_OR_REPLACE)
        assert [row[0] for row in rows()] == [2]


@pytest.mark.parametrize("table", sorted(FROZEN))
def test_columns_that_may_change_are_columns_of_the_table(table):
    assert set(FROZEN[table]) - {field.column for field in MODELS[table]._meta.fields} == set()


# --- the platform's own tables --------------------------------------------------------------------------------------
def triggers(table: str) -> set[str]:
    sql = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s",
        "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'O'"
        " AND tgrelid = %s::regclass",
    }[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(sql, [table])
        return {name for (name,) in cursor.fetchall()}


def unique_sets(model: type[models.Model]) -> int:
    """How many unique keys the model states: each needs a guard against REPLACE; the primary key is one of them."""
    constraints = [c for c in model._meta.constraints if isinstance(c, models.UniqueConstraint)]
    return len([field for field in model._meta.fields if field.unique]) + len(constraints)


def wanted(table: str) -> set[str]:
    if connection.vendor == "postgresql":
        return {f"{table}_rows", f"{table}_delete", f"{table}_whole"}
    replace = {f"{table}_replace_{place}" for place in range(unique_sets(MODELS[table]))}
    return {f"{table}_update", f"{table}_delete"} | replace


@pytest.mark.parametrize("table", [*APPEND_ONLY, *sorted(FROZEN)])
def test_every_guarded_table_has_all_its_triggers(table):
    """Among others: some tables also refuse periods that overlap."""
    assert wanted(table) - triggers(table) == set()


def test_no_table_is_forgotten_that_says_it_is_append_only():
    """A model's docstring promises it to the reader; the list keeps it."""
    promised = {
        model._meta.db_table
        for model in apps.get_models()
        if model.__module__.split(".")[0] in {"accounts", "core", "courses", "credit", "certificates", "staffing"}
        and "append-only" in (model.__doc__ or "").lower()
    }
    assert promised - set(APPEND_ONLY) == set()


def test_triggers_come_back_after_migrate():
    with connection.cursor() as cursor:
        name = sorted(triggers("core_auditentry"))[0]
        on = ' ON "core_auditentry"' if connection.vendor == "postgresql" else ""
        cursor.execute(f'DROP TRIGGER "{name}"{on}')
    assert triggers("core_auditentry") != wanted("core_auditentry")

    install_append_only(apps.get_app_config("core"))

    assert triggers("core_auditentry") == wanted("core_auditentry")


def test_tables_that_a_partial_migrate_has_not_made_are_passed_by():
    class Unfinished:
        append_only = ("nowhere_yet",)

    install_append_only(Unfinished())  # type: ignore[arg-type]

    assert triggers("core_auditentry") == wanted("core_auditentry")


ATTACKS = {
    "save": lambda entry: AuditEntry(**{**vars_of(entry), "verb": "test.forged"}).save(),
    "save of one field": lambda entry: entry.save(update_fields=["verb"]),
    "delete": lambda entry: entry.delete(),
    "queryset update": lambda entry: AuditEntry.objects.filter(pk=entry.pk).update(verb="test.forged"),
    "queryset delete": lambda entry: AuditEntry.objects.filter(pk=entry.pk).delete(),
    "raw delete": lambda entry: AuditEntry.objects.filter(pk=entry.pk)._raw_delete("default"),
    "bulk update": lambda entry: AuditEntry.objects.bulk_update([entry], ["verb"]),
    "upsert": lambda entry: AuditEntry.objects.bulk_create(
        [entry], update_conflicts=True, unique_fields=["id"], update_fields=["verb"]
    ),
}


def vars_of(entry: AuditEntry) -> dict[str, object]:
    return {field.attname: getattr(entry, field.attname) for field in entry._meta.concrete_fields}


@pytest.mark.parametrize("name", ATTACKS)
def test_audit_entry_cannot_be_changed_through_django(name, entry):
    with pytest.raises(IntegrityError), transaction.atomic():
        ATTACKS[name](entry)

    kept = AuditEntry.objects.get(pk=entry.pk)
    assert (kept.verb, kept.reason) == ("test.written", "a reason")


@sqlite_only
def test_rule_version_cannot_be_replaced_by_its_code_and_version():
    """A unique constraint over two columns: the way in that a guard on single columns leaves open."""
    rule = RatioRule.objects.order_by("pk").first()
    columns = [f.column for f in RatioRule._meta.concrete_fields if not f.primary_key]
    chosen = ", ".join("'0'" if name == "value" else f'"{name}"' for name in columns)
    names = ", ".join(f'"{name}"' for name in columns)
    copy = f"INSERT OR REPLACE INTO staffing_ratiorule ({names}) SELECT {chosen} FROM staffing_ratiorule LIMIT 1"  # noqa: S608

    with pytest.raises(IntegrityError, match="frozen"):
        run(copy)

    assert RatioRule.objects.get(pk=rule.pk).value == rule.value
