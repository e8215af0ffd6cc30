"""Addresses of the credit room."""

from django.urls import path

from credit import views

app_name = "credit"
urlpatterns = [
    path("credit/", views.my_file, name="my_file"),
    path("credit/people/<int:pk>/", views.file, name="file"),
    path("credit/people/<int:pk>/open/", views.open_file, name="open_file"),
]
