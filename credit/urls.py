"""Addresses of the credit room."""

from django.urls import path

from credit.views import cases, files, own_cases

app_name = "credit"
urlpatterns = [
    path("credit/", files.my_file, name="my_file"),
    path("credit/people/<int:pk>/", files.file, name="file"),
    path("credit/people/<int:pk>/open/", files.open_file, name="open_file"),
    path("credit/report/", cases.report, name="report"),
    path("credit/reports/<uuid:receipt>/", cases.receipt, name="receipt"),
    path("credit/reports/<int:pk>/accept/", cases.accept, name="accept"),
    path("credit/reports/<int:pk>/reporter/", cases.reveal_reporter, name="reporter"),
    path("credit/cases/", cases.case_list, name="cases"),
    path("credit/cases/<int:pk>/", cases.case, name="case"),
    path("credit/cases/<int:pk>/steps/<slug:name>/", cases.step, name="step"),
    path("credit/cases/<int:pk>/recusals/<int:recusal>/", cases.recusal, name="recusal"),
    path("credit/cases/<int:pk>/repairs/<int:repair>/", cases.repair, name="repair"),
    path("credit/own-cases/", own_cases.mine, name="own_cases"),
    path("credit/own-cases/<int:pk>/", own_cases.own, name="own_case"),
]
