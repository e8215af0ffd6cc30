"""THE list of addresses that ask to confirm again (15 minutes): who issues, decides, reveals, exports, changes rules.

The views say the same by `@confirm_again`; test_confirm_again.py compares the two both ways.
"""

# Name of the address -> what weighs heavily there.
CONFIRMED = {
    "accounts:designation_step": "grants, refuses, revokes a status",
    "oversight:ask_copy": "everything about a person leaves the house",
    "oversight:ask_correction": "changes who somebody is",
    "oversight:ask_erasure": "cannot be undone",
    "oversight:download_copy": "everything about a person leaves the house",
    "oversight:decide_request": "corrects or erases a person",
    "accounts:change_competence": "says who decides from a day on",
    "accounts:reveal": "shows a full document number or phone",
    "accounts:view_as": "an authority looks at the site as a place below",
    "certificates:issue": "issues certificates",
    "courses:completion_review": "decides that somebody has been trained",
    "accounts:roster_export": "a list of people that leaves the house",
    "staffing:decide_sealed_count": "decides whether people without names count",
    "accounts:check_identity": "records a checked identity",
    "accounts:invite_to_claim": "lets somebody claim a record",
    "accounts:double_pair": "decides that two records are one person",
    "accounts:undo_merge": "parts two records",
    "accounts:dispute": "decides whether a staff row counts",
    "oversight:region_table": "a list that leaves the house",
}
# Addresses whose names sound like it, and why they do not ask.
FREE = {
    "accounts:decide_consent": "one's own word about one's own data: withdrawing must be as easy as giving",
    "accounts:roster_template": "an empty table to fill in",
    "accounts:institutions_template": "an empty table to fill in",
    "courses:training_records_template": "an empty table to fill in",
    "certificates:issued": "a page of one's own issued certificates",
    "certificates:download": "the file of one certificate, whose holder may pass it on",
}
