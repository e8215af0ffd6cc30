"""Addresses of the log. Pages below /log/; machine_urlpatterns, as C2SP names them, below /tlog/, without language."""

from django.urls import path

from certificates.tlog import views

app_name = "tlog"
urlpatterns = [
    path("", views.log, name="log"),
    path("entries/<str:kind>/<uuid:ref>/", views.entry, name="entry"),
    path("entries/<str:kind>/<uuid:ref>/proof/", views.proof, name="proof"),
    # Of what happens to one thing more than once.
    path("entries/<str:kind>/<uuid:ref>/<int:turn>/", views.entry, name="change"),
    path("entries/<str:kind>/<uuid:ref>/<int:turn>/proof/", views.proof, name="change_proof"),
]
machine_urlpatterns = [
    path("checkpoint", views.checkpoint, name="checkpoint"),
    path("tile/<path:address>", views.tile, name="tile"),
    path("policy", views.policy, name="policy"),
]
