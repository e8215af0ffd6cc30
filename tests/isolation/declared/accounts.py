"""Addresses of the accounts room."""

from tests.isolation.addresses import BELOW_PROVINCE, Address, fixed, only, public, signed_in

SEES_BODIES = "regulator evaluator auditor system_admin"
NO_FILE = fixed("0" * 64)

ADDRESSES: dict[str, Address] = {
    "home/": signed_in(post=""),
    "home/go-on/": signed_in(post=""),
    "powers/": signed_in(post=""),
    "hat/": signed_in(body={"membership": "self"}),
    "hats/": signed_in(post=""),
    # The hat of the world is another login's; nobody of the matrix leaves it.
    "hats/<int:pk>/leave/": only("", pk="membership"),
    "hats/join/": signed_in(post=""),
    "hats/join/<str:kind>/<int:pk>/": signed_in(
        kind=fixed("institution"), pk="institution", shows="accounts.Institution"
    ),
    "hats/requests/<int:pk>/withdraw/": only("", post="trainee", pk="joinrequest", body={"yes": "1"}),
    # To an address that no login of the matrix has confirmed.
    "hats/invitations/<uuid:uuid>/": only("", uuid="invitation.uuid"),
    "hats/letters/<str:token>/": only("", token=fixed("missing")),
    "members/": only("officer base regulator security_admin", post=""),
    "members/<str:kind>/<int:pk>/": only(
        "officer regulator",
        kind=fixed("institution"),
        pk="institution",
        post="officer",
        body={"role": "institution_officer", "email": "somebody@example.test"},
    ),
    "members/hats/<int:pk>/end/": only("officer regulator", pk="membership", body={"reason": "x"}),
    # The invitation of the world is to no administrator's office: whoever may give that role is told so.
    "members/invitations/<int:pk>/second/": only("", post="officer", pk="invitation", body={"yes": "1"}),
    "members/invitations/<int:pk>/withdraw/": only("", post="officer regulator", pk="invitation", body={"yes": "1"}),
    "members/requests/": only("officer base regulator", post=""),
    # A body above answers only where nobody acts yet.
    "members/requests/<int:pk>/": only("officer", pk="joinrequest", body={"accept": "1"}),
    "members/views/<int:pk>/": only("officer regulator", pk="viewing", post=""),
    "view-as/stop/": signed_in(),
    "view-as/<str:kind>/<int:pk>/": only(
        "regulator", kind=fixed("institution"), pk="institution", body={"role": "institution_officer", "reason": "x"}
    ),
    "profile/": signed_in(),
    "profile/claim/": signed_in(),
    "profile/identity/": signed_in(),
    "profile/looks/": signed_in(post=""),
    "profile/security/": signed_in(post=""),
    "profile/security/end-sessions/": signed_in(),
    "profile/security/language/": signed_in(body={"language": "en"}),
    "profile/consents/": signed_in(post=""),
    "profile/consents/<slug:code>/": signed_in(code=fixed("public_list"), body={"answer": "give", "parts": "name"}),
    "profile/institutions/": signed_in(post=""),
    "profile/institutions/<int:pk>/": only("trainee", pk="appointmentnotice", body={"answer": "deny"}),
    "notice/<str:token>/": public(token="appointmentnotice.token", shows="accounts.Appointment"),
    "appointments/<int:pk>/main/": only("trainee regulator", pk="appointment", body={}),
    "institution/notices/": only("officer", asking="regulator", post=""),
    "institution/notices/print/": only("officer", post=""),
    "institution/notices/tick/": only("officer", body={"notice": "0"}),
    "disputes/": only("regulator", post=""),
    "disputes/<int:pk>/": only("regulator", pk="appointmentdispute"),
    "doubles/": only("regulator", post=""),
    "doubles/<int:first>/<int:second>/": only("regulator", first="person", second="person"),
    "doubles/merges/<int:pk>/undo/": only("regulator", pk="personmerge"),
    "institution/numbers/": only("officer"),
    "people/<int:pk>/check/": only("officer", pk="person"),
    "people/<int:pk>/invite/": only("officer", pk="person"),
    "people/<int:pk>/": only("trainee officer regulator", pk="person", post=""),
    "people/<int:pk>/reveal/": only(
        "regulator", pk="person", body={"what": "identity_number", "purpose": "case"}, reveals=True
    ),
    "designations/held/": only("officer base regulator evaluator auditor", post=""),
    "designations/apply/": only("officer base"),
    "designations/<int:pk>/": only("officer regulator evaluator auditor", pk="designation", post=""),
    "designations/<int:pk>/<slug:step>/": only("regulator", pk="designation", step=fixed("rectify")),
    "associations/": only("officer", post=""),
    "associations/join/": only("officer", post=""),
    # Whoever acts for an institution may apply to every association of the register.
    "associations/join/<int:pk>/": only(
        "officer", pk="associationmember.association.pk", shows="accounts.Institution", of_all=True
    ),
    # No officer of the world acts for an association.
    "associations/members/": only(""),
    "associations/<int:pk>/<slug:step>/": only("officer", pk="associationmember", step=fixed("leave")),
    "institutions/new/": only("regulator"),
    "institutions/<int:pk>/correct/": only("regulator", pk="institution"),
    "institutions/<int:pk>/move/": only("regulator", pk="institution"),
    "base/all/": only("regulator", post=""),
    "base/new/": only("system_admin"),
    "base/<int:pk>/": only("base instructor invigilator regulator evaluator auditor", pk="trainingbase", post=""),
    "base/<int:pk>/correct/": only("regulator", pk="trainingbase"),
    "base/<int:pk>/move/": only("regulator", pk="trainingbase"),
    "base/import/": only("regulator system_admin"),
    "base/import/template/": signed_in(post=""),
    "base/import/<str:sha256>/": only("regulator system_admin", sha256=NO_FILE),
    "base/import/<str:sha256>/errors/": only("regulator system_admin", post="", sha256=NO_FILE),
    "bodies/": only(SEES_BODIES, post=""),
    "bodies/new/": only("system_admin"),
    "bodies/import/": only("regulator system_admin"),
    "bodies/import/template/": signed_in(post=""),
    "bodies/import/<str:sha256>/": only("regulator system_admin", sha256=NO_FILE),
    "bodies/competences/": only(SEES_BODIES, post="", shows="accounts.AdminBody accounts.Competence"),
    "bodies/competences/entries/<int:pk>/end/": only("regulator", pk="competence", barred=BELOW_PROVINCE),
    "bodies/competences/<str:code>/<slug:matter>/": only(
        "regulator", code="institution.region.code", matter=fixed("decide"), barred=BELOW_PROVINCE
    ),
    "bodies/<int:pk>/": only(SEES_BODIES, pk="adminbody", post=""),
    "bodies/<int:pk>/correct/": only("system_admin", pk="adminbody"),
    "bodies/<int:pk>/duties/new/": only("regulator", pk="adminbody", barred=BELOW_PROVINCE),
    "bodies/duties/<int:pk>/end/": only("regulator", pk="duty", barred=BELOW_PROVINCE),
    "institution/roster/": only("officer", asking="regulator", post=""),
    "institution/roster/export.xlsx": only("officer", asking="regulator", post=""),
    "institution/roster/export.csv": only("officer", asking="regulator", post=""),
    "institution/roster/import/": only("officer"),
    "institution/roster/import/template/": signed_in(post=""),
    "institution/roster/import/<str:sha256>/": only("officer", sha256=NO_FILE),
    "institution/roster/import/<str:sha256>/heads/": only("officer", sha256=NO_FILE),
    "institution/roster/import/<str:sha256>/errors/": only("officer", sha256=NO_FILE, post=""),
    "jobs/all/": only("system_admin", post=""),
    "logins/": only("security_admin"),
    "logins/<uuid:uuid>/": only("security_admin", uuid="user.uuid", post=""),
    "logins/<uuid:uuid>/<slug:step>/": only(
        "security_admin", uuid="user.uuid", step=fixed("close"), body={"reason": "x"}
    ),
    "audit/": only("audit_admin"),
    "audit/trail.xlsx": only("audit_admin", body={"first": ""}),
    "audit/looks/": only("audit_admin", shows="accounts.AccessEntry"),
    "audit/looks.xlsx": only("audit_admin", body={"first": ""}, shows="accounts.AccessEntry"),
    "institutions/import/": only("regulator"),
    "institutions/import/template/": signed_in(post=""),
    "institutions/import/<str:sha256>/": only("regulator", sha256=NO_FILE),
}
