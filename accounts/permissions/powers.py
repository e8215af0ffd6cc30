"""Every permission in words: what it is called and what it opens, for the page on which anybody reads the table."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.permissions import GRANTS, OWN_RECORDS, Permission, Role

P = Permission


@dataclass(frozen=True)
class Power:
    """`room` is the part of the platform it belongs to, `label` its name, `opens` one sentence of what it lets do."""

    room: str
    label: Promise
    opens: Promise


# In the order of the page.
ROOMS: dict[str, Promise] = {
    "accounts": _("People and places"),
    "courses": _("Training"),
    "exams": _("Examinations"),
    "certificates": _("Certificates"),
    "staffing": _("Trained-staff ratio"),
    "credit": _("Credit"),
    "oversight": _("Supervision"),
    "administration": _("Administration of the platform"),
    "website": _("Public pages"),
}

POWERS: dict[str, Power] = {
    # --- people and places ---
    P.INSTITUTION_VIEW: Power(
        "accounts", _("See institutions"), _("Reads what is on file about an institution and its designations.")
    ),
    P.INSTITUTION_IMPORT: Power(
        "accounts", _("Register institutions"), _("Enters institutions of the own region, of the own rank or below.")
    ),
    P.PLACE_MANAGE: Power(
        "accounts",
        _("Correct and move institutions and bases"),
        _("Puts the entry of an institution or base right and records its move to another region, by document."),
    ),
    P.BASE_VIEW: Power("accounts", _("See training bases"), _("Reads what is on file about a training base.")),
    P.BASE_MANAGE: Power("accounts", _("Manage a training base"), _("Changes what is on file about the base.")),
    P.PERSON_VIEW: Power(
        "accounts", _("See persons"), _("Reads the card of a person: posts and masked document, never the full number.")
    ),
    P.PERSON_REVEAL: Power(
        "accounts",
        _("See a full number"),
        _("Sees one person's document number or phone in full, for a stated purpose; the person reads of it."),
    ),
    P.DATA_REQUEST_ASK: Power(
        "accounts", _("Ask about one's own data"), _("Asks for a copy, a correction or the erasure of one's own data.")
    ),
    P.DATA_REQUEST_REVIEW: Power(
        "accounts",
        _("Answer requests about personal data"),
        _("Reviews corrections and erasures; a second person agrees before anything is changed."),
    ),
    P.ROSTER_VIEW: Power(
        "accounts", _("See staff rosters"), _("Reads who works where, since when, in which post; who is in training.")
    ),
    P.ROSTER_IMPORT: Power(
        "accounts", _("Keep the staff roster"), _("Enters and ends appointments, by file or one by one.")
    ),
    P.APPOINTMENT_CHOOSE_PRIMARY: Power(
        "accounts", _("Choose the main place of work"), _("Says which of several running appointments is the main one.")
    ),
    P.APPOINTMENT_TRANSFER: Power(
        "accounts",
        _("Move people between institutions"),
        _("Ends an appointment at one institution of the own region and begins one at another, on the same day."),
    ),
    P.APPOINTMENT_ANSWER: Power(
        "accounts",
        _("Answer about the own appointment"),
        _("Confirms an appointment that a roster names, or says not to work there."),
    ),
    P.DISPUTE_DECIDE: Power(
        "accounts",
        _("Decide disputed appointments"),
        _("Decides whether somebody who denies an appointment worked there; only that changes the count."),
    ),
    P.IDENTITY_VOUCH: Power(
        "accounts",
        _("Vouch for own staff"),
        _("Records that the original document of a colleague was seen, and hands out invitations to claim a record."),
    ),
    P.PERSON_MERGE: Power(
        "accounts",
        _("Join doubles of a person"),
        _("Joins two records of one person after comparing them, and parts them again; nothing is moved or lost."),
    ),
    P.DESIGNATION_VIEW: Power(
        "accounts", _("See designations"), _("Reads applications for a designation and every step of them.")
    ),
    P.DESIGNATION_APPLY: Power(
        "accounts", _("Apply for a designation"), _("Applies for the own institution or base, withdraws, leaves.")
    ),
    P.DESIGNATION_DECIDE: Power(
        "accounts",
        _("Decide on designations"),
        _("Reviews, publishes, grants, sets right and revokes, where the own body is the competent one."),
    ),
    P.ASSOCIATION_KEEP: Power(
        "accounts",
        _("Keep the members of an association"),
        _("Proposes institutions, answers applications and ends memberships, where the own institution is one."),
    ),
    P.ASSOCIATION_JOIN: Power(
        "accounts",
        _("Join and leave associations"),
        _("Applies for the own institution, answers what an association proposes, leaves."),
    ),
    P.MEMBER_VIEW: Power(
        "accounts", _("See members"), _("Reads who acts for a place, who is invited and who asks to join.")
    ),
    P.MEMBER_MANAGE: Power(
        "accounts", _("Invite and end members"), _("Invites people to act for a place, answers requests, ends hats.")
    ),
    P.MEMBERSHIP_OWN: Power(
        "accounts",
        _("Answer invitations, ask to join, leave"),
        _("Answers invitations to the own address, asks to act for a place, takes an own hat off at any time."),
    ),
    # --- training ---
    P.COHORT_VIEW: Power("courses", _("See cohorts"), _("Reads the cohorts of a base with dates and sessions.")),
    P.COHORT_MANAGE: Power(
        "courses", _("Run cohorts"), _("Plans, reports, opens, runs and closes cohorts and their sessions.")
    ),
    P.ENROLMENT_VIEW: Power("courses", _("See enrolments"), _("Reads who applied, takes part and completed.")),
    P.ENROLMENT_ADMIT: Power(
        "courses", _("Admit trainees"), _("Admits or refuses applicants and checks their documents at the desk.")
    ),
    P.ENROLMENT_WITHDRAW: Power("courses", _("Withdraw an enrolment"), _("Takes an enrolment back.")),
    P.SEAT_RESERVE: Power(
        "courses",
        _("Reserve seats"),
        _("Holds seats of an open class for the own staff until a day, and gives them back."),
    ),
    P.ATTENDANCE_MARK: Power(
        "courses", _("Mark attendance"), _("Sees the trainees of a session and marks who was there.")
    ),
    P.COMPLETION_REVIEW: Power(
        "courses", _("Review completion"), _("Decides who has completed a course, by hours, attendance and exam.")
    ),
    P.TRAINING_RECORD_VIEW: Power("courses", _("See training records"), _("Reads who was trained, when and by whom.")),
    P.TRAINING_RECORD_CLAIM: Power(
        "courses", _("Enter earlier training"), _("Hands in training from before the platform; it does not count yet.")
    ),
    P.TRAINING_RECORD_CONFIRM: Power(
        "courses", _("Confirm earlier training"), _("Confirms training that was handed in, so that it counts.")
    ),
    P.TRAINING_RECORD_ANNUL: Power(
        "courses",
        _("Annul training records"),
        _("Gives notice that a training record is false, and decides about it where somebody else gave notice."),
    ),
    P.TRAINING_RECORD_OWN: Power(
        "courses",
        _("Answer before one's own training record is annulled"),
        _("Reads what is said against one's own training record and answers before anybody decides."),
    ),
    P.EVIDENCE_SUBMIT: Power(
        "courses",
        _("Submit evidence from elsewhere"),
        _("Hands in scans that prove training elsewhere, for oneself or for staff; an authority decides."),
    ),
    # --- examinations ---
    P.EXAM_MANAGE: Power("exams", _("Set examinations"), _("Sets the times of examinations and who may sit them.")),
    P.EXAM_SUPERVISE: Power(
        "exams", _("Supervise examinations"), _("Sees on the day who is expected, who is writing, who has handed in.")
    ),
    P.EXAM_SIT: Power("exams", _("Sit an examination"), _("Sits the examination one was admitted to.")),
    # --- certificates ---
    P.CERTIFICATE_VIEW: Power("certificates", _("See certificates"), _("Reads issued certificates and their state.")),
    P.CERTIFICATE_OWN: Power(
        "certificates",
        _("Answer and share one's own certificates"),
        _("Answers before a certificate is revoked, shares one by a link and takes the link back."),
    ),
    P.CERTIFICATE_CHECK: Power(
        "certificates",
        _("Check certificates in one go"),
        _("Checks a list of certificates for the own institution; more than the public reads, only of who agreed."),
    ),
    P.CERTIFICATE_ISSUE: Power(
        "certificates", _("Issue certificates"), _("Issues a certificate for a completed training.")
    ),
    P.CERTIFICATE_MANAGE: Power(
        "certificates", _("Suspend and revoke certificates"), _("Suspends, resumes, replaces, revokes, deregisters.")
    ),
    # --- ratio ---
    P.RATIO_VIEW: Power(
        "staffing", _("See ratios"), _("Reads an institution's trained-staff ratio on any day, without names.")
    ),
    P.RATIO_PROVE: Power(
        "staffing",
        _("Make proofs of a ratio"),
        _("Makes a signed proof of the ratio of a day, without names; it stands in the public log for good."),
    ),
    P.RATIO_AUDIT: Power(
        "staffing",
        _("Audit proofs of a ratio"),
        _("Opens a random sample of a proof, or all of it with names, for a stated purpose; those named read of it."),
    ),
    P.RULE_MANAGE: Power(
        "staffing",
        _("Write and adopt ratio rules"),
        _("Drafts versions of a requirement for the own region and adopts what somebody else has written."),
    ),
    P.RETURN_FILE: Power(
        "staffing",
        _("File returns of the ratio"),
        _("Declares, checks and attests the institution's ratio of a day; the figures are computed, never typed."),
    ),
    P.RETURN_DECIDE: Power(
        "staffing",
        _("Decide on returns of the ratio"),
        _("Accepts, returns or corrects what institutions filed, where the own body receives the returns."),
    ),
    P.SEALED_COUNT_ENTER: Power(
        "staffing",
        _("Enter sealed counts"),
        _("Enters how many people hold secret posts, as a number and never by name; it does not count yet."),
    ),
    P.SEALED_COUNT_DECIDE: Power(
        "staffing",
        _("Confirm sealed counts"),
        _("Confirms or refuses a number of secret posts that was checked on paper, so that it counts."),
    ),
    # --- credit ---
    P.CASE_VIEW: Power(
        "credit", _("See cases"), _("Reads reports and cases that the own body handles, or a body below it.")
    ),
    P.CASE_HANDLE: Power(
        "credit",
        _("Handle cases"),
        _("Accepts reports and takes the steps of a case of the own body; who investigated does not decide."),
    ),
    P.CASE_ANSWER: Power(
        "credit",
        _("Answer in a case"),
        _("Reads a case about oneself or the own institution, answers, asks for a hearing and for repair."),
    ),
    P.OWN_CASE_VIEW: Power("credit", _("Follow a case"), _("Reads a case that names the own base or department.")),
    P.SELF_CASE_VIEW: Power(
        "credit",
        _("See cases under one's own rules"),
        _("Reads reports to the own association or training base, and the cases that follow from them."),
    ),
    P.SELF_CASE_HANDLE: Power(
        "credit",
        _("Handle cases under one's own rules"),
        _("Accepts reports to the own association or base, gives notice, decides, reviews; never all by one person."),
    ),
    P.CREDIT_FILE_VIEW: Power(
        "credit", _("Open credit files"), _("Opens a person's credit file for a stated purpose; the person sees it.")
    ),
    P.EVALUATION_VIEW: Power(
        "credit",
        _("See evaluations"),
        _("Reads rounds and how each grade came about; from outside only the rounds that one was assigned to."),
    ),
    P.EVALUATION_MANAGE: Power(
        "credit",
        _("Run evaluations"),
        _("Begins rounds, assigns evaluators, proposes results or makes final what somebody else has proposed."),
    ),
    P.EVALUATION_SCORE: Power(
        "credit",
        _("Score in an evaluation"),
        _("Enters values with their evidence where one was assigned, after saying that there is no conflict."),
    ),
    P.EVALUATION_ANSWER: Power(
        "credit",
        _("Evaluate oneself and object"),
        _("Hands in the self-evaluation of the own place or person and objects to a proposed result."),
    ),
    P.SCHEME_MANAGE: Power(
        "credit",
        _("Write and adopt evaluation schemes"),
        _("Drafts schemes for the own region and adopts what somebody else has written."),
    ),
    P.CREDIT_RECORD_ENTER: Power(
        "credit",
        _("Enter credit records"),
        _("Enters facts into credit files by a document, and corrects or withdraws entries by a second one."),
    ),
    P.CREDIT_OBJECT: Power(
        "credit",
        _("Answer to one's own credit file"),
        _("Reads one's own credit file, says something beside an entry and objects to what is wrong in it."),
    ),
    P.CREDIT_OBJECTION_DECIDE: Power(
        "credit",
        _("Decide on objections to credit records"),
        _("Decides whether an entry that somebody else made is wrong, and hides statements about third parties."),
    ),
    P.EXCHANGE_VIEW: Power(
        "credit",
        _("See the exchange with partners"),
        _("Reads which partners the own body or a body below it has, and the receipts of what came in and went out."),
    ),
    P.EXCHANGE_MANAGE: Power(
        "credit",
        _("Exchange records with partners"),
        _("Enters and ends partners of the own body, takes their files, sends them records, makes and revokes tokens."),
    ),
    # --- supervision ---
    P.OVERSIGHT_VIEW: Power(
        "oversight", _("See the figures of a region"), _("Reads the figures of the own region down to institutions.")
    ),
    P.PLACE_VIEW_AS: Power(
        "oversight",
        _("View the site as a place below"),
        _("Looks at the site as an institution or base of the own region does: nothing can be changed, all is logged."),
    ),
    # --- administration ---
    P.COMPETENCE_MANAGE: Power(
        "oversight",
        _("Enter lines of duty and competences"),
        _("Enters which body is in charge of what in the own region, from a day on and by document."),
    ),
    P.BODY_VIEW: Power(
        "administration", _("See administrative bodies"), _("Reads bodies, their lines of duty and competences.")
    ),
    P.BODY_MANAGE: Power(
        "administration", _("Manage administrative bodies"), _("Keeps the list of bodies, their rank and jurisdiction.")
    ),
    P.BASE_REGISTER: Power(
        "administration",
        _("Give base codes"),
        _("Keeps the codes of training bases that stand in certificate numbers."),
    ),
    P.TEMPLATE_MANAGE: Power(
        "administration",
        _("Keep the designs of certificates"),
        _(
            "Writes drafts of the printed sheet, for the whole platform; "
            "a second person publishes what one has written."
        ),
    ),
    P.JOB_VIEW: Power(
        "administration", _("See background jobs"), _("Sees which long work runs and fails, not what is in it.")
    ),
    P.LOGIN_VIEW: Power(
        "administration", _("Find logins"), _("Finds a login by its full address or number and sees its state, masked.")
    ),
    P.LOGIN_MANAGE: Power(
        "administration",
        _("Close and reopen logins"),
        _("Closes and reopens logins, ends their sessions, resets a lost second factor; always with a reason."),
    ),
    P.AUDIT_VIEW: Power(
        "administration", _("Search the audit trail"), _("Sees who wrote what and when across the platform, masked.")
    ),
    P.ACCESS_LEDGER_VIEW: Power(
        "administration", _("Search the access ledger"), _("Sees who looked into which records, for what purpose.")
    ),
    P.AUDIT_EXPORT: Power(
        "administration",
        _("Export the audit trail"),
        _("Takes the found entries along as a table; that is logged too."),
    ),
    # --- public pages ---
    P.CONTENT_EDIT: Power("website", _("Edit content"), _("Edits courses and public pages in the editors' room.")),
}


@dataclass(frozen=True)
class PowerLine:
    """One permission across the roles: `held` in the order of `role_columns()`, `own` for one's own records."""

    permission: str
    power: Power
    held: list[bool]
    own: bool


def role_columns() -> list[Role]:
    """The roles that people wear; the system's own is worn by commands alone."""
    return [role for role in Role if role != Role.SYSTEM]


def power_table() -> list[tuple[str, Promise, list[PowerLine]]]:
    """(room, its name, lines) in the order of the page, drawn from the table that decides."""
    roles = role_columns()
    lines = [
        PowerLine(str(permission), power, [permission in GRANTS[role] for role in roles], permission in OWN_RECORDS)
        for permission, power in POWERS.items()
    ]
    return [(room, name, [line for line in lines if line.power.room == room]) for room, name in ROOMS.items()]
