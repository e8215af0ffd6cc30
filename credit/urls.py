"""Addresses of the credit room."""

from django.urls import path

from credit.views import files

app_name = "credit"
urlpatterns = [
    path("credit/", files.my_file, name="my_file"),
    path("credit/people/<int:pk>/", files.file, name="file"),
    path("credit/people/<int:pk>/open/", files.open_file, name="open_file"),
]
