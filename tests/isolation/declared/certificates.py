"""Addresses of certificates. Whoever holds a code reads what the paper says."""

import uuid
from typing import Any

from tests.isolation.addresses import Address, fixed, only, public, signed_in

ON_PAPER = "certificates.Certificate"

# Entries are public and hold no words; an unknown one is answered like any that is not there.
NO_ENTRY: dict[str, Any] = {"kind": fixed("cert.issued"), "ref": fixed(uuid.UUID(int=7)), "nothing_there": True}

NO_FILE = fixed("0" * 64)
CHECK = "batchcheck.uuid"

ADDRESSES: dict[str, Address] = {
    "v/<str:code>": public(code="certificate.code", post="", shows=ON_PAPER),
    "verify/": public(),
    "verify/offline/": public(post=""),
    "verification/policy.txt": public(post="", nothing_there=True),
    "verification/verify_certificate.py": public(post=""),
    "managers/": public(post=""),
    "api/v1/certificates/verify": public(),
    "tlog/checkpoint": public(post="", nothing_there=True),
    "tlog/tile/<path:address>": public(address=fixed("0/000"), post="", nothing_there=True),
    "tlog/policy": public(post="", nothing_there=True),
    "log/": public(post=""),
    "log/entries/<str:kind>/<uuid:ref>/": public(**NO_ENTRY, post=""),
    "log/entries/<str:kind>/<uuid:ref>/proof/": public(**NO_ENTRY, post=""),
    "log/entries/<str:kind>/<uuid:ref>/<int:turn>/": public(**NO_ENTRY, turn=fixed(1), post=""),
    "log/entries/<str:kind>/<uuid:ref>/<int:turn>/proof/": public(**NO_ENTRY, turn=fixed(1), post=""),
    "certificates/": signed_in(post=""),
    ".well-known/did.json": public(post=""),
    "status/<str:name>": public(name=fixed("revocation-1"), post=""),
    "certificates/transcript/": only("trainee", post="", made_anew=True),
    "certificates/<str:number>/wallet/": only("trainee", number="certificate.number", post=""),
    "certificates/<str:number>/credential.json": only("trainee", number="certificate.number", post=""),
    "certificates/<str:number>/credential.jwt": only("trainee", number="certificate.number", post=""),
    "certificates/<str:number>/": only("trainee base regulator", number="certificate.number", post=""),
    "certificates/<str:number>/pdf/": only("trainee base regulator", number="certificate.number", post=""),
    "certificates/<str:number>/share/": only("trainee", number="certificate.number", body={}),
    "certificates/links/<uuid:uuid>/withdraw/": only("trainee", uuid="sharelink.uuid", body={}),
    "certificates/shared/<str:token>/": public(token="sharelink.token", post="", shows=ON_PAPER),
    "certificates/<str:number>/decide/<slug:step>/": only("base", number="certificate.number", step=fixed("suspend")),
    "certificates/<str:number>/name/": only("base", number="certificate.number"),
    "certificates/<str:number>/reprint/": only("base", number="certificate.number", post=""),
    "certificates/<str:number>/notice/": only("base", number="certificate.number"),
    "suspensions/": only("base regulator", post=""),
    "revocations/": only("base regulator", post=""),
    "revocations/<int:pk>/": only(
        "base regulator", pk="revocationcase", post="base", body={"considered": "x", "step": "drop"}
    ),
    "revocations/<int:pk>/answer/": only("trainee", pk="revocationcase"),
    "filing/": only("base regulator", post="base", body={"record": "1"}),
    "filing/lists/": only("base regulator", post=""),
    "filing/lists/<int:pk>/": only("base regulator", pk="filinglist", post="base", body={"step": "none"}),
    "filing/lists/<int:pk>/file/": only("base", pk="filinglist", body={}, reveals=True),
    "filing/lists/<int:pk>/lines/<int:line>/aside/": only("base", pk="filinglist", line="filingline"),
    "filing/lists/<int:pk>/answer/": only("base", pk="filinglist"),
    "filing/lists/<int:pk>/answer/<str:sha256>/": only("base", pk="filinglist", sha256=NO_FILE),
    "filing/lists/<int:pk>/answer/<str:sha256>/errors/": only("base", pk="filinglist", sha256=NO_FILE, post=""),
    "institution/checks/": only("officer", post=""),
    "institution/checks/new/": only("officer"),
    "institution/checks/template/": only("officer", post=""),
    "institution/checks/new/<str:sha256>/": only("officer", sha256=NO_FILE),
    "institution/checks/new/<str:sha256>/errors/": only("officer", sha256=NO_FILE, post=""),
    # What verification says of a certificate stands in both: whoever asked knew its number and its code.
    "institution/checks/<uuid:uuid>/": only("officer", uuid=CHECK, post="", shows="certificates.Certificate"),
    "institution/checks/<uuid:uuid>/file/": only("officer", uuid=CHECK, body={}, shows="certificates.Certificate"),
    "designs/": only("system_admin", post="system_admin"),
    "designs/<slug:key>/": only("system_admin", key=fixed("completion"), post=""),
    "designs/<slug:key>/edit/": only("system_admin", key=fixed("completion")),
    "designs/<slug:key>/import/": only("", key=fixed("completion"), post="system_admin"),
    "designs/<slug:key>/<int:number>/": only("system_admin", key=fixed("completion"), number=fixed(1)),
    "designs/<slug:key>/<int:number>/export/": only("system_admin", key=fixed("completion"), number=fixed(1), post=""),
    "designs/<slug:key>/<int:number>/<slug:sample>.pdf": only(
        "system_admin", key=fixed("completion"), number=fixed(1), sample=fixed("ordinary"), post="", made_anew=True
    ),
    "base/certificates/": only("base", post=""),
    "base/cohorts/<int:pk>/handout/": only("base", pk="cohort", body={}),
    "base/cohorts/<int:pk>/handout/sheet/": only("base", pk="cohort", post=""),
    "base/cohorts/<int:pk>/handout/sheet.pdf": only("base", pk="cohort", post=""),
    "base/cohorts/<int:pk>/handout/print/<int:part>/": only("base", pk="cohort", part=fixed(1), post=""),
    "base/batches/": only("base", post=""),
    "base/batches/new/": only("base"),
    "base/batches/<int:pk>/": only("base", pk="issuebatch", body={"step": "withdraw"}),
    "base/batches/<int:pk>/run/": only("base", pk="issuebatch", body={"what": "pause"}),
    "base/cohorts/<int:pk>/issuers/": only("base", pk="cohort", body={"basis": "x"}),
    "base/cohorts/<int:pk>/issue/": only("base", pk="cohort"),
}
