"""Seventy-odd files made to hurt whoever opens them as a table, each made on the fly, with what must become of it."""

from tests.core.hostile import bombs, others, tricks
from tests.core.hostile.packing import HARMLESS, REFUSED

__all__ = ["HARMLESS", "REFUSED", "bombs", "others", "tricks"]
