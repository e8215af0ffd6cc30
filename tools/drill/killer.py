"""Who is killed and when: in an order drawn from a seed, spread over the work, each by SIGKILL and started again."""

import fcntl
import os
import random
import struct
import time
from collections import Counter
from pathlib import Path

from tools.drill.site import Site

# How often each is the one, of ten or eleven kills.
SHARES = {
    "embedded": {"worker": 4, "web": 2, "database": 3, "signer": 1, "sequencer": 1},
    "production": {"worker": 4, "web": 2, "database": 3, "redis": 1, "signer": 1, "sequencer": 1},
}
# Everybody who has the embedded database open.
WITH_DATABASE = ("worker", "web", "sequencer", "signer")
# What SQLite locks in its shared memory while somebody writes (its documentation: "WAL-mode File Format", 2.3).
WRITE_LOCK = 120
LOCK = "hhqqi4x"
WAIT_FOR_WRITE = 10.0


class Killer:
    """Kills number k once so much of the work is done."""

    def __init__(self, site: Site, *, kills: int, work: int, seed: int) -> None:
        self.site, self.kills = site, kills
        self.chance = random.Random(seed)  # noqa: S311 - to be repeated, not to be secret
        self.order = self._drawn_order(SHARES[site.profile])
        step = work / (kills + 1)
        self.due = [(number + 0.2 + 0.6 * self.chance.random()) * step for number in range(kills)]
        self.killed: Counter[str] = Counter()

    @property
    def count(self) -> int:
        return sum(self.killed.values())

    def is_over(self) -> bool:
        return self.count >= self.kills

    def turn(self, done: int) -> str:
        """Kills when it is time; answers in words whom."""
        if self.is_over() or done < self.due[self.count]:
            return ""
        # Anywhere within the making of a certificate, not at its end.
        time.sleep(self.chance.random() * 0.5)
        whom = self.order[self.count]
        self.killed[whom] += 1
        return self._database() if whom == "database" else self._service(whom)

    def _drawn_order(self, shares: dict[str, int]) -> list[str]:
        """Everybody has a turn before anybody has too many."""
        order: list[str] = []
        while len(order) < self.kills:
            deck = [whom for whom, share in shares.items() for _time in range(share)]
            self.chance.shuffle(deck)
            order += deck
        return order[: self.kills]

    def _service(self, whom: str) -> str:
        service = self.site.services[whom]
        own = service.children()
        # With a beat among its children it could be that which is killed, and no service manager would see it.
        if whom == "worker" and "beat" in self.site.services and own and self.chance.random() < 0.5:
            os.kill(self.chance.choice(own), 9)
            return "a process of the worker"
        service.kill()
        return whom

    def _database(self) -> str:
        if self.site.server is None:
            return self._embedded_database()
        if self.chance.random() < 0.5 and (title := self.site.server.kill_backend()):
            return f"a connection of the database ({title})"
        self.site.server.kill()
        self.site.server.start_again()
        return "the database server"

    def _embedded_database(self) -> str:
        """While somebody holds the write lock: everybody who has the file open goes at once."""
        writer = _wait_for_writer(self.site.folder / "platform.sqlite3-shm")
        own = [self.site.services[name] for name in WITH_DATABASE]
        names = [
            name for name, one in zip(WITH_DATABASE, own, strict=True) if one.child and _is_of(writer, one.child.pid)
        ]
        if writer:
            os.kill(writer, 9)
        for service in own:
            service.kill()
        return f"everybody at the database ({names[0] if names else 'nobody'} was writing)"


def _wait_for_writer(path: Path) -> int:
    """The process that holds the write lock, as soon as there is one; 0 when nobody writes for a while."""
    until = time.monotonic() + WAIT_FOR_WRITE
    asked = struct.pack(LOCK, fcntl.F_WRLCK, os.SEEK_SET, WRITE_LOCK, 1, 0)
    while time.monotonic() < until:
        try:
            # Anew each time: the last one who closes the database takes the file away.
            with path.open("rb+") as file:
                kind, _whence, _start, _length, pid = struct.unpack(LOCK, fcntl.fcntl(file, fcntl.F_GETLK, asked))
        except FileNotFoundError:
            continue
        if kind != fcntl.F_UNLCK:
            return int(pid)
    return 0


def _is_of(pid: int, group: int) -> bool:
    try:
        return os.getpgid(pid) == group
    except ProcessLookupError:
        return False
