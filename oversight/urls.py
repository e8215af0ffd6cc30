"""Addresses of the oversight room."""

from django.urls import path

from core.exports import CSV
from oversight import views
from oversight.views import requests, shortfalls

app_name = "oversight"
urlpatterns = [
    path("oversight/", views.regions, name="regions"),
    path("oversight/institutions/<int:pk>/", views.institution, name="institution"),
    path("my-data/", requests.my_data, name="my_data"),
    path("my-data/copy/", requests.ask_copy, name="ask_copy"),
    path("my-data/correction/", requests.ask_correction, name="ask_correction"),
    path("my-data/erasure/", requests.ask_erasure, name="ask_erasure"),
    path("my-data/<uuid:uuid>/withdraw/", requests.withdraw, name="withdraw_request"),
    path("my-data/<uuid:uuid>/copy.zip", requests.download_copy, name="download_copy"),
    path("oversight/requests/", requests.requests, name="requests"),
    path("oversight/requests/<uuid:uuid>/", requests.decide_request, name="decide_request"),
    path("oversight/<str:code>/", views.region, name="region"),
    path("oversight/<str:code>/shortfall/", shortfalls.shortfall, name="shortfall"),
    path("oversight/<str:code>/shortfall.xlsx", shortfalls.shortfall_table, name="shortfall_table"),
    path("oversight/<str:code>/shortfall.csv", shortfalls.shortfall_table, {"kind": CSV}, name="shortfall_csv"),
    path("oversight/<str:code>/institutions.xlsx", views.region_table, name="region_table"),
    path("oversight/<str:code>/institutions.csv", views.region_table, {"kind": CSV}, name="region_csv"),
]
