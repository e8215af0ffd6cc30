"""A desk as an actor finds it, the page behind it, and designations that lie there."""

from typing import Any

from accounts.models import Designation, User
from accounts.selectors.waiting import Line, waiting_lines


def line(actor: User, role: str, code: str) -> Line:
    return next(one for one in waiting_lines(actor, role) if one.desk.code == code)


def shown(client: Any, actor: User, found: Line) -> Any:
    client.force_login(actor)
    answer = client.get(found.url, follow=True)
    assert answer.status_code == 200
    return answer.context


def designation(institution, state: str, **fields: Any) -> Designation:
    given = {"institution": institution, "kind": "provincial_institution", **fields}
    return Designation.objects.create(state=state, **given)
