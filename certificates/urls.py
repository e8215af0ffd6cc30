"""Addresses of the certificates room."""

from django.urls import URLPattern, path

from certificates import views

app_name = "certificates"
urlpatterns: list[URLPattern] = []
machine_urlpatterns: list[URLPattern] = [path("<str:code>", views.by_code, name="by_code")]
