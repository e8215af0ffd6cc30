"""A fresh site for one journey: temporary data, a database of its own, started and stopped here (small size)."""

import os
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from tools.environment import ROOT, child_environment, manage
from tools.services import HOST, Service, ServiceFailed, Web, Worker, free_port

WORLD = ROOT / "demo" / "journey" / "world.yaml"


@dataclass(frozen=True)
class Site:
    """A running site: where it answers, and where its files lie."""

    address: str
    folder: Path
    description: str
    authority: Path | None = None
    shows_mails: bool = True
    # What only the one who started the site can see: says it in a line, or raises StepFailed.
    proof: Callable[[Path], str] | None = None

    @property
    def mail(self) -> Path:
        return self.folder / "mail"

    @property
    def logs(self) -> Path:
        return self.folder / "log"


@contextmanager
def small_site() -> Iterator[Site]:
    """Development settings, one web process, one worker; PostgreSQL where the caller names a server, else SQLite."""
    with temporary_folder("journey") as folder, fresh_database() as database:
        port = free_port()
        address = f"http://{HOST}:{port}"
        places = {"PLATFORM_DATA": str(folder), "PLATFORM_SITE_URL": address, "PLATFORM_DEMO": "0"}
        environment = child_environment("dev", **places, **database)
        prepare(environment)
        logs = folder / "log"
        web = Web(port=port, environment=environment, logs=logs)
        worker = Worker(environment=environment, logs=logs, schedule=folder / "beat")
        with running(web, worker):
            web.wait_until_ready()
            kind = "PostgreSQL" if database else "SQLite"
            yield Site(address, folder, f"{kind}, one web process, one worker with beat")


@contextmanager
def temporary_folder(prefix: str) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix=prefix))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def fresh_database() -> Iterator[dict[str, str]]:
    """The variables of a database made for this journey on the caller's PostgreSQL; none for SQLite."""
    named = {name: value for name, value in os.environ.items() if name.startswith("PLATFORM_DB_")}
    if not named.get("PLATFORM_DB_HOST"):
        yield {}
        return
    name = f"journey_{secrets.token_hex(4)}"
    _on_server(named, f'CREATE DATABASE "{name}"')
    try:
        yield {**named, "PLATFORM_DB_NAME": name}
    finally:
        _on_server(named, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def prepare(environment: dict[str, str], *more: tuple[str, ...]) -> None:
    """Tables, reference data and the places of the journey; everything else comes about through pages."""
    for command in (("migrate", "--no-input", "--verbosity", "0"), ("load_world", str(WORLD)), *more):
        done = subprocess.run(manage(*command), env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            said = (done.stderr or done.stdout).strip()[-3000:]
            raise ServiceFailed(f"manage.py {' '.join(command)} ended with status {done.returncode}:\n{said}")


@contextmanager
def running(*services: Service) -> Iterator[None]:
    """Started in the order given and stopped in that order: the site first, then what works for it."""
    try:
        for service in services:
            service.start()
        yield
    finally:
        for service in services:
            service.stop()


def _on_server(named: dict[str, str], statement: str) -> None:
    options = {
        "host": named["PLATFORM_DB_HOST"],
        "port": named.get("PLATFORM_DB_PORT"),
        "dbname": named.get("PLATFORM_DB_NAME", "platform"),
        "user": named.get("PLATFORM_DB_USER", "platform"),
        "password": named.get("PLATFORM_DB_PASSWORD"),
    }
    given = {name: value for name, value in options.items() if value}
    with psycopg.connect(**given, autocommit=True) as connection:  # type: ignore[arg-type]
        connection.execute(statement.encode())
