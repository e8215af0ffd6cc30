"""Addresses of the oversight room."""

from django.urls import path

from oversight import views

app_name = "oversight"
urlpatterns = [
    path("oversight/", views.regions, name="regions"),
    path("oversight/institutions/<int:pk>/", views.institution, name="institution"),
    path("oversight/<str:code>/", views.region, name="region"),
    path("oversight/<str:code>/institutions.xlsx", views.region_table, name="region_table"),
]
