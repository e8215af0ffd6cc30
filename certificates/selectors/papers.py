"""Other papers than certificates for which the page of verification answers: rooms above put them up by themselves."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

STANDS, COULD_NOT_CHECK, NEVER_MADE = "stands", "could_not_check", "never_made"


@dataclass(frozen=True)
class PaperAnswer:
    """What is said of a paper that somebody has in hand; the template of its kind shows the rest.

    `checks`: what was compared, passed or failed, None for what is not known yet. `by_file`: a file was handed in, and
    it is, bit by bit, one that is registered.
    """

    outcome: str
    checked_at: datetime
    checks: dict[str, str | None] = field(default_factory=dict)
    by_file: bool = False

    @property
    def is_unsure(self) -> bool:
        """Could it not be checked? Then the answer is no answer (503)."""
        return self.outcome == COULD_NOT_CHECK

    @property
    def tone(self) -> str:
        return {STANDS: "ok", NEVER_MADE: "no"}.get(self.outcome, "soon")


@dataclass(frozen=True)
class Paper:
    """One kind of paper. `is_meant`: is what was typed a reference of this kind, right or mistyped?"""

    is_meant: Callable[[str], bool]
    by_reference: Callable[[str], PaperAnswer]
    # None: none of these papers has the bytes.
    by_file: Callable[[bytes], PaperAnswer | None]
    template: str


_papers: list[Paper] = []


def put_up(paper: Paper) -> None:
    _papers.append(paper)


def meant_by(typed: str) -> Paper | None:
    return next((paper for paper in _papers if paper.is_meant(typed)), None)


def with_bytes(body: bytes) -> tuple[Paper, PaperAnswer] | None:
    """The paper that has these bytes, and what is said of it."""
    answers = ((paper, paper.by_file(body)) for paper in _papers)
    return next(((paper, answer) for paper, answer in answers if answer is not None), None)
