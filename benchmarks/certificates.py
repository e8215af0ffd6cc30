"""CPU milliseconds of one certificate against other ways of making it, in shuffled rounds of one run; sealing; memory.

The other ways are installed for this run alone, into the benchmark's own folder. Figures are process CPU (of Chromium
its whole tree), the first certificate left out, 1 in 25 with a rare character.
Usage: ./run bench certificates [--rounds 3] [--each 30] [--memory 2500] [--flips 1000] [--ways ours,typst]
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from tools.environment import ROOT, child_environment, manage, python

PACKAGES = ("typst==0.15.0", "reportlab==5.1.0", "pikepdf==10.17.0")
WAYS = ("naive", "ours", "fast", "ours sealed", "typst", "reportlab", "chromium", "seal ours", "seal default")
# (dividend, divisor, at least or at most, accessible and fast): design/pdf.md 8.
GATES = (
    ("naive", "ours", "least", 5.0),
    ("naive", "fast", "least", 10.0),
    ("ours", "typst", "most", 5.0),
    ("fast", "typst", "most", 2.3),
    ("ours", "reportlab", "most", 4.0),
    ("fast", "reportlab", "most", 2.0),
    ("ours", "chromium", "most", 0.2),
    ("fast", "chromium", "most", 0.1),
    ("seal default", "seal ours", "least", 5.0),
)
GROWTH, SIZE = 2.0, 260 * 1024


@dataclass
class Way:
    name: str
    child: subprocess.Popen[str]
    costs: list[float] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    peak: float = 0.0

    def ask(self, number: int) -> dict[str, Any]:
        self.child.stdin.write(f"{number}\n")  # type: ignore[union-attr]
        self.child.stdin.flush()  # type: ignore[union-attr]
        return dict(json.loads(self.child.stdout.readline()))  # type: ignore[union-attr]

    def round(self, number: int) -> None:
        found = self.ask(number)
        self.costs += found["ms"]
        self.sizes += found["bytes"]
        self.peak = found["peak"]


def main() -> None:
    options = _options()
    with tempfile.TemporaryDirectory(prefix="bench") as folder:
        environment = _environment(folder, options)
        subprocess.run(manage("migrate", "-v0"), cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)
        wanted = [name for name in WAYS if not options.ways or name in options.ways.split(",")]
        ways = [way for name in wanted if (way := _start(name, environment))]
        for _turn in range(options.rounds):
            random.shuffle(ways)
            for way in ways:
                way.round(options.each)
        _report({way.name: way for way in ways})
        if options.memory:
            _memory(next(way for way in ways if way.name == "ours"), options.memory)
        for way in ways:
            way.child.kill()
        if options.flips:
            _flips(options.flips, environment)


def _environment(folder: str, options: argparse.Namespace) -> dict[str, str]:
    """With the other ways' packages beside ours, and an RSA key of the comparison's own."""
    packages = options.packages or str(Path(folder, "packages"))
    if not options.packages and not _installed(packages):
        print("The other ways could not be installed; those rows are left out.")
    rsa = Path(folder, "rsa.pem")
    name = ["-subj", "/CN=bench", "-addext", "keyUsage=critical,digitalSignature,nonRepudiation", "-days", "30"]
    make = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", str(rsa)]
    subprocess.run([*make, "-out", str(rsa.with_suffix(".crt")), *name], check=True, stderr=subprocess.DEVNULL)
    more = {"BENCH_RSA": str(rsa), "BENCH_KEEP": options.keep}
    environment = child_environment("dev", PLATFORM_DATA=folder, **more)
    # Behind ours, so that nothing of ours is replaced.
    environment["PYTHONPATH"] = os.pathsep.join([str(ROOT), packages])
    return environment


def _installed(folder: str) -> bool:
    uv = ROOT / ".tools" / "bin" / "uv"
    own = [sys.executable, "-m", "pip", "install"]
    if uv.exists():
        own = [str(uv), "pip", "install", "--python", sys.executable]
    return subprocess.run([*own, "--quiet", "--target", folder, *PACKAGES], check=False).returncode == 0


def _start(name: str, environment: dict[str, str]) -> Way | None:
    command = python("-m", "benchmarks._sheets", name)
    child = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    ready = child.stdout.readline()  # type: ignore[union-attr]
    if ready != "ready\n":
        print(f"{name}: does not start here; left out")
        child.kill()
        return None
    return Way(name, child)


def _report(ways: dict[str, Way]) -> None:
    print(f"{'':14} {'CPU ms':>8} {'lowest':>8} {'highest':>8} {'KB':>6} {'peak MB':>8}")
    for name in WAYS:
        if way := ways.get(name):
            kilobytes = max(way.sizes) / 1024
            row = (
                f"{median(way.costs):8.1f} {min(way.costs):8.1f} {max(way.costs):8.1f} {kilobytes:6.0f} {way.peak:8.0f}"
            )
            print(f"{name:14} {row}")
    for one, other, kind, bound in GATES:
        if one in ways and other in ways:
            ratio = median(ways[one].costs) / median(ways[other].costs)
            met = ratio >= bound if kind == "least" else ratio <= bound
            print(f"{one} / {other}: {ratio:.2f}, at {kind} {bound}: {'met' if met else 'NOT met'}")
    if "ours sealed" in ways:
        largest = max(ways["ours sealed"].sizes)
        print(f"largest sealed file: {largest / 1024:.0f} KB, at most {SIZE // 1024}: {_met(largest <= SIZE)}")


def _memory(way: Way, number: int) -> None:
    """Growth per thousand once a hundred more are made."""
    before = way.ask(100)["rss"]
    after = way.ask(number)["rss"]
    growth = (after - before) / number * 1000
    print(
        f"memory: {before:.0f} MB, after {number} more {after:.0f} MB; "
        f"{growth:.2f} MB a thousand: {_met(growth <= GROWTH)}"
    )


def _flips(number: int, environment: dict[str, str]) -> None:
    subprocess.run(python("-m", "benchmarks._flips", str(number)), cwd=ROOT, env=environment, check=True)


def _met(is_met: bool) -> str:
    return "met" if is_met else "NOT met"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./run bench certificates")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--each", type=int, default=30)
    parser.add_argument("--memory", type=int, default=0, help="so many more certificates to see whether memory grows")
    parser.add_argument("--flips", type=int, default=0, help="so many files with one bit changed")
    parser.add_argument("--ways", default="", help=f"some of {', '.join(WAYS)}, by commas; all without it")
    parser.add_argument("--packages", default="", help="a folder where the other ways are installed already")
    parser.add_argument("--keep", default="", help="a folder for one file of each way, to look at")
    return parser.parse_args()


if __name__ == "__main__":
    main()
