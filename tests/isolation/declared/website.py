"""Addresses of the public website and of the demo's cast."""

from tests.isolation.addresses import Address, public, signed_in

ADDRESSES: dict[str, Address] = {
    "rules/": public(post=""),
    "bases/": public(post=""),
    "designations/": public(post=""),
    "designations/years/": public(post=""),
    "institutions/": public(post=""),
    "institutions/<int:pk>/members/": public(
        post="", pk="associationmember.association.pk", shows="accounts.Institution"
    ),
    "search/": public(post=""),
    "demo/": public(post=""),
    "demo/answers/": signed_in(post=""),
    "demo/enter/": public(post=""),
    r"^((?:[\w\-]+/)*)$": public(post="", at="/", shows="courses.Cohort"),
}
