"""A private PostgreSQL for tests and journeys: its own data, its own socket, gone at the end.

Only the distribution's programs are used; a cluster that the distribution runs is never touched.
"""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tools.services import exit_on_signals

USER = "platform"
DATABASE = "platform"
# A test database is thrown away: nothing has to reach the disk.
FAST = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=100"


class PostgresError(RuntimeError):
    """The programs are not installed or did not start; the text says which."""


def programs() -> Path:
    """The directory with the programs of the highest version that the distribution installed, 15 at least."""
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    usable = sorted((int(path.parent.name), path) for path in found if path.parent.name.isdigit())
    if not usable or usable[-1][0] < 15:
        raise PostgresError(
            "PostgreSQL 15 or newer is not installed. Install the package postgresql, then start again."
        )
    return usable[-1][1]


@contextmanager
def private_postgres() -> Iterator[dict[str, str]]:
    """Yields the variables that point the settings at the server."""
    exit_on_signals()
    bin_directory = programs()
    # Short, because the path of a socket has at most 107 bytes.
    parent = tempfile.gettempdir()
    home = Path(tempfile.mkdtemp(prefix="pg", dir=parent if len(parent) < 60 else "/tmp"))  # noqa: S108
    try:
        owner = _owner(home)
        _start(bin_directory, home, owner)
        yield {"PLATFORM_DB_HOST": str(home), "PLATFORM_DB_NAME": DATABASE, "PLATFORM_DB_USER": USER}
    finally:
        _stop(bin_directory, home)
        shutil.rmtree(home, ignore_errors=True)


def _owner(home: Path) -> list[str]:
    """What to put before a command: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return []
    postgres = pwd.getpwnam("postgres")
    os.chown(home, postgres.pw_uid, postgres.pw_gid)
    return ["runuser", "-u", "postgres", "--"]


def _start(bin_directory: Path, home: Path, owner: list[str]) -> None:
    initdb = [
        "initdb",
        "-D",
        f"{home}/data",
        "-U",
        USER,
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--locale=C.UTF-8",
        "--no-sync",
    ]
    options = f"-c listen_addresses= -c unix_socket_directories={home} {FAST}"
    start = ["pg_ctl", "-D", f"{home}/data", "-w", "-l", f"{home}/log", "-o", options, "start"]
    create = ["createdb", "-h", str(home), "-U", USER, DATABASE]
    for program, *arguments in (initdb, start, create):
        answer = _call([*owner, str(bin_directory / program), *arguments])
        if answer.returncode:
            raise PostgresError(f"{program} failed: {answer.stderr.strip() or 'see its log'}")


def _stop(bin_directory: Path, home: Path) -> None:
    if (home / "data" / "postmaster.pid").exists():
        stop = [str(bin_directory / "pg_ctl"), "-D", f"{home}/data", "stop", "-m", "immediate", "-w"]
        _call([*(["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []), *stop])


def _call(command: list[str]) -> subprocess.CompletedProcess[str]:
    """From the root directory and with little environment: the postgres user may not read ours."""
    environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}
    # Files, not pipes: the server that pg_ctl leaves behind would keep a pipe open.
    with tempfile.TemporaryFile("w+") as said:
        done = subprocess.run(
            command, cwd="/", env=environment, stdin=subprocess.DEVNULL, stdout=said, stderr=said, check=False
        )
        said.seek(0)
        return subprocess.CompletedProcess(command, done.returncode, "", said.read())
