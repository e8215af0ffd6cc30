"""Addresses of the staffing room."""

from django.urls import path

from staffing import views

app_name = "staffing"
urlpatterns = [
    path("ratio/", views.cockpit, name="cockpit"),
    path("institutions/<str:id>/ratio/", views.ratio, name="ratio"),
]
