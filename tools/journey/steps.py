"""The steps in their order; the number is that of the point they prove (part D of the first issue)."""

from collections.abc import Callable
from dataclasses import dataclass

from tools.journey import steps_certificate, steps_exam, steps_institution, steps_training, steps_visitor
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
    Step(2, steps_visitor.sign_up),
    Step(2, steps_visitor.officers_enter),
    Step(8, steps_institution.uploads_the_roster),
    Step(8, steps_institution.imports_trainings),
    Step(8, steps_institution.is_not_met),
    Step(2, steps_training.claims_the_profile),
    Step(2, steps_training.has_a_profile),
    Step(3, steps_training.opens_the_cohort),
    Step(3, steps_training.apply),
    Step(3, steps_training.are_admitted),
    Step(4, steps_training.reads_the_lessons),
    Step(4, steps_training.attends_the_sessions),
    Step(6, steps_training.is_reviewed_early),
    Step(5, steps_exam.sits_the_exam),
    Step(6, steps_exam.completes),
    Step(6, steps_certificate.issues),
    Step(6, steps_certificate.downloads),
    Step(7, steps_certificate.verifies),
    Step(8, steps_institution.is_met),
    Step(9, steps_institution.opens_the_credit_file),
    Step(9, steps_institution.sees_who_looked),
]
