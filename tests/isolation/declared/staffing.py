"""Addresses of the ratio."""

from tests.isolation.addresses import Address, only

SEES = "officer regulator evaluator auditor"

ADDRESSES: dict[str, Address] = {
    "ratio/": only("officer", post=""),
    "institutions/<str:id>/ratio/": only(SEES, id="institution", post=""),
    "institution/changes/": only("officer", post=""),
    "institution/changes/joined/": only("officer"),
    "institution/changes/<int:pk>/left/": only("officer", pk="appointment"),
    "institution/changes/<int:pk>/changed/": only("officer", pk="appointment"),
    "institution/changes/<int:pk>/corrected/": only("officer", pk="appointment"),
    "institution/changes/<int:pk>/moved/": only("regulator", pk="appointment"),
    "sealed-counts/": only("officer regulator", post=""),
    "sealed-counts/enter/": only("officer"),
    "sealed-counts/<int:pk>/": only("regulator", pk="sealedcount"),
    "api/v1/institutions/<identifier>/staffing-ratio": only(SEES, identifier="institution", post=""),
}
