"""The isolation matrix: every address, every login, every method, own and foreign rows; nobody sees what is not theirs.

A new address is declared once, in tests/isolation/declared/<room>.py, by the route as Django prints it. One line:

    "base/cohorts/<int:pk>/": only("base regulator", pk="cohort"),

It says who is answered (everybody else gets the 404 of a missing row) and whose row the address names:

- `public()`            answers visitors too
- `signed_in()`         answers every login (a page of one's own, a list of what reaches one)
- `only("base …")`      answers these kinds of login alone (world.KINDS), and an address that names a row answers
                        those whom the row reaches: trainees their own, officers and base managers those of their place,
                        regulators and auditors those below their jurisdiction
- `pk="cohort"`         each part of the route: a model of the world in lower case (its pk), or a path: "attempt.uuid",
                        "institution.region.code". A part that names no row is written `fixed("…")`.
- `post="base"`         who may POST, where that differs from who may read; `post=""`: nobody
- `asking="regulator"`   kinds that are answered only when they name the institution, as in `?institution=5`
- `barred=("login", …)` logins of an answered kind that are refused all the same; with the reason in a comment
- `body={"note": "x"}`  what a POST sends; "@enrolment" stands for the row of the owner that is tried. With a body the
                        POST of the right login must write, and with it at least one audit entry.
- `shows="courses.Cohort"`  models whose words the page shows to whoever knows the address, whosever they are
- `reveals=True`        the page may print a full identity number or phone of a row that reaches the reader

A new scoped model needs a row in tests/accounts/worlds.py; its words become canaries by themselves. A text column that
cannot hold a canary (a code, a hash) goes to canaries.NOT_WORDS with its reason. A new role needs a login in world.py.

Beside the addresses: forms.py fills in every form of every page and puts a foreign name into one field after another;
test_next.py asks where answers lead, test_exports.py what table files calculate, and tests/e2e/test_stored_payloads.py
opens the pages in a browser with payloads in every text.

`./run test` asks a sample (`SAMPLE` in matrix.py); `./run test --matrix` asks all of them.
"""
