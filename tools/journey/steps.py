"""The steps in their order; the number is that of the point they prove (part D of the first issue)."""

from collections.abc import Callable
from dataclasses import dataclass

from tools.journey import steps_visitor
from tools.journey.story import Story


@dataclass(frozen=True)
class Step:
    """`act` checks and returns the line that says what held; it raises StepFailed otherwise."""

    number: int
    act: Callable[[Story], str]

    @property
    def name(self) -> str:
        return self.act.__name__.replace("_", " ")


STEPS = [
    Step(1, steps_visitor.finds_the_course),
    Step(1, steps_visitor.is_kept_out),
    Step(2, steps_visitor.signs_up),
    Step(2, steps_visitor.officers_enter),
]
