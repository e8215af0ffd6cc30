"""Addresses of certificates. Whoever holds a code reads what the paper says."""

from tests.isolation.addresses import Address, fixed, only, public, signed_in

ON_PAPER = "certificates.Certificate"

ADDRESSES: dict[str, Address] = {
    "v/<str:code>": public(code="certificate.code", post="", shows=ON_PAPER),
    "verify/": public(),
    "managers/": public(post=""),
    "api/v1/certificates/verify": public(),
    "certificates/": signed_in(post=""),
    ".well-known/did.json": public(post=""),
    "status/<str:name>": public(name=fixed("revocation-1"), post=""),
    "certificates/transcript/": only("trainee", post=""),
    "certificates/<str:number>/wallet/": only("trainee", number="certificate.number", post=""),
    "certificates/<str:number>/credential.json": only("trainee", number="certificate.number", post=""),
    "certificates/<str:number>/credential.jwt": only("trainee", number="certificate.number", post=""),
    "certificates/<str:number>/": only("trainee base regulator", number="certificate.number", post=""),
    "certificates/<str:number>/pdf/": only("trainee base regulator", number="certificate.number", post=""),
    "base/certificates/": only("base", post=""),
    "base/cohorts/<int:pk>/issue/": only("base", pk="cohort"),
}
