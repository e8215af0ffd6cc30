"""Addresses of the accounts room."""

from django.urls import path

from accounts.views import again, bodies, consents, home, imports, powers, profile, reveal, roster, security

app_name = "accounts"
urlpatterns = [
    path("home/", home.home, name="home"),
    path("home/go-on/", again.resume, name="resume"),
    path("hat/", profile.wear_hat, name="wear_hat"),
    path("powers/", powers.powers, name="powers"),
    path("profile/security/", security.security, name="security"),
    path("profile/security/end-sessions/", security.end_sessions, name="end_sessions"),
    path("profile/", profile.profile, name="profile"),
    path("profile/claim/", profile.claim, name="claim"),
    path("profile/consents/", consents.consents, name="consents"),
    path("profile/consents/<slug:code>/", consents.decide_consent, name="decide_consent"),
    path("profile/looks/", profile.access_log, name="access_log"),
    path("people/<int:pk>/", home.person, name="person"),
    path("people/<int:pk>/reveal/", reveal.reveal, name="reveal"),
    path("institution/roster/", roster.roster, name="roster"),
    path("institution/roster/import/", imports.import_roster, name="import_roster"),
    path("institution/roster/import/template/", imports.download_roster_template, name="roster_template"),
    path("institution/roster/import/<str:sha256>/", imports.review_roster, name="review_roster"),
    path("bodies/", bodies.bodies, name="bodies"),
    path("bodies/new/", bodies.create_body, name="create_body"),
    path("bodies/competences/", bodies.competences, name="competences"),
    path("bodies/competences/<str:code>/<slug:matter>/", bodies.change_competence, name="change_competence"),
    path("bodies/<int:pk>/", bodies.body, name="body"),
    path("bodies/<int:pk>/correct/", bodies.correct_body, name="correct_body"),
    path("bodies/<int:pk>/duties/new/", bodies.assign_duty, name="assign_duty"),
    path("bodies/duties/<int:pk>/end/", bodies.end_duty, name="end_duty"),
    path("institutions/import/", imports.import_institutions, name="import_institutions"),
    path("institutions/import/template/", imports.download_institutions_template, name="institutions_template"),
    path("institutions/import/<str:sha256>/", imports.review_institutions, name="review_institutions"),
]
