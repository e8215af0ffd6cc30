"""Settings, addresses, Celery. The import below is needed: without it `shared_task` talks to a default broker."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
