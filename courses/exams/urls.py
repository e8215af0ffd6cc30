"""Addresses of the exams room, below /exams/."""

from django.urls import path

from courses.exams import views

app_name = "exams"
urlpatterns = [
    path("<int:sitting>/", views.exam, name="exam"),
    path("attempt/<uuid:uuid>/", views.attempt, name="attempt"),
    path("attempt/<uuid:uuid>/answer/", views.save_answer, name="save_answer"),
    path("attempt/<uuid:uuid>/submit/", views.submit, name="submit"),
    path("attempt/<uuid:uuid>/result/", views.result, name="result"),
]
