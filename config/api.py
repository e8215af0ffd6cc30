"""The public interface under /api/v1/: one object, routers from the rooms."""

from ninja import NinjaAPI

from staffing.api import router as staffing_router

api = NinjaAPI(title="Technology Manager Platform", version="1.0", urls_namespace="api", docs_url=None)
api.add_router("", staffing_router)
