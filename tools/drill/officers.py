"""The two officers of the base in front of their browsers: one asks for each class, the other approves. A page that
does not come is asked for again, as people do; whoever finds it done goes on."""

import re
import time
from collections.abc import Callable

import requests

from tools.journey.checks import StepFailed
from tools.journey.client import Page, Visitor
from tools.journey.forms import Form
from tools.services import HOST

# A site that does not come back within this time is no site that was killed.
PATIENCE = 180.0
SESSION = "sessionid"
BATCH = re.compile(r"/base/batches/\d+/")


class Officers:
    """`asker` and `second` work through the classes."""

    def __init__(self, visitor: Callable[[], Visitor], sessions: list[str]) -> None:
        self.again = 0
        self.asker, self.second = visitor(), visitor()
        for one, key in zip((self.asker, self.second), sessions, strict=True):
            one.session.cookies.set(SESSION, key, domain=HOST)

    def issue(self, cohort: int) -> None:
        batch = self._patiently(lambda: self._ask(cohort))
        self._patiently(lambda: self._approve(batch))

    def _ask(self, cohort: int) -> str:
        """Asked a second time, the site answers with the batch of the first."""
        page = self.asker.get(f"/base/cohorts/{cohort}/issue/")
        for form in page.forms():
            if form.path.endswith("/issue/"):
                page = self.asker.submit(form)
        if BATCH.search(page.address):
            return page.address
        return page.link(BATCH.pattern)

    def _approve(self, batch: str) -> str:
        page = self.second.get(batch)
        if form := _undecided(page):
            page = self.second.submit(form, button="step=approve")
        if _undecided(page):
            raise StepFailed(f"approval of {batch}", expected="approved", got=page.text[:300], page=page)
        return page.address

    def _patiently(self, act: Callable[[], str]) -> str:
        until = time.monotonic() + PATIENCE
        while True:
            try:
                return act()
            except (requests.RequestException, StepFailed):
                if time.monotonic() > until:
                    raise
                self.again += 1
                time.sleep(0.5)


def _undecided(page: Page) -> Form | None:
    return next((form for form in page.forms() if form.tag.select_one('button[value="approve"]')), None)
