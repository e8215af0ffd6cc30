"""Addresses of the administration."""

from tests.isolation.addresses import Address, only

OVERSEES = "regulator evaluator auditor"

ADDRESSES: dict[str, Address] = {
    "oversight/": only(OVERSEES, post=""),
    "oversight/<str:code>/": only(OVERSEES, code="institution.region.code", post=""),
    "oversight/<str:code>/institutions.xlsx": only(OVERSEES, code="institution.region.code", post=""),
    "oversight/institutions/<int:pk>/": only(OVERSEES, pk="institution", post=""),
}
