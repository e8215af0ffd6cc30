"""Addresses of the staffing room."""

from django.urls import path

from staffing.views import changes, cockpit, sealed

app_name = "staffing"
urlpatterns = [
    path("ratio/", cockpit.cockpit, name="cockpit"),
    path("institutions/<str:id>/ratio/", cockpit.ratio, name="ratio"),
    path("institution/changes/", changes.changes, name="changes"),
    path("institution/changes/joined/", changes.joined, name="joined"),
    path("institution/changes/<int:pk>/left/", changes.left, name="left"),
    path("institution/changes/<int:pk>/changed/", changes.changed, name="changed"),
    path("institution/changes/<int:pk>/corrected/", changes.corrected, name="corrected"),
    path("institution/changes/<int:pk>/moved/", changes.moved, name="moved"),
    path("sealed-counts/", sealed.sealed_counts, name="sealed_counts"),
    path("sealed-counts/enter/", sealed.enter, name="enter_sealed_count"),
    path("sealed-counts/<int:pk>/", sealed.decide, name="decide_sealed_count"),
]
