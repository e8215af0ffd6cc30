"""Addresses of the courses room. Course pages themselves are Wagtail pages."""

from django.urls import path

from courses.views import attendance, catalogue, cohorts, completion, enrolments, lessons, records, seats

app_name = "courses"
urlpatterns = [
    path("courses/", catalogue.catalogue, name="catalogue"),
    path("learn/<int:enrolment>/lessons/<uuid:key>/", lessons.lesson, name="lesson"),
    path("cohorts/<int:pk>/", enrolments.cohort_public, name="cohort_public"),
    path("cohorts/<int:pk>/apply/", enrolments.apply, name="apply"),
    path("cohorts/<int:pk>/reserve/", seats.reserve, name="reserve"),
    path("institution/seats/", seats.seats, name="seats"),
    path("institution/seats/plan/", seats.reserve_plan, name="reserve_plan"),
    path("institution/seats/<int:pk>/release/", seats.release, name="release_seat"),
    path("base/seats/<int:pk>/withdraw/", seats.withdraw, name="withdraw_seat"),
    path("training/", enrolments.my_cohorts, name="my_cohorts"),
    path("training/<int:pk>/", enrolments.my_cohort, name="my_cohort"),
    path("training/<int:pk>/withdraw/", enrolments.withdraw, name="withdraw"),
    path("base/cohorts/", cohorts.cohorts, name="cohorts"),
    path("base/cohorts/new/", cohorts.create_cohort, name="create_cohort"),
    path("base/cohorts/<int:pk>/", cohorts.cohort, name="cohort"),
    path("base/cohorts/<int:pk>/exam/", cohorts.cohort_exam, name="cohort_exam"),
    path("base/cohorts/<int:pk>/numbers/", enrolments.release_number, name="release_number"),
    path("base/cohorts/<int:pk>/completion/", completion.completion_review, name="completion_review"),
    path("base/cohorts/<int:pk>/step/<slug:step>/", cohorts.cohort_step, name="cohort_step"),
    path("base/enrolments/<int:pk>/answer/", enrolments.answer, name="answer"),
    path("base/enrolments/<int:pk>/identity/", enrolments.check_identity, name="check_identity"),
    path("base/sessions/<int:pk>/", cohorts.session, name="session"),
    path("base/sessions/<int:pk>/attendance/", attendance.attendance, name="attendance"),
    path("training-records/", records.training_records, name="training_records"),
    path("training-records/import/", records.import_training_records, name="import_training_records"),
    path("training-records/import/template/", records.download_template, name="training_records_template"),
    path("training-records/import/<str:sha256>/", records.review_training_records, name="review_training_records"),
]
