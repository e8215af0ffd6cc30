"""Constraints of invitations, requests and viewings: what breaks each, and its neighbour that fits. For test_models."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from accounts.models import AdminBody, Invitation, JoinRequest, User, Viewing
from accounts.permissions import ADMINISTRATORS, PLACE_OF
from core import clock
from tests.builders import make_base, make_institution, make_user


def places(*names: str) -> dict[str, Any]:
    made = {"institution": make_institution, "base": make_base}
    national = AdminBody.objects.get(code="NATIONAL")
    return {name: national if name == "admin_body" else made[name]() for name in names}


def twice(make: Callable[[Any], Any], value: Any) -> None:
    make(value)
    make(value)


def invitation(role: str = "institution_officer", state: str = "open", **where: Any) -> Invitation:
    return Invitation.objects.create(
        role=role,
        email="a@example.test",
        email_index="0" * 64,
        language="en",
        state=state,
        invited_by=User.objects.get(email="system@platform.invalid"),
        expires_at=clock.now(),
        **where,
    )


def viewing(minutes: int = 30, reason: str = "check", **where: Any) -> Viewing:
    system = User.objects.get(email="system@platform.invalid")
    return Viewing.objects.create(
        viewer=system,
        hat=system.memberships.get(),
        role="institution_officer",
        reason=reason,
        started_at=clock.now(),
        ends_at=clock.now() + timedelta(minutes=minutes),
        **where,
    )


def request(role: str = "institution_officer", state: str = "open", user: User | None = None, **where: Any) -> Any:
    return JoinRequest.objects.create(user=user or make_user(), role=role, state=state, **where)


def requests(role: str, states: tuple[str, str], **where: Any) -> list[Any]:
    user = make_user()
    return [request(role, state, user, **where) for state in states]


BROKEN: dict[str, list[Callable[[], Any]]] = {
    "invitation_role_at_its_place": [
        lambda: invitation(),
        lambda: invitation("auditor", **places("institution")),
        lambda: invitation("institution_officer", **places("institution", "base")),
    ],
    "invitation_seconded_by_another": [
        lambda: invitation(
            "auditor", seconded_by=User.objects.get(email="system@platform.invalid"), **places("admin_body")
        )
    ],
    "administrators_are_seconded": [
        lambda role=role: invitation(role, "accepted", **places("admin_body")) for role in sorted(ADMINISTRATORS)
    ],
    "one_open_invitation_to_admin_body": [
        lambda: [invitation("auditor", **places("admin_body")) for _ in range(2)],
    ],
    "one_open_invitation_to_institution": [
        lambda: twice(lambda place: invitation(institution=place), make_institution()),
    ],
    "one_open_invitation_to_base": [lambda: twice(lambda place: invitation("instructor", base=place), make_base())],
    "join_request_role_at_its_place": [
        lambda: request(),
        lambda: request("instructor", **places("institution")),
        lambda: request("institution_officer", **places("institution", "base")),
    ],
    "join_request_not_to_bodies": [lambda: request("auditor", **places("admin_body"))],
    "one_open_request_to_institution": [
        lambda: requests("institution_officer", ("open", "open"), institution=make_institution()),
    ],
    "one_open_request_to_base": [lambda: requests("instructor", ("open", "open"), base=make_base())],
    "viewing_of_one_place": [lambda: viewing(), lambda: viewing(**places("institution", "base"))],
    "viewing_has_a_reason": [lambda: viewing(reason="", **places("base"))],
    "viewing_ends_after_start": [lambda: viewing(-1, **places("base"))],
}
FITTING: dict[str, list[Callable[[], Any]]] = {
    "invitation_role_at_its_place": [lambda: [invitation(role, **places(kind)) for role, kind in PLACE_OF.items()]],
    "invitation_seconded_by_another": [lambda: invitation("auditor", seconded_by=make_user(), **places("admin_body"))],
    "administrators_are_seconded": [
        lambda: invitation("audit_admin", "accepted", seconded_by=make_user(), **places("admin_body")),
        lambda: invitation("audit_admin", "open", **places("admin_body")),
        lambda: invitation("auditor", "accepted", **places("admin_body")),
    ],
    "one_open_invitation_to_admin_body": [
        lambda: [invitation("auditor", state, **places("admin_body")) for state in ("open", "declined", "declined")],
        lambda: [invitation(role, **places("admin_body")) for role in ("auditor", "regulator")],
    ],
    "one_open_invitation_to_institution": [lambda: [invitation(institution=make_institution()) for _ in range(2)]],
    "one_open_invitation_to_base": [lambda: [invitation("instructor", base=make_base()) for _ in range(2)]],
    "join_request_role_at_its_place": [
        lambda: request(**places("institution")),
        lambda: request("instructor", **places("base")),
    ],
    "join_request_not_to_bodies": [lambda: request(**places("institution"))],
    "one_open_request_to_institution": [
        lambda: requests("institution_officer", ("open", "refused"), institution=make_institution()),
        lambda: twice(lambda place: request(institution=place), make_institution()),
    ],
    "one_open_request_to_base": [lambda: requests("instructor", ("withdrawn", "open"), base=make_base())],
    "viewing_of_one_place": [lambda: viewing(**places("institution")), lambda: viewing(**places("base"))],
    "viewing_has_a_reason": [lambda: viewing(reason="x", **places("base"))],
    "viewing_ends_after_start": [lambda: viewing(1, **places("base"))],
}
