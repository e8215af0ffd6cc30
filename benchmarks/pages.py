"""CPU milliseconds per page against the bare JSON view, three interleaved rounds, medians.

CPU time is user plus system time of the server process, the embedded database included (it lives in that process).
Usage: ./run bench pages [--rounds 3] [--requests 100]
"""

import argparse
import os
import re
import subprocess
import tempfile
import time
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from statistics import median
from typing import Any

import requests
from requests.adapters import HTTPAdapter

from tools.demo import log_services
from tools.environment import ROOT, child_environment, manage, python
from tools.services import Service, free_port

TICK = os.sysconf("SC_CLK_TCK")
PASSWORD = "Lanjiang-2026"  # noqa: S105 - the demo's own
YARDSTICK_REQUESTS = 1500
REQUESTS_PER_VISITOR = 25
# Python specialises what runs often: a page costs a quarter less after some dozens of requests than after three.
WARM_UP = 30
# Seconds; visitors verify only so often a minute, so it is asked every five.
LONGEST_WAIT = 180


@dataclass
class Target:
    """A page, who asks for it, and the gate: at most so many times the yardstick; None: it has none."""

    name: str
    email: str
    address: str
    gate: float | None


class FromLoopback(HTTPAdapter):
    """Connects from the next address of 127.0.0.0/8 each time: one visitor may verify only so often a minute."""

    addresses = (f"127.0.{high}.{low}" for high, low in product(range(1, 250), range(1, 250)))

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        super().init_poolmanager(*arguments, source_address=(next(self.addresses), 0), **options)


@dataclass
class Server:
    service: Service
    address: str

    def cpu_seconds(self) -> float:
        return sum(_cpu(pid) for pid in _family(self.service.child.pid))  # type: ignore[union-attr]


def main() -> None:
    options = _options()
    with tempfile.TemporaryDirectory(prefix="bench") as folder:
        environment = child_environment("dev", PLATFORM_DATA=folder)
        for command in (["migrate", "-v0"], ["load_demo"]):
            subprocess.run(manage(*command), cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)
        site = _serve("site", "config.wsgi:application", environment, Path(folder))
        bare = _serve("bare", "benchmarks._yardstick:application", environment, Path(folder))
        log = [service.start() for service in log_services(environment, Path(folder))]
        try:
            targets = _targets(site)
            _wait_for_the_log(site, targets[0].address)
            _measure(site, bare, targets, options.rounds, options.requests)
        finally:
            for service in (site.service, bare.service, *log):
                service.stop()


def _wait_for_the_log(site: Server, certificate: str) -> None:
    """A certificate is not called genuine before a head of the public log that holds it is signed."""
    ends = time.monotonic() + LONGEST_WAIT
    while requests.get(site.address + certificate, timeout=10).status_code != requests.codes.ok:
        if time.monotonic() > ends:
            raise SystemExit(f"the public log holds {certificate} after {LONGEST_WAIT} seconds no more than before")
        time.sleep(5)


def _measure(site: Server, bare: Server, targets: list[Target], rounds: int, count: int) -> None:
    sessions = {email: _signed_in(site, email) for email in {target.email for target in targets}}
    yardstick: list[float] = []
    costs: dict[str, list[float]] = {target.name: [] for target in targets}
    for _round in range(rounds):
        yardstick.append(_cost(bare, requests.Session(), "/", YARDSTICK_REQUESTS))
        for target in targets:
            costs[target.name].append(_cost(site, sessions[target.email], target.address, count))
    base = median(yardstick)
    print(f"yardstick: {base:.3f} CPU ms (rounds: {', '.join(f'{one:.3f}' for one in yardstick)})")
    for target in targets:
        cost = median(costs[target.name])
        print(f"{target.name:<34} {cost:7.2f} CPU ms  x {cost / base:6.1f}  {_word(target.gate, cost / base)}")


def _word(gate: float | None, ratio: float) -> str:
    if gate is None:
        return "no gate"
    return f"gate {gate:4.0f}  {'met' if ratio <= gate else 'NOT met'}"


