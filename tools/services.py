"""The long-running child processes of demo and journeys: each in a session of its own, stopped in order."""

import ctypes
import os
import signal
import socket
import ssl
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Self
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from tools.environment import ROOT, manage, python

HOST = "127.0.0.1"
PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None)


class ServiceFailed(RuntimeError):
    """A child process ended or did not answer; the text names the log to read."""


class Service:
    """One child process with a log file, in its own session: Ctrl-C reaches only the parent."""

    grace = 10.0
    # What the site cannot do without; any other one is started again when it ends.
    is_vital = True
    # Seconds between two starts.
    pause = 5.0

    def __init__(self, name: str, command: list[str], *, environment: dict[str, str], logs: Path) -> None:
        self.name = name
        self.command = command
        self.environment = environment
        self.log = logs / f"{name}.log"
        self.child: subprocess.Popen[bytes] | None = None
        self.started = float("-inf")

    def start(self) -> Self:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        # Started again, it leaves standing why it ended.
        with self.log.open("ab" if self.child else "wb") as log:
            self.child = subprocess.Popen(
                self.command,
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_end_with_parent,
            )
        self.started = time.monotonic()
        return self

    @property
    def is_running(self) -> bool:
        return self.child is not None and self.child.poll() is None

    def children(self) -> list[int]:
        """The processes that this one has started and that still run."""
        path = Path(f"/proc/{self.child.pid}/task/{self.child.pid}/children") if self.child else None
        return [int(number) for number in path.read_text().split()] if path and path.exists() else []

    def check(self) -> None:
        if not self.is_running:
            raise ServiceFailed(f"The {self.name} process has ended. What it said last stands in {self.log}.")

    def keep_up(self) -> None:
        """Started again when it has ended; what is vital ends everything instead."""
        if self.is_running:
            return
        if self.is_vital:
            self.check()
        elif time.monotonic() - self.started >= self.pause:
            print(f"The {self.name} has ended and is started again. What it said stands in {self.log}.", flush=True)
            self.start()

    def wait_for(self, is_there: Callable[[], bool], *, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while not is_there():
            self.check()
            if time.monotonic() > deadline:
                raise ServiceFailed(f"The {self.name} did not answer within {seconds:.0f} seconds. Read {self.log}.")
            time.sleep(0.1)

    def stop(self) -> None:
        """Ask the process to finish; what is left of its group after a few seconds is killed."""
        if self.child is None:
            return
        self.child.terminate()
        try:
            self.child.wait(self.grace)
        except subprocess.TimeoutExpired:
            pass
        finally:
            self.kill()

    def kill(self) -> None:
        if self.child is None:
            return
        try:
            os.killpg(self.child.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.child.wait()


@dataclass(frozen=True)
class Tls:
    """A certificate with its key, and the authority that a client has to trust."""

    certificate: Path
    key: Path
    authority: Path


class Web(Service):
    """The site under granian; its address is the one the environment names."""

    def __init__(
        self, *, port: int, environment: dict[str, str], logs: Path, workers: int = 1, tls: Tls | None = None
    ) -> None:
        scheme = "https" if tls else "http"
        self.alive = f"{scheme}://{HOST}:{port}/healthz"
        self.authority = tls.authority if tls else None
        arguments = ["--interface", "wsgi", "--host", HOST, "--port", str(port), "--no-ws"]
        arguments += ["--workers", str(workers), "--blocking-threads", "4"]
        if tls:
            arguments += ["--ssl-certificate", str(tls.certificate), "--ssl-keyfile", str(tls.key)]
        command = python("-m", "granian", *arguments, "config.wsgi:application")
        super().__init__("web", command, environment=environment, logs=logs)

    def wait_until_ready(self, *, seconds: float = 90) -> None:
        self.wait_for(lambda: answers(self.alive, authority=self.authority), seconds=seconds)


class Worker(Service):
    """A Celery worker; with a schedule file it also is the beat, of which there may be only one."""

    def __init__(
        self, *, environment: dict[str, str], logs: Path, schedule: Path | None = None, concurrency: int = 1
    ) -> None:
        arguments = [
            "--concurrency",
            str(concurrency),
            "--without-gossip",
            "--without-mingle",
            "--loglevel",
            "INFO",
        ]
        if schedule:
            arguments += ["-B", "-s", str(schedule)]
        command = python("-m", "celery", "-A", "config", "worker", *arguments)
        super().__init__("worker", command, environment=environment, logs=logs)


class Beat(Service):
    """The clock of the scheduled tasks, apart from the workers: one for the whole site."""

    def __init__(self, *, environment: dict[str, str], logs: Path, schedule: Path) -> None:
        command = python(
            "-m", "celery", "-A", "config", "beat", "-s", str(schedule), "--pidfile=", "--loglevel", "INFO"
        )
        super().__init__("beat", command, environment=environment, logs=logs)


class Witness(Service):
    """The witness that the log's own operator runs: it shows accidents, not the operator."""

    is_vital = False

    def __init__(self, *, port: int, folder: Path, policy: Path, environment: dict[str, str], logs: Path) -> None:
        self.port = port
        arguments = ["--folder", str(folder), "--policy", str(policy), "--port", str(port)]
        super().__init__("witness", python("-m", "tools.witness", *arguments), environment=environment, logs=logs)

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"


class Sequencer(Service):
    """Gives entries of the log their places; one at a time works, however many run."""

    is_vital = False

    def __init__(self, *, environment: dict[str, str], logs: Path) -> None:
        super().__init__("sequencer", manage("tlog_sequencer"), environment=environment, logs=logs)


class Signer(Service):
    """Signs heads of the log, alone with its key."""

    is_vital = False

    def __init__(self, *, environment: dict[str, str], logs: Path) -> None:
        super().__init__("signer", manage("tlog_signer"), environment=environment, logs=logs)


class Redis(Service):
    """A Redis in memory, with a password, on a port of its own."""

    def __init__(self, *, port: int, password: str, folder: Path, logs: Path) -> None:
        self.port = port
        folder.mkdir(parents=True, exist_ok=True)
        # In a file: the arguments of a process are readable by everybody on the machine.
        settings = folder / "redis.conf"
        settings.touch(mode=0o600)
        settings.write_text(f'bind {HOST}\nport {port}\nrequirepass {password}\ndir {folder}\nsave ""\nappendonly no\n')
        super().__init__("redis", ["redis-server", str(settings)], environment=dict(os.environ), logs=logs)
        self.url = f"redis://:{password}@{HOST}:{port}/0"

    def wait_until_ready(self, *, seconds: float = 20) -> None:
        self.wait_for(lambda: listens(self.port), seconds=seconds)


class ObjectStore(Service):
    """A server that speaks S3 and keeps everything in memory."""

    def __init__(self, *, port: int, environment: dict[str, str], logs: Path) -> None:
        self.port = port
        self.url = f"http://{HOST}:{port}"
        command = python("-m", "moto.server", "-H", HOST, "-p", str(port))
        super().__init__("objects", command, environment=environment, logs=logs)

    def wait_until_ready(self, *, seconds: float = 60) -> None:
        self.wait_for(lambda: listens(self.port), seconds=seconds)


def _end_with_parent() -> None:
    """Even a killed parent leaves no server behind: Linux then sends SIGTERM to the child."""
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def answers(url: str, *, authority: Path | None = None) -> bool:
    context = ssl.create_default_context(cafile=str(authority)) if authority else None
    try:
        with urlopen(url, timeout=5, context=context) as response:  # noqa: S310
            return bool(response.status == 200)
    except HTTPError as refusal:
        refusal.close()
        return False
    except (URLError, OSError):
        return False


def listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((HOST, port)) == 0


def is_free(port: int) -> bool:
    """Whether the port can be bound; a connection that is still closing does not count as taken."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def exit_on_signals() -> None:
    """SIGINT and SIGTERM leave through `finally` blocks, also in a program started in the background."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _leave)


def _leave(number: int, frame: FrameType | None) -> None:
    """A second signal must not interrupt the cleaning up that the first one began."""
    for other in (signal.SIGINT, signal.SIGTERM):
        signal.signal(other, signal.SIG_IGN)
    raise SystemExit(128 + number)
