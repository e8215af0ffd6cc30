"""THE list of addresses that ask to confirm again (15 minutes): who issues, decides, reveals, exports, changes rules.

The views say the same by `@confirm_again`; test_confirm_again.py compares the two both ways. Whatever takes a POST
stands in one of the three lists: what decides about another's powers, status or record asks; one's own affairs and the
work of the day do not, each with its reason. The login library's own pages ask by themselves for what concerns the
login.
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
    "accounts:make_primary": "says where somebody mainly works",
    "accounts:members": "gives powers by an invitation",
    "accounts:answer_request": "gives powers to whoever asked",
    "accounts:end_member": "takes powers away",
    "accounts:create_institution": "a new institution stands in the register",
    "accounts:correct_institution": "changes what an institution is, and whose department",
    "accounts:move_institution": "from that day others see and decide",
    "accounts:review_institutions": "writes hundreds of institutions at once",
    "accounts:create_base": "a base that may train stands in the register",
    "accounts:correct_base": "changes what a base may train and how long",
    "accounts:move_base": "from that day others see and decide",
    "accounts:create_body": "a body with a jurisdiction: from then on powers can sit there",
    "accounts:assign_duty": "says what a body is for",
    "accounts:end_duty": "says what a body is for no longer",
    "accounts:review_roster": "writes a whole roster: who counts in the ratio",
    "courses:review_training_records": "writes who has been trained",
    "courses:cohort_step": "closing and calling off end everybody's place for good",
    "courses:answer": "admits or refuses an applicant; a document seen confirms a claim",
    "courses:check_identity": "records a checked identity; confirms a claim",
    "credit:open_file": "shows what is recorded about somebody",
    "staffing:moved": "an authority moves somebody from one institution to another",
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
# Addresses that take a POST, and why they do not ask.
LIGHT = {
    # One's own affairs.
    "accounts:wear_hat": "one's own hats; each session changes its key",
    "accounts:end_sessions": "whoever fears for a login must be quick",
    "accounts:leave_hat": "one's own hat",
    "accounts:ask_to_join": "asks; whoever answers confirms",
    "accounts:withdraw_asking": "one's own request",
    "accounts:invitation": "one's own answer; whoever invited has confirmed",
    "accounts:invitation_letter": "reads only",
    "accounts:stop_viewing": "ends a look; beginning it is confirmed",
    "accounts:profile": "one's own record",
    "accounts:claim": "one's own claim; it needs a code of its own",
    "accounts:answer_own": "one's own answer about oneself; only an officer's decision changes the count",
    "accounts:notice": "answered without a login; only an officer's decision changes the count",
    "accounts:apply_for_designation": "asks; the authority that decides confirms",
    "courses:lesson": "one's own answers",
    "courses:apply": "one's own application",
    "courses:withdraw": "one's own place",
    "exams:exam": "one's own exam, under its clock",
    "exams:save_answer": "one's own answers, under the clock",
    "exams:submit": "one's own answers, under the clock",
    "oversight:withdraw_request": "one's own request",
    # What is shown to everybody, and uploads that only lead to a preview.
    "certificates:verify": "a question, for everybody",
    "accounts:import_roster": "leads to a preview; what writes it confirms",
    "accounts:roster_heads": "what the columns of a file mean; what writes it confirms",
    "accounts:import_institutions": "leads to a preview; what writes it confirms",
    "courses:import_training_records": "leads to a preview; what writes it confirms",
    # The work of the day: nobody gains or loses a power or a status by it.
    "accounts:withdraw_invitation": "takes back a letter nobody has answered",
    "accounts:tick_notices": "says who has been handed a notice",
    "accounts:correct_body": "another spelling of a name; the audit trail keeps the earlier one",
    "courses:create_cohort": "a draft",
    "courses:cohort_exam": "the times of an exam",
    "courses:session": "the time of a session",
    "courses:attendance": "marks every day; a correction is a new entry",
    "staffing:joined": "one line of one's own staff; the person is told and may deny it",
    "staffing:left": "one line of one's own staff, its fraction shown before",
    "staffing:changed": "one line of one's own staff, its fraction shown before",
    "staffing:corrected": "one line of one's own staff; what was believed before stays readable",
    "staffing:enter_sealed_count": "counts nothing until an authority has confirmed it",
}
