"""Addresses of examinations."""

from tests.isolation.addresses import Address, only

ADDRESSES: dict[str, Address] = {
    "exams/rooms/": only("base invigilator", post=""),
    "exams/rooms/<int:pk>/": only("base invigilator", pk="sitting", post=""),
    "exams/rooms/<int:pk>/seats/": only("base", pk="sitting", body={}),
    "exams/rooms/<int:pk>/arrivals/": only("base invigilator", pk="sitting", body={"person": "@person"}),
    "exams/rooms/<int:pk>/incidents/": only("base invigilator", pk="sitting", body={"words": "x"}),
    "exams/<int:sitting>/": only("trainee", sitting="sitting", body={"language": "zh-hans"}),
    "exams/attempt/<uuid:uuid>/": only("trainee", uuid="attempt.uuid", post=""),
    "exams/attempt/<uuid:uuid>/answer/": only("trainee", uuid="attempt.uuid", body={"q": "1", "answer": "true"}),
    "exams/attempt/<uuid:uuid>/submit/": only("trainee", uuid="attempt.uuid", body={}),
    "exams/attempt/<uuid:uuid>/result/": only("trainee", uuid="attempt.uuid", post=""),
}