def _targets(site: Server) -> list[Target]:
    """Addresses are found as a visitor finds them: by reading pages of the demo."""
    officer, manager = _signed_in(site, "hemin@demo.invalid"), _signed_in(site, "qinwen@demo.invalid")
    ratio = officer.get(f"{site.address}/ratio/").url.removeprefix(site.address)
    code = _found(
        r"/v/([0-9A-Z-]+)",
        manager,
        site,
        _found(r'href="(/certificates/[^/"]+/)"', manager, site, "/base/certificates/"),
    )
    course = _found(r'href="(/[^"]*junior[^"]*/)"', requests.Session(), site, "/courses/")
    trainee = _signed_in(site, "gaoxuan@demo.invalid")
    enrolment = _found(r'href="(/training/\d+/)"', trainee, site, "/training/")
    lesson = _found(r'href="(/learn/[^"]+/)"', trainee, site, enrolment)
    return [
        Target("certificate verification, hit", "", f"/v/{code}", 10),
        Target("front page, anonymous", "", "/", 12),
        Target("learner dashboard", "gaoxuan@demo.invalid", "/training/", 40),
        Target("course page", "", course, 40),
        Target("lesson page", "gaoxuan@demo.invalid", lesson, 30),
        Target("staff list, 20 a page", "hemin@demo.invalid", "/institution/roster/", 45),
        Target("ratio report, 25 a page", "hemin@demo.invalid", f"{ratio}people/", 45),
        # Figure, forecast, plan, two years and ten of the people: nothing measured elsewhere is like it.
        Target("cockpit of an institution", "hemin@demo.invalid", ratio, None),
        Target("region roll-up", "shenyanqiu@demo.invalid", "/oversight/990000/", 45),
    ]


def _serve(name: str, application: str, environment: dict[str, str], logs: Path) -> Server:
    port = free_port()
    command = python(
        "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--workers", "1",
        "--blocking-threads", "1", application,
    )  # fmt: skip
    variables = environment | {"PLATFORM_SITE_URL": f"http://127.0.0.1:{port}"}
    server = Server(Service(name, command, environment=variables, logs=logs).start(), f"http://127.0.0.1:{port}")
    server.service.wait_for(lambda: _answers(server.address + ("/healthz" if name == "site" else "/")), seconds=60)
    return server


def _answers(address: str) -> bool:
    try:
        return requests.get(address, timeout=2).ok
    except requests.RequestException:
        return False


def _signed_in(site: Server, email: str) -> requests.Session:
    session = requests.Session()
    if email:
        page = session.get(f"{site.address}/accounts/login/").text
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        form = {"login": email, "password": PASSWORD, "csrfmiddlewaretoken": token[1] if token else ""}
        session.post(f"{site.address}/accounts/login/", data=form, headers={"Referer": site.address})
    return session


def _found(pattern: str, session: requests.Session, site: Server, address: str) -> str:
    if not (hit := re.search(pattern, session.get(site.address + address).text)):
        raise SystemExit(f"{address} holds nothing like {pattern}")
    return hit[1]


def _cost(server: Server, session: requests.Session, address: str, count: int) -> float:
    """CPU milliseconds of the server per request, once it is warm."""
    _ask(server, session, address, WARM_UP)
    before = server.cpu_seconds()
    _ask(server, session, address, count)
    time.sleep(0.05)
    return (server.cpu_seconds() - before) * 1000 / count


def _ask(server: Server, session: requests.Session, address: str, count: int) -> None:
    for number in range(count):
        if number % REQUESTS_PER_VISITOR == 0:
            session.mount("http://", FromLoopback())
        session.get(server.address + address).raise_for_status()


def _family(pid: int) -> list[int]:
    """A process and all below it."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid] + [below for child in children for below in _family(int(child))]


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--requests", type=int, default=100)
    return parser.parse_args()


if __name__ == "__main__":
    main()
