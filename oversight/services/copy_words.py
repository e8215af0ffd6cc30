"""The words of the readable page in the copy of one's data: a heading for each kind of entry, a word for each fact.

What is not named here is machinery (which question was drawn, the keys of a job); it stands in data.json all the same.
"""

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from oversight.services.copy_evaluations import EVALUATION_FACTS, EVALUATION_SECTIONS

FACTS: dict[str, Promise] = {
    **EVALUATION_FACTS,
    "name": pgettext_lazy("my data", "Name"),
    "latin_name": pgettext_lazy("my data", "Name in Latin letters"),
    "phone": pgettext_lazy("my data", "Mobile number"),
    "created_at": pgettext_lazy("my data", "Entered"),
    "type": pgettext_lazy("my data", "Kind"),
    "country": pgettext_lazy("my data", "Country"),
    "number": pgettext_lazy("my data", "Number"),
    "standing": pgettext_lazy("my data", "Standing"),
    "checked_at": pgettext_lazy("my data", "Checked"),
    "seen_on": pgettext_lazy("my data", "Original seen on"),
    "body_name": pgettext_lazy("my data", "Office"),
    "state": pgettext_lazy("my data", "State"),
    "institution": pgettext_lazy("my data", "Institution"),
    "expires_at": pgettext_lazy("my data", "Holds until"),
    "used_at": pgettext_lazy("my data", "Used"),
    "what": pgettext_lazy("my data", "What"),
    "at": pgettext_lazy("my data", "When"),
    "email": pgettext_lazy("my data", "E-mail address"),
    "language": pgettext_lazy("my data", "Language of letters"),
    "date_joined": pgettext_lazy("my data", "Signed up"),
    "last_login": pgettext_lazy("my data", "Last sign-in"),
    "verified": pgettext_lazy("my data", "Confirmed"),
    "primary": pgettext_lazy("my data", "Main address"),
    "device": pgettext_lazy("my data", "Device"),
    "started_at": pgettext_lazy("my data", "Begun"),
    "seen_at": pgettext_lazy("my data", "Last used"),
    "ended_at": pgettext_lazy("my data", "Ended"),
    "last_used_at": pgettext_lazy("my data", "Last used"),
    "role": pgettext_lazy("my data", "Role"),
    "base": pgettext_lazy("my data", "Training base"),
    "admin_body": pgettext_lazy("my data", "Body"),
    "valid_from": pgettext_lazy("my data", "From"),
    "valid_to": pgettext_lazy("my data", "To (excluded)"),
    "message": pgettext_lazy("my data", "Message"),
    "answer": pgettext_lazy("my data", "Answer"),
    "post": pgettext_lazy("my data", "Post"),
    "professional": pgettext_lazy("my data", "Professional staff"),
    "employment_type": pgettext_lazy("my data", "Employment"),
    "full_time": pgettext_lazy("my data", "Full time"),
    "department": pgettext_lazy("my data", "Department"),
    "staff_no": pgettext_lazy("my data", "Staff number"),
    "start_date": pgettext_lazy("my data", "From"),
    "end_date": pgettext_lazy("my data", "To (excluded)"),
    "is_primary": pgettext_lazy("my data", "Main place of work"),
    "recorded_at": pgettext_lazy("my data", "Recorded"),
    "superseded_at": pgettext_lazy("my data", "Replaced"),
    "due_on": pgettext_lazy("my data", "Due"),
    "opened_at": pgettext_lazy("my data", "Opened"),
    "words": pgettext_lazy("my data", "Own words"),
    "upheld": pgettext_lazy("my data", "Decided for the person"),
    "withdrawn": pgettext_lazy("my data", "Withdrawn again"),
    "reason": pgettext_lazy("my data", "Reason"),
    "document": pgettext_lazy("my data", "Document"),
    "decided_at": pgettext_lazy("my data", "Decided"),
    "cohort": pgettext_lazy("my data", "Cohort"),
    "held_until": pgettext_lazy("my data", "Held to the end of"),
    "reserved_at": pgettext_lazy("my data", "Reserved on"),
    "applied_at": pgettext_lazy("my data", "Applied"),
    "session": pgettext_lazy("my data", "Session"),
    "status": pgettext_lazy("my data", "Attendance"),
    "marked_at": pgettext_lazy("my data", "Marked"),
    "module": pgettext_lazy("my data", "Module"),
    "hours": pgettext_lazy("my data", "Class hours"),
    "credited_at": pgettext_lazy("my data", "Credited"),
    "made_at": pgettext_lazy("my data", "Made"),
    "made_for": pgettext_lazy("my data", "Made for"),
    "reference": pgettext_lazy("my data", "Reference"),
    "hidden_at": pgettext_lazy("my data", "Hidden"),
    "written_at": pgettext_lazy("my data", "Written"),
    "title": pgettext_lazy("my data", "Title"),
    "level": pgettext_lazy("my data", "Level"),
    "provider": pgettext_lazy("my data", "Provider"),
    "completed_on": pgettext_lazy("my data", "Completed on"),
    "record": pgettext_lazy("my data", "Training record"),
    "annulled_on": pgettext_lazy("my data", "Annulled on"),
    "admitted_at": pgettext_lazy("my data", "Admitted"),
    "submitted_at": pgettext_lazy("my data", "Handed in"),
    "score": pgettext_lazy("my data", "Score"),
    "passed": pgettext_lazy("my data", "Passed"),
    "holder_name": pgettext_lazy("my data", "Name on the certificate"),
    "issued_on": pgettext_lazy("my data", "Issued on"),
    "valid_until": pgettext_lazy("my data", "Valid until"),
    "certificate": pgettext_lazy("my data", "Certificate"),
    "step": pgettext_lazy("my data", "Step"),
    "note": pgettext_lazy("my data", "Note"),
    "closed_at": pgettext_lazy("my data", "Closed"),
    "decided_on": pgettext_lazy("my data", "Decided on"),
    "size": pgettext_lazy("my data", "Bytes"),
    "stored_at": pgettext_lazy("my data", "Stored"),
    "category": pgettext_lazy("my data", "Category"),
    "kind": pgettext_lazy("my data", "Kind"),
    "publisher": pgettext_lazy("my data", "Publisher"),
    "source": pgettext_lazy("my data", "Source"),
    "occurred_on": pgettext_lazy("my data", "Happened on"),
    "text": pgettext_lazy("my data", "Text"),
    "version": pgettext_lazy("my data", "Version"),
    "given": pgettext_lazy("my data", "Given"),
    "purpose": pgettext_lazy("my data", "Purpose"),
    "granted": pgettext_lazy("my data", "Shown"),
    "asked_at": pgettext_lazy("my data", "Asked"),
    "due_at": pgettext_lazy("my data", "Due"),
    "answered_at": pgettext_lazy("my data", "Answered"),
    "on": pgettext_lazy("my data", "Day"),
    "verb": pgettext_lazy("my data", "What"),
    "served_how": pgettext_lazy("my data", "How it was served"),
    "served_on": pgettext_lazy("my data", "Served on"),
    "said": pgettext_lazy("my data", "What is said to be wrong"),
    "answer_until": pgettext_lazy("my data", "Answer until"),
    "considered": pgettext_lazy("my data", "How the answer was considered"),
    "ends_on": pgettext_lazy("my data", "Ends on"),
    "withdrawn_at": pgettext_lazy("my data", "Taken back"),
    "day": pgettext_lazy("my data", "Day"),
    "outcome": pgettext_lazy("my data", "Outcome"),
    "count": pgettext_lazy("my data", "Times"),
    "days": pgettext_lazy("my data", "Days before"),
    "filing_number": pgettext_lazy("my data", "Filing number"),
    "filed_at": pgettext_lazy("my data", "Filed"),
    "gets": pgettext_lazy("my data", "Gets a certificate"),
    "sha256": pgettext_lazy("my data", "SHA-256"),
    "stamped_until": pgettext_lazy("my data", "Time stamp good until"),
    "proof": pgettext_lazy("my data", "Proof"),
    "trained": pgettext_lazy("my data", "Counted as trained"),
    "opening": pgettext_lazy("my data", "What an audit would open"),
    "as_of": pgettext_lazy("my data", "Day of the figure"),
    "attested_name": pgettext_lazy("my data", "Name as attested"),
    "attested_post": pgettext_lazy("my data", "Post as attested"),
    "office": pgettext_lazy("my data", "Office"),
}
# Table label -> heading, and the names of the facts that are read, in their order on the page.
SECTIONS: dict[str, tuple[Promise, str]] = {
    **EVALUATION_SECTIONS,
    "accounts.Person": (
        pgettext_lazy("my data", "Person"),
        "name latin_name phone created_at",
    ),
    "accounts.IdentityDocument": (
        pgettext_lazy("my data", "Identity documents"),
        "type country number",
    ),
    "accounts.IdentityCheck": (
        pgettext_lazy("my data", "Identity checks"),
        "standing checked_at seen_on body_name",
    ),
    "accounts.Claim": (
        pgettext_lazy("my data", "Claims of a record"),
        "state created_at",
    ),
    "accounts.ClaimInvitation": (
        pgettext_lazy("my data", "Invitations to claim the record"),
        "institution created_at expires_at used_at",
    ),
    "accounts.ClaimTry": (
        pgettext_lazy("my data", "Tries to claim"),
        "what at",
    ),
    "accounts.User": (
        pgettext_lazy("my data", "Login"),
        "email phone language date_joined last_login",
    ),
    "account.EmailAddress": (
        pgettext_lazy("my data", "E-mail addresses"),
        "email verified primary",
    ),
    "accounts.SignIn": (
        pgettext_lazy("my data", "Sign-ins"),
        "device started_at seen_at ended_at",
    ),
    "mfa.Authenticator": (
        pgettext_lazy("my data", "Second factors"),
        "type created_at last_used_at",
    ),
    "accounts.Membership": (
        pgettext_lazy("my data", "Hats"),
        "role institution base admin_body valid_from valid_to",
    ),
    "accounts.JoinRequest": (
        pgettext_lazy("my data", "Requests to act for a place"),
        "role institution base created_at message state answer",
    ),
    "accounts.Appointment": (
        pgettext_lazy("my data", "Appointments"),
        "institution post professional employment_type full_time department staff_no email phone start_date "
        "end_date is_primary recorded_at",
    ),
    "accounts.AppointmentVersion": (
        pgettext_lazy("my data", "Earlier wordings of appointments"),
        "post professional employment_type department staff_no email start_date end_date recorded_at superseded_at",
    ),
    "accounts.LeaveOfAbsence": (
        pgettext_lazy("my data", "Leaves of absence"),
        "kind start_date end_date withdrawn reason recorded_at",
    ),
    "accounts.AppointmentNotice": (
        pgettext_lazy("my data", "Notices of appointments"),
        "created_at due_on expires_at",
    ),
    "accounts.NoticeFact": (
        pgettext_lazy("my data", "What became of the notices"),
        "what at",
    ),
    "accounts.AppointmentDispute": (
        pgettext_lazy("my data", "Denials"),
        "state opened_at words",
    ),
    "accounts.DisputeDecision": (
        pgettext_lazy("my data", "Decisions on denials"),
        "upheld reason document decided_at body_name",
    ),
    "accounts.PersonMerge": (
        pgettext_lazy("my data", "Records joined"),
        "reason at body_name",
    ),
    "accounts.NotADouble": (
        pgettext_lazy("my data", "Records told apart"),
        "reason at",
    ),
    "courses.Enrolment": (
        pgettext_lazy("my data", "Enrolments"),
        "cohort state applied_at",
    ),
    "courses.SeatReservation": (
        pgettext_lazy("my data", "Seats held for you"),
        "cohort institution held_until state reserved_at",
    ),
    "courses.Attendance": (
        pgettext_lazy("my data", "Attendance"),
        "session status marked_at",
    ),
    "courses.HourEntry": (
        pgettext_lazy("my data", "Class hours"),
        "module hours credited_at",
    ),
    "courses.TrainingRecord": (
        pgettext_lazy("my data", "Training records"),
        "title level base provider hours completed_on standing recorded_at",
    ),
    "courses.ExternalEvidence": (
        pgettext_lazy("my data", "Evidence from elsewhere"),
        "kind title level provider hours completed_on institution state submitted_at closed_at body_name reason",
    ),
    "courses.EvidenceScan": (
        pgettext_lazy("my data", "Scans of evidence"),
        "name size sha256",
    ),
    "courses.TrainingRecordAnnulment": (
        pgettext_lazy("my data", "Training records annulled"),
        "annulled_on reason recorded_at",
    ),
    "courses.AnnulmentCase": (
        pgettext_lazy("my data", "Annulments of training records"),
        "record state said served_how served_on answer_until answer considered reason decided_on",
    ),
    "exams.SittingCandidate": (
        pgettext_lazy("my data", "Admissions to examinations"),
        "admitted_at",
    ),
    "exams.Attempt": (
        pgettext_lazy("my data", "Exam attempts"),
        "number state started_at submitted_at score passed",
    ),
    "exams.RoomEntry": (
        pgettext_lazy("my data", "Entries of the examination room"),
        "what at",
    ),
    "certificates.Certificate": (
        pgettext_lazy("my data", "Certificates"),
        "number level state holder_name base hours completed_on issued_on valid_until",
    ),
    "certificates.CertificateEvent": (
        pgettext_lazy("my data", "Steps of certificates"),
        "certificate step state note decided_on",
    ),
    "certificates.CertificateFile": (
        pgettext_lazy("my data", "Files of certificates"),
        "certificate size stored_at",
    ),
    "certificates.FileRevision": (
        pgettext_lazy("my data", "Files of certificates with a later time stamp"),
        "size stamped_until stored_at",
    ),
    "certificates.CertificateCredential": (
        pgettext_lazy("my data", "Credentials"),
        "certificate sha256 stored_at",
    ),
    "certificates.RevocationCase": (
        pgettext_lazy("my data", "Revocations"),
        "certificate state said served_how served_on answer_until answer considered decided_on",
    ),
    "certificates.IssueBatchItem": (
        pgettext_lazy("my data", "Lines of batches"),
        "gets",
    ),
    "certificates.CertificateHandout": (
        pgettext_lazy("my data", "Papers handed out"),
        "certificate at",
    ),
    "certificates.CertificateReturn": (
        pgettext_lazy("my data", "Papers taken back"),
        "certificate at",
    ),
    "certificates.FilingLine": (
        pgettext_lazy("my data", "Lines of lists for filing"),
        "name filing_number filed_at",
    ),
    "certificates.ShareLink": (
        pgettext_lazy("my data", "Links that share a certificate"),
        "certificate created_at ends_on withdrawn_at",
    ),
    "certificates.VerificationCount": (
        pgettext_lazy("my data", "How often a certificate was verified"),
        "certificate day count",
    ),
    "certificates.BatchCheckLine": (
        pgettext_lazy("my data", "Checks by employers"),
        "number institution outcome checked_at",
    ),
    "certificates.ExpiryReminder": (
        pgettext_lazy("my data", "Reminders of the end of a certificate"),
        "certificate days at",
    ),
    "staffing.RatioProofEntry": (
        pgettext_lazy("my data", "Lines of proofs of a ratio"),
        "institution proof trained opening",
    ),
    "credit.CreditRecord": (
        pgettext_lazy("my data", "Credit entries"),
        "category kind institution publisher source occurred_on recorded_at document",
    ),
    "credit.CreditReport": (
        pgettext_lazy("my data", "Credit reports"),
        "reference purpose made_for made_at",
    ),
    "credit.SubjectStatement": (
        pgettext_lazy("my data", "Statements beside credit entries"),
        "text written_at",
    ),
    "credit.StatementHidden": (
        pgettext_lazy("my data", "Statements that were hidden"),
        "reason body_name hidden_at",
    ),
    "credit.CreditObjection": (
        pgettext_lazy("my data", "Objections to credit entries"),
        "words state opened_at",
    ),
    "credit.ObjectionDecision": (
        pgettext_lazy("my data", "Decisions on objections"),
        "upheld reason body_name decided_at",
    ),
    "accounts.Consent": (
        pgettext_lazy("my data", "Consents"),
        "text version given at",
    ),
    "accounts.AccessEntry": (
        pgettext_lazy("my data", "Who looked at the record"),
        "at body_name what purpose granted",
    ),
    "oversight.DataRequest": (
        pgettext_lazy("my data", "Requests about personal data"),
        "kind state asked_at due_at answered_at answer",
    ),
    "accounts.DesignationEvent": (
        pgettext_lazy("my data", "Steps of designations by you"),
        "step state body_name document on",
    ),
    "accounts.Viewing": (
        pgettext_lazy("my data", "Looks as another place"),
        "role institution base reason started_at ended_at",
    ),
    "core.AuditEntry": (
        pgettext_lazy("my data", "What you did"),
        "at verb",
    ),
    "staffing.ReturnVersion": (
        pgettext_lazy("my data", "Returns of the ratio that were attested"),
        "as_of attested_name attested_post office filed_at reason",
    ),
}
