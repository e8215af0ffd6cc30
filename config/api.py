"""The public interface under /api/v1/: one object, routers from the rooms.

Machines get 401, not a redirect: the login wall lets these addresses pass, and each operation names its own `auth`.
"""

from django.contrib.auth.decorators import login_not_required
from ninja import NinjaAPI

from certificates.api import router as certificates_router
from credit.api import exchange_router
from credit.api import router as credit_router
from staffing.api import router as staffing_router

api = NinjaAPI(title="Technology Manager Platform", version="1.0", urls_namespace="api", docs_url=None)
api.add_router("/certificates", certificates_router)
api.add_router("", staffing_router)
api.add_router("", credit_router)
api.add_router("/exchange", exchange_router)

urls = api.urls
for route in urls[0]:
    login_not_required(route.callback)  # type: ignore[type-var]  # ninja names a view in every pattern
