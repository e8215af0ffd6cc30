"""What one certificate costs through the whole pipeline, step by step: CPU milliseconds, SQL statements, time, bytes.

Classes of a hundred are asked for, approved by a second person and issued by the job, sequenced and signed over, in the
demo's settings (seal of the site's own key, SQLite, which lives in this process). The bare JSON view is measured before
every class; medians over the classes. Witnesses answer in processes of their own and are left out.
Usage: ./run bench issue [--count 500]
"""

import argparse
import os
import subprocess
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

import django
import requests

from benchmarks.pages import Server, _cost, _serve
from tools.environment import ROOT, child_environment, manage

CLASS, WARM = 100, 8
YARDSTICK_REQUESTS, DOWNLOADS, SAMPLES = 500, 100, 20
# performance.md: the peer draws a certificate for 1,160 times the yardstick, and draws it anew at every download.
PEER, PEER_SQL = 1_160, 37
ISSUE, DOWNLOAD, HUNDRED, BYTES = 60.0, 12.0, 6.0, 260 * 1024
STEPS = ("dry run, kept", "approval, numbers", "job: sign, draw, seal, keep", "places in the log", "head of the log")
PARTS = ("credential", "sheet", "seal")


@dataclass
class Costs:
    """By step, one figure per class: for one certificate."""

    cpu: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    wall: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    sql: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def measure(self, step: str, people: int, work: Callable[[], Any]) -> Any:
        from django.db import connection  # noqa: PLC0415 - after the settings, which main() has just chosen

        counted = [0]

        def count(execute: Any, *asked: Any) -> Any:
            counted[0] += 1
            return execute(*asked)

        cpu, wall = time.process_time(), time.perf_counter()
        with connection.execute_wrapper(count):
            result = work()
        self.cpu[step].append((time.process_time() - cpu) * 1000 / people)
        self.wall[step].append((time.perf_counter() - wall) * 1000 / people)
        self.sql[step].append(counted[0] / people)
        return result


def main() -> None:
    options = _options()
    with tempfile.TemporaryDirectory(prefix="bench") as folder:
        environment = child_environment("dev", PLATFORM_DATA=folder)
        subprocess.run(manage("migrate", "-v0"), cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)
        os.environ.update(environment)
        django.setup()
        bare = _serve("bare", "benchmarks._yardstick:application", environment, Path(folder))
        try:
            costs, yardstick = _issued(options.count, bare)
        finally:
            bare.service.stop()
        site = _serve("site", "config.wsgi:application", environment, Path(folder))
        try:
            download = _cost(site, *_download(), DOWNLOADS)
        finally:
            site.service.stop()
        _report(options.count, costs, median(yardstick), download)


def _issued(count: int, bare: Server) -> tuple[Costs, list[float]]:
    from certificates.models import Certificate  # noqa: PLC0415 - the same
    from tools.drill import people  # noqa: PLC0415

    base = people.make_base()
    asker, second = people.make_officers(base)
    desk = _desk()
    warm, *classes = people.make_classes(base, sizes=[WARM, *_sizes(count)])
    _issue_class(Costs(), warm, asker, second, desk)
    costs, yardstick = Costs(), []
    for cohort in classes:
        yardstick.append(_cost(bare, requests.Session(), "/", YARDSTICK_REQUESTS))
        _issue_class(costs, cohort, asker, second, desk)
    if (made := Certificate.objects.filter(state="issued").count()) != count + WARM:
        raise SystemExit(f"{made} certificates were issued, not {count + WARM}")
    return costs, yardstick


