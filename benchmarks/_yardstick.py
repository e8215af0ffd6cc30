"""The yardstick: a Django JSON view without middleware and without a database, on the same server."""

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, JsonResponse
from django.urls import path

settings.configure(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["*"], SECRET_KEY="bench", MIDDLEWARE=[])  # noqa: S106


def answer(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "alive", "value": 42})


urlpatterns = [path("", answer)]
application = get_wsgi_application()
