"""What a step expects of an answer: said in words, so that a failure can be read without the code."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tools.journey.client import Page


class StepFailed(Exception):
    """A page did not hold what the step expected; `page` is the answer it was looked for in."""

    def __init__(self, what: str, *, expected: object, got: object, page: "Page | None" = None) -> None:
        super().__init__(what)
        self.what = what
        self.expected = expected
        self.got = got
        self.page = page


def equal(what: str, got: object, expected: object, page: "Page | None" = None) -> None:
    if got != expected:
        raise StepFailed(what, expected=expected, got=got, page=page)


def true(what: str, holds: object, page: "Page | None" = None) -> None:
    if not holds:
        raise StepFailed(what, expected="yes", got=holds, page=page)


def says(page: "Page", *texts: str) -> None:
    """The visible text of the page holds each of these; spaces and line breaks do not count."""
    for text in texts:
        if "".join(text.split()) not in page.squeezed:
            raise StepFailed(f"text of {page.address}", expected=text, got=page.text[:600], page=page)


def silent(page: "Page", *texts: str) -> None:
    """None of these stands anywhere in the answer, markup included."""
    for text in texts:
        if text in page.source:
            raise StepFailed(f"{page.address} must not show it", expected=f"no {text}", got=text, page=page)
