"""Addresses of the website room."""

from django.urls import URLPattern

app_name = "website"
urlpatterns: list[URLPattern] = []
