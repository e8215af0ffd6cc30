"""Addresses of the credit file."""

from tests.isolation.addresses import Address, only, signed_in

ADDRESSES: dict[str, Address] = {
    # Of associations and bases alone, and of whom a case concerns; no authority is answered.
    "own-rules/": only("base", post=""),
    "own-rules/report/": signed_in(),
    "own-rules/reports/<uuid:uuid>/": only("base", uuid="selfregulatorycase.report.uuid"),
    "own-rules/cases/<uuid:uuid>/": only(
        "base", uuid="selfregulatorycase.uuid", body={"step": "dismiss", "dismiss-reasons": "x"}
    ),
    "own-rules/reviews/<uuid:uuid>/": only(
        "base", uuid="selfreview.uuid", body={"step": "maintain", "considered": "x"}
    ),
    "own-rules/reviews/<uuid:uuid>/withdraw/": only("", uuid="selfreview.uuid", post="trainee", body={}),
    "own-rules/about-me/": signed_in(post=""),
    "own-rules/about-me/<uuid:uuid>/": only("trainee", uuid="selfregulatorycase.uuid"),
    "credit/": signed_in(post=""),
    "credit/people/<int:pk>/": only("trainee regulator", pk="person", post=""),
    "credit/people/<int:pk>/open/": only("trainee regulator", pk="person", body={"purpose": "case", "about": "x"}),
}
