"""The two sites of the drill, each with data of its own that are gone at the end, and all their processes in reach."""

import json
import secrets
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tools.environment import ROOT, child_environment, manage, python
from tools.journey.client import Visitor
from tools.journey.site import temporary_folder
from tools.journey.tls import make_tls
from tools.postgres import DURABLE, Server, private_server
from tools.services import (
    HOST,
    Beat,
    Redis,
    Sequencer,
    Service,
    ServiceFailed,
    Signer,
    Tls,
    Web,
    Witness,
    Worker,
    free_port,
)

EMBEDDED, PRODUCTION = "embedded", "production"


@dataclass
class Site:
    """Where it answers, where its files lie, what can be killed."""

    profile: str
    address: str
    folder: Path
    environment: dict[str, str]
    services: dict[str, Service]
    tls: Tls | None = None
    server: Server | None = None
    started_again: int = field(default=0)

    def visitor(self) -> Visitor:
        return Visitor(self.address, authority=self.tls.authority if self.tls else None)

    def keep_up(self) -> None:
        """What was killed is started again, as a service manager would."""
        for service in self.services.values():
            if not service.is_running:
                service.start()
                self.started_again += 1

    def wait_until_ready(self) -> None:
        web = self.services["web"]
        if isinstance(web, Web):
            web.wait_until_ready(seconds=180)

    def files(self) -> int:
        """How many certificates have got their bytes."""
        return sum(len(path.stem) == UUID_LENGTH for path in (self.folder / "media").glob("certificates/*/*.pdf"))


UUID_LENGTH = 36


class Desk:
    """The process that makes the people and counts (tools.drill.desk)."""

    def __init__(self, site: Site) -> None:
        self.log = (site.folder / "log" / "desk.log").open("wb")
        self.child = subprocess.Popen(
            python("-m", "tools.drill.desk"),
            cwd=ROOT,
            env=site.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.log,
            text=True,
            start_new_session=True,
        )

    def ask(self, *words: object) -> Any:
        if self.child.stdin is None or self.child.stdout is None:
            raise ServiceFailed("the desk has no streams")
        self.child.stdin.write(" ".join(map(str, words)) + "\n")
        self.child.stdin.flush()
        if not (line := self.child.stdout.readline()):
            raise ServiceFailed(f"The desk has ended. What it said last stands in {self.log.name}.")
        return json.loads(line)

    def close(self) -> None:
        self.child.kill()
        self.child.wait()
        self.log.close()


@contextmanager
def embedded() -> Iterator[Site]:
    """Nothing but this machine: SQLite, messages in files, one web process, one worker with beat."""
    with temporary_folder("drill") as folder:
        port = free_port()
        address = f"http://{HOST}:{port}"
        environment = child_environment("dev", PLATFORM_DATA=str(folder), PLATFORM_SITE_URL=address, PLATFORM_DEMO="0")
        logs = folder / "log"
        _prepare(environment)
        services: dict[str, Service] = {
            "web": Web(port=port, environment=environment, logs=logs),
            "worker": Worker(environment=environment, logs=logs, schedule=folder / "beat"),
            **_log_services(environment, folder),
        }
        with _running(Site(EMBEDDED, address, folder, environment, services)) as site:
            yield site


@contextmanager
def production() -> Iterator[Site]:
    """PostgreSQL that keeps what was committed, Redis, TLS, two web processes, two at work, a beat of its own."""
    with (
        temporary_folder("drill") as folder,
        temporary_folder("keys") as keys,
        private_server(DURABLE) as server,
    ):
        port, tls, logs = free_port(), make_tls(keys, host=HOST), folder / "log"
        redis = Redis(port=free_port(), password=secrets.token_hex(16), folder=folder / "redis", logs=logs)
        address = f"https://{HOST}:{port}"
        environment = _production_environment(folder, keys, address) | server.variables
        environment["PLATFORM_REDIS_URL"] = redis.url
        redis.start()
        redis.wait_until_ready()
        services: dict[str, Service] = {"redis": redis}
        site = Site(PRODUCTION, address, folder, environment, services, tls=tls, server=server)
        try:
            _prepare(environment, ("collectstatic", "--no-input", "--verbosity", "0"))
            services |= {
                "web": Web(port=port, environment=environment, logs=logs, workers=2, tls=tls),
                "beat": Beat(environment=environment, logs=logs, schedule=folder / "beat"),
                "worker": Worker(environment=environment, logs=logs, concurrency=2),
                **_log_services(environment, folder, key=keys / "log-key"),
            }
            with _running(site):
                yield site
        finally:
            redis.stop()


SITES: dict[str, Callable[[], Any]] = {EMBEDDED: embedded, PRODUCTION: production}


def _production_environment(folder: Path, keys: Path, address: str) -> dict[str, str]:
    file = keys / "platform.keys"
    file.touch(mode=0o600)
    names = ("django", "fields-1", "blind-index", "issuer-1")
    file.write_text("".join(f"{name}={secrets.token_hex(32)}\n" for name in names))
    return child_environment(
        "production",
        PLATFORM_DATA=str(folder),
        PLATFORM_SITE_URL=address,
        PLATFORM_SECRETS=str(file),
        PLATFORM_SEAL_SELF_MADE="1",
        PLATFORM_WEB_PROCESSES="2",
    )


def _log_services(environment: dict[str, str], folder: Path, key: Path | None = None) -> dict[str, Service]:
    """Sequencer, signer and a witness of the same operator; the signer alone is given the key."""
    logs = folder / "log"
    own = environment | ({"PLATFORM_TLOG_KEY": str(key)} if key else {})
    policy = folder / "tlog" / "policy"
    witness = Witness(
        port=free_port(), folder=folder / "tlog" / "witness", policy=policy, environment=environment, logs=logs
    )
    _run(own, "tlog_setup", "--witness", witness.url)
    return {
        "witness": witness,
        "sequencer": Sequencer(environment=environment, logs=logs),
        "signer": Signer(environment=own, logs=logs),
    }


def _prepare(environment: dict[str, str], *more: tuple[str, ...]) -> None:
    for command in (("migrate", "--no-input", "--verbosity", "0"), *more):
        _run(environment, *command)


def _run(environment: dict[str, str], *command: str) -> None:
    done = subprocess.run(manage(*command), env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ServiceFailed(f"manage.py {command[0]} ended with status {done.returncode}:\n{done.stderr[-3000:]}")


@contextmanager
def _running(site: Site) -> Iterator[Site]:
    try:
        site.keep_up()
        site.wait_until_ready()
        site.started_again = 0
        yield site
    finally:
        for service in site.services.values():
            service.kill()
