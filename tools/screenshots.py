"""`python -m tools.screenshots`: load a fresh demo, photograph the five main pages into docs/screenshots/."""

import subprocess
import sys
import tempfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from tools.environment import ROOT, child_environment, manage, python
from tools.services import HOST, ServiceFailed, Web, exit_on_signals, free_port

OUT = ROOT / "docs" / "screenshots"
SIZE: ViewportSize = {"width": 1280, "height": 900}
MOST_BYTES = 200 * 1024
# Type and rules stay sharp with so few colours, and a file shrinks to a third.
COLOURS = 128
CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
VISITOR = ""
ADDRESSES = """
from accounts.models import Institution
from certificates.models import Certificate
from courses.models import Cohort
from django.urls import reverse
from django.utils import translation
translation.activate("zh-hans")
certificate = Certificate.objects.filter(state="issued").latest("issued_on")
institution = Institution.objects.get(name="岚江大学技术转移中心")
print("home", reverse("website:search").replace("search/", ""))
print("ratio", reverse("staffing:ratio", args=[institution.pk]))
print("cohort", reverse("courses:cohort", args=[Cohort.objects.get(state="assessing").pk]))
print("verify", reverse("certificates:verify") + f"?number={certificate.number}&code={certificate.code}")
print("region", reverse("oversight:region", args=["990000"]))
"""


@dataclass(frozen=True)
class Shot:
    """One picture: whom of the cast it is taken as."""

    name: str
    who: str = VISITOR


SHOTS = (
    Shot("home"),
    Shot("ratio", "hemin"),
    Shot("cohort", "qinwen"),
    Shot("verify"),
    Shot("region", "shenyanqiu"),
)


def main() -> None:
    exit_on_signals()
    OUT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="screenshots") as folder:
        port = free_port()
        site = f"http://{HOST}:{port}"
        environment = child_environment("dev", PLATFORM_DATA=folder, PLATFORM_SITE_URL=site)
        print("Loading a fresh demo ...", flush=True)
        for command in (("migrate", "--no-input", "--verbosity", "0"), ("load_demo",)):
            subprocess.run(manage(*command), env=environment, check=True, stdout=subprocess.DEVNULL)
        addresses = read_addresses(environment)
        web = Web(port=port, environment=environment, logs=Path(folder, "log"))
        try:
            web.start()
            web.wait_until_ready()
            photograph(site, addresses)
        except ServiceFailed as problem:
            sys.exit(str(problem))
        finally:
            web.stop()


def read_addresses(environment: dict[str, str]) -> dict[str, str]:
    """Asked of the site's own code in a process of its own: this one holds no settings."""
    script = f"import django; django.setup()\n{ADDRESSES}"
    done = subprocess.run(python("-c", script), env=environment, cwd=ROOT, check=True, capture_output=True, text=True)
    lines = (line.split(" ", 1) for line in done.stdout.splitlines())
    return {name: path for name, path in lines if name in {shot.name for shot in SHOTS}}


def photograph(site: str, addresses: dict[str, str]) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=FLAGS)
        for shot in SHOTS:
            page = page_of(browser, site, shot.who)
            page.goto(addresses[shot.name])
            keep(page.screenshot(), OUT / f"{shot.name}.png")
            page.context.close()
        browser.close()


def page_of(browser: Browser, site: str, who: str) -> Page:
    """A browser of one visitor, or of one of the cast after the click that enters as them."""
    context = browser.new_context(base_url=site, viewport=SIZE, locale="zh-CN", timezone_id="Asia/Shanghai")
    page = context.new_page()
    if who != VISITOR:
        page.goto("/demo/")
        page.locator(f'button[name="key"][value="{who}"]').last.click()
        page.wait_for_url("**/home/")
    return page


def keep(picture: bytes, path: Path) -> None:
    small = Image.open(BytesIO(picture)).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    small.save(path, optimize=True)
    size = path.stat().st_size
    if size > MOST_BYTES:
        sys.exit(f"{path} has {size} bytes, more than {MOST_BYTES}.")
    print(f"{path.relative_to(ROOT)}  {size // 1024} KB", flush=True)


if __name__ == "__main__":
    main()