def _sizes(count: int) -> list[int]:
    return [CLASS] * (count // CLASS) + ([count % CLASS] if count % CLASS else [])


def _issue_class(costs: Costs, cohort: Any, asker: Any, second: Any, desk: Any) -> None:
    from certificates import services  # noqa: PLC0415 - the same
    from certificates.tlog import services as tlog  # noqa: PLC0415
    from core import outbox  # noqa: PLC0415
    from core.models import OutboxEvent  # noqa: PLC0415

    people = cohort.enrolments.count()
    batch = costs.measure(STEPS[0], people, lambda: services.ask_for_cohort(actor=asker, cohort=cohort))
    decide = services.approve_batch if batch.needs_second else services.confirm_batch
    costs.measure(STEPS[1], people, lambda: decide(actor=second, batch=batch))
    event = OutboxEvent.objects.get(kind="certificates.issue", state="new")
    costs.measure(STEPS[2], people, lambda: outbox.deliver_event(event.pk))
    costs.measure(STEPS[3], people, tlog.sequence)
    costs.measure(STEPS[4], people, lambda: tlog.sign_head(desk))


def _desk() -> Any:
    """The signer's, with a policy that asks nobody."""
    from django.conf import settings  # noqa: PLC0415 - the same

    from certificates.tlog import policy, services  # noqa: PLC0415

    vkey = services.set_up_log().vkey
    key = services.read_key(Path(settings.TLOG_KEY_FILE), settings.TLOG_ORIGIN)
    asks_nobody = policy.parse(f"log {vkey}\nquorum none\n")
    return services.Desk(signer=key, memory=services.Memory(settings.TLOG_SIGNER_STATE), policy=asks_nobody)


def _parts() -> dict[str, float]:
    """The three dearest parts of the job's step by themselves: CPU milliseconds, medians."""
    from certificates.models import Certificate  # noqa: PLC0415 - the same
    from certificates.pdf.renderer import draw  # noqa: PLC0415
    from certificates.seals import drawn_identity, seal_file  # noqa: PLC0415
    from certificates.services.credential import sign_credential  # noqa: PLC0415
    from certificates.services.enclosures import enclosures  # noqa: PLC0415

    found: dict[str, list[float]] = defaultdict(list)
    for one in Certificate.objects.filter(state="issued").order_by("-pk")[:SAMPLES]:
        times = [time.process_time()]
        signed = sign_credential(one)
        times.append(time.process_time())
        inside = enclosures(document=signed.document, token=signed.token, salt=one.credential_intent.salt)
        drawn = draw(one, attached=inside, seal=drawn_identity())
        times.append(time.process_time())
        seal_file(drawn.body)
        times.append(time.process_time())
        for part, before, after in zip(PARTS, times, times[1:], strict=False):
            found[part].append((after - before) * 1000)
    return {part: median(values) for part, values in found.items()}


def _download() -> tuple[requests.Session, str]:
    """An officer's browser, and the file of a certificate."""
    from django.urls import reverse  # noqa: PLC0415 - the same

    from accounts.models import User  # noqa: PLC0415
    from certificates.models import Certificate  # noqa: PLC0415
    from tools.drill.people import signed_in  # noqa: PLC0415

    session = requests.Session()
    session.cookies.set("sessionid", signed_in(User.objects.get(email="officer0@drill.invalid")))
    number = Certificate.objects.order_by("-pk").values_list("number", flat=True)[0]
    return session, reverse("certificates:download", args=[number])


def _report(count: int, costs: Costs, yardstick: float, download: float) -> None:
    from certificates.models import CertificateFile  # noqa: PLC0415 - the same

    print(f"{count} certificates in classes of {CLASS}; yardstick: {yardstick:.3f} CPU ms")
    print(f"{'for one certificate':32} {'CPU ms':>8} {'ms':>8} {'SQL':>7}")
    table = {step: [median(of[step]) for of in (costs.cpu, costs.wall, costs.sql)] for step in STEPS}
    whole = [sum(row[at] for row in table.values()) for at in range(3)]
    for name, (cpu, wall, sql) in [*table.items(), ("the whole pipeline", whole)]:
        print(f"{name:32} {cpu:8.1f} {wall:8.1f} {sql:7.1f}")
    print("of the job's step: " + ", ".join(f"{part} {cost:.1f} CPU ms" for part, cost in _parts().items()))
    sizes = sorted(CertificateFile.objects.values_list("size", flat=True))
    print(f"bytes of a file: median {median(sizes):,.0f}, largest {sizes[-1]:,}")
    _gate("issue / yardstick", whole[0] / yardstick, ISSUE)
    _gate("CPU s for 100", whole[0] / 10, HUNDRED)
    _gate("download / yardstick", download / yardstick, DOWNLOAD)
    _gate("largest file, KB", sizes[-1] / 1024, BYTES / 1024)
    print(f"peer / ours (the peer only draws: x {PEER:,}, {PEER_SQL} SQL): {PEER * yardstick / whole[0]:.2f}")


def _gate(name: str, figure: float, most: float) -> None:
    print(f"{name}: {figure:.1f}, at most {most:.0f}: {'met' if figure <= most else 'NOT met'}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./run bench issue")
    parser.add_argument("--count", type=int, default=500)
    return parser.parse_args()


if __name__ == "__main__":
    main()
