"""Addresses of the ratio."""

from tests.isolation.addresses import Address, fixed, only, public

SEES = "officer regulator evaluator auditor"

ADDRESSES: dict[str, Address] = {
    "ratio/": only("officer", post=""),
    "institutions/<str:id>/ratio/": only(SEES, id="institution", post=""),
    "ratio/ahead/": only("officer", post=""),
    "institutions/<str:id>/ratio/ahead/": only(SEES, id="institution", post=""),
    "institutions/<str:id>/ratio/proofs/": only(SEES, id="institution", post="officer regulator"),
    "ratio-proofs/<str:reference>/": only(SEES, reference="ratioproof.reference", post=""),
    "ratio-proofs/<str:reference>/pdf/": only(SEES, reference="ratioproof.reference", post=""),
    "ratio-proofs/<str:reference>/json/": only(SEES, reference="ratioproof.reference", post=""),
    "ratio-proofs/<str:reference>/csv/": only(SEES, reference="ratioproof.reference", post=""),
    "ratio-proofs/<str:reference>/named/": only("regulator", reference="ratioproof.reference"),
    "ratio-proofs/<str:reference>/sample/": only("regulator", reference="ratioproof.reference"),
    # Whoever drew it opens it: the system drew those of the worlds.
    "ratio-samples/<uuid:uuid>/": only("regulator", uuid="ratioproofsample.uuid", post=""),
    "institution/changes/": only("officer", post=""),
    "institution/changes/joined/": only("officer"),
    "institution/changes/<int:pk>/left/": only("officer", pk="appointment"),
    "institution/changes/<int:pk>/changed/": only("officer", pk="appointment"),
    "institution/changes/<int:pk>/corrected/": only("officer", pk="appointment"),
    "institution/changes/<int:pk>/moved/": only("regulator", pk="appointment"),
    "ratio-rules/": public(post=""),
    "ratio-rules/compare/": public(post=""),
    "ratio-rules/<int:pk>/": public(pk=fixed(1), post=""),
    "ratio-rules/<int:pk>/open/": only("regulator", pk="ratiorule", post=""),
    "ratio-rules/<int:pk>/new/": only("regulator", pk="ratiorule"),
    "ratio-rules/<int:pk>/edit/": only("regulator", pk="ratiorule"),
    "ratio-rules/<int:pk>/effect/": only("regulator", pk="ratiorule", post=""),
    "ratio-rules/<int:pk>/propose/": only("", pk="ratiorule", post="regulator"),
    "ratio-rules/<int:pk>/adopt/": only("", pk="ratiorule", post="regulator"),
    "ratio-rules/<int:pk>/refuse/": only("", pk="ratiorule", post="regulator"),
    "ratio-rules/<int:pk>/withdraw/": only("", pk="ratiorule", post="regulator"),
    "sealed-counts/": only("officer regulator", post=""),
    "sealed-counts/enter/": only("officer"),
    "sealed-counts/<int:pk>/": only("regulator", pk="sealedcount"),
    "api/v1/institutions/<identifier>/staffing-ratio": only(SEES, identifier="institution", post=""),
}
