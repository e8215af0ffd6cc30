"""Addresses of the certificates room."""

from django.urls import URLPattern

app_name = "certificates"
urlpatterns: list[URLPattern] = []
machine_urlpatterns: list[URLPattern] = []
