"""Addresses of the credit file."""

from tests.isolation.addresses import Address, only, public, signed_in

LOOK = {"purpose": "case", "about": "x"}
FACT = {"kind": "award", "title": "x", "occurred_on": "2026-05-01", "document": "x"}

ADDRESSES: dict[str, Address] = {
    "credit/": signed_in(post=""),
    "credit/people/<int:pk>/": only("trainee regulator", pk="person", post=""),
    "credit/people/<int:pk>/open/": only("trainee regulator", pk="person", body=LOOK),
    "credit/people/<int:pk>/enter/": only("regulator", pk="person", body=FACT),
    "credit/entity/": only("officer", post=""),
    "credit/entities/<int:pk>/": only("regulator", pk="institution", post=""),
    "credit/entities/<int:pk>/open/": only("regulator", pk="institution", body=LOOK),
    "credit/entities/<int:pk>/enter/": only("regulator", pk="institution", body=FACT),
    "credit/entities/<int:pk>/link/": only("regulator", pk="institution", body={"reference": "x"}),
    "credit/entries/<int:pk>/": only("trainee", pk="creditrecord", body={"text": "x"}),
    "credit/entries/<int:pk>/object/": only("trainee", pk="creditrecord", body={"words": "x"}),
    "credit/entries/<int:pk>/correct/": only("regulator", pk="creditrecord", body={"reason": "x"}),
    "credit/objections/": only("regulator", post=""),
    "credit/objections/<int:pk>/": only("regulator", pk="creditobjection", body={"decision": "reject", "reason": "x"}),
    "credit/objections/<int:pk>/take-back/": only("trainee", pk="creditobjection"),
    "credit/statements/<int:pk>/hide/": only("regulator", pk="subjectstatement", body={"reason": "x"}),
    "credit/report/": signed_in(body={}),
    "credit/entity/report/": only("officer", body={}),
    "credit/people/<int:pk>/report/": only("regulator", pk="person", body={}),
    "credit/entities/<int:pk>/report/": only("regulator", pk="institution", body={}),
    "credit/reports/<str:reference>/": only("trainee", reference="creditreport.reference", post=""),
    "credit/reports/<str:reference>/file/": only("trainee", reference="creditreport.reference", post=""),
    "credit/matrix/": public(post=""),
    "institutions/<int:pk>/credit.csv": public(pk="institution", post="", of_all=True),
    "api/v1/institutions/<uscc>/credit": public(uscc="institution.uscc", post="", of_all=True),
    "institutions/<int:pk>/credit/": public(pk="institution", post="", of_all=True, shows="credit.PublicationLink"),
}
