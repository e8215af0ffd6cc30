"""The credit room for machines: what everybody is shown of an entity's file, and the exchange with partners."""

from credit.api.exchange import router as exchange_router
from credit.api.files import router

__all__ = ["exchange_router", "router"]
