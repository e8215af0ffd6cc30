"""Addresses of the exams room, below /exams/."""

from django.urls import path

from courses.exams import views
from courses.exams.views import rooms

app_name = "exams"
urlpatterns = [
    path("rooms/", rooms.rooms, name="sittings"),
    path("rooms/<int:pk>/", rooms.room, name="room"),
    path("rooms/<int:pk>/seats/", rooms.seats, name="give_seats"),
    path("rooms/<int:pk>/arrivals/", rooms.arrival, name="arrival"),
    path("rooms/<int:pk>/incidents/", rooms.incident, name="incident"),
    path("<int:sitting>/", views.exam, name="exam"),
    path("attempt/<uuid:uuid>/", views.attempt, name="attempt"),
    path("attempt/<uuid:uuid>/answer/", views.save_answer, name="save_answer"),
    path("attempt/<uuid:uuid>/submit/", views.submit, name="submit"),
    path("attempt/<uuid:uuid>/result/", views.result, name="result"),
]
