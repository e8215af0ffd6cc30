"""What a well-prepared trainee knows: the right answers, read from the same plain files the site was loaded from."""

from dataclasses import dataclass
from functools import cache
from typing import Any

import yaml

from tools.environment import ROOT
from tools.journey.checks import StepFailed
from tools.journey.forms import Form

COURSE = ROOT / "demo" / "courses" / "junior"
QUESTIONS = ROOT / "demo" / "questions"


@dataclass(frozen=True)
class Answer:
    """`texts` are the right options as they are worded; `written` is a number, or true or false."""

    texts: tuple[str, ...] = ()
    written: str = ""

    def values(self, form: Form) -> list[str]:
        """What to send in the field `answer`; options stand in another order for everybody."""
        if self.written:
            return [self.written]
        offered = {squeezed(label): value for value, label in form.options("answer").items()}
        if missing := [text for text in self.texts if squeezed(text) not in offered]:
            raise StepFailed(f"options of {form.path}", expected=missing, got=list(offered))
        return [offered[squeezed(text)] for text in self.texts]


def check_answer(form: Form) -> Answer:
    """The answer to the check question of a lesson that the form asks."""
    return _known(_checks(), form)


def exam_answer(form: Form) -> Answer:
    return _known(_bank(), form)


def squeezed(text: str) -> str:
    return "".join(text.split())


def _known(known: dict[str, Answer], form: Form) -> Answer:
    asked = squeezed(form.text)
    for stem, answer in known.items():
        if stem in asked:
            return answer
    raise StepFailed(f"question of {form.path}", expected="one of the files", got=form.text)


@cache
def _checks() -> dict[str, Answer]:
    found = {}
    for path in COURSE.glob("lesson-*.zh-hans.md"):
        head = yaml.safe_load(path.read_text(encoding="utf-8").split("---\n", 2)[1])
        for check in head["checks"]:
            right = str(check["options"][check["answer"] - 1])
            found[squeezed(check["question"])] = Answer(texts=(right,))
    return found


@cache
def _bank() -> dict[str, Answer]:
    """Longest stems first: one may begin like another."""
    questions = [q for path in QUESTIONS.glob("junior-*.yaml") for q in yaml.safe_load(path.read_text("utf-8"))]
    found = {squeezed(question["stem"]["zh-hans"]): _answer(question) for question in questions}
    return dict(sorted(found.items(), key=lambda pair: -len(pair[0])))


def _answer(question: dict[str, Any]) -> Answer:
    right = question["answer"]
    if options := question.get("options"):
        return Answer(texts=tuple(options[place - 1]["zh-hans"] for place in right))
    return Answer(written=str(right[0]).lower() if isinstance(right[0], bool) else str(right[0]))
