"""`./run test`: every check, then every test on SQLite, then all but the browser tests on PostgreSQL.

With paths or arguments: those tests alone, on SQLite, or with --postgres on PostgreSQL. With --matrix: every question
of the isolation matrix instead of its sample.
"""

import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from defusedxml import ElementTree

from tools import check
from tools.environment import ROOT, child_environment, python
from tools.postgres import PostgresError, private_postgres
from tools.services import exit_on_signals

JOURNEY = "test_journey.py"
COVERAGE = ["--cov", "--cov-report=term:skip-covered"]


def main() -> None:
    exit_on_signals()
    arguments = sys.argv[1:]
    on_postgres = "--postgres" in arguments
    chosen = [argument for argument in arguments if argument not in ("--postgres", "--matrix", "--")]
    try:
        if "--matrix" in arguments:
            sys.exit(whole_matrix(chosen, on_postgres=on_postgres))
        if chosen or on_postgres:
            sys.exit(some_tests(chosen, on_postgres=on_postgres))
        sys.exit(everything())
    except PostgresError as problem:
        sys.exit(str(problem))


def some_tests(chosen: list[str], *, on_postgres: bool) -> int:
    """The caller's paths are relative to where the caller is."""
    if not on_postgres:
        return pytest(chosen, {}, folder=None)
    with private_postgres() as server:
        return pytest(chosen, server, folder=None)


def whole_matrix(chosen: list[str], *, on_postgres: bool) -> int:
    """Tens of thousands of questions; says how many were asked as whom, and how many answers were wrong."""
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="suite") as folder:
        report = Path(folder, "matrix.xml")
        line = ["-n", "2", "-q", "--show-capture=no", f"--junit-xml={report}", *(chosen or ["tests/isolation"])]
        if on_postgres:
            with private_postgres() as server:
                status = pytest(line, server | {"WHOLE_MATRIX": "1"}, folder=ROOT)
        else:
            status = pytest(line, {"WHOLE_MATRIX": "1"}, folder=ROOT)
        noted = what_tests_noted(report)
    for name in sorted(name for name in noted if name.startswith("probes as ")):
        print(f"{noted[name]:>7} {name}")
    asked = f"{noted['probes']} probes, {noted['faults']} faults"
    print(f"{asked}, {noted['requests']} requests, {time.monotonic() - begun:.0f} s", flush=True)
    return status


def what_tests_noted(report: Path) -> Counter[str]:
    """What tests wrote down about themselves in whole numbers, added up by name."""
    noted: Counter[str] = Counter()
    if report.exists():
        for one in ElementTree.parse(report).getroot().iter("property"):
            if (value := one.get("value", "")).isdigit():
                noted[one.get("name", "")] += int(value)
    return noted


def everything() -> int:
    failed = [step.name for step in check.steps() if not step.run()]
    with tempfile.TemporaryDirectory(prefix="suite") as folder:
        sqlite, postgres = Path(folder, "sqlite.xml"), Path(folder, "postgres.xml")
        reports = {"tests on SQLite": sqlite, "tests on PostgreSQL": postgres}
        templates = {"TEST_TEMPLATES": folder}
        title("Everything on SQLite")
        statuses = [pytest(["-n", "2", *COVERAGE, f"--junit-xml={sqlite}"], templates, folder=ROOT)]
        title("Everything but the browser tests on PostgreSQL; the journey stays")
        with private_postgres() as server:
            line = ["-n", "2", *without_browser(), f"--junit-xml={postgres}"]
            statuses.append(pytest(line, templates | server, folder=ROOT))
        failed += [name for name, status in zip(reports, statuses, strict=True) if status]
        return summary(failed, [count(report) for report in reports.values()])


def title(text: str) -> None:
    print(f"\n{text}", flush=True)


def without_browser() -> list[str]:
    browser_tests = sorted((ROOT / "tests" / "e2e").glob("test_*.py"))
    return [f"--ignore={path.relative_to(ROOT)}" for path in browser_tests if path.name != JOURNEY]


def pytest(arguments: list[str], variables: dict[str, str], *, folder: Path | None) -> int:
    environment = child_environment("test", DJANGO_ALLOW_ASYNC_UNSAFE="1", **variables)
    command = python("-m", "pytest", "-c", str(ROOT / "pyproject.toml"), "--rootdir", str(ROOT), *arguments)
    return subprocess.run(command, cwd=folder, env=environment, check=False).returncode


def count(report: Path) -> tuple[int, int]:
    """Passed and failed tests of one report; a run that left none has failed once."""
    if not report.exists():
        return 0, 1
    suites = list(ElementTree.parse(report).getroot().iter("testsuite"))
    kinds = ("tests", "failures", "errors", "skipped")
    total, failures, errors, skipped = (sum(int(suite.get(kind, 0)) for suite in suites) for kind in kinds)
    return max(total - failures - errors - skipped, 0), failures + errors


def summary(failed: list[str], counts: list[tuple[int, int]]) -> int:
    if failed:
        print(f"\nFailed: {', '.join(failed)}")
    passed, broken = (sum(column) for column in zip(*counts, strict=True))
    print(f"{passed} passed, {broken} failed", flush=True)
    return 1 if failed or broken else 0


if __name__ == "__main__":
    main()
