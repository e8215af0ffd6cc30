"""Steps of the examination and of the completion review."""

from tools.journey.answers import exam_answer
from tools.journey.checks import equal, says, silent, true
from tools.journey.client import Page, Visitor
from tools.journey.steps_training import takes_cohort_step
from tools.journey.steps_visitor import enter
from tools.journey.story import Story

QUESTIONS = 30
CLOSES_AFTER = 12


def sits_the_exam(story: Story) -> str:
    """Answers are kept as given; a browser that was closed in between loses none of them."""
    trainee, email = story.visitor("trainee"), story.cast["trainee"]["email"]
    own = trainee.get(f"/training/{story.facts['trainee_enrolment']}/")
    page = trainee.get(own.link(r"^/exams/\d+/"))
    exam = page.address
    page = trainee.submit(page.form("language"), {"language": "zh-hans"})
    _answers_wrong_first(trainee, page)
    _answers(trainee, page.url, range(1, CLOSES_AFTER + 1))
    trainee = story.visitors["trainee"] = trainee.reopened()
    enter(trainee, email, story.facts["trainee_password"])
    page = trainee.get(trainee.get(exam).link("/exams/attempt/"))
    equal("first question without an answer", _position(page), CLOSES_AFTER + 1, page)
    _answers(trainee, page.url, range(CLOSES_AFTER + 1, QUESTIONS + 1))
    page = trainee.get(page.address.split("?")[0] + "submit/")
    page = trainee.submit(page.form(action=r"/submit/"))
    true("a verdict of the colour of success", page.soup.select(".verdict.ok"), page)
    says(page, "100", "30")
    return f"{QUESTIONS} questions, the browser closed after {CLOSES_AFTER} and nothing lost; passed with 100"


def _answers_wrong_first(trainee: Visitor, page: Page) -> None:
    """A first thought that is corrected later."""
    form = page.form("answer", action="/answer/")
    right = exam_answer(form).values(form)
    wrong = next((value for value in form.options("answer") if value not in right), "1")
    trainee.submit(form, {"answer": wrong}, button="go=next")


def _answers(trainee: Visitor, attempt: str, positions: range) -> None:
    for position in positions:
        page = trainee.get(attempt.split("?")[0], q=str(position))
        form = page.form("answer", action="/answer/")
        equal("position of the question", _position(page), position, page)
        trainee.submit(form, {"answer": exam_answer(form).values(form)}, button="go=next")


def _position(page: Page) -> int:
    form = page.form("answer", action="/answer/")
    return int(str(form.tag.select("input[name=q]")[0]["value"]))


def completes(story: Story) -> str:
    """One table of person and condition: nothing is missing, and the record is made."""
    base, name = story.visitor("base"), story.cast["trainee"]["name"]
    takes_cohort_step(story, "assess")
    address = f"/base/cohorts/{story.facts['cohort']}/completion/"
    page = base.get(address)
    row = page.row(name)
    equal("what the review says is missing", len(row.select(".badge.no")), 0, page)
    form = page.form("enrolment")
    ready = list(form.options("enrolment"))
    equal("who can be completed", ready, [str(story.facts["trainee_enrolment"])], page)
    base.submit(form, {"enrolment": ready})
    records = base.get("/training-records/")
    says(records, name)
    silent(records, story.cast["companion"]["name"])
    return f"the completion review lacks nothing for {name}: the training record is made"
