"""Addresses of the certificates room. machine_urlpatterns are mounted below /v/, published_urlpatterns at the
root, both outside the languages."""

from django.urls import path

from certificates import views

app_name = "certificates"
urlpatterns = [
    path("verify/", views.verify, name="verify"),
    path("managers/", views.roster, name="roster"),
    path("certificates/", views.mine, name="mine"),
    path("certificates/transcript/", views.transcript, name="transcript"),
    path("certificates/<str:number>/", views.certificate, name="certificate"),
    path("certificates/<str:number>/pdf/", views.download, name="download"),
    path("certificates/<str:number>/wallet/", views.wallet, name="wallet"),
    path("certificates/<str:number>/credential.json", views.credential, {"form": "json"}, name="credential"),
    path("certificates/<str:number>/credential.jwt", views.credential, {"form": "jwt"}, name="token"),
    path("base/certificates/", views.issued, name="issued"),
    path("base/cohorts/<int:pk>/issue/", views.issue, name="issue"),
]
machine_urlpatterns = [path("<str:code>", views.by_code, name="by_code")]
# Below no prefix: what machines ask the host for.
published_urlpatterns = [
    path(".well-known/did.json", views.did_document, name="did_document"),
    path("status/<str:name>", views.status_list, name="status_list"),
]
