"""Addresses of Wagtail: the editors' room, which answers a 404 to everybody else, and its few public ones.

Wagtail checks its own permissions inside the room; the matrix asks that nobody else enters and that editors, too,
find no word of people or places there.
"""

from pathlib import Path

from tests.isolation.addresses import PART, Address, fixed, only, public, signed_in

# What stands for each part of a route; numbers name rows of Wagtail that may exist or not.
PARTS = {
    "action": fixed("delete"),
    "action_name": fixed("publish"),
    "app_label": fixed("wagtailcore"),
    "app_name": fixed("taggit"),
    "content_type_app_name": fixed("courses"),
    "content_type_model_name": fixed("coursepage"),
    "filter_spec": fixed("width-100"),
    "model_name": fixed("page"),
    "object_id": "page",
    "page_id": "page",
    "parent_page_id": "page",
    "page_to_move_id": "page",
    "token": fixed("x-y"),
    "uidb64": fixed("MQ"),
}
# One route a line, as Django prints it; a new version of Wagtail brings new ones.
ROUTES = Path(__file__).with_suffix(".txt").read_text().splitlines()
COMPARE = next(route for route in ROUTES if "compare" in route)
AT = {r"cms/^.*/$": "/cms/nothing/", COMPARE: "/cms/pages/1/revisions/compare/live...latest/"}
# What Wagtail's own forms always send; without it some of its views fail instead of asking again.
NEW_PAGE = "cms/pages/add/<slug:content_type_app_name>/<slug:content_type_model_name>/<int:parent_page_id>/"
BODIES = {
    "cms/pages/<int:page_id>/copy/": {"new_parent_page": "1"},
    NEW_PAGE: {"body-count": "0"},
    f"{NEW_PAGE}preview/": {"body-count": "0"},
    "cms/choose-external-link/": {"external-link-chooser-url": "/"},
}


def in_the_room(route: str, audience: str = "editor") -> Address:
    parts = {name: PARTS.get(name, fixed(1)) for name in PART.findall(route)}
    return only(audience, at=AT.get(route, ""), body=BODIES.get(route), foreign_code=True, **parts)


ADDRESSES: dict[str, Address] = {
    **{route: in_the_room(route) for route in ROUTES},
    # Wagtail's own forms behind these are never reached: the one login door stands in front of them.
    **{route: in_the_room(route, "public") for route in ROUTES if "password_reset" in route},
    # Raises on purpose, to show an error page: blocked.
    "cms/failwhale/": in_the_room("cms/failwhale/", ""),
    "cms/login/": public(foreign_code=True),
    r"^cms/password_reset/.*$": public(at="/cms/password_reset/", foreign_code=True),
    r"documents/^(\d+)/(.*)$": public(at="/documents/1/x.pdf", foreign_code=True),
    "documents/authenticate_with_password/<int:restriction_id>/": signed_in(foreign_code=True, restriction_id=fixed(1)),
    "_util/authenticate_with_password/<int:page_view_restriction_id>/<int:page_id>/": signed_in(
        foreign_code=True, page_view_restriction_id=fixed(1), page_id=fixed(1)
    ),
}
