"""`./run journey`: starts a fresh site, walks every step through HTTP, stops the site; status 0 only if all held."""

import argparse
import sys
import time
import traceback
from pathlib import Path

from tools.environment import data_directory
from tools.journey.checks import StepFailed
from tools.journey.client import Page
from tools.journey.production import large_site
from tools.journey.site import Site, small_site
from tools.journey.steps import STEPS, Step
from tools.journey.story import Story
from tools.postgres import PostgresError
from tools.services import ServiceFailed, exit_on_signals

LOG_LINES = 25


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./run journey", description="Walk the whole journey over HTTP.")
    parser.add_argument("--production", action="store_true", help="production settings, HTTPS and all services")
    return parser.parse_args(arguments)


def main() -> None:
    options = parse(sys.argv[1:])
    exit_on_signals()
    started = time.monotonic()
    out = data_directory() / "journey"
    out.mkdir(parents=True, exist_ok=True)
    print("Starting a fresh site ...", flush=True)
    try:
        with (large_site if options.production else small_site)() as site:
            print(f"{site.address} is ready: {site.description} ({time.monotonic() - started:.1f} s)\n", flush=True)
            held, story = walk(site, out)
    except (ServiceFailed, PostgresError) as problem:
        sys.exit(str(problem))
    if held:
        print(f"\nThe certificate lies at {story.facts['pdf']}")
    print(f"{'Every step held' if held else 'The journey stopped'} after {time.monotonic() - started:.1f} s")
    sys.exit(0 if held else 1)


def walk(site: Site, out: Path) -> tuple[bool, Story]:
    story = Story(site, out)
    steps = [*STEPS, Step(6, looks_behind)] if site.proof else STEPS
    try:
        return all(take(step, story) for step in steps), story
    finally:
        story.close()


def take(step: Step, story: Story) -> bool:
    started = time.monotonic()
    try:
        checked = step.act(story)
    except Exception as problem:
        print(f"{step.number}  FAILED in {step.name}", flush=True)
        explain(problem, story)
        return False
    print(f"{step.number}  {checked} ({time.monotonic() - started:.1f} s)", flush=True)
    return True


def looks_behind(story: Story) -> str:
    """What no page shows: asked of the one who started the services."""
    return story.site.proof(story.facts["pdf"]) if story.site.proof else ""


def explain(problem: Exception, story: Story) -> None:
    if isinstance(problem, StepFailed):
        print(f"   {problem.what}\n   expected: {problem.expected}\n   got:      {problem.got}")
        if problem.page is not None:
            print(f"   answer:   {keep(problem.page, story.out)}")
    else:
        # A step that broke has not held either; where it broke says what the page lacked.
        print("   " + "   ".join(traceback.format_exception(problem, limit=-3)))
    for log in sorted(story.site.logs.glob("*.log")):
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()[-LOG_LINES:]
        print(f"\n--- {log.name}\n" + "\n".join(lines), flush=True)


def keep(page: Page, out: Path) -> Path:
    file = out / "failed-step.html"
    file.write_bytes(page.response.content)
    return file


if __name__ == "__main__":
    main()
