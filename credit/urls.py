"""Addresses of the credit room."""

from django.urls import path

from credit.views import files, self_cases, self_mine

app_name = "credit"
urlpatterns = [
    path("credit/", files.my_file, name="my_file"),
    path("credit/people/<int:pk>/", files.file, name="file"),
    path("credit/people/<int:pk>/open/", files.open_file, name="open_file"),
    # Under a body's own rules.
    path("own-rules/", self_cases.desk, name="self_desk"),
    path("own-rules/reports/<uuid:uuid>/", self_cases.report, name="self_report"),
    path("own-rules/cases/<uuid:uuid>/", self_cases.case, name="self_case"),
    path("own-rules/reviews/<uuid:uuid>/", self_cases.review, name="self_review"),
    path("own-rules/reviews/<uuid:uuid>/withdraw/", self_mine.withdraw_review, name="self_withdraw_review"),
    path("own-rules/about-me/", self_mine.mine, name="self_mine"),
    path("own-rules/about-me/<uuid:uuid>/", self_mine.mine_case, name="self_mine_case"),
]
