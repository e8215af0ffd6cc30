"""The long-running child processes of demo and journeys: each in a session of its own, stopped in order."""

import ctypes
import os
import signal
import socket
import subprocess
import time
from pathlib import Path
from types import FrameType
from typing import Self
from urllib.error import URLError
from urllib.request import urlopen

from tools.environment import ROOT, python

HOST = "127.0.0.1"
PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None)


class ServiceFailed(RuntimeError):
    """A child process ended or did not answer; the text names the log to read."""


class Service:
    """One child process with a log file, in its own session: Ctrl-C reaches only the parent."""

    grace = 10.0

    def __init__(self, name: str, command: list[str], *, environment: dict[str, str], logs: Path) -> None:
        self.name = name
        self.command = command
        self.environment = environment
        self.log = logs / f"{name}.log"
        self.child: subprocess.Popen[bytes] | None = None

    def start(self) -> Self:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("wb") as log:
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
        return self

    @property
    def is_running(self) -> bool:
        return self.child is not None and self.child.poll() is None

    def check(self) -> None:
        if not self.is_running:
            raise ServiceFailed(f"The {self.name} process has ended. What it said last stands in {self.log}.")

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


class Web(Service):
    """The site under granian; its address is the one the environment names."""

    def __init__(self, *, port: int, environment: dict[str, str], logs: Path, workers: int = 1) -> None:
        self.port = port
        arguments = ["--interface", "wsgi", "--host", HOST, "--port", str(port), "--no-ws"]
        arguments += ["--workers", str(workers), "--blocking-threads", "4", "config.wsgi:application"]
        super().__init__("web", python("-m", "granian", *arguments), environment=environment, logs=logs)

    def wait_until_ready(self, *, seconds: float = 90) -> None:
        deadline = time.monotonic() + seconds
        while not answers(f"http://{HOST}:{self.port}/healthz"):
            self.check()
            if time.monotonic() > deadline:
                raise ServiceFailed(f"The site did not answer within {seconds:.0f} seconds. Read {self.log}.")
            time.sleep(0.1)


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


def _end_with_parent() -> None:
    """Even a killed parent leaves no server behind: Linux then sends SIGTERM to the child."""
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def answers(url: str) -> bool:
    try:
        with urlopen(url, timeout=5) as response:  # noqa: S310
            return bool(response.status == 200)
    except (URLError, OSError):
        return False


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
