"""Addresses of the credit file."""

from tests.isolation.addresses import Address, only, signed_in

ADDRESSES: dict[str, Address] = {
    "credit/": signed_in(post=""),
    "credit/people/<int:pk>/": only("trainee regulator", pk="person", post=""),
    "credit/people/<int:pk>/open/": only("trainee regulator", pk="person", body={"purpose": "case", "about": "x"}),
}
