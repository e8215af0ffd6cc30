"""Addresses of the accounts room."""

from django.urls import path

from accounts.views import home, profile

app_name = "accounts"
urlpatterns = [
    path("home/", home.home, name="home"),
    path("hat/", profile.wear_hat, name="wear_hat"),
    path("profile/", profile.profile, name="profile"),
    path("profile/claim/", profile.claim, name="claim"),
    path("profile/looks/", profile.access_log, name="access_log"),
    path("people/<int:pk>/", home.person, name="person"),
]
