"""THE list of addresses that answer without a login, with the reason. Everything else is behind the login wall.

The views say the same by `@login_not_required`; test_addresses.py compares the two both ways.
"""

MACHINES = {
    "healthz": "a load balancer asks whether the process lives",
    "readyz": "a load balancer asks whether it can serve",
    "v/<str:code>": "what a certificate's QR code opens",
    ".well-known/did.json": "the keys under which certificates are signed, for whoever checks a signature",
    "status/<str:name>": "signed lists of states: places without names, for whoever holds a credential",
    "verification/policy.txt": "whom a stand-alone verifier is to believe: public keys alone",
    "verification/verify_certificate.py": "the stand-alone verifier itself",
    "verify/offline/": "the same verifier in the browser; nothing is sent",
    "tlog/checkpoint": "the signed head of the public log",
    "tlog/tile/<path:address>": "hashes and entries of the public log; no personal data",
    "tlog/policy": "keys of the log and its witnesses",
    "api/v1/": "the root of the interface; answers 404",
    "api/v1/openapi.json": "the description of the interface, the same for everybody",
    "api/v1/certificates/verify": "anyone verifies without a login",
    "api/v1/institutions/<uscc>/credit": "what everybody is shown of an entity's credit file",
    "api/v1/exchange/entities/<uscc>": "partners' machines get 401 from the operation without a token",
    "api/v1/exchange/end-notices": "the same: 401 without a token",
    "api/v1/institutions/<identifier>/staffing-ratio": "machines get 401 from the operation, not a redirect",
}
VISITORS = {
    "courses/": "the catalogue",
    "cohorts/<int:pk>/": "what a cohort offers, before one applies",
    "certificates/shared/<str:token>/": "whoever was given the link by the holder reads the answer of verification",
    "managers/": "technology managers who chose to be listed",
    "notice/<str:token>/": "whoever a roster names answers by the link, without a login",
    "verify/": "anyone verifies a certificate",
    "log/": "the public log: its head, its witnesses, how anybody checks it",
    "log/entries/<str:kind>/<uuid:ref>/": "one entry of the public log, known by a random number",
    "log/entries/<str:kind>/<uuid:ref>/proof/": "its proof as a file",
    "log/entries/<str:kind>/<uuid:ref>/<int:turn>/": "one change of a thing that the public log follows",
    "log/entries/<str:kind>/<uuid:ref>/<int:turn>/proof/": "its proof as a file",
    "ratio-rules/": "versions of the ratio rules: public law",
    "credit/catalogue/": "items and measures on which cases rest: public law",
    "ratio-rules/compare/": "what two adopted versions say differently",
    "ratio-rules/<int:pk>/": "an adopted version; drafts are not there",
    "evaluation-results/": "evaluations of institutions and bases, open to objections or final; persons are not there",
    "evaluation-results/<int:pk>/": "names and grades of one of them, nothing else",
    "evaluation-schemes/": "by what is evaluated: published schemes",
    "evaluation-schemes/<int:pk>/": "an adopted scheme; drafts are not there",
    "rules/": "rules and methods with their sources",
    "credit/exchange/dictionary/": "what the fields of exchanged files mean, for whoever makes them",
    "credit/exchange/dictionary.json": "the same as a file",
    "credit/matrix/": "who sees what of a credit file: a published rule",
    "institutions/<int:pk>/credit.csv": "the same as a table of open data",
    "institutions/<int:pk>/credit/": "what the publication matrix shows everybody of an entity's file",
    "bases/": "public register of training bases",
    "designations/": "public register of designations; what is in publicity is there to be read by everybody",
    "designations/years/": "public figures: entries and exits by year",
    "institutions/": "public register of institutions",
    "institutions/<int:pk>/": "public register: one institution, and of its ratio what it or a call shows",
    "institutions/<int:pk>/members/": "public register: who is a member of an association today",
    "search/": "search in what is public",
    r"^((?:[\w\-]+/)*)$": "Wagtail's pages, public when live",
    r"documents/^(\d+)/(.*)$": "Wagtail's documents; private collections ask for themselves",
}
DOORS = {
    "accounts/login/": "the one login door",
    "accounts/logout/": "asks to confirm by POST",
    "accounts/inactive/": "says that a login is closed",
    "accounts/signup/": "a new login",
    "accounts/confirm-email/": "the code sent at sign-up; without one that has begun it leads to the login",
    "accounts/password/reset/": "a forgotten password",
    "accounts/password/reset/done/": "says that a mail is on its way",
    r"accounts/^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$": "the link in that mail",
    "accounts/password/reset/key/done/": "says that the password was changed",
    "accounts/phone/verify/": "the code sent at sign-up; without one that has begun it leads to the login",
    "accounts/login/code/": "asks for a code instead of a password",
    "accounts/login/code/confirm/": "second half of a login by code; without the first half it leads to the login",
    "accounts/2fa/authenticate/": "second factor of a login that has begun",
    "cms/login/": "leads to the one login door; Wagtail's own form behind it is never reached",
    r"^cms/password_reset/.*$": "leads to the one password reset",
    "_util/login/": "leads to the one login door; Wagtail's own form behind it is never reached",
}
DEMO = {
    "dev/mail/": "the demo's mails, on loopback only; not in production",
    "demo/": "who is who in the demo; 404 in production",
    "demo/enter/": "entry by one click; 404 in production",
}
# Wagtail leaves these out of its own decorator and asks for the permission to enter the admin in the view.
EDITORS = {
    f"cms/api/main/^{kind}/{rest}": "Wagtail's admin interface asks for the editor's session itself"
    for kind, rest in [
        *((kind, rest) for kind in ("pages", "documents", "images") for rest in ("", "<int:pk>/", "find/")),
        ("pages", "<int:pk>/action/<str:action_name>/"),
    ]
}

PUBLIC = MACHINES | VISITORS | DOORS | DEMO | EDITORS

# Operations of the interface under /api/v1/ that need no login of their own.
PUBLIC_OPERATIONS = {
    "GET /certificates/verify": "anyone verifies without a login",
    "GET /institutions/{uscc}/credit": "what everybody is shown of an entity's credit file",
    "POST /certificates/verify": "anyone hands in a file to be verified; it is not kept",
}
