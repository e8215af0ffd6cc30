"""Addresses of the administration."""

from tests.isolation.addresses import Address, only, signed_in

OVERSEES = "regulator evaluator auditor"

ADDRESSES: dict[str, Address] = {
    "my-data/": signed_in(post=""),
    "my-data/copy/": signed_in(),
    "my-data/correction/": signed_in(),
    "my-data/erasure/": signed_in(),
    "my-data/<uuid:uuid>/withdraw/": only("trainee", uuid="datarequest.uuid", body={}),
    "my-data/<uuid:uuid>/copy.zip": only("trainee", uuid="datarequest.uuid", post=""),
    "oversight/requests/": only("regulator", post=""),
    "oversight/requests/<uuid:uuid>/": only("regulator", uuid="datarequest.uuid"),
    "oversight/": only(OVERSEES, post=""),
    "oversight/<str:code>/": only(OVERSEES, code="institution.region.code", post=""),
    "oversight/<str:code>/shortfall/": only(OVERSEES, code="institution.region.code", post=""),
    "oversight/<str:code>/shortfall.xlsx": only(OVERSEES, code="institution.region.code", post=""),
    "oversight/<str:code>/shortfall.csv": only(OVERSEES, code="institution.region.code", post=""),
    "oversight/<str:code>/institutions.xlsx": only(OVERSEES, code="institution.region.code", post=""),
    "oversight/<str:code>/institutions.csv": only(OVERSEES, code="institution.region.code", post=""),
    "oversight/institutions/<int:pk>/": only(OVERSEES, pk="institution", post=""),
}
