"""`./run check`, also part of the suite: style, types, import contracts, migrations, messages."""

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tools import messages
from tools.environment import ROOT, child_environment, manage, python
from tools.services import exit_on_signals

LANGUAGES = ("zh_Hans", "ja")
IMPORT_LINTER = "from importlinter.cli import lint_imports_command; lint_imports_command()"
EXTRACTED_FROM = (
    "accounts", "core", "courses", "credit", "certificates", "staffing", "oversight", "website", "config",
    "templates", "static",
)  # fmt: skip


@dataclass
class Step:
    """One named part of a run; `act` returns what to show when it failed, or nothing."""

    name: str
    act: Callable[[], str]

    def run(self) -> bool:
        started = time.monotonic()
        print(f"{self.name:<32}", end="", flush=True)
        trouble = self.act()
        print(f"{'FAILED' if trouble else 'ok':<8}{time.monotonic() - started:6.1f} s", flush=True)
        if trouble:
            print(trouble.rstrip(), flush=True)
        return not trouble


def command(name: str, line: list[str]) -> Step:
    def act() -> str:
        done = subprocess.run(
            line,
            cwd=ROOT,
            env=child_environment("test"),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return (done.stdout or f"ended with status {done.returncode}") if done.returncode else ""

    return Step(name, act)


def steps() -> list[Step]:
    return [
        command("style (ruff check)", ruff("check")),
        command("layout (ruff format)", ruff("format", "--check")),
        command("types (mypy)", python("-m", "mypy", "--no-error-summary")),
        command("imports (import-linter)", python("-c", IMPORT_LINTER)),
        command("migrations complete", manage("makemigrations", "--check", "--dry-run")),
        Step("messages complete", missing_messages),
    ]


def ruff(*arguments: str) -> list[str]:
    return python("-m", "ruff", *arguments, "--quiet", "--output-format", "concise", ".")


def missing_messages() -> str:
    """Every text marked in code and templates has a finished translation. English is the text itself."""
    wanted = extracted()
    lines = []
    for language in LANGUAGES:
        for domain, texts in wanted.items():
            lines += [f"{language} {domain}: {text}" for text in sorted(texts - translated(language, domain))]
    for path in messages.catalogues():
        fuzzy = [message.singular for message in messages.read(path) if message.fuzzy and message.singular]
        lines += [f"{path.relative_to(ROOT)}: fuzzy: {text}" for text in fuzzy]
    return "\n".join(line.translate({0: " / ", 4: " | ", 10: " "}) for line in lines)


def translated(language: str, domain: str) -> set[str]:
    path = ROOT / "locale" / language / "LC_MESSAGES" / f"{domain}.po"
    return {m.key for m in messages.read(path) if m.complete and not m.fuzzy} if path.exists() else set()


def extracted() -> dict[str, set[str]]:
    """What makemessages finds, in a copy of the sources: it writes beside them."""
    if not shutil.which("xgettext"):
        sys.exit("gettext is missing. Install the package gettext, then start again.")
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        for name in EXTRACTED_FROM:
            shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("vendor", "locale"))
        (copy / "locale").mkdir()
        return {domain: _extract(copy, domain) for domain in ("django", "djangojs")}


def _extract(copy: Path, domain: str) -> set[str]:
    line = python("-m", "django", "makemessages", "-l", "xx", "-d", domain, "--no-location", "--keep-pot")
    environment = child_environment("test") | {"PYTHONPATH": ""}
    del environment["DJANGO_SETTINGS_MODULE"]
    done = subprocess.run(line, cwd=copy, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"makemessages failed: {done.stderr.strip()}")
    pot = copy / "locale" / f"{domain}.pot"
    return {m.key for m in messages.read(pot) if m.singular} if pot.exists() else set()


def main() -> None:
    exit_on_signals()
    failed = [step.name for step in steps() if not step.run()]
    if failed:
        sys.exit(f"Failed: {', '.join(failed)}")


if __name__ == "__main__":
    main()
