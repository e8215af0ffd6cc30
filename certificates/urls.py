"""Addresses of the certificates room. machine_urlpatterns are mounted below /v/, outside the languages."""

from django.urls import path

from certificates import views

app_name = "certificates"
urlpatterns = [
    path("verify/", views.verify, name="verify"),
    path("managers/", views.roster, name="roster"),
    path("certificates/", views.mine, name="mine"),
    path("certificates/<str:number>/", views.certificate, name="certificate"),
    path("certificates/<str:number>/pdf/", views.download, name="download"),
    path("base/certificates/", views.issued, name="issued"),
    path("base/cohorts/<int:pk>/issue/", views.issue, name="issue"),
]
machine_urlpatterns = [path("<str:code>", views.by_code, name="by_code")]
