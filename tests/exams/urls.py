"""The house's addresses with those of examinations."""

from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path

from config.urls import urlpatterns as house

urlpatterns = [*i18n_patterns(path("exams/", include("courses.exams.urls")), prefix_default_language=False), *house]
