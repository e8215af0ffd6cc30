"""Addresses of the staffing room."""

from django.urls import URLPattern

app_name = "staffing"
urlpatterns: list[URLPattern] = []
