"""Addresses of the credit room."""

from django.urls import path

from credit.views import cases, files, own_cases, self_cases, self_mine

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
    # Under a body's own rules.
    path("own-rules/", self_cases.desk, name="self_desk"),
    path("own-rules/report/", self_mine.make_report, name="self_make_report"),
    path("own-rules/reports/<uuid:uuid>/", self_cases.report, name="self_report"),
    path("own-rules/cases/<uuid:uuid>/", self_cases.case, name="self_case"),
    path("own-rules/reviews/<uuid:uuid>/", self_cases.review, name="self_review"),
    path("own-rules/reviews/<uuid:uuid>/withdraw/", self_mine.withdraw_review, name="self_withdraw_review"),
    path("own-rules/about-me/", self_mine.mine, name="self_mine"),
    path("own-rules/about-me/<uuid:uuid>/", self_mine.mine_case, name="self_mine_case"),
]
