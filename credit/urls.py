"""Addresses of the credit room."""

from django.urls import path

from credit.views import entities, entries, files, objections, papers

app_name = "credit"
urlpatterns = [
    path("credit/", files.my_file, name="my_file"),
    path("credit/people/<int:pk>/", files.file, name="file"),
    path("credit/people/<int:pk>/open/", files.open_file, name="open_file"),
    path("credit/people/<int:pk>/enter/", entries.enter, name="enter"),
    path("credit/entity/", entities.my_entity, name="my_entity"),
    path("credit/entities/<int:pk>/", entities.entity_file, name="entity"),
    path("credit/entities/<int:pk>/open/", entities.open_entity, name="open_entity"),
    path("credit/entities/<int:pk>/enter/", entries.enter_entity, name="enter_entity"),
    path("credit/entities/<int:pk>/link/", entities.link, name="link"),
    path("credit/entries/<int:pk>/", objections.entry, name="entry"),
    path("credit/entries/<int:pk>/object/", objections.object_to, name="object"),
    path("credit/entries/<int:pk>/correct/", entries.correct, name="correct"),
    path("credit/objections/", objections.objections, name="objections"),
    path("credit/objections/<int:pk>/", objections.objection, name="objection"),
    path("credit/objections/<int:pk>/take-back/", objections.take_back, name="take_back"),
    path("credit/statements/<int:pk>/hide/", objections.hide, name="hide"),
    path("credit/report/", papers.mine, name="my_report"),
    path("credit/entity/report/", papers.ours, name="our_report"),
    path("credit/people/<int:pk>/report/", papers.of_person, name="report_of_person"),
    path("credit/entities/<int:pk>/report/", papers.of_entity, name="report_of_entity"),
    path("credit/reports/<str:reference>/", papers.report, name="report"),
    path("credit/reports/<str:reference>/file/", papers.report_file, name="report_file"),
    path("credit/matrix/", entities.matrix, name="matrix"),
    path("institutions/<int:pk>/credit/", entities.public, name="public"),
    path("institutions/<int:pk>/credit.csv", entities.open_data, name="open_data"),
]
