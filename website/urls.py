"""Addresses of the website room; its pages themselves are Wagtail's."""

from django.urls import path

from website import views

app_name = "website"
urlpatterns = [
    path("rules/", views.rules, name="rules"),
    path("bases/", views.bases, name="bases"),
    path("designations/", views.designations, name="designations"),
    path("designations/years/", views.designation_years, name="designation_years"),
    path("institutions/", views.institutions, name="institutions"),
    path("institutions/<int:pk>/members/", views.institution_members, name="institution_members"),
    path("search/", views.search, name="search"),
    path("demo/", views.demo, name="demo"),
    path("demo/answers/", views.demo_answers, name="demo_answers"),
    path("demo/enter/", views.demo_enter, name="demo_enter"),
]
