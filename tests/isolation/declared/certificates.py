"""Addresses of certificates. Whoever holds a code reads what the paper says."""

import uuid
from typing import Any

from tests.isolation.addresses import Address, fixed, only, public, signed_in

ON_PAPER = "certificates.Certificate"

# Entries are public and hold no words; an unknown one is answered like any that is not there.
NO_ENTRY: dict[str, Any] = {"kind": fixed("cert.issued"), "ref": fixed(uuid.UUID(int=7)), "nothing_there": True}

ADDRESSES: dict[str, Address] = {
    "v/<str:code>": public(code="certificate.code", post="", shows=ON_PAPER),
    "verify/": public(),
    "managers/": public(post=""),
    "api/v1/certificates/verify": public(post=""),
    "tlog/checkpoint": public(post="", nothing_there=True),
    "tlog/tile/<path:address>": public(address=fixed("0/000"), post="", nothing_there=True),
    "tlog/policy": public(post="", nothing_there=True),
    "log/": public(post=""),
    "log/entries/<str:kind>/<uuid:ref>/": public(**NO_ENTRY, post=""),
    "log/entries/<str:kind>/<uuid:ref>/proof/": public(**NO_ENTRY, post=""),
    "certificates/": signed_in(post=""),
    "certificates/<str:number>/": only("trainee base regulator", number="certificate.number", post=""),
    "certificates/<str:number>/pdf/": only("trainee base regulator", number="certificate.number", post=""),
    "base/certificates/": only("base", post=""),
    "base/cohorts/<int:pk>/issue/": only("base", pk="cohort"),
}
