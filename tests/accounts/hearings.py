"""What the database refuses of every hearing, whichever room holds it: one wrong value at a time."""

from datetime import timedelta
from typing import Any

from accounts.models import User
from core import clock

BREAKING = [
    "gives_time",
    "answer_is_there",
    "closed_by_somebody",
    "paper_answer_is_whole",
    "answer_recorded_by_another",
    "decided_by_another",
    "after_hearing",
]


def closed(actor: User | None, state: str, **fields: Any) -> dict[str, Any]:
    return {"state": state, "decided_on": clock.today(), "decided_at": clock.now(), "decided_by": actor, **fields}


def broken(name: str, one: User, other: User, *, done: str, **whole: Any) -> list[dict[str, Any]]:
    """Of a case that `one` gave notice of, served today, with two weeks to answer. `done`: the state that ends it;
    `whole`: what else the room asks of a decided or answered one."""
    answered = {"answered_at": clock.now(), **whole}
    after = {"decided_on": clock.today() + timedelta(days=15)}
    paper = {"answer_came": "post", "answer_came_on": clock.today(), "answer_recorded_by": other}
    put_down = {"state": "answered", **answered, **paper}
    return {
        "gives_time": [{"answer_until": clock.today()}],
        "answer_is_there": [{"state": "answered"}],
        "closed_by_somebody": [
            closed(None, done, **answered),
            closed(other, "dropped", decided_on=None, **whole),
            {"decided_by": other},
        ],
        "paper_answer_is_whole": [
            {"answer_came": "post"},
            {**put_down, "answer_came_on": None},
            {**put_down, "answer_came_on": clock.today() - timedelta(days=1)},
        ],
        "answer_recorded_by_another": [{**put_down, "answer_recorded_by": one}],
        "decided_by_another": [closed(one, done, **answered)],
        "after_hearing": [
            closed(other, done, **whole),
            closed(other, done, is_provisional=True, **whole, **after),
            # Words that somebody else put down leave whom it concerns the whole time.
            closed(other, done, **answered, **paper),
        ],
    }[name]
