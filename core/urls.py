"""Addresses of the machinery: jobs with progress."""

from django.urls import path

from core import views

app_name = "core"
urlpatterns = [
    path("jobs/", views.job_list, name="jobs"),
    path("jobs/<uuid:uuid>/", views.job_detail, name="job"),
    path("jobs/<uuid:uuid>/again/", views.job_again, name="job_again"),
]
