"""Test databases as copies of one migrated template, on SQLite and on PostgreSQL.

Replaces migrating per worker and Django's flush: tables that refuse deletion cannot be flushed, and the
reference data that migrations load would be lost. A template is kept under a hash of what shapes it.
"""

import fcntl
import hashlib
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Protocol

from django.core.management import call_command
from django.db import connection, connections

ROOT = Path(__file__).resolve().parent.parent
# ./run test names a directory of its own, so that its templates are always made anew.
KEPT = Path(os.environ.get("TEST_TEMPLATES") or ROOT / "var" / "test")
SHAPED_BY = (
    "*/migrations/**/*.py",
    "*/*/migrations/**/*.py",
    "*/apps.py",
    "core/*.py",
    "config/settings/*.py",
    "demo/reference/**/*",
    "requirements/runtime.txt",
    "certificates/pdf/designs/shipped/*/*",
)
DAY = 24 * 60 * 60


class Copy(Protocol):
    """A worker's own database."""

    def restore(self) -> None: ...

    def drop(self) -> None: ...


def copy_for(worker: str) -> Copy:
    """Migrate the template unless it is there, copy it, and point Django at the copy."""
    name = f"{os.environ.get('PYTEST_XDIST_TESTRUNUID', str(os.getpid()))[:12]}_{worker}"
    kind = SqliteCopy if connection.vendor == "sqlite" else PostgresCopy
    with _only_one(f"{kind.__name__}.lock"):
        template = kind.template()
    copy = kind(template, name)
    copy.restore()
    return copy


def _shape() -> str:
    digest = hashlib.sha256()
    for path in sorted({path for pattern in SHAPED_BY for path in ROOT.glob(pattern) if path.is_file()}):
        digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


@contextmanager
def _only_one(name: str) -> Iterator[None]:
    KEPT.mkdir(parents=True, exist_ok=True)
    with (KEPT / name).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _use(name: str) -> None:
    connections.close_all()
    connection.settings_dict["NAME"] = name


class SqliteCopy:
    """A file, never memory: write-ahead log and IMMEDIATE do not exist there."""

    def __init__(self, template: Path, name: str) -> None:
        self.source = template
        self.path = KEPT / "copies" / f"{name}.sqlite3"
        self.path.parent.mkdir(exist_ok=True)

    @classmethod
    def template(cls) -> Path:
        template = KEPT / f"template-{_shape()}.sqlite3"
        if template.exists():
            template.touch()
            return template
        cls._forget_old()
        part = template.with_suffix(".part")
        part.unlink(missing_ok=True)
        _use(str(part))
        call_command("migrate", verbosity=0, interactive=False)
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connections.close_all()
        return part.rename(template)

    @staticmethod
    def _forget_old() -> None:
        for path in (*KEPT.glob("template-*"), *KEPT.glob("copies/*")):
            if time.time() - path.stat().st_mtime > DAY:
                path.unlink(missing_ok=True)

    def restore(self) -> None:
        """By the backup interface: safe while a server's thread still holds the file open."""
        connections.close_all()
        with closing(sqlite3.connect(self.source)) as source, closing(sqlite3.connect(self.path)) as target:
            source.backup(target)
        _use(str(self.path))

    def drop(self) -> None:
        connections.close_all()
        for path in self.path.parent.glob(f"{self.path.name}*"):
            path.unlink(missing_ok=True)


class PostgresCopy:
    """A database made from the template by the server; nobody may be connected to the template meanwhile."""

    def __init__(self, template: str, name: str) -> None:
        self.source = template
        self.name = f"copy_{name}"

    @classmethod
    def template(cls) -> str:
        template = f"template_{_shape()}"
        if not _ask("SELECT 1 FROM pg_database WHERE datname = %s", template):
            _do(f'DROP DATABASE IF EXISTS "{template}_part" WITH (FORCE)')
            _do(f'CREATE DATABASE "{template}_part"')
            _use(f"{template}_part")
            call_command("migrate", verbosity=0, interactive=False)
            connections.close_all()
            _do(f'ALTER DATABASE "{template}_part" RENAME TO "{template}"')
        return template

    def restore(self) -> None:
        connections.close_all()
        self._drop_database()
        _do(f'CREATE DATABASE "{self.name}" TEMPLATE "{self.source}" STRATEGY FILE_COPY')
        _use(self.name)

    def drop(self) -> None:
        connections.close_all()
        self._drop_database()

    def _drop_database(self) -> None:
        _do(f'DROP DATABASE IF EXISTS "{self.name}" WITH (FORCE)')


def _do(statement: str) -> None:
    with connection._nodb_cursor() as cursor:
        cursor.execute(statement)


def _ask(statement: str, *values: str) -> list[tuple[object, ...]]:
    with connection._nodb_cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())
