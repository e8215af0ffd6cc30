"""Addresses of the courses room."""

from tests.isolation.addresses import BELOW_PROVINCE, Address, fixed, only, public, signed_in

NO_FILE = fixed("0" * 64)
PUBLIC_COHORT = "courses.Cohort courses.Session"

ADDRESSES: dict[str, Address] = {
    "courses/": public(post="", shows=PUBLIC_COHORT),
    "cohorts/<int:pk>/": public(pk="cohort", post="", shows=PUBLIC_COHORT),
    "cohorts/<int:pk>/apply/": signed_in(pk="cohort", shows=PUBLIC_COHORT),
    "learn/<int:enrolment>/lessons/<uuid:key>/": only("trainee", enrolment="enrolment", key="lesson.translation_key"),
    # Dates and seats of an opened class are public: seats are held in any.
    "cohorts/<int:pk>/reserve/": only("officer", pk="cohort", of_all=True, shows=PUBLIC_COHORT),
    "institution/seats/": only("officer", post=""),
    "institution/seats/plan/": only("officer", body={}),
    "institution/seats/<int:pk>/release/": only("officer", pk="seatreservation", body={}),
    "base/seats/<int:pk>/withdraw/": only("base", pk="seatreservation", body={"reason": "x"}),
    "training/": signed_in(post=""),
    "training/<int:pk>/": only("trainee", pk="enrolment", post=""),
    "training/<int:pk>/withdraw/": only("trainee", pk="enrolment", body={}),
    "base/cohorts/": signed_in(post=""),
    "base/cohorts/new/": only("base"),
    "base/cohorts/<int:pk>/": only("base instructor regulator", pk="cohort", post=""),
    "base/cohorts/<int:pk>/exam/": only("base", pk="cohort"),
    "base/cohorts/<int:pk>/numbers/": only("base", pk="cohort"),
    "base/cohorts/<int:pk>/completion/": only("base", pk="cohort", body={"enrolment": "@enrolment"}),
    "base/cohorts/<int:pk>/step/<slug:step>/": only("base", pk="cohort", step=fixed("begin"), body={}),
    "base/enrolments/<int:pk>/answer/": only("base", pk="enrolment", body={"step": "withdraw", "reason": "x"}),
    "base/enrolments/<int:pk>/identity/": only("base", pk="enrolment", body={}),
    "base/sessions/<int:pk>/": only("base", pk="session"),
    "base/sessions/<int:pk>/attendance/": only("base instructor", pk="session"),
    "evidence/": signed_in(post=""),
    "evidence/new/": only("trainee officer"),
    "evidence/desk/": only("regulator", post=""),
    "evidence/batches/": only("officer regulator", post=""),
    "evidence/batches/new/": only("officer"),
    "evidence/batches/new/template/": signed_in(post=""),
    "evidence/batches/new/<str:sha256>/": only("officer", sha256=NO_FILE),
    "evidence/batches/<int:pk>/": only("officer regulator", pk="evidencebatch", post=""),
    "evidence/batches/<int:pk>/withdraw/": only("officer", pk="evidencebatch", body={}),
    "evidence/batches/<int:pk>/draw/": only("regulator", pk="evidencebatch"),
    "evidence/batches/<int:pk>/decide/": only("regulator", pk="evidencebatch"),
    # Rows of a batch alone; those of the questions came one by one.
    "evidence/<int:pk>/mark/": only("regulator", pk="externalevidence", nothing_there=True),
    "evidence/scans/<int:pk>/": only("trainee officer regulator", pk="evidencescan", post=""),
    "evidence/<int:pk>/": only("trainee officer regulator", pk="externalevidence", post=""),
    "evidence/<int:pk>/withdraw/": only("trainee officer", pk="externalevidence", body={}),
    "evidence/<int:pk>/decide/": only("regulator", pk="externalevidence"),
    # Agreements are public facts; whoever may not enter one is refused.
    "recognitions/": only("regulator", post=""),
    # An agreement is between provinces, or the nation's.
    "recognitions/new/": only("regulator", barred=BELOW_PROVINCE),
    "recognitions/<int:pk>/end/": only("regulator", pk=fixed(987654321), nothing_there=True),
    "training-records/": signed_in(post=""),
    "training-records/<int:pk>/annul/": only("base regulator", pk="trainingrecord"),
    "annulments/": only("base regulator", post=""),
    "annulments/<int:pk>/": only(
        "base regulator", pk="annulmentcase", body={"considered": "x", "reason": "x", "step": "drop"}
    ),
    "annulments/<int:pk>/answer/": only("trainee", pk="annulmentcase"),
    "training-records/import/": only("officer regulator"),
    "training-records/import/template/": signed_in(post=""),
    "training-records/import/<str:sha256>/": only("officer regulator", sha256=NO_FILE),
}
