"""A browser that takes the stops of a tour and writes down whatever a reader would trip over."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from django.urls import resolve
from django.utils import translation
from playwright.sync_api import Browser, BrowserContext, Page

from tests.e2e.pages import VISITOR, Stop, Tour

Scan = Callable[[Page], list[dict[str, Any]]]
SIZES = {1280: {"width": 1280, "height": 900}, 360: {"width": 360, "height": 740}}
# The browser reports every refused page; the walk looks at the status itself.
REFUSED = "Failed to load resource: the server responded with a status of"


class Walk:
    """One walk in one language. `findings` is empty when nobody trips."""

    def __init__(self, tour: Tour, *, browser: Browser, site: str, language: str) -> None:
        self.tour, self.browser, self.site, self.language = tour, browser, site, language
        self.pages: dict[str, Page] = {}
        self.findings: list[tuple[str, object]] = []
        self.titles: dict[str, set[str]] = defaultdict(set)

    def take(self, stop: Stop, *, widths: tuple[int, ...], axe: Scan) -> None:
        page = self._page_of(stop.who)
        page.set_viewport_size(SIZES[widths[0]])
        answer = page.goto(stop.paths[self.language])
        self._note(stop, answer is not None and answer.status, expected=stop.status)
        self._note(stop, page.locator("h1").count(), expected=1)
        if stop.paths["zh-hans"] != stop.paths["en"]:
            self._note(stop, page.evaluate("document.documentElement.lang"), expected=self.language)
        self._remember_title(stop, page.title())
        for width in widths:
            page.set_viewport_size(SIZES[width])
            self._note(stop, page.evaluate("document.documentElement.scrollWidth") <= width, expected=True)
            self._note(stop, axe(page), expected=[])

    def finish(self) -> list[tuple[str, object]]:
        """Two pages of one title are told apart by nobody who hears them; one page may answer twice."""
        for title, views in self.titles.items():
            if len(views) > 1:
                self.findings.append((title, sorted(views)))
        for page in self.pages.values():
            page.context.close()
        return self.findings

    def _note(self, stop: Stop, found: object, *, expected: object) -> None:
        if found != expected:
            self.findings.append((f"{stop.name} ({stop.who or 'visitor'})", found))

    def _remember_title(self, stop: Stop, title: str) -> None:
        """A page of Wagtail is told by its address, any other by its view; refusals share one page."""
        path = stop.paths[self.language]
        with translation.override(self.language):
            view = resolve(path.partition("?")[0]).view_name if stop.status == 200 else str(stop.status)
        self.titles[title].add(path if view == "wagtail_serve" else view)

    def _page_of(self, who: str) -> Page:
        if who not in self.pages:
            context = enter(self.tour, self.browser, self.site, who)
            context.on("console", lambda message: self._complain(who, message.text))
            context.on("weberror", lambda problem: self._complain(who, str(problem.error)))
            self.pages[who] = context.new_page()
        return self.pages[who]

    def _complain(self, who: str, text: str) -> None:
        if not text.startswith(REFUSED):
            self.findings.append((f"console of {who or 'visitor'}", text))


def enter(tour: Tour, browser: Browser, site: str, who: str, **options: Any) -> BrowserContext:
    """A browser of one person, who is signed in already."""
    context = browser.new_context(base_url=site, locale="zh-CN", timezone_id="Asia/Shanghai", **options)
    if who != VISITOR:
        context.add_cookies([{"name": "sessionid", "value": tour.session(who), "url": site}])
    return context
