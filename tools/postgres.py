"""A private PostgreSQL for tests, journeys and drills: its own data, its own socket, gone at the end.

Only the distribution's programs are used; a cluster that the distribution runs is never touched.
"""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tools.services import exit_on_signals

USER = "platform"
DATABASE = "platform"
# A test database is thrown away: nothing has to reach the disk.
FAST = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=100"
# What was committed is there after a crash, as in production.
DURABLE = "-c max_connections=100"
# Seconds that what is left of a killed server may take to leave.
LEAVING = 60.0


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


class Server:
    """A cluster in a directory of its own, that can be killed and started again."""

    def __init__(self, home: Path, options: str) -> None:
        self.home, self.options = home, options
        self.programs = programs()
        self.owner = _owner(home)

    @property
    def variables(self) -> dict[str, str]:
        """What points the settings at the server."""
        return {"PLATFORM_DB_HOST": str(self.home), "PLATFORM_DB_NAME": DATABASE, "PLATFORM_DB_USER": USER}

    def make(self) -> None:
        initdb = ["initdb", "-D", f"{self.home}/data", "-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"]
        self._run(*initdb, "--no-sync")
        self.start()
        self._run("createdb", "-h", str(self.home), "-U", USER, DATABASE)

    def start(self) -> None:
        options = f"-c listen_addresses= -c unix_socket_directories={self.home} {self.options}"
        self._run("pg_ctl", "-D", f"{self.home}/data", "-w", "-l", f"{self.home}/log", "-o", options, "start")

    def start_again(self) -> None:
        """After `kill`. A connection that was made in that very moment leaves by itself, but the server does not start
        beside it."""
        until = time.monotonic() + LEAVING
        while True:
            try:
                return self.start()
            except PostgresError:
                if time.monotonic() > until:
                    raise
                time.sleep(1)

    def stop(self) -> None:
        if (self.home / "data" / "postmaster.pid").exists():
            stop = [str(self.programs / "pg_ctl"), "-D", f"{self.home}/data", "stop", "-m", "immediate", "-w"]
            _call([*self.owner, *stop])

    def kill_backend(self) -> str:
        """SIGKILL to one connection, at work where one is: the server then throws all out and recovers by itself."""
        found = [(pid, _title(pid)) for pid in _children(self._postmaster())]
        connections = [(pid, title) for pid, title in found if f"{USER} {DATABASE} " in title]
        at_work = [(pid, title) for pid, title in connections if not title.endswith(" idle")]
        for pid, title in at_work or connections:
            os.kill(pid, signal.SIGKILL)
            return title.removeprefix("postgres: ")
        return ""

    def kill(self) -> None:
        """SIGKILL to the whole server, as when its machine stops; `start` recovers what was committed."""
        postmaster = self._postmaster()
        for pid in (postmaster, *_children(postmaster)):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        while _runs(postmaster):
            time.sleep(0.02)

    def _postmaster(self) -> int:
        return int((self.home / "data" / "postmaster.pid").read_text().split()[0])

    def _run(self, program: str, *arguments: str) -> None:
        answer = _call([*self.owner, str(self.programs / program), *arguments])
        if answer.returncode:
            raise PostgresError(f"{program} failed: {answer.stderr.strip() or 'see its log'}")


@contextmanager
def private_postgres() -> Iterator[dict[str, str]]:
    """Yields the variables that point the settings at the server."""
    with private_server(FAST) as server:
        yield server.variables


@contextmanager
def private_server(options: str) -> Iterator[Server]:
    exit_on_signals()
    programs()
    # Short, because the path of a socket has at most 107 bytes.
    parent = tempfile.gettempdir()
    home = Path(tempfile.mkdtemp(prefix="pg", dir=parent if len(parent) < 60 else "/tmp"))  # noqa: S108
    try:
        server = Server(home, options)
        try:
            server.make()
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _children(pid: int) -> list[int]:
    path = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(number) for number in path.read_text().split()] if path.exists() else []


def _runs(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state not in "ZX"


def _title(pid: int) -> str:
    """What the server calls the process: `postgres: USER DATABASE [local] COMMAND`."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
    except OSError:
        return ""


def _owner(home: Path) -> list[str]:
    """What to put before a command: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return []
    postgres = pwd.getpwnam("postgres")
    os.chown(home, postgres.pw_uid, postgres.pw_gid)
    return ["runuser", "-u", "postgres", "--"]


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
